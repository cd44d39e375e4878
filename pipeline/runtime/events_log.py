"""What a live run tells of itself on stderr: events with keys, one a line, without credentials and without floods."""

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from pipeline.config.secrets import redact
from pipeline.errors import SmartAlertError
from pipeline.observation import NS_PER_S

QUIET_NS = 60 * NS_PER_S
"""How long a repeated event is held back."""
_MOST_REMEMBERED = 20_000
_PROSE = frozenset({"error", "message", "traceback", "time"})
"""Text that may be another at each repetition of the same thing."""

LogValue = str | int | float | bool | None | Path | BaseException


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """What is told: this and what is graver."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def number(self) -> int:
        """As Python's `logging` has it."""
        return int(logging.getLevelNamesMapping()[self.name])


class EventsLog:
    """Events with keys. May be used from any thread; a line that cannot be written is lost and stops nobody.

    An event that says the same again (same name, level and words; numbers and error texts may differ) is told once a
    minute; the next line of it says how many were held back.
    """

    def __init__(self, bound: FilteringBoundLogger) -> None:
        self._bound = bound

    @classmethod
    def open(cls, stream: TextIO, form: LogFormat, level: LogLevel, now_ns: Callable[[], int]) -> "EventsLog":
        """A log onto a stream.

        Args:
            stream: Where lines go, as a rule stderr.
            form: How they are written.
            level: What is told.
            now_ns: The machine's clock, ns since 1970, UTC.
        """
        processors: list[Processor] = [
            _told_errors,
            _Hush(now_ns),
            structlog.processors.add_log_level,
            _Stamp(now_ns),
            _without_credentials,
            structlog.processors.JSONRenderer(ensure_ascii=False) if form is LogFormat.JSON else _Line(),
        ]
        bound: FilteringBoundLogger = structlog.wrap_logger(
            _Lines(stream), processors, wrapper_class=structlog.make_filtering_bound_logger(level.number)
        )
        return cls(bound)

    def bind(self, **keys: LogValue) -> "EventsLog":
        """The same log, with these keys in every line."""
        return EventsLog(self._bound.bind(**keys))

    def debug(self, event: str, **keys: LogValue) -> None:
        """For who looks for a mistake in the program."""
        self._bound.debug(event, **keys)

    def info(self, event: str, **keys: LogValue) -> None:
        """What belongs to normal running."""
        self._bound.info(event, **keys)

    def warning(self, event: str, **keys: LogValue) -> None:
        """Something is lost or late, and the run goes on."""
        self._bound.warning(event, **keys)

    def error(self, event: str, **keys: LogValue) -> None:
        """Somebody must do something. An exception that is no SmartAlertError brings its traceback."""
        self._bound.error(event, **keys)

    @contextmanager
    def taking_logging(self) -> Iterator[None]:
        """What libraries say by Python's `logging` and `warnings` becomes events of this log, within the block."""
        root, handler = logging.getLogger(), _Forward(self)
        before = root.handlers[:], root.level
        root.handlers, root.level = [handler], logging.WARNING
        logging.captureWarnings(True)
        try:
            yield
        finally:
            logging.captureWarnings(False)
            root.handlers, root.level = before


def stderr_log(form: LogFormat, level: LogLevel, now_ns: Callable[[], int]) -> EventsLog:
    """The log of a process, on its stderr."""
    return EventsLog.open(sys.stderr, form, level, now_ns)


class _Forward(logging.Handler):
    """Hands records of Python's `logging` to the log."""

    def __init__(self, log: EventsLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the record as an event."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        if record.levelno >= logging.ERROR:
            error = record.exc_info[1] if record.exc_info else None
            keys = {} if error is None else {"error": error}
            self._log.error("library.message", logger=record.name, message=message, **keys)
        elif record.levelno >= logging.WARNING:
            self._log.warning("library.message", logger=record.name, message=message)
        else:
            self._log.debug("library.message", logger=record.name, message=message)


class _Lines:
    """The end of the chain: one write a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = Lock()

    def msg(self, line: str) -> None:
        # A full disk or a closed terminal must not end the watch over the cameras.
        with self._lock, suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = msg


@dataclass(slots=True)
class _Told:
    """When an event was told last and how often it came since."""

    at_ns: int
    held_back: int = 0


class _Hush:
    """Drops what says the same again within a minute. Remembers when what was told."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._told: dict[tuple[str, ...], _Told] = {}
        self._lock = Lock()

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        del logger
        words = (f"{key}={value}" for key, value in sorted(event.items()) if isinstance(value, str))
        told_as = (method, *(word for word in words if word.partition("=")[0] not in _PROSE))
        now_ns = self._now_ns()
        with self._lock:
            last = self._told.get(told_as)
            if last is not None and 0 <= now_ns - last.at_ns < QUIET_NS:
                last.held_back += 1
                raise structlog.DropEvent
            self._forget_old(now_ns)
            self._told[told_as] = _Told(now_ns)
        if last is not None and last.held_back:
            event["held_back"] = last.held_back
        return event

    def _forget_old(self, now_ns: int) -> None:
        if len(self._told) < _MOST_REMEMBERED:
            return
        self._told = {key: told for key, told in self._told.items() if 0 <= now_ns - told.at_ns < QUIET_NS}
        if len(self._told) >= _MOST_REMEMBERED:
            self._told.clear()


class _Stamp:
    """Says when."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        del logger, method
        moment = datetime.fromtimestamp(self._now_ns() // 1_000_000 / 1000, UTC)
        name, level = event.pop("event"), event.pop("level")
        shown = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"time": shown, "level": level, "event": name, **event}


class _Line:
    """Time, level and event as columns, then `key=value`."""

    def __init__(self) -> None:
        self._keys = structlog.processors.LogfmtRenderer(bool_as_flag=False)

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        head = f"{event.pop('time')} {event.pop('level'):<7} {event.pop('event')}".replace("\n", "\\n")
        keys = self._keys(logger, method, event)
        return f"{head} {keys}" if keys else head


def _told_errors(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Exceptions become text; one of the program's own making is a line, any other brings its traceback."""
    del logger, method
    for key, value in list(event.items()):
        if isinstance(value, SmartAlertError):
            event[key] = "; ".join(str(value).splitlines())
        elif isinstance(value, BaseException):
            event[key] = f"{type(value).__name__}: {value}"
            event["traceback"] = "".join(traceback.format_exception(value))
        elif isinstance(value, Path):
            event[key] = str(value)
    return event


def _without_credentials(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The last line of defence: whoever wrote the event should have left them out already."""
    del logger, method
    return {key: redact(value) if isinstance(value, str) and "://" in value else value for key, value in event.items()}
