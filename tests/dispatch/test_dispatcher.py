"""The reference dispatcher on a real Redis, a real ledger and a real web server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.alerts.command_message import parse_command
from pipeline.alerts.server import Server
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.dispatcher import Dispatcher, Surroundings
from pipeline.dispatch.group import dead_letters
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import File, Filter, event_file, listed
from pipeline.dispatch.ledger_words import Desk, Said
from pipeline.dispatch.office import Office
from pipeline.dispatch.standing import Word
from tests.alerts.servers import Clock, RunningServer
from tests.dispatch.samples import NOW, SHANGHAI, alert, gone, incoming, office, routing
from tests.dispatch.test_client import Told, entries, publish
from tests.dispatch.webhook import Webhook

START_NS = round(NOW.timestamp()) * 1_000_000_000


class Desktop:
    """Everything around one dispatcher."""

    def __init__(self, server: RunningServer, database: Database, hook: Webhook) -> None:
        self.server, self.database, self.hook = server, database, hook
        self.told, self.clock = Told(), Clock(START_NS)

    def dispatcher(self) -> Dispatcher:
        settings = ClientSettings("desk", "one", most_tries=3)
        client = AlertClient(Server(self.server.client, "redis"), settings, told=self.told, sleep=lambda _: None)
        around = Surroundings(
            client, self.database, "linzi", SHANGHAI, self.told, now_ns=self.clock, sleep=lambda _: None
        )
        return Dispatcher(around, routing(channel=self.hook.url))

    def file(self, event: str = "event-1") -> File:
        with self.database.reading() as connection:
            return event_file(connection, event)

    def events(self) -> set[str]:
        with self.database.reading() as connection:
            return {one.id for one in listed(connection, Filter())}


@pytest.fixture
def desktop(tmp_path: Path, database: Database) -> Iterator[Desktop]:
    with RunningServer(tmp_path / "server") as server, Webhook() as hook:
        yield Desktop(server, database, hook)


def pending(desktop: Desktop) -> int:
    with desktop.server.client() as redis:
        return int(redis.xpending("smart-alert:alerts", "desk")["pending"])


def test_from_the_stream_to_the_people_and_into_the_ledger(desktop: Desktop) -> None:
    with desktop.server.client() as redis:
        publish(redis, alert(), gone())
    assert desktop.dispatcher().turn()
    assert [title.partition("】")[0] for title in desktop.hook.titles] == ["【新事件 new", "【现场已恢复 cleared"]
    assert desktop.file().record.has_left
    assert pending(desktop) == 0


def test_what_waits_for_confirmation_is_told_when_a_person_has_confirmed_it(desktop: Desktop) -> None:
    dispatcher = desktop.dispatcher()
    with desktop.server.client() as redis:
        publish(redis, alert(review="pending"))
        dispatcher.turn()
        assert desktop.hook.titles == []
        Desk(desktop.database, "linzi").say("event-1", Word.CONFIRM, Said("operator"), office(5))
        dispatcher.turn()
        assert len(desktop.hook.titles) == 1
        [sent] = [parse_command(one["command"]) for one in entries(redis, "smart-alert:commands")]
    assert (sent.kind, sent.event, sent.by) == ("confirm", "event-1", "operator")
    assert Desk(desktop.database, "linzi").unsent() == ()


def test_a_word_said_while_redis_is_away_arrives_when_it_is_back(desktop: Desktop) -> None:
    dispatcher = desktop.dispatcher()
    with desktop.server.client() as redis:
        publish(redis, alert())
        dispatcher.turn()
    desktop.server.kill()
    Desk(desktop.database, "linzi").say("event-1", Word.ACKNOWLEDGE, Said("officer"), office(5))
    dispatcher.turn()
    assert len(Desk(desktop.database, "linzi").unsent()) == 1
    desktop.server.start()
    dispatcher.turn()
    with desktop.server.client() as redis:
        assert [parse_command(one["command"]).kind for one in entries(redis, "smart-alert:commands")] == ["acknowledge"]


def test_time_passes_by_the_dispatchers_clock(desktop: Desktop) -> None:
    dispatcher = desktop.dispatcher()
    with desktop.server.client() as redis:
        publish(redis, alert())
    dispatcher.turn()
    desktop.clock.advance(301)
    dispatcher.turn()
    assert desktop.hook.titles[-1].startswith("【逾期上报 late】")
    desktop.clock.advance(300)
    dispatcher.turn()
    assert desktop.hook.titles[-1].startswith("【催办 reminder】")


def test_what_was_written_and_not_acknowledged_counts_once(desktop: Desktop) -> None:
    sent = (alert(), alert(revision=1))
    with desktop.server.client() as redis:
        publish(redis, *sent)
        # As a dispatcher that was killed between its ledger and its acknowledgement has left it.
        redis.xgroup_create("smart-alert:alerts", "desk", id="0")
        redis.xreadgroup("desk", "one", {"smart-alert:alerts": ">"})
    Ledger(desktop.database).take(incoming(*sent), Office(routing(channel=desktop.hook.url), SHANGHAI, NOW))
    again = desktop.dispatcher()
    while pending(desktop):
        again.turn()
    assert [step.what for step in desktop.file().steps] == ["raised", "opened", "dispatched", "raised"]
    assert len(desktop.hook.titles) == 1


def test_another_table_can_be_put_in_place_between_two_turns(desktop: Desktop) -> None:
    dispatcher = desktop.dispatcher()
    with desktop.server.client() as redis:
        publish(redis, alert("a"))
        dispatcher.turn()
        dispatcher.routing = routing()
        publish(redis, alert("b"))
        dispatcher.turn()
    assert len(desktop.hook.titles) == 1


def test_one_alert_that_the_database_refuses_is_a_dead_letter_and_the_others_are_taken(
    tmp_path: Path, postgresql: Database
) -> None:
    with RunningServer(tmp_path / "server") as server, Webhook() as hook, server.client() as redis:
        desktop = Desktop(server, postgresql, hook)
        publish(redis, alert("a"), alert("bad", text="a\0b"), alert("c"))
        desktop.dispatcher().turn()
        assert desktop.events() == {"a", "c"}
        [letter] = entries(redis, dead_letters("smart-alert:alerts"))
        assert letter["id"] == "bad"
        assert "postgresql: refused" in letter["reason"]
        assert pending(desktop) == 0


def test_a_ledger_that_is_away_is_waited_for(tmp_path: Path, sqlite: Database) -> None:
    with RunningServer(tmp_path / "server") as server, Webhook() as hook, server.client() as redis:
        desktop = Desktop(server, sqlite, hook)
        dispatcher = desktop.dispatcher()
        publish(redis, alert())
        with sqlite.writing() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        for _ in range(3):
            assert not dispatcher.turn()
        assert len(desktop.told.lines) == 1
        assert pending(desktop) == 1
        with sqlite.reading() as connection:
            connection.exec_driver_sql("PRAGMA query_only = OFF")
        dispatcher.turn()
        assert desktop.events() == {"event-1"}
        assert pending(desktop) == 0
