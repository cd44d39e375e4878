"""How far the reasoning of one camera had come: kept with what it has said, so that a restart repeats nothing."""

from dataclasses import dataclass

from pipeline.observation import CameraId, MediaNs


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The reasoning of one camera at one moment.

    Attributes:
        camera: Whose.
        t: The last entry that it has had.
        reasoning: `Reasoner.snapshot()` after that entry.
        obeyed: Ids of the commands that have taken effect since the checkpoint before.
    """

    camera: CameraId
    t: MediaNs
    reasoning: bytes
    obeyed: tuple[str, ...] = ()
