"""The clock's time as a moment."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(t_ns: int) -> datetime:
    """That time since 1970, ns, with zone UTC."""
    return _EPOCH + timedelta(microseconds=t_ns // 1000)
