"""Sizes as people write them: `500MB`, `50GB`, `1.5TB`."""

import re

_BYTES_BY_UNIT = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
PATTERN = r"^[0-9]{1,6}(\.[0-9]{1,3})?(kB|MB|GB|TB)$"
ALLOWED = "a number and a unit: 500MB, 50GB or 1.5TB"


def parse_size(text: str) -> int:
    """A written size, in bytes.

    Raises:
        ValueError: The text is no size; the message says what is allowed.
    """
    stripped = text.strip()
    if not re.fullmatch(PATTERN, stripped):
        raise ValueError(ALLOWED)
    number, unit_bytes = stripped[:-2], _BYTES_BY_UNIT[stripped[-2:]]
    whole, _, decimals = number.partition(".")
    return int(whole) * unit_bytes + int(decimals.ljust(3, "0") or "0") * (unit_bytes // 1000)
