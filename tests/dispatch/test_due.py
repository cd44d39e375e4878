"""The database names the events that time does something to: none is left out, and few others are named."""

from dataclasses import asdict, replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from pipeline.dispatch.deadlines import Deadlines
from pipeline.dispatch.late import late_change
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_due import may_be_due
from pipeline.dispatch.ledger_tables import EVENT
from pipeline.dispatch.office import Office
from pipeline.dispatch.record import Record, first
from pipeline.dispatch.standing import Standing
from tests.dispatch.samples import LIMITS, NOW, SHANGHAI, alert, incoming, office, routing

NEVER = Deadlines(timedelta(0), timedelta(0), timedelta(0), timedelta(0))
_minutes = st.integers(-40, 5).map(lambda minutes: NOW + timedelta(minutes=minutes))
_maybe = st.none() | _minutes
_limits = st.sampled_from(
    [LIMITS, NEVER, replace(LIMITS, acknowledge=timedelta(0)), replace(NEVER, dispose=LIMITS.dispose)]
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    made = first(alert(severity=draw(st.sampled_from(["major", "critical"]))), draw(st.sampled_from(Standing)), NOW)
    return replace(
        made,
        severity=draw(st.sampled_from([made.severity, "unheard-of"])),
        received_at=draw(_minutes),
        opened_at=draw(_maybe),
        deadline_at=draw(_maybe),
        reminded_at=draw(_maybe),
        escalated_at=draw(_maybe),
        level=draw(st.integers(0, 3)),
        was_late=draw(st.booleans()),
    )


@given(some=st.lists(records(), min_size=8, max_size=20), critical=_limits, major=_limits)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_event_that_is_due_is_named_by_the_database(
    database: Database, some: list[Record], critical: Deadlines, major: Deadlines
) -> None:
    table = routing()
    now = Office(replace(table, deadlines_by_severity={"critical": critical, "major": major}), SHANGHAI, NOW)
    named = [replace(one, id=f"event-{number}") for number, one in enumerate(some)]
    with database.writing() as connection:
        connection.execute(delete(EVENT))
        connection.execute(insert(EVENT), [asdict(one) for one in named])
        found = set(connection.execute(select(EVENT.c.id).where(may_be_due(now))).scalars())
    assert found >= {one.id for one in named if late_change(one, now) is not None}


def test_of_a_thousand_open_events_the_one_that_is_due_is_named(database: Database) -> None:
    Ledger(database).take(incoming(alert("early")), office(-300))
    Ledger(database).take(incoming(*(alert(f"event-{number}") for number in range(1000))), office(0))
    with database.reading() as connection:
        found = connection.execute(select(EVENT.c.id).where(may_be_due(office(0)))).scalars().all()
    assert found == ["early"]
