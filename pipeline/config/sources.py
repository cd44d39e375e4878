"""Where a camera's pictures come from: addresses of its streams, or recordings in their place."""

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from pipeline.config.document import Steps, shown_value
from pipeline.config.resolved import CPU_DECODE, LiveSource, RecordedSource, Transport
from pipeline.config.secrets import SecretUrl, redact
from pipeline.config.surroundings import Surroundings, Written, is_file, lack_of
from pipeline.observation import MediaNs

_SCHEMES = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def resolve_source(written: Written, around: Surroundings) -> RecordedSource | LiveSource | None:
    """The source of a camera; None, and a fault, where it is wrong."""
    entry = written.entry
    if (entry.source is None) == (entry.streams is None):
        got = "neither" if entry.source is None else "both"
        text = f"a camera has either source or streams (got {got}, allowed: one of them)"
        around.log.add(written.document, written.steps, text)
        return None
    return _Streams(written, around).source()


class _Streams:
    """One camera's streams being read."""

    def __init__(self, written: Written, around: Surroundings) -> None:
        self._written = written
        self._around = around
        streams, steps = written.entry.streams, written.steps
        self._main = streams.main if streams is not None else written.entry.source or ""
        self._sub = streams.sub if streams is not None else None
        self._at_main: Steps = (*steps, "streams", "main") if streams is not None else (*steps, "source")
        self._at_sub: Steps = (*steps, "streams", "sub")

    def source(self) -> RecordedSource | LiveSource | None:
        is_live = self._is_address(self._main)
        is_sub_live = is_live if self._sub is None else self._is_address(self._sub)
        if is_live == is_sub_live:
            return self._live() if is_live else self._recorded()
        # What is no address may be a misspelt one, and no file at all.
        text, at = (self._main, self._at_main) if is_sub_live else (self._sub or "", self._at_sub)
        if not self._is_file(text):
            self._url(text, at)
            return None
        told = (
            "a camera's streams are both live or both recorded (got one of each, allowed: two addresses or two files)"
        )
        self._fault(self._at_main[:-1], told)
        return None

    def _is_address(self, text: str) -> bool:
        # A variable that is not set is told by who reads it; what it would hold is not known.
        return "://" in self._around.expanded_or_written(text)

    def _is_file(self, text: str) -> bool:
        return is_file(self._around.folder / self._around.expanded_or_written(text))

    def _live(self) -> LiveSource | None:
        entry = self._written.entry
        if entry.start is not None:
            text = f"only a file has a start (got {shown_value(entry.start)} for a live camera, allowed: none)"
            self._fault((*self._written.steps, "start"), text)
        if entry.loop:
            text = "only a file can loop (got true for a live camera, allowed: false)"
            self._fault((*self._written.steps, "loop"), text)
        main = self._url(self._main, self._at_main)
        sub = None if self._sub is None else self._url(self._sub, self._at_sub)
        if main is None or (sub is None and self._sub is not None):
            return None
        if entry.transport is not None and not any(url.reveal().startswith("rtsp") for url in (main, sub) if url):
            self._remark_transport(entry.transport)
        return LiveSource(main, sub, entry.transport or Transport.TCP, entry.decode or CPU_DECODE)

    def _remark_transport(self, transport: Transport) -> None:
        text = f"only RTSP has a choice of transport: {transport} changes nothing here"
        self._around.log.remark(self._written.document, (*self._written.steps, "transport"), text)

    def _url(self, text: str, at: Steps) -> SecretUrl | None:
        return self._around.url(self._written.document, at, text, _SCHEMES)

    def _recorded(self) -> RecordedSource | None:
        self._refuse_live_keys()
        start = self._start()
        main = self._file(self._main, self._at_main)
        sub = None if self._sub is None else self._file(self._sub, self._at_sub)
        if main is None or (sub is None and self._sub is not None):
            return None
        return RecordedSource(main, start, self._written.entry.loop, sub)

    def _refuse_live_keys(self) -> None:
        entry = self._written.entry
        if entry.transport is not None:
            text = f"only a live camera has a transport (got {shown_value(entry.transport)} for a file, allowed: none)"
            self._fault((*self._written.steps, "transport"), text)
        if entry.decode not in {None, CPU_DECODE}:
            text = f"a file is decoded on the processor (got {shown_value(entry.decode)}, allowed: {CPU_DECODE})"
            self._fault((*self._written.steps, "decode"), text)

    def _start(self) -> MediaNs | None:
        text = self._written.entry.start
        if text is None:
            return None
        try:
            return parse_moment(text, self._around.timezone)
        except ValueError as error:
            told = f"no time (got {shown_value(text)}, allowed: {error})"
            self._fault((*self._written.steps, "start"), told)
            return None

    def _file(self, text: str, at: Steps) -> Path | None:
        path = self._around.path(self._written.document, at, text)
        if path is None:
            return None
        if not is_file(path):
            looked_for = redact(str(path)) if "${" not in text else text
            also = "" if self._written.entry.streams is None else "; an address begins with rtsp:// or the like"
            self._fault(at, f"{lack_of(path)} (got {shown_value(text)}, looked for {looked_for}{also})")
            return None
        return path

    def _fault(self, steps: Steps, text: str) -> None:
        self._around.log.add(self._written.document, steps, text)


def parse_moment(text: str, timezone: tzinfo) -> MediaNs:
    """A time in ISO 8601, from 1970 to 2199; without an offset it is in `timezone`.

    Raises:
        ValueError: It is none; the message says what is allowed.
    """
    allowed = "ISO 8601, such as 2026-01-05T08:00:00+08:00, from 1970 to 2199"
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone)
        since = moment - _EPOCH
    except (ValueError, OverflowError) as error:
        raise ValueError(allowed) from error
    if not timedelta(0) <= since < _LATEST - _EPOCH:
        raise ValueError(allowed)
    return MediaNs((since // timedelta(microseconds=1)) * 1000)
