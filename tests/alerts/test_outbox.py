"""No message is lost, none overtakes another, whatever is killed when."""

import dataclasses
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.alerts.delivery import Delivery, Reached
from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.memory_stream import MemorySink
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import FILE_NAME, Outbox, Outgoing, Position
from pipeline.errors import StateError
from pipeline.rules.episode import State
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import Clock

HOUR_S, DAY_S = 3600, 86400


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Alert:
    site = site_in(tmp_path_factory.mktemp("site"))
    return told(raised(), site)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(tmp_path: Path, clock: Clock) -> Iterator[Outbox]:
    with Outbox(tmp_path / "state", clock) as opened:
        yield opened


def numbered(sample: Alert, number: int) -> Alert:
    return sample.model_copy(update={"id": f"e{number}"})


def events(messages: tuple[Outgoing, ...] | list[Outgoing]) -> list[str]:
    return [item.event for item in messages]


def received(sink: MemorySink) -> list[str]:
    return [item.event for _, item in sink.entries]


def test_messages_are_sent_in_the_order_in_which_they_were_raised(outbox: Outbox, clock: Clock, sample: Alert) -> None:
    sink = MemorySink()
    delivery = Delivery(outbox, sink, clock, at_once=False)
    for number in range(200):
        delivery.accept(numbered(sample, number))
    assert sink.entries == []
    offer = delivery.offer()
    assert (offer.reached, offer.sent) == (Reached.ALL_SENT, 200)
    assert received(sink) == [f"e{number}" for number in range(200)]
    assert sink.entries[0][1].line == numbered(sample, 0).to_json()


def test_a_message_is_sent_with_its_acceptance_where_the_server_is_there(
    outbox: Outbox, clock: Clock, sample: Alert
) -> None:
    sink = MemorySink()
    Delivery(outbox, sink, clock).accept(sample)
    assert received(sink) == ["e1"]
    assert outbox.waiting_count() == 0


def test_an_hour_without_a_server_loses_nothing_and_bothers_it_ever_less(
    outbox: Outbox, clock: Clock, sample: Alert
) -> None:
    sink = MemorySink()
    sink.is_away = True
    delivery = Delivery(outbox, sink, clock, at_once=False)
    outcomes = []
    for number in range(HOUR_S):
        if number % 60 == 0:
            delivery.accept(numbered(sample, number))
        outcomes.append(delivery.offer().reached)
        clock.advance(1)
    assert 100 < outcomes.count(Reached.AWAY) < 140
    assert outcomes.count(Reached.AWAY) + outcomes.count(Reached.PAUSING) == HOUR_S
    sink.is_away = False
    clock.advance(31)
    assert delivery.offer().sent == 60
    assert received(sink) == [f"e{number}" for number in range(0, HOUR_S, 60)]


def test_a_clock_that_is_set_back_does_not_stretch_the_pause(outbox: Outbox, clock: Clock, sample: Alert) -> None:
    sink = MemorySink()
    sink.is_away = True
    delivery = Delivery(outbox, sink, clock)
    delivery.accept(sample)
    sink.is_away = False
    clock.advance(-10 * DAY_S)
    assert delivery.offer().sent == 1


def test_the_same_event_and_revision_is_kept_once(outbox: Outbox, sample: Alert) -> None:
    assert outbox.append(sample)
    assert not outbox.append(sample.model_copy(update={"severity": "info"}))
    assert outbox.append(sample.model_copy(update={"revision": 1}))
    assert [item.severity for item in outbox.waiting(10)] == ["critical", "critical"]


def test_what_was_sent_is_offered_again_for_a_day_and_no_longer(outbox: Outbox, clock: Clock, sample: Alert) -> None:
    old, new = MemorySink(), MemorySink()
    over = sample.model_copy(update={"state": State.CLEARED})
    Delivery(outbox, old, clock).accept(numbered(over, 1))
    clock.advance(DAY_S - 60)
    Delivery(outbox, old, clock).accept(numbered(over, 2))
    clock.advance(120)
    Delivery(outbox, old, clock).offer()
    offer = Delivery(outbox, new, clock).offer()
    assert (offer.sent, offer.again) == (1, 1)
    assert received(new) == ["e2"]


