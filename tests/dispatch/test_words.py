"""What people say: into the ledger and, where the pipeline has to know, into its commands, both or neither."""

from datetime import timedelta

import pytest

from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import File, event_file
from pipeline.dispatch.ledger_words import Desk, Said, Silence
from pipeline.dispatch.standing import Word
from pipeline.errors import UsageError
from pipeline.observation import CommandKind
from tests.dispatch.samples import NOW, alert, gone, incoming, office

SAID = Said("officer-3", "on my way")


@pytest.fixture
def desk(database: Database) -> Desk:
    Ledger(database).take(incoming(alert(), alert("held", review="pending")), office())
    return Desk(database, "linzi")


def file_of(database: Database, event: str = "event-1") -> File:
    with database.reading() as connection:
        return event_file(connection, event)


def commands(desk: Desk) -> list[tuple[str, str | None, str]]:
    return [(message.kind.value, message.event, message.camera) for _, message in desk.unsent()]


def test_the_whole_way_of_an_event(database: Database, desk: Desk) -> None:
    for after_s, word in ((60, Word.ACKNOWLEDGE), (600, Word.DISPOSE), (900, Word.VERIFY), (1000, Word.CLOSE)):
        desk.say("event-1", word, SAID, office(after_s))
    record = file_of(database).record
    assert record.standing == "closed"
    assert (record.acknowledged_at, record.disposed_at) == (office(60).now, office(600).now)
    assert (record.verified_at, record.closed_at) == (office(900).now, office(1000).now)
    assert (record.deadline_at, record.was_late) == (None, False)
    assert [(step.what, step.by, step.note) for step in file_of(database).steps[3:]] == [
        (word, "officer-3", "on my way") for word in ("acknowledge", "dispose", "verify", "close")
    ]
    assert commands(desk) == [("acknowledge", "event-1", "gate")]


def test_what_is_dealt_with_before_anybody_took_it_on_is_no_more_reminded_of(desk: Desk) -> None:
    desk.say("event-1", Word.DISPOSE, SAID, office(60))
    assert commands(desk) == [("acknowledge", "event-1", "gate")]


def test_a_confirmed_event_is_dispatched_and_the_pipeline_hears_of_it(database: Database, desk: Desk) -> None:
    record = desk.say("held", Word.CONFIRM, SAID, office(60))
    assert (record.standing, record.responsible, record.deadline_at) == ("open", "squad", office(360).now)
    assert [notice.kind for notice, _ in file_of(database, "held").notices] == ["raised"]
    assert commands(desk) == [("confirm", "held", "gate")]


def test_the_pipelines_echo_of_a_word_changes_nothing(database: Database, desk: Desk) -> None:
    desk.say("held", Word.CONFIRM, SAID, office(60))
    Ledger(database).take(incoming(alert("held", 1, review="confirmed")), office(61))
    assert [notice.kind for notice, _ in file_of(database, "held").notices] == ["raised"]


def test_a_false_alarm_ends_its_reminders(database: Database, desk: Desk) -> None:
    Ledger(database).pass_time(office(600))
    assert [fate for _, fate in file_of(database).notices] == ["waiting"] * 3
    desk.say("event-1", Word.DISMISS, SAID, office(700))
    assert [fate for _, fate in file_of(database).notices] == ["waiting", "dropped", "dropped"]
    assert file_of(database).record.was_late
    assert commands(desk) == [("dismiss", "event-1", "gate")]


def test_a_word_that_does_not_fit_leaves_no_trace(database: Database, desk: Desk) -> None:
    before = file_of(database)
    with pytest.raises(UsageError, match=r"close: does not fit an event that is open \(allowed: acknowledge"):
        desk.say("event-1", Word.CLOSE, SAID, office())
    assert file_of(database) == before
    assert commands(desk) == []


def test_what_the_camera_saw_leave_can_be_verified_at_once(database: Database, desk: Desk) -> None:
    Ledger(database).take(incoming(gone()), office(60))
    assert desk.say("event-1", Word.VERIFY, SAID, office(70)).standing == "verified"


def test_what_is_reopened_begins_anew(database: Database, desk: Desk) -> None:
    Ledger(database).pass_time(office(600))
    desk.say("event-1", Word.DISPOSE, SAID, office(700))
    record = desk.say("event-1", Word.REOPEN, Said("inspector"), office(1000))
    assert (record.standing, record.level, record.opened_at) == ("open", 0, office(1000).now)
    assert (record.disposed_at, record.deadline_at) == (None, office(1300).now)


def test_another_contact_becomes_responsible_and_is_told(database: Database, desk: Desk) -> None:
    record = desk.assign("event-1", "property", SAID, office(60))
    assert record.responsible == "property"
    notice, _ = file_of(database).notices[-1]
    assert (notice.kind, notice.contact) == ("assigned", "property")
    assert file_of(database).steps[-1].note == "squad -> property: on my way"
    with pytest.raises(UsageError, match="no contact 'nobody'"):
        desk.assign("event-1", "nobody", SAID, office())
    with pytest.raises(UsageError, match="does not fit an event that is held"):
        desk.assign("held", "property", SAID, office())


def test_photographs_come_with_a_word_or_a_note(database: Database, desk: Desk) -> None:
    desk.say("event-1", Word.DISPOSE, Said("officer-3", "", (("file:///a.jpg", "0a"),)), office())
    desk.note("event-1", Said("officer-3", "seen again", (("file:///b.jpg", "0b"),)), office())
    assert [(one.kind, one.uri, one.by) for one in file_of(database).attachments] == [
        ("photo", "file:///a.jpg", "officer-3"),
        ("photo", "file:///b.jpg", "officer-3"),
    ]


def test_a_camera_is_muted_until_a_moment(desk: Desk) -> None:
    until = NOW + timedelta(hours=2)
    desk.silence(Silence(CommandKind.MUTE, "gate", "fire-lane", until), SAID, NOW)
    [(number, message)] = desk.unsent()
    assert (message.kind, message.camera, message.rule, message.until) == (CommandKind.MUTE, "gate", "fire-lane", until)
    assert (message.event, message.by, message.reason) == (None, "officer-3", "on my way")
    desk.mark_sent([number], NOW)
    assert desk.unsent() == ()
    with pytest.raises(UsageError, match="expected a moment to come"):
        desk.silence(Silence(CommandKind.MUTE, "gate", None, NOW), SAID, NOW)
