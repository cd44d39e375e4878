"""The part of a file that a browser asks for. Pure."""

import re

_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")


class RangeError(ValueError):
    """The file is shorter than what is asked for."""


def byte_range(asked: str | None, size: int) -> tuple[int, int]:
    """The first byte and how many; the whole file where nothing is asked that makes sense, or several parts are.

    Args:
        asked: The header `Range`.
        size: Of the file, bytes.

    Raises:
        RangeError: It begins behind the file's end.
    """
    found = _RANGE.fullmatch(asked or "")
    if found is None or not (found[1] or found[2]):
        return 0, size
    if not found[1]:
        count = min(int(found[2]), size)
        return size - count, count
    first = int(found[1])
    if first >= size:
        raise RangeError(f"range: begins at {first}, and the file has {size} bytes")
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    return (first, last - first + 1) if last >= first else (0, size)