def test_of_an_event_that_is_open_the_last_message_is_kept_however_old_it_is(
    outbox: Outbox, clock: Clock, sample: Alert
) -> None:
    delivery = Delivery(outbox, MemorySink(), clock)
    update = sample.model_copy(update={"revision": 1, "state": State.UPDATED})
    delivery.accept(sample)
    delivery.accept(update)
    clock.advance(100 * DAY_S)
    delivery.offer()
    assert outbox.last_of("e1") == update.to_json()
    assert outbox.open_events() == (update.to_json(),)
    assert sent_to_another(outbox, clock) == [("e1", "updated")]
    delivery.accept(sample.model_copy(update={"revision": 2, "state": State.CLEARED}))
    assert outbox.open_events() == ()
    clock.advance(2 * DAY_S)
    delivery.offer()
    assert outbox.last_of("e1") is None


def sent_to_another(outbox: Outbox, clock: Clock) -> list[tuple[str, str]]:
    """What a new server gets."""
    sink = MemorySink()
    Delivery(outbox, sink, clock).offer()
    return [(item.event, item.state) for _, item in sink.entries]


def test_what_was_never_sent_is_kept_however_old_it_is(outbox: Outbox, clock: Clock, sample: Alert) -> None:
    outbox.append(sample)
    clock.advance(100 * DAY_S)
    outbox.forget()
    assert events(outbox.waiting(10)) == ["e1"]


def test_a_server_that_has_gone_back_gets_what_it_lost_and_no_more(outbox: Outbox, clock: Clock, sample: Alert) -> None:
    sink = MemorySink()
    delivery = Delivery(outbox, sink, clock)
    for number in range(10):
        delivery.accept(numbered(sample, number))
    sink.lose_after(7)
    offer = delivery.offer()
    assert (offer.sent, offer.again) == (3, 3)
    assert received(sink) == [f"e{number}" for number in range(10)]
    assert delivery.offer().sent == 0


def test_a_stream_that_was_deleted_is_filled_again_though_the_marker_is_there(outbox: Outbox, sample: Alert) -> None:
    for number in range(3):
        outbox.append(numbered(sample, number))
    outbox.mark_sent(outbox.waiting(10), [EntryId(5, 0), EntryId(5, 1), EntryId(5, 2)])
    assert outbox.take_back(Position(3, EntryId(5, 2))) == 0
    assert outbox.take_back(Position(3, EntryId(5, 1))) == 1
    assert outbox.take_back(Position(3, NO_ENTRY)) == 2


def test_an_outbox_keeps_its_name_and_its_messages(tmp_path: Path, clock: Clock, sample: Alert) -> None:
    with Outbox(tmp_path, clock) as first:
        first.append(sample)
        name = first.name
    with Outbox(tmp_path, clock) as second:
        assert second.name == name
        assert [item.line for item in second.waiting(5)] == [sample.to_json()]


def test_a_state_folder_serves_one_run(tmp_path: Path, clock: Clock) -> None:
    with Outbox(tmp_path, clock), pytest.raises(StateError, match=r"in use by another run \(process [0-9]+\)"):
        Outbox(tmp_path, clock)
    Outbox(tmp_path, clock).close()


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_damaged_file_is_one_line_that_says_what_to_do(tmp_path: Path, clock: Clock, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StateError, match=r"^[^\n]*outbox is damaged [^\n]*move it away[^\n]*$"):
        Outbox(tmp_path, clock)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_damage_in_the_middle_is_found_when_it_is_opened(tmp_path: Path, clock: Clock, sample: Alert) -> None:
    with Outbox(tmp_path, clock) as outbox:
        for number in range(200):
            outbox.append(numbered(sample, number))
    content = bytearray((tmp_path / FILE_NAME).read_bytes())
    content[20_000:60_000] = bytes(40_000)
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StateError, match="damaged"):
        Outbox(tmp_path, clock)


def test_another_programs_database_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StateError, match="expected an outbox of version 3"):
        Outbox(tmp_path, clock)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "state").write_text("a file in its place")
    with pytest.raises(StateError, match=r"^[^\n]*cannot be written: [^\n]*$"):
        Outbox(tmp_path / "state", clock)


def test_a_full_disk_is_one_line_and_what_was_kept_before_stays(tmp_path: Path, clock: Clock, sample: Alert) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), sample.to_json()], capture_output=True, text=True, check=False
    )
    count, message = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in message
    with Outbox(tmp_path, clock) as outbox:
        assert outbox.waiting_count() == int(count) > 0


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pipeline.alerts.message import parse
from pipeline.alerts.outbox import Outbox
from pipeline.errors import StateError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
outbox, alert, n = Outbox(Path(sys.argv[1]), lambda: 0), parse(sys.argv[2]), 0
try:
    while True:
        outbox.append(alert.model_copy(update={"id": f"e{n}"}))
        n += 1
except StateError as error:
    print(n)
    print(error)
