"""Telling people, through Apprise to a web server."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update

from pipeline.dispatch.channels import Message, is_address, send
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import event_file
from pipeline.dispatch.ledger_tables import NOTICE
from pipeline.dispatch.notifier import Notifier
from pipeline.dispatch.office import Office
from pipeline.dispatch.routing import Route, Routing
from tests.dispatch.samples import EVIDENCE, NOW, SHANGHAI, alert, incoming, match, routing
from tests.dispatch.webhook import Webhook


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as server:
        yield server


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def fates(database: Database) -> list[str]:
    with database.reading() as connection:
        return [fate for _, fate in event_file(connection, "event-1").notices]


def table(hook: Webhook) -> Routing:
    return routing(Route(match(), "", ("property",)), channel=hook.url)


def test_everybody_is_told_once_with_the_picture(database: Database, hook: Webhook, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a b.jpg")
    evidence = EVIDENCE.model_copy(update={"snapshot": (tmp_path / "a b.jpg").as_uri()})
    Ledger(database).take(incoming(alert(evidence=evidence)), Office(table(hook), SHANGHAI, NOW))
    notifier, clock = Notifier(database, list[str]().append, longest_turn_s=60), Clock()
    assert notifier.send_some(table(hook), clock) == 2
    assert notifier.send_some(table(hook), clock) == 0
    assert [one["type"] for one in hook.got] == ["warning", "warning"]
    assert hook.titles[0].startswith("【新事件 new】严重 critical 消防通道占用")
    assert "网格 Grid: LZ-01" in str(hook.got[0]["message"]).splitlines()
    attachments = hook.got[0]["attachments"]
    assert isinstance(attachments, list)
    assert [one["filename"] for one in attachments] == ["a b.jpg"]
    assert fates(database) == ["sent", "sent"]


def test_a_service_that_refuses_is_tried_again_later_and_told_of_once(database: Database, hook: Webhook) -> None:
    told: list[str] = []
    notifier, clock = Notifier(database, told.append, longest_turn_s=60), Clock()
    Ledger(database).take(incoming(alert()), Office(routing(channel=hook.url), SHANGHAI, NOW))
    hook.status = 503
    for _ in range(3):
        assert notifier.send_some(routing(channel=hook.url), clock) == 0
    assert told == ["contact squad, json://***: the service did not take it (HTTP 503); tried again"]
    assert fates(database) == ["waiting: the service did not take it (HTTP 503)"]
    hook.status = 200
    clock.now += timedelta(seconds=11)
    assert notifier.send_some(routing(channel=hook.url), clock) == 1
    assert [("重复" in title) for title in hook.titles] == [False]
    assert fates(database) == ["sent"]


def test_a_service_that_does_not_answer_holds_up_nothing_but_notices(database: Database, hook: Webhook) -> None:
    ledger, office = Ledger(database), Office(routing(channel=hook.url), SHANGHAI, NOW)
    ledger.take(incoming(alert()), office)
    notifier, clock = Notifier(database, list[str]().append, longest_turn_s=0.1), Clock()
    hook.may_answer.clear()
    assert notifier.send_some(routing(channel=hook.url), clock) == 0
    ledger.take(incoming(alert("event-2")), office)
    assert notifier.send_some(routing(channel=hook.url), clock) == 0
    assert hook.got == []
    hook.may_answer.set()
    notifier.finish(clock)
    assert fates(database) == ["sent"]
    assert len(hook.got) == 1


def test_one_address_that_fails_holds_up_no_other(database: Database, hook: Webhook) -> None:
    good = table(hook)
    contacts = dict(good.contact_by_id)
    contacts["squad"] = replace(contacts["squad"], channels=routing().contact_by_id["squad"].channels)
    mixed = replace(good, contact_by_id=contacts)
    Ledger(database).take(incoming(*(alert(f"event-{n}") for n in range(1, 4))), Office(mixed, SHANGHAI, NOW))
    assert Notifier(database, list[str]().append, longest_turn_s=60).send_some(mixed, Clock()) == 3


def test_what_a_crash_leaves_in_doubt_is_sent_again_and_says_so(database: Database, hook: Webhook) -> None:
    Ledger(database).take(incoming(alert()), Office(routing(channel=hook.url), SHANGHAI, NOW))
    with database.writing() as connection:
        connection.execute(update(NOTICE).values(tried_at=NOW, tries=1))
    assert Notifier(database, list[str]().append, longest_turn_s=60).send_some(routing(channel=hook.url), Clock()) == 1
    assert hook.titles[0].endswith("（可能重复 possibly repeated）")


def test_after_a_day_it_is_dropped_and_written_down(database: Database, hook: Webhook) -> None:
    told: list[str] = []
    clock = Clock()
    Ledger(database).take(incoming(alert()), Office(routing(channel=hook.url), SHANGHAI, NOW))
    hook.status = 500
    clock.now += timedelta(hours=25)
    Notifier(database, told.append, longest_turn_s=60).send_some(routing(channel=hook.url), clock)
    assert fates(database) == ["dropped: the service did not take it (HTTP 500)"]
    with database.reading() as connection:
        assert event_file(connection, "event-1").steps[-1].what == "not told"
    assert told[-1].startswith("event event-1: contact squad was not told")


def test_a_contact_that_left_the_table_is_dropped(database: Database, hook: Webhook) -> None:
    Ledger(database).take(incoming(alert()), Office(routing(channel=hook.url), SHANGHAI, NOW))
    without = replace(routing(channel=hook.url), contact_by_id={})
    assert Notifier(database, list[str]().append, longest_turn_s=60).send_some(without, Clock()) == 0
    assert fates(database) == ["dropped: the routing table has no such address any more"]


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        ("wecombot://abcdefghijklmnopqrstuvwxyz", True),
        ("dingtalk://secret@abcdefghijkl/13800000000", True),
        ("feishu://abcdefghijklmnop", True),
        ("mailto://user:geheim@example.com", True),
        ("json://127.0.0.1/x", True),
        ("nothing://x", False),
        ("", False),
        ("json://", False),
    ],
)
def test_which_addresses_are_known(url: str, is_known: bool) -> None:  # noqa: FBT001
    assert is_address(url) is is_known


def test_no_log_line_gives_an_address_away(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        fault = send("json://user:geheim@127.0.0.1:9/geheim", Message("t", "b", is_grave=False))
        is_address("wecombot://geheim !")
        is_address("dingtalk://geheim")
    assert fault == "the service did not take it"
    assert "geheim" not in caplog.text + "".join(capfd.readouterr())


def test_the_try_is_noted_on_disk_before_anything_is_sent(sqlite: Database) -> None:
    noted: list[bool] = []

    class Looking(Webhook):
        def take(self, body: dict[str, object]) -> None:
            del body
            with sqlite.reading() as connection:
                noted.append(connection.execute(select(NOTICE.c.tried_at)).scalar_one() is not None)

    with Looking() as hook:
        Ledger(sqlite).take(incoming(alert()), Office(routing(channel=hook.url), SHANGHAI, NOW))
        Notifier(sqlite, list[str]().append, longest_turn_s=60).send_some(routing(channel=hook.url), Clock())
    assert noted == [True]
