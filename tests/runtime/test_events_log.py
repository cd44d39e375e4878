import io
import json
import logging
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.observation import NS_PER_S
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel

NOON_NS = 1_767_585_600 * NS_PER_S + 123_456_789


ODD = "odd %s %s"
"""Takes two values."""


class Told:
    """A log onto a string, with a clock that the test moves."""

    def __init__(self, form: LogFormat = LogFormat.TEXT, level: LogLevel = LogLevel.INFO) -> None:
        self.now_ns = NOON_NS
        self._stream = io.StringIO()
        self.log = EventsLog.open(self._stream, form, level, lambda: self.now_ns)

    @property
    def lines(self) -> list[str]:
        return self._stream.getvalue().splitlines()

    def wait(self, duration_s: float) -> None:
        self.now_ns += round(duration_s * NS_PER_S)


def test_a_line_has_time_level_event_and_keys() -> None:
    told = Told()
    told.log.info("stream.reconnected", camera="东门", gap_s=3.25, attempt=2, is_sub=False, file=Path("/a b"))

    assert told.lines == [
        '2026-01-05T04:00:00.123Z info    stream.reconnected camera=东门 gap_s=3.25 attempt=2 is_sub=false file="/a b"'
    ]


def test_the_same_as_json() -> None:
    told = Told(LogFormat.JSON)
    told.log.bind(camera="东门").warning("stream.lost", error=SourceError("a: b\nc"), gap_s=None)

    [line] = told.lines
    assert "东门" in line
    assert json.loads(line) == {
        "time": "2026-01-05T04:00:00.123Z",
        "level": "warning",
        "event": "stream.lost",
        "camera": "东门",
        "error": "a: b; c",
        "gap_s": None,
    }


def test_what_is_below_the_level_is_not_told() -> None:
    told = Told(level=LogLevel.WARNING)
    told.log.debug("a")
    told.log.info("b")
    told.log.warning("c")
    told.log.error("d")

    assert [line.split()[1:3] for line in told.lines] == [["warning", "c"], ["error", "d"]]


def test_an_event_that_repeats_is_told_once_a_minute_with_the_number_held_back() -> None:
    told = Told()
    for attempt in range(100):
        told.log.warning("stream.lost", camera="a", attempt=attempt, error=f"timed out after {attempt} s")
        told.wait(1)

    assert [line.partition("stream.lost ")[2] for line in told.lines] == [
        'camera=a attempt=0 error="timed out after 0 s"',
        'camera=a attempt=60 error="timed out after 60 s" held_back=59',
    ]


def test_what_says_something_else_is_told() -> None:
    told = Told()
    told.log.info("alert.raised", camera="a", id="1")
    told.log.info("alert.raised", camera="a", id="2")
    told.log.info("alert.raised", camera="b", id="1")
    told.log.warning("alert.raised", camera="a", id="1")
    told.log.info("alert.cleared", camera="a", id="1")

    assert len(told.lines) == 5


def test_a_clock_that_is_put_back_does_not_silence_the_log() -> None:
    told = Told()
    told.log.warning("stream.lost", camera="a")
    told.wait(-3600)
    told.log.warning("stream.lost", camera="a")

    assert len(told.lines) == 2


def test_what_is_remembered_of_repetitions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.runtime.events_log._MOST_REMEMBERED", 10)
    told = Told()
    for i in range(100):
        told.log.info("alert.raised", id=str(i))

    assert len(told.lines) == 100
    told.log.info("alert.raised", id="99")
    assert len(told.lines) == 100


def test_a_mistake_of_the_program_brings_its_traceback_on_the_same_line() -> None:
    told = Told()
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 // 0
    told.log.error("look.failed", camera="a", error=caught.value)

    [line] = told.lines
    assert 'error="ZeroDivisionError: ' in line
    assert "\\n  File " in line


@settings(deadline=None, max_examples=60)
@given(
    user=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8),
    password=st.text(st.characters(codec="ascii", min_codepoint=33), min_size=3, max_size=12),
    form=st.sampled_from(LogFormat),
    place=st.sampled_from(["event", "error", "key", "exception", "library"]),
)
def test_no_password_of_an_address_is_told(user: str, password: str, form: LogFormat, place: str) -> None:
    told = Told(form)
    # Longer than what a line holds otherwise, so that finding it means something.
    secret = f"PASS{password}WORD".replace("@", "a")
    text = f"cannot open rtsp://{user}:{secret}@10.0.0.8/1: refused"
    if place == "event":
        told.log.error(text)
    elif place == "error":
        told.log.error("stream.lost", error=SourceError(text))
    elif place == "key":
        told.log.error("stream.lost", url=text)
    elif place == "exception":
        told.log.error("stream.lost", error=ValueError(text))
    else:
        with told.log.taking_logging():
            logging.getLogger("libav.rtsp").error("%s", text)

    [line] = told.lines
    assert secret not in line
    assert "PASS" not in line
    assert "10.0.0.8" in line


def test_what_libraries_log_and_warn_becomes_events_and_logging_is_as_before_afterwards() -> None:
    told = Told()
    root = logging.getLogger()
    before = list(root.handlers), root.level
    with told.log.taking_logging():
        logging.getLogger("libav.h264").error("error while decoding MB %d", 7)
        logging.getLogger("libav.h264").error("error while decoding MB %d", 8)
        logging.getLogger("some.library").info("chatter")
        logging.getLogger("some.library").warning(ODD, "one")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old", DeprecationWarning, stacklevel=1)

    assert [line.split(maxsplit=3)[1:] for line in told.lines][:2] == [
        ["error", "library.message", 'logger=libav.h264 message="error while decoding MB 7"'],
        ["warning", "library.message", 'logger=some.library message="odd %s %s"'],
    ]
    assert "logger=py.warnings" in told.lines[2]
    assert (list(root.handlers), root.level) == before


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        del text
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    EventsLog.open(Broken(), LogFormat.TEXT, LogLevel.INFO, lambda: 0).error("a")

    closed = io.StringIO()
    closed.close()
    EventsLog.open(closed, LogFormat.JSON, LogLevel.INFO, lambda: 0).error("a")
