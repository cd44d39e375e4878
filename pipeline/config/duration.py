"""Durations as people write them: `90s`, `5m`, `2h`, `7d`, `1500ms`."""

import re

_NS_BY_UNIT = {
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_PATTERN = r"^[0-9]{1,12}(\.[0-9]{1,3})?(ms|s|m|h|d)$"
_DURATION = re.compile(_PATTERN)
LONGEST_NS = 3660 * _NS_BY_UNIT["d"]
"""Ten years and a few days: a longer duration is a slip of the finger, and would overflow what adds it to a time."""
ALLOWED = "a number and a unit: 1500ms, 90s, 5m, 2h or 7d"
SCHEMA_PATTERN = _PATTERN


def parse_duration(text: str) -> int:
    """A written duration, in nanoseconds, at least 0 and at most `LONGEST_NS`.

    Raises:
        ValueError: The text is no duration; the message says what is allowed.
    """
    stripped = text.strip()
    # `fullmatch`, for `$` would let a line feed pass.
    if not _DURATION.fullmatch(stripped):
        raise ValueError(ALLOWED)
    number = stripped.rstrip("mshd")
    whole, _, decimals = number.partition(".")
    unit_ns = _NS_BY_UNIT[stripped[len(number) :]]
    # Whole numbers throughout: 0.1 has no exact float, and a threshold must not hang on a rounding.
    duration_ns = int(whole) * unit_ns + int(decimals.ljust(3, "0") or "0") * (unit_ns // 1000)
    if duration_ns > LONGEST_NS:
        raise ValueError("at most 3660d")
    return duration_ns


def format_duration(duration_ns: int) -> str:
    """The shortest exact way to write a duration of whole microseconds; `parse_duration` reads it back."""
    for unit in ("d", "h", "m", "s"):
        if duration_ns % _NS_BY_UNIT[unit] == 0 and (duration_ns or unit == "s"):
            return f"{duration_ns // _NS_BY_UNIT[unit]}{unit}"
    milliseconds, rest_ns = divmod(duration_ns, _NS_BY_UNIT["ms"])
    decimals = f"{rest_ns // 1000:03d}".rstrip("0")
    return f"{milliseconds}.{decimals}ms" if decimals else f"{milliseconds}ms"
