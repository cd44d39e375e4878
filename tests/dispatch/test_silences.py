"""What is silent now: the last word about each camera and rule counts."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.dispatch.ledger_database import Database, sqlite_database
from pipeline.dispatch.ledger_words import Desk, Said, Silence
from pipeline.dispatch.silences import silent_at
from pipeline.errors import UsageError
from pipeline.observation import CommandKind
from tests.dispatch.samples import NOW

SAID = Said("officer-3", "roadworks")


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def mute(camera: str, rule: str | None, until_h: float) -> Silence:
    return Silence(CommandKind.MUTE, camera, rule, NOW + hours(until_h))


def silent(database: Database, at_h: float = 0.5) -> list[tuple[str, str | None, float]]:
    with database.reading() as connection:
        found = silent_at(connection, NOW + hours(at_h))
    return [(one.command.camera, one.command.rule, (one.until - NOW) / hours(1)) for one in found]


def test_what_ends_first_comes_first_and_what_has_ended_is_gone(database: Database) -> None:
    desk = Desk(database, "linzi")
    desk.silence_all((mute("gate", "waste", 3), mute("yard", "waste", 1)), SAID, NOW)
    assert silent(database) == [("yard", "waste", 1), ("gate", "waste", 3)]
    assert silent(database, 1) == [("gate", "waste", 3)]


def test_a_later_word_takes_the_place_of_an_earlier_one(database: Database) -> None:
    desk = Desk(database, "linzi")
    desk.silence(mute("gate", "waste", 5), SAID, NOW)
    desk.silence(mute("gate", "waste", 0.2), SAID, NOW + hours(0.1))
    assert silent(database) == []
    desk.silence(mute("gate", "waste", 2), SAID, NOW + hours(0.3))
    assert silent(database) == [("gate", "waste", 2)]


def test_a_word_about_the_whole_camera_goes_for_each_of_its_rules(database: Database) -> None:
    desk = Desk(database, "linzi")
    desk.silence_all((mute("gate", "waste", 5), mute("yard", "waste", 5)), SAID, NOW)
    desk.silence(mute("gate", None, 2), SAID, NOW + hours(0.1))
    assert silent(database) == [("gate", None, 2), ("yard", "waste", 5)]


def test_of_several_silences_all_are_taken_or_none(database: Database) -> None:
    desk = Desk(database, "linzi")
    with pytest.raises(UsageError, match="a moment to come"):
        desk.silence_all((mute("gate", "waste", 5), mute("yard", "waste", -1)), SAID, NOW)
    assert silent(database) == []
    assert desk.unsent() == ()


def test_a_word_that_is_sent_is_known_as_such(database: Database) -> None:
    desk = Desk(database, "linzi")
    desk.silence(mute("gate", None, 5), SAID, NOW)
    with database.reading() as connection:
        assert not silent_at(connection, NOW)[0].is_sent
    desk.mark_sent([number for number, _ in desk.unsent()], NOW)
    with database.reading() as connection:
        assert silent_at(connection, NOW)[0].is_sent


def test_silences_of_a_ledger_of_the_first_version_are_known_after_it_was_brought_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    database = sqlite_database(path)
    Desk(database, "linzi").silence(mute("gate", "waste", 5), SAID, NOW)
    with database.writing() as connection:
        for name in ("command_by_silence", "event_by_received", "event_figures"):
            connection.execute(text(f"DROP INDEX {name}"))
        connection.execute(text("ALTER TABLE command DROP COLUMN silent_until"))
        connection.execute(text("DROP TABLE missed"))
        connection.execute(text("UPDATE ledger_version SET version_num = '0001'"))
    database.close()
    again = sqlite_database(path)
    assert silent(again) == [("gate", "waste", 5)]
    again.close()
