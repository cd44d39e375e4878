"""Ids of tracks: one counter a camera, so that two cameras never share and a run always counts alike."""


class TrackIds:
    """Gives ids 1, 2, 3 ... and remembers the last."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def take(self) -> int:
        """The next id; never given before by this counter."""
        self.last += 1
        return self.last

    def leave_free(self, up_to: int) -> None:
        """Never give ids up to this one, which may be in use already."""
        self.last = max(self.last, up_to)