"""

KILLED = """
import os, sys
from pathlib import Path
from pipeline.alerts.message import parse
from pipeline.alerts.outbox import Outbox
outbox, alert = Outbox(Path(sys.argv[1]), lambda: 0), parse(sys.argv[2])
for n in range(10 ** 9):
    outbox.append(alert.model_copy(update={"id": f"e{n}"}))
    os.write(1, b"%d\\n" % n)
"""


@pytest.mark.parametrize("after", [1, 40])
def test_what_append_has_taken_survives_kill_9(tmp_path: Path, clock: Clock, sample: Alert, after: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), sample.to_json()], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(after):
            last = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        told = [last, *process.stdout.readlines()]
    with Outbox(tmp_path, clock) as outbox:
        kept = events(outbox.waiting(100_000))
    assert len(kept) >= int(told[-1]) + 1 >= after
    assert kept == [f"e{number}" for number in range(len(kept))]


class DeliveryMachine(RuleBasedStateMachine):
    """Messages come, servers go, lose things or are replaced, we are restarted: and in the end all is there.

    Each step may happen at any time; `state` is an outbox on disk that is opened anew at each restart.
    """

    folders: pytest.TempPathFactory
    template: Alert

    @initialize()
    def begin(self) -> None:
        self.folder = self.folders.mktemp("machine")
        self.clock = Clock()
        self.sink = MemorySink()
        self.accepted: list[str] = []
        self.goes_back_to: int | None = None
        self.open()

    def open(self) -> None:
        self.outbox = Outbox(self.folder, self.clock)
        self.open_delivery()

    def open_delivery(self) -> None:
        self.delivery = Delivery(self.outbox, self.sink, self.clock, ready=self.ready)

    @rule()
    def accept(self) -> None:
        alert = numbered(self.template, len(self.accepted))
        self.delivery.accept(alert)
        self.accepted.append(alert.id)

    @rule(pause_s=st.floats(0, 40))
    def wait(self, pause_s: float) -> None:
        self.clock.advance(pause_s)
        self.delivery.offer()

    @rule()
    def restart(self) -> None:
        self.outbox.close()
        self.open()

    @rule()
    def server_goes(self) -> None:
        self.sink.is_away = True

    @rule()
    def server_returns(self) -> None:
        self.sink.is_away = False

    @precondition(lambda self: self.sink.entries)
    @rule(share=st.floats(0, 1))
    def server_goes_back(self, share: float) -> None:
        self.sink.lose_after(round(share * len(self.sink.entries)))

    @precondition(lambda self: self.sink.entries)
    @rule(share=st.floats(0, 1))
    def server_goes_back_just_before_it_is_sent_to(self, share: float) -> None:
        self.goes_back_to = round(share * len(self.sink.entries))

    def ready(self, batch: Sequence[Outgoing]) -> Sequence[Outgoing]:
        if batch and self.goes_back_to is not None:
            self.sink.lose_after(self.goes_back_to)
            self.goes_back_to = None
        return batch

    @rule()
    def server_is_replaced(self) -> None:
        self.sink = MemorySink()
        self.open_delivery()

    @invariant()
    def first_sight_is_in_order(self) -> None:
        if hasattr(self, "sink"):
            firsts = list(dict.fromkeys(received(self.sink)))
            assert firsts == sorted(firsts, key=lambda event: int(event[1:]))

    def teardown(self) -> None:
        if hasattr(self, "outbox"):
            self.sink.is_away = False
            for _ in range(2):  # the first may find that the server has gone back
                self.clock.advance(31)
                self.delivery.offer()
            assert list(dict.fromkeys(received(self.sink))) == self.accepted
            self.outbox.close()


def test_nothing_is_lost_and_nothing_overtakes(tmp_path_factory: pytest.TempPathFactory, sample: Alert) -> None:
    DeliveryMachine.folders = tmp_path_factory
    DeliveryMachine.template = sample
    machine = DeliveryMachine.TestCase
    machine.settings = settings(deadline=None, max_examples=25, stateful_step_count=20)
    machine("runTest").runTest()


def test_positions_compare_as_entries_do() -> None:
    assert NO_ENTRY < EntryId.parse("1-0") < EntryId.parse("1-1") < EntryId.parse("10-0")
    assert EntryId.parse("3-18446744073709551615").next() > EntryId(3, 5)
    assert dataclasses.astuple(EntryId.parse(str(EntryId(7, 8)))) == (7, 8)
    with pytest.raises(ValueError, match="stream entry id"):
        EntryId.parse("7")
