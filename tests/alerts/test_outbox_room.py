"""What an outbox gives up where it must, in which order, and what it never does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.alerts.delivery import Delivery, Reached
from pipeline.alerts.memory_stream import MemorySink
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.outbox_room import NOTHING, Bounds, GivenUp
from pipeline.rules.episode import State
from tests.alerts.servers import Clock
from tests.dispatch.samples import alert, gone

LONG = "x" * 20_000


def tell(outbox: Outbox, event: str, *states: State) -> None:
    for revision, state in enumerate(states):
        outbox.append(alert(event, revision, state, text=LONG, reason="left" if state is State.CLEARED else None))


def here(outbox: Outbox) -> list[tuple[str, str]]:
    return [(item.event, item.state) for item in outbox.waiting(10_000)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def small(tmp_path: Path, clock: Clock) -> Iterator[Outbox]:
    """It holds some 25 long messages."""
    with Outbox(tmp_path, clock, Bounds(most=500_000, least=0, left_to_others=0)) as outbox:
        yield outbox


def test_an_outbox_that_has_room_gives_nothing_up(small: Outbox) -> None:
    tell(small, "e1", State.RAISED, State.UPDATED, State.UPDATED, State.CLEARED)
    assert small.make_room() == NOTHING
    assert len(here(small)) == 4


def test_what_was_sent_goes_first(small: Outbox, clock: Clock) -> None:
    for n in range(10):
        tell(small, f"sent-{n}", State.RAISED, State.CLEARED)
    Delivery(small, MemorySink(), clock, at_once=False).offer()
    tell(small, "waits", State.RAISED, *[State.UPDATED] * 8, State.CLEARED)
    given_up = small.make_room()
    assert 3 <= given_up.sent <= 14
    assert given_up == GivenUp(sent=given_up.sent)
    assert len(here(small)) == 10


def test_then_updates_that_were_overtaken_the_oldest_first(small: Outbox) -> None:
    tell(small, "open", State.RAISED, *[State.UPDATED] * 30)
    given_up = small.make_room()
    assert given_up == GivenUp(overtaken=given_up.overtaken)
    assert 5 <= given_up.overtaken <= 14
    assert [item.state for item in small.waiting(100)] == ["raised", *["updated"] * (30 - given_up.overtaken)]
    assert small.last_of("open") == alert("open", 30, State.UPDATED, text=LONG).to_json()


def test_then_whole_events_that_are_over_and_that_nobody_has_heard_of(small: Outbox) -> None:
    for n in range(20):
        tell(small, f"over-{n}", State.RAISED, State.CLEARED)
    given_up = small.make_room()
    assert given_up == GivenUp(unheard=given_up.unheard)
    gone_events = given_up.unheard // 2
    assert 7 <= gone_events <= 12
    kept = [(f"over-{n}", state) for n in range(gone_events, 20) for state in ("raised", "cleared")]
    assert here(small) == kept


def test_never_what_is_open_nor_the_end_of_what_somebody_has_heard_of(small: Outbox, clock: Clock) -> None:
    for n in range(20):
        tell(small, f"heard-{n}", State.RAISED)
    Delivery(small, MemorySink(), clock, at_once=False).offer()
    for n in range(20):
        small.append(gone(f"heard-{n}"))
        tell(small, f"open-{n}", State.RAISED)
    expected = [line for n in range(20) for line in ((f"heard-{n}", "cleared"), (f"open-{n}", "raised"))]
    for _ in range(3):
        given_up = small.make_room()
        assert (given_up.overtaken, given_up.unheard) == (0, 0)
    assert here(small) == expected


def test_a_server_that_is_away_for_ever_does_not_fill_the_disk_and_what_was_given_up_is_told(
    tmp_path: Path, clock: Clock
) -> None:
    sink = MemorySink()
    sink.is_away = True
    n_given_up = 0
    with Outbox(tmp_path, clock, Bounds(most=500_000, least=0, left_to_others=0)) as outbox:
        delivery = Delivery(outbox, sink, clock, at_once=False)
        for n in range(300):
            tell(outbox, f"e{n}", State.RAISED, State.UPDATED, State.CLEARED)
            clock.advance(60)
            given_up = delivery.offer().given_up
            n_given_up += given_up.overtaken + given_up.unheard
        assert sum(file.stat().st_size for file in tmp_path.glob("outbox.sqlite")) < 1_500_000
        kept = outbox.waiting_count()
        assert kept + n_given_up == 900
        sink.is_away = False
        clock.advance(60)
        offer = delivery.offer()
        assert (offer.reached, offer.sent) == (Reached.ALL_SENT, kept)


def test_a_disk_with_little_room_counts_what_the_file_has_free(tmp_path: Path, clock: Clock) -> None:
    plenty = 1 << 60
    with Outbox(tmp_path, clock, Bounds(most=plenty, least=300_000, left_to_others=plenty)) as outbox:
        for n in range(20):
            tell(outbox, f"over-{n}", State.RAISED, State.CLEARED)
        assert outbox.make_room().unheard > 10
        assert len(here(outbox)) > 8
