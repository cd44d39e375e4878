"""What looks tell where colour tells nothing: form.

A camera that goes over to infra-red light shows grey what it showed in colour: what is grey looks alike whatever it is,
and one thing in both lights looks like two. Form is left. Measured on a street by day and by infra-red, with noise and
boxes that are off by a twentieth: of one place 95 in 100 are above 0.95 in form; of a place and a person that stands
in it 1 or 2 in 100 are, and 90 are below 0.93.
"""

import numpy as np

from pipeline.observation import COLOUR_LENGTH, GREY_PLACES
from pipeline.rules.subject_memory import Appearance

SAME_FORM = 0.95
_OTHER_FORM = 0.93
_SAME_COLOURS = 0.9
_GREY = 0.98


def is_colourless(look: Appearance) -> bool:
    """Whether all of it is grey; False where it tells of no form."""
    if len(look) <= COLOUR_LENGTH:
        return False
    colour = look[:COLOUR_LENGTH]
    length = float(np.sqrt(colour @ colour))
    return length > 0 and float(sum(colour[place] for place in GREY_PLACES)) / 2 >= _GREY * length


def likeness_in_form(a: Appearance, b: Appearance) -> float:
    """Cosine of what two looks tell of form, in [0, 1]; 0 where one of them tells of none.

    Args:
        a: Longer than `COLOUR_LENGTH`.
        b: As long.
    """
    one, other = a[COLOUR_LENGTH:], b[COLOUR_LENGTH:]
    length = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / length if length > 0 else 0.0


def is_another_by_form(a: Appearance, b: Appearance) -> bool:
    """Whether two looks differ in form, and not only for a thing that moves: its colours would be the same."""
    if len(a) != len(b) or len(a) <= COLOUR_LENGTH or likeness_in_form(a, b) >= _OTHER_FORM:
        return False
    return is_colourless(a) or is_colourless(b) or float(a @ b) < _SAME_COLOURS
