"""How the cameras of a live run come by their clips."""

from collections.abc import Callable

from pipeline.alerts.evidence import EvidenceFolder
from pipeline.config.resolved import EvidenceSettings
from pipeline.media.footage import Footage
from pipeline.media.live_decoder import Coding
from pipeline.observation import CameraId
from pipeline.runtime.camera_clips import CameraClips
from pipeline.runtime.clip_notes import ClipNotes
from pipeline.runtime.evidence_desk import EvidenceDesk

_MOST_A_STREAM = 32 * 1024 * 1024
"""Bytes; ten seconds at 25 Mbit/s."""
_LEAST_A_STREAM = 1024 * 1024


class ClipMaker:
    """What the clips of all cameras share. Remembers nothing."""

    def __init__(self, settings: EvidenceSettings, keeper: EvidenceFolder, desk: EvidenceDesk, n_cameras: int) -> None:
        """Nothing is kept yet.

        Args:
            settings: How long clips are, and how much memory they may take.
            keeper: Of the site's evidence.
            desk: Writes clips.
            n_cameras: Among how many the memory is shared.
        """
        self._settings, self._keeper, self._desk = settings, keeper, desk
        # Half for what is kept of the past, half for clips that grow; a small stream needs little of its share.
        share = settings.clip_memory_bytes // (2 * max(1, n_cameras))
        self._max_bytes = min(max(share, _LEAST_A_STREAM), _MOST_A_STREAM)

    def of(self, camera: CameraId) -> CameraClips:
        """What looks after the clips of a camera."""
        notes = ClipNotes(self._keeper.root, camera)
        return CameraClips(camera, self._settings, self._desk, self._keeper, self._keeper.clip_part, notes=notes)

    @property
    def footage_of(self) -> Callable[[Coding], Footage] | None:
        """Makes what keeps the packets of a connection; None: there are no clips."""
        return self._footage if self._settings.has_clips else None

    def _footage(self, coding: Coding) -> Footage:
        return Footage(coding, self._settings.clip_before_ns, self._max_bytes)
