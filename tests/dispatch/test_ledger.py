"""The ledger in SQLite and in PostgreSQL: each message once, all of it or nothing, in order."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from pipeline.alerts.message import Alert
from pipeline.dispatch.change import Attachment, Step
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import (
    Database,
    LedgerAwayError,
    LedgerRefusedError,
    postgres_database,
    sqlite_database,
)
from pipeline.dispatch.ledger_queries import File, Filter, event_file, figures, listed
from pipeline.dispatch.ledger_tables import ATTACHMENT, EVENT, MESSAGE, METADATA, NOTICE, STEP
from pipeline.dispatch.ledger_words import Desk, Said
from pipeline.dispatch.notice import Notice
from pipeline.dispatch.record import Record
from pipeline.dispatch.standing import Standing, Word
from pipeline.errors import StateError, UsageError
from pipeline.rules.episode import State
from tests.dispatch.samples import EVIDENCE, NOW, alert, gone, incoming, office, routing


def take(database: Database, *alerts: Alert, after_s: float = 0.0) -> int:
    return Ledger(database).take(incoming(*alerts), office(after_s))


def file_of(database: Database, event: str = "event-1") -> File:
    with database.reading() as connection:
        return event_file(connection, event)


def whats(file: File) -> list[str]:
    return [step.what for step in file.steps]


def told(file: File) -> list[tuple[str, str]]:
    return [(notice.kind, notice.contact) for notice, _ in file.notices]


def messages(database: Database) -> list[tuple[str, int]]:
    with database.reading() as connection:
        rows = connection.execute(select(MESSAGE.c.event, MESSAGE.c.revision).order_by(MESSAGE.c.seq))
        return [(row.event, row.revision) for row in rows]


def test_an_alert_is_opened_and_its_officer_told(database: Database) -> None:
    assert take(database, alert(evidence=EVIDENCE)) == 1
    file = file_of(database)
    assert (file.record.standing, file.record.responsible) == ("open", "squad")
    assert (file.record.opened_at, file.record.deadline_at) == (NOW, office(300).now)
    assert whats(file) == ["raised", "opened", "dispatched"]
    assert told(file) == [("raised", "squad")]
    assert [(one.kind, one.sha256) for one in file.attachments] == [("snapshot", "0a"), ("frame", "0b")]
    [(notice, fate)] = file.notices
    assert fate == "waiting"
    assert notice.title == "【新事件 new】严重 critical 消防通道占用 Fire lane blocked · 东门 / 北侧"
    assert "期限 Deadline: 2026-01-05 12:05:00" in notice.body.splitlines()


def test_an_event_for_which_another_speaks_is_held_until_it_speaks_for_itself(database: Database) -> None:
    joined = alert("event-2").model_copy(update={"merged_into": "event-1"})
    take(database, alert(), joined)
    assert file_of(database, "event-2").record.standing == "held"
    assert told(file_of(database, "event-2")) == []
    take(database, gone(), alert("event-2", 1, State.UPDATED))
    assert file_of(database, "event-2").record.standing == "open"
    assert told(file_of(database, "event-2")) == [("raised", "squad")]


def test_an_event_that_is_over_while_another_speaks_for_it_is_closed_and_told_to_nobody(database: Database) -> None:
    joined, over = ({"merged_into": "event-1"} for _ in range(2))
    take(database, alert(), alert("event-2").model_copy(update=joined), gone("event-2").model_copy(update=over))
    file = file_of(database, "event-2")
    assert (file.record.standing, told(file)) == ("closed", [])
    assert file.steps[-1].note == "told by event event-1"


def test_a_clip_that_comes_after_the_end_is_attached_and_nobody_is_told_again(database: Database) -> None:
    clip = EVIDENCE.model_copy(update={"clip": "file:///evidence/clip.mp4", "clip_sha256": "0c"})
    late = gone(revision=2).model_copy(update={"evidence": clip})
    take(database, alert(evidence=EVIDENCE), gone(), late)
    file = file_of(database)
    assert told(file) == [("raised", "squad"), ("cleared", "squad")]
    assert [one.kind for one in file.attachments] == ["snapshot", "frame", "clip"]


def test_the_picture_in_which_the_object_is_seen_best_is_attached_once(database: Database) -> None:
    best = EVIDENCE.model_copy(update={"best": "file:///evidence/best.jpg", "best_sha256": "0d"})
    update = alert(revision=1, state=State.UPDATED, evidence=best)
    take(database, alert(evidence=EVIDENCE), update, gone(revision=2).model_copy(update={"evidence": best}))
    found = [(one.kind, one.uri, one.sha256) for one in file_of(database).attachments]
    assert found[2:] == [("best", "file:///evidence/best.jpg", "0d")]


def test_each_revision_counts_once_however_often_it_comes(database: Database) -> None:
    assert take(database, alert(), alert(), alert(evidence=EVIDENCE)) == 1
    assert take(database, alert(), alert(revision=1, state=State.UPDATED)) == 1
    assert messages(database) == [("event-1", 0), ("event-1", 1)]
    assert whats(file_of(database)) == ["raised", "opened", "dispatched", "updated"]


def test_what_waits_for_confirmation_is_told_to_nobody_until_it_has_come(database: Database) -> None:
    take(database, alert(review="pending"), alert(revision=1, state=State.UPDATED, review="pending"))
    assert file_of(database).record.standing == "held"
    assert told(file_of(database)) == []
    take(database, alert(revision=2, state=State.UPDATED, review="confirmed"))
    assert file_of(database).record.standing == "open"
    assert told(file_of(database)) == [("raised", "squad")]


def test_what_an_operator_dismissed_elsewhere_is_dismissed_here(database: Database) -> None:
    take(database, alert(), alert(revision=1, state=State.CLEARED, reason="dismissed", review="dismissed"))
    assert file_of(database).record.standing == "dismissed"
    assert told(file_of(database)) == [("raised", "squad")]


def test_what_was_opened_again_stays_open_though_a_message_repeats_that_it_was_dismissed(database: Database) -> None:
    dismissed = alert(revision=1, state=State.CLEARED, reason="dismissed", review="dismissed")
    take(database, alert(), dismissed)
    Desk(database, "linzi").say("event-1", Word.REOPEN, Said("olivia", "a car all the same"), office(60))
    take(database, dismissed.model_copy(update={"revision": 2}))
    assert file_of(database).record.standing == "open"


def test_what_the_camera_saw_leave_offers_itself_as_verification(database: Database) -> None:
    take(database, alert(), gone())
    file = file_of(database)
    assert (file.record.standing, file.record.has_left) == ("open", True)
    assert whats(file)[-2:] == ["cleared", "offered"]
    assert told(file)[-1] == ("cleared", "squad")
    assert "可据此核查" in file.notices[-1][0].body


def test_what_ended_otherwise_does_not(database: Database) -> None:
    take(database, alert(), gone(reason="gone_during_gap"))
    assert not file_of(database).record.has_left
    assert "offered" not in whats(file_of(database))


def test_a_graver_one_has_less_time_and_is_told(database: Database) -> None:
    take(database, alert(severity="minor"))
    take(database, alert(revision=1, state=State.UPDATED, severity="critical"), after_s=60)
    file = file_of(database)
    assert file.record.severity == "critical"
    assert whats(file)[-2:] == ["updated", "severity"]
    assert told(file)[-1] == ("graver", "squad")


def test_where_the_responsible_contact_is_no_longer_in_the_table_the_fallback_is_told(database: Database) -> None:
    take(database, alert(severity="minor"))
    table = routing()
    without = replace(table, contact_by_id={key: one for key, one in table.contact_by_id.items() if key != "squad"},
                      cell_by_id={})  # fmt: skip
    graver = alert(revision=1, state=State.UPDATED, severity="critical")
    Ledger(database).take(incoming(graver), office(60, table=without))
    assert told(file_of(database))[-1] == ("graver", "centre")
    Ledger(database).pass_time(office(60 + 600, table=without))
    assert ("reminder", "centre") in told(file_of(database))
    Ledger(database).take(incoming(gone(revision=2)), office(700, table=without))
    assert told(file_of(database))[-1] == ("cleared", "centre")


def test_an_older_revision_that_comes_late_is_written_down_and_changes_nothing(database: Database) -> None:
    take(database, gone(revision=2))
    take(database, alert(revision=1, state=State.UPDATED))
    record = file_of(database).record
    assert (record.revision, record.alert_state) == (2, "cleared")
    assert messages(database) == [("event-1", 2), ("event-1", 1)]


def test_time_reminds_and_escalates_and_remembers_that_it_was_late(database: Database) -> None:
    ledger = Ledger(database)
    take(database, alert())
    assert ledger.pass_time(office(299)) == 0
    assert ledger.pass_time(office(300)) == 1
    assert ledger.pass_time(office(301)) == 0
    assert ledger.pass_time(office(600)) == 1
    assert ledger.pass_time(office(1200)) == 1
    file = file_of(database)
    assert told(file)[1:] == [
        ("escalated", "centre"),
        ("reminder", "squad"),
        ("escalated", "district"),
        ("reminder", "squad"),
    ]
    assert (file.record.level, file.record.was_late) == (2, True)


def test_a_batch_of_which_one_is_refused_is_not_applied_at_all(postgresql: Database) -> None:
    with pytest.raises(LedgerRefusedError, match="postgresql: refused"):
        take(postgresql, alert("good"), alert("bad", text="a\0b"))
    assert messages(postgresql) == []
    assert take(postgresql, alert("good")) == 1


def test_a_database_that_may_only_be_read_is_away_and_no_message_is_to_blame(postgresql: Database) -> None:
    with postgresql.writing() as connection:
        connection.execute(text("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on"))
    postgresql.close()
    try:
        with pytest.raises(LedgerAwayError, match="read-only"):
            take(postgresql, alert())
    finally:
        with postgresql.reading() as connection:
            connection.execute(text("SET TRANSACTION READ WRITE"))
            connection.execute(text("ALTER ROLE CURRENT_USER SET default_transaction_read_only = off"))
            connection.commit()
        postgresql.close()
    assert take(postgresql, alert()) == 1


def test_many_at_once_in_order_of_their_cameras(database: Database) -> None:
    alerts = [alert(f"event-{n}", camera=f"camera-{n % 7}") for n in range(300)]
    for start in range(0, 300, 64):
        take(database, *alerts[start : start + 64])
    assert messages(database) == [(one.id, 0) for one in alerts]


def test_figures_of_each_cell(database: Database) -> None:
    take(database, alert("a"), alert("b", grid="LZ-02"), alert("c", review="pending"))
    take(database, alert("b", 1, State.CLEARED, reason="dismissed", grid="LZ-02"))
    with database.reading() as connection:
        first, second = figures(connection, Filter(), office(400).now)
    assert (first.grid, first.total, first.held, first.working, first.late) == ("LZ-01", 2, 1, 1, 1)
    assert (second.grid, second.total, second.dismissed, second.late) == ("LZ-02", 1, 1, 0)


def test_lists_are_filtered(database: Database) -> None:
    take(database, alert("a"), alert("b", grid="LZ-02", severity="minor"), alert("c", review="pending"))
    filters = {
        "standing": Filter((Standing.HELD,)),
        "grid": Filter(grid="LZ-02"),
        "responsible": Filter(responsible="squad"),
        "severity": Filter(severity="minor"),
        "late": Filter(is_late_at=office(400).now),
        "not yet": Filter(is_late_at=office(200).now),
        "since": Filter(since=NOW),
        "until": Filter(until=NOW),
    }
    with database.reading() as connection:
        got = {name: sorted(one.id for one in listed(connection, wanted)) for name, wanted in filters.items()}
    assert got == {
        "standing": ["c"],
        "grid": ["b"],
        "responsible": ["a"],
        "severity": ["b"],
        "late": ["a", "b"],
        "not yet": [],
        "since": [],
        "until": ["a", "b", "c"],
    }


def test_an_event_is_found_by_the_beginning_of_its_id(database: Database) -> None:
    take(database, alert("abcdef"), alert("abcxyz"))
    assert file_of(database, "abcd").record.id == "abcdef"
    for wrong, reason in (("abc", "not in the ledger"), ("zzzz", "not in the ledger"), ("%%%%", "not in the ledger")):
        with pytest.raises(UsageError, match=reason):
            file_of(database, wrong)
    take(database, alert("abcdxx"))
    with pytest.raises(UsageError, match=r"several begin so \(abcdef, abcdxx\)"):
        file_of(database, "abcd")


def test_the_migrations_make_the_tables_that_the_program_uses(database: Database) -> None:
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": "ledger_version"})
        differences = compare_metadata(context, METADATA)
    # SQLite alone has it: the program's tables are those of both databases.
    assert [one for one in differences if getattr(one[1], "name", None) != "event_figures"] == []


def test_values_and_tables_have_the_same_names() -> None:
    for value, table in ((Record, EVENT), (Step, STEP), (Attachment, ATTACHMENT), (Notice, NOTICE)):
        assert {field.name for field in fields(value)} <= set(table.c.keys())
    assert {field.name for field in fields(Record)} == set(EVENT.c.keys())


def test_a_ledger_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    database = sqlite_database(path)
    with database.writing() as connection:
        connection.execute(text("UPDATE ledger_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StateError, match="of a later version than this program"):
        sqlite_database(path)


def test_a_ledger_that_is_opened_again_is_the_same(tmp_path: Path) -> None:
    for revision in range(3):
        database = sqlite_database(tmp_path / "a%b" / "ledger.sqlite")
        assert take(database, alert(revision=revision)) == 1
        database.close()


@pytest.mark.parametrize(
    ("address", "error", "reason"),
    [
        ("postgresql://ledger:geheim@127.0.0.1:9/ledger", LedgerAwayError, "cannot be used now"),
        ("mysql://ledger:geheim@127.0.0.1/ledger", UsageError, "allowed is postgresql://"),
    ],
)
def test_an_address_that_does_not_answer_or_fit_is_told_without_its_password(
    address: str, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason) as caught:
        postgres_database(address, "postgresql://***@host/ledger")
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no database at all, " * 100)
    with pytest.raises(StateError, match=r"ledger\.sqlite: .*not a database"):
        sqlite_database(tmp_path / "ledger.sqlite")


def test_two_processes_write_at_the_same_time_and_neither_is_lost(sqlite: Database) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pipeline.dispatch.ledger import Ledger\n"
        "from pipeline.dispatch.ledger_database import sqlite_database\n"
        "from tests.dispatch.samples import alert, incoming, office\n"
        "ledger = Ledger(sqlite_database(Path(sys.argv[1])))\n"
        "for n in range(40):\n"
        "    ledger.take(incoming(alert(f'{sys.argv[2]}-{n}'), alert(f'both-{n}')), office())\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, sqlite.shown, name]) for name in ("a", "b")]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(messages(sqlite)) == 120
    with sqlite.reading() as connection:
        assert connection.execute(select(func.count()).select_from(NOTICE)).scalar_one() == 120


STORIES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["raised", "updated", "cleared"]), st.integers(1, 4)), max_size=14
)


@settings(max_examples=30, deadline=None)
@given(STORIES, st.data())
def test_whatever_comes_twice_and_in_whatever_batches_the_ledger_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, story: Sequence[tuple[int, str, int]], data: st.DataObject
) -> None:
    revisions: dict[int, int] = {}
    sent = []
    for event, state, times in story:
        revision = revisions[event] = revisions.get(event, -1) + 1
        one = alert(f"event-{event}", revision, State(state), reason="left" if state == "cleared" else None)
        sent += [one] * times
    folder = tmp_path_factory.mktemp("ledgers")
    whole, parts = sqlite_database(folder / "whole"), sqlite_database(folder / "parts")
    if sent:
        take(whole, *sent)
    while sent:
        n = data.draw(st.integers(1, len(sent)))
        # A batch that was written and not acknowledged comes again.
        for _ in range(data.draw(st.integers(1, 2))):
            take(parts, *sent[:n])
        sent = sent[n:]
    assert messages(whole) == messages(parts)
    for event in revisions:
        assert file_of(whole, f"event-{event}") == file_of(parts, f"event-{event}")
    whole.close()
    parts.close()
