"""What a count says of the rate behind it: 95 % intervals for shares (Wilson) and for events in a time (Poisson)."""

import math
from typing import NamedTuple

from scipy.stats import chi2, norm

_LEVEL = 0.95


class Interval(NamedTuple):
    """Between which the true value lies in 95 of 100 such measurements."""

    low: float
    high: float


def share_interval(hits: int, n: int) -> Interval:
    """The share behind `hits` of `n`, by Wilson's score; the whole of [0, 1] where nothing was tried.

    Raises:
        ValueError: Not 0 <= hits <= n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n}: expected 0 <= hits <= n")
    if n == 0:
        return Interval(0.0, 1.0)
    z = float(norm.ppf((1 + _LEVEL) / 2))
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # At the ends the formula is 0 or 1 but for rounding.
    return Interval(0.0 if hits == 0 else middle - half, 1.0 if hits == n else middle + half)


def rate_interval(count: int, exposure: float) -> Interval:
    """The rate behind `count` events in an exposure (camera-days, hours), exact for a Poisson process.

    Returns:
        Events per unit of the exposure; without any exposure from 0 to infinity.

    Raises:
        ValueError: Either is negative.
    """
    if count < 0 or exposure < 0:
        raise ValueError(f"{count} events in {exposure}: expected neither below 0")
    if exposure == 0:
        return Interval(0.0, math.inf)
    tail = (1 - _LEVEL) / 2
    low = 0.0 if count == 0 else float(chi2.ppf(tail, 2 * count)) / 2
    high = float(chi2.ppf(1 - tail, 2 * count + 2)) / 2
    return Interval(low / exposure, high / exposure)
