"""What a site file says of its networks."""

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.config.place import NOWHERE, Place


class Provider(StrEnum):
    """What the network runs on."""

    AUTO = "auto"
    """CUDA where onnxruntime offers it, else the CPU."""
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """The network.

    Attributes:
        model: Its name in the registry.
        confidence: Scores below are not reported, in [0, 1].
        provider: What it runs on.
        threads: For one picture; 0: as many as there are cores.
        gives_confidence: The site file gives `confidence`; else what the network's card says of a class comes before.
    """

    model: str
    confidence: float
    provider: Provider
    threads: int
    place: Place = field(default=NOWHERE, repr=False, compare=False)
    gives_confidence: bool = True


@dataclass(frozen=True, slots=True)
class SpecialistSettings:
    """A further network, which looks where rules need its classes.

    Attributes:
        model: Its name in the registry.
        confidence: Scores below are not reported, in [0, 1]; None: as its card says.
        every_ns: Between two looks while something changes.
    """

    model: str
    confidence: float | None
    every_ns: int
    place: Place = field(default=NOWHERE, repr=False, compare=False)
