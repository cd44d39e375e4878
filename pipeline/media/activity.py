"""Packet sizes as a sign of activity."""


class Activity:
    """Whether the packets between keyframes tell that something happens. Remembers what was learned of them."""

    def __init__(self) -> None:
        self._is_active = False

    def packet(self, n_bytes: int, *, is_key: bool) -> None:
        """Takes the size of the next packet."""

    def judged(self, *, changed: bool) -> None:
        """Takes what the look at the end of the stretch found."""

    @property
    def is_helpful(self) -> bool:
        """Whether the sizes were found to go with changes."""
        return False

    @property
    def is_active(self) -> bool:
        """Whether the sizes of the stretch tell that something happens."""
        return self._is_active
