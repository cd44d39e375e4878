"""When a recording begins, by its name: recorders leave one file an hour, and write the time into its name or its path.

What is known without a word: `20260105_080000`, `2026-01-05T08-00-00`, `2026-01-05 08.00.00`, `ch01_20260105080000`, a
day's folder with `08.00.00-09.00.00`, and seconds or milliseconds since 1970. Of two times in a name the
first is its start.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S, MediaNs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = r"(?<!\d)(?P<Y>(?:19|20)\d\d)[-_.]?(?P<m>\d\d)[-_.]?(?P<d>\d\d)"
_TIME = r"(?P<H>\d\d)[-_.:]?(?P<M>\d\d)[-_.:]?(?P<S>\d\d)(?:\.\d+)?(?P<z>Z)?(?!\d)"
_KNOWN = (
    re.compile(_DAY + r"[T _.@-]{0,3}" + _TIME),
    # Below a day's folder a time in the file's name comes before one in a folder's, and the first before the second.
    re.compile(_DAY + r"/(?:.*?\D)??" + _TIME + r"(?=[^/]*$)"),
    re.compile(_DAY + r"/(?:.*?\D)??" + _TIME),
    re.compile(r"(?<!\d)(?P<s>1\d{9})(?!\d)"),
    re.compile(r"(?<!\d)(?P<ms>1\d{12})(?!\d)"),
)
_FIELDS = {
    "Y": r"(?P<Y>\d{4})", "m": r"(?P<m>\d\d)", "d": r"(?P<d>\d\d)", "H": r"(?P<H>\d\d)", "M": r"(?P<M>\d\d)",
    "S": r"(?P<S>\d\d)", "s": r"(?P<s>\d{9,10})",
}  # fmt: skip


def name_pattern(text: str) -> re.Pattern[str]:
    """A pattern of names as `date` writes them: `cam1-%d.%m.%Y-%H%M%S`; `%s` are seconds since 1970, `%%` is a `%`.

    Raises:
        UsageError: It gives no day and time, or a field that is not known.
    """
    pieces = re.split(r"%(.)", text)
    found = [piece for piece in pieces[1::2] if piece != "%"]
    unknown = sorted(set(found) - set(_FIELDS))
    is_whole = set(found) == {"s"} or {"Y", "m", "d", "H", "M"} <= set(found)
    if unknown or not is_whole or len(found) != len(set(found)):
        raise UsageError(f"--name-pattern: got {text!r}, expected each of %Y %m %d %H %M (and %S) once, or %s alone")
    parts = [re.escape(piece) if n % 2 == 0 else _FIELDS.get(piece, "%") for n, piece in enumerate(pieces)]
    return re.compile(r"(?<!\d)" + "".join(parts) + r"(?!\d)" if text.startswith("%") else "".join(parts))


def start_in(name: str, timezone: tzinfo, pattern: re.Pattern[str] | None = None) -> MediaNs | None:
    """When a recording begins.

    Args:
        name: The file's path in the folder of recordings, with `/` and without its suffix.
        timezone: Of the recorder's clock; a `Z` behind the time is UTC.
        pattern: How the time is written; None: in one of the known ways.

    Returns:
        None: the name tells no time that there is.
    """
    for known in _KNOWN if pattern is None else (pattern,):
        for part in (name.rpartition("/")[2], name):
            for match in known.finditer(part):
                moment = _moment(match.groupdict(), timezone)
                if moment is not None:
                    return moment
    return None


def _moment(found: dict[str, str | None], timezone: tzinfo) -> MediaNs | None:
    if found.get("s") is not None:
        return MediaNs(int(found["s"] or 0) * NS_PER_S)
    if found.get("ms") is not None:
        return MediaNs(int(found["ms"] or 0) * 1_000_000)
    zone = UTC if found.get("z") else timezone
    try:
        year, month, day, hour, minute, second = (int(found.get(name) or 0) for name in "YmdHMS")
        since = datetime(year, month, day, hour, minute, second, tzinfo=zone) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return MediaNs(since // timedelta(seconds=1) * NS_PER_S)
