"""What was wrong with a video that could be read all the same."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Damage:
    """How often each kind of damage was met so far. Nothing here stopped the reading.

    Attributes:
        unreadable_places: The container could not be read on at a place.
        cut_off: The file ends before the length that it states.
        broken_packets: The decoder refused a packet, or the container marked it as broken.
        lost_pictures: The decoder took a packet and gave no picture for it.
        damaged_frames: A picture came out with invented parts, and is marked so.
        missing_times: A picture had no usable stamp; its time was set from its neighbours.
        jumps_back: Stamps went back for good; time goes on where it was.
        jumps_ahead: Stamps went far ahead for good; the leap was taken out.
        disordered_times: A picture's stamp did not follow the one before; it was put just behind it.
    """

    unreadable_places: int = 0
    cut_off: int = 0
    broken_packets: int = 0
    lost_pictures: int = 0
    damaged_frames: int = 0
    missing_times: int = 0
    jumps_back: int = 0
    jumps_ahead: int = 0
    disordered_times: int = 0

    def __bool__(self) -> bool:
        return self.total > 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.by_kind().values())

    def by_kind(self) -> dict[str, int]:
        """The kinds that occurred, in the order of the attributes."""
        counts = ((field.name, int(getattr(self, field.name))) for field in fields(self))
        return {name: count for name, count in counts if count}

    def __add__(self, other: "Damage") -> "Damage":
        return Damage(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Damage)))

    def __str__(self) -> str:
        return ", ".join(f"{kind} {count}" for kind, count in self.by_kind().items()) or "none"


class DamageCounter:
    """Counts damage while a source is read."""

    def __init__(self) -> None:
        self.unreadable_places = 0
        self.cut_off = 0
        self.broken_packets = 0
        self.lost_pictures = 0
        self.damaged_frames = 0
        self.missing_times = 0
        self.jumps_back = 0
        self.jumps_ahead = 0
        self.disordered_times = 0

    def counted(self) -> Damage:
        """The counts as they stand."""
        return Damage(**vars(self))
