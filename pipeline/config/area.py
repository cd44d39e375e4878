"""How large a thing must be: as a share of the picture, or on the ground."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureShare:
    """An area as a share of the picture, in [0, 1]."""

    share: float

    def __str__(self) -> str:
        return f"{self.share * 100:.12g} % of the picture"


@dataclass(frozen=True, slots=True)
class GroundArea:
    """An area on the ground, square metres; every camera of the rule is calibrated."""

    square_metres: float

    def __str__(self) -> str:
        return f"{self.square_metres:.12g} m2 on the ground"


Area = PictureShare | GroundArea


def is_above(a: Area, b: Area) -> bool:
    """Whether one area is larger than another; of a share and square metres nobody can tell, so it is not."""
    if isinstance(a, PictureShare) and isinstance(b, PictureShare):
        return a.share > b.share
    return isinstance(a, GroundArea) and isinstance(b, GroundArea) and a.square_metres > b.square_metres
