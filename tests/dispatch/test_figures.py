"""Figures of a period, in both kinds of database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.dispatch.figures import Delay, Figures, Span, figures_of_span, newest_event
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_words import Desk, Said
from pipeline.dispatch.standing import Word
from tests.dispatch.samples import NOW, SHANGHAI, alert, incoming, office

DAY = Span(NOW - timedelta(days=1), NOW + timedelta(days=1))
SAID = Said("officer-3")


@pytest.fixture
def worked(database: Database) -> Database:
    """Five events: two closed, one false, one acknowledged, one untouched; of two cells and severities."""
    alerts = [
        alert("a", grid="LZ-01"),
        alert("b", grid="LZ-01"),
        alert("c", grid="LZ-02", severity="minor"),
        alert("d", grid="LZ-02"),
        alert("e", grid="LZ-02", camera="yard"),
    ]
    Ledger(database).take(incoming(*alerts), office())
    desk = Desk(database, "linzi")
    for event, at_s, word in (
        *(("a", 60, Word.ACKNOWLEDGE), ("a", 100, Word.DISPOSE), ("a", 200, Word.VERIFY), ("a", 400, Word.CLOSE)),
        *(("b", 180, Word.ACKNOWLEDGE), ("b", 200, Word.DISPOSE), ("b", 300, Word.VERIFY), ("b", 800, Word.CLOSE)),
        *(("c", 300, Word.DISMISS), ("d", 300, Word.ACKNOWLEDGE)),
    ):
        desk.say(event, word, SAID, office(at_s))
    return database


def figures(database: Database, span: Span = DAY) -> Figures:
    with database.reading() as connection:
        return figures_of_span(connection, span, SHANGHAI)


def test_events_are_counted_by_place_with_what_people_made_of_them(worked: Database) -> None:
    found = figures(worked)
    assert (found.total.events, found.total.false, found.total.true, found.total.open) == (5, 1, 2, 2)
    assert [(one.key, one.events, one.false, one.true, one.open) for one in found.counts["grid"]] == [
        ("LZ-02", 3, 1, 0, 2),
        ("LZ-01", 2, 0, 2, 0),
    ]
    assert [(one.key, one.events) for one in found.counts["camera"]] == [("gate", 4), ("yard", 1)]
    assert [(one.key, one.events) for one in found.counts["severity"]] == [("critical", 4), ("minor", 1)]


def test_the_share_of_false_alarms_is_of_those_that_were_judged(worked: Database) -> None:
    rule = figures(worked).counts["rule"][0]
    assert (rule.key, rule.false_share) == ("fire-lane", 1 / 3)
    assert rule.false_interval.low < 1 / 3 < rule.false_interval.high
    assert figures(worked).counts["camera"][1].false_share is None


def test_delays_run_from_when_somebody_was_told(worked: Database) -> None:
    delays = {one.severity: one for one in figures(worked).delays}
    assert delays[""].acknowledge == Delay(3, 180.0, 276.0)
    assert delays["critical"].close == Delay(2, 600.0, 760.0)
    assert "minor" not in delays


def test_what_is_filtered_out_is_counted_nowhere(worked: Database) -> None:
    found = figures(worked, Span(DAY.since, DAY.until, (("grid", "LZ-02"), ("severity", "critical"))))
    assert (found.total.events, found.counts["grid"][0].key) == (2, "LZ-02")
    assert sum(found.by_hour.values()) == 2
    assert found.delays[0].acknowledge.events == 1
    assert figures(worked, Span(NOW, DAY.until)).total.events == 0


def test_hours_are_those_of_the_clock_on_the_wall(database: Database) -> None:
    """An hour that comes twice in autumn holds both; a zone may be off by half an hour."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    alerts = [alert(f"{n}").model_copy(update={"raised_at": first + timedelta(minutes=30 * n)}) for n in range(4)]
    Ledger(database).take(incoming(*alerts), office())
    span = Span(first - timedelta(days=1), first + timedelta(days=1))
    with database.reading() as connection:
        berlin = figures_of_span(connection, span, ZoneInfo("Europe/Berlin")).by_hour
        kolkata = figures_of_span(connection, span, ZoneInfo("Asia/Kolkata")).by_hour
        assert newest_event(connection) == first + timedelta(minutes=90)
    assert berlin == {("2026-10-25", 2): 3, ("2026-10-25", 3): 1}
    assert kolkata == {("2026-10-25", 6): 2, ("2026-10-25", 7): 2}


def test_an_empty_ledger_has_figures_too(database: Database) -> None:
    found = figures(database)
    assert (found.total.events, found.by_hour, found.delays[0].acknowledge) == (0, {}, Delay(0, None, None))
