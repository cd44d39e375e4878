from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipeline.dispatch.feedback import ledger_labels
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import sqlite_database
from pipeline.dispatch.ledger_words import Desk, Said
from pipeline.dispatch.missed import Missed, missed_listed, note_missed, take_back_missed
from pipeline.dispatch.standing import Word
from pipeline.replay.truth import Verdict
from tests.dispatch.samples import NOW, alert, gone, incoming, office

SAID = Said("officer-3", "seen")


def test_what_was_dismissed_is_false_what_was_dealt_with_true_and_what_nobody_saw_no_label(tmp_path: Path) -> None:
    database = sqlite_database(tmp_path / "ledger.sqlite")
    try:
        names = ("dismissed", "disposed", "verified", "acknowledged", "open", "left")
        Ledger(database).take(incoming(*(alert(name) for name in names), gone("left")), office())
        desk = Desk(database, "linzi")
        desk.say("dismissed", Word.DISMISS, SAID, office(60))
        for name in ("disposed", "verified", "acknowledged"):
            desk.say(name, Word.ACKNOWLEDGE, SAID, office(60))
        for name in ("disposed", "verified"):
            desk.say(name, Word.DISPOSE, SAID, office(120))
        desk.say("verified", Word.VERIFY, SAID, office(180))
        labels = {label.event: label for label in ledger_labels(database, "fire-lane")}
        assert {event: label.verdict for event, label in labels.items()} == {
            "dismissed": Verdict.FALSE,
            "disposed": Verdict.TRUE,
            "verified": Verdict.TRUE,
        }
        one = labels["verified"]
        assert (one.camera, one.rule, one.zone) == ("gate", "fire-lane", "lane")
        assert one.start == (NOW.timestamp() - 120) * 1e9
        assert ledger_labels(database, "another") == ()
    finally:
        database.close()


def test_what_was_missed_is_a_label_of_its_rule_until_it_is_taken_back(tmp_path: Path) -> None:
    database = sqlite_database(tmp_path / "ledger.sqlite")
    try:
        one = Missed("gate", "fire-lane", "lane", NOW, NOW + timedelta(seconds=90), "a van", "olivia", NOW)
        with database.writing() as connection:
            number = note_missed(connection, one)
            note_missed(connection, replace(one, rule="another"))
        (label,) = ledger_labels(database, "fire-lane")
        assert (label.camera, label.rule, label.zone, label.note) == ("gate", "fire-lane", "lane", "a van")
        assert (label.verdict, label.event) == (Verdict.MISSED, "")
        assert (label.start, label.end - label.start) == (NOW.timestamp() * 1e9, 90 * 10**9)
        assert len(ledger_labels(database)) == 2
        with database.writing() as connection:
            assert take_back_missed(connection, number)
            assert not take_back_missed(connection, number)
            assert [left.rule for left in missed_listed(connection)] == ["another"]
        assert ledger_labels(database, "fire-lane") == ()
    finally:
        database.close()
