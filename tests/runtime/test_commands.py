"""Operators' words on their way to the reasoning: real threads, a real Redis, recordings."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.alerts.command_message import FIELD, CommandMessage
from pipeline.alerts.command_stream import CommandStream
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import Server
from pipeline.observation import Command, CommandKind
from pipeline.replay.log import read_log
from pipeline.runtime.clock import wall_now_ns
from pipeline.runtime.command_intake import Addressee, CommandIntake, fault_of
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from tests.alerts.servers import RunningServer
from tests.cli.shell import wait_until
from tests.runtime.standing_car import write_video
from tests.runtime.test_live_site import CAM_0, Running, running, site_of

STREAM = "smart-alert:commands"
AT = datetime(2026, 1, 5, 0, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "car.mp4"
    write_video(path, 60.0, lambda _: True, gop=10)
    return path


@pytest.fixture
def folder(tmp_path: Path, video: Path) -> Path:
    (tmp_path / "car.mp4").write_bytes(video.read_bytes())
    return tmp_path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with RunningServer(tmp_path / "redis") as one:
        yield one


@contextmanager
def heard(one: Running, server: RunningServer) -> Iterator[io.StringIO]:
    """The commands of a server reach a site that runs."""
    said = io.StringIO()
    events = EventsLog.open(said, LogFormat.TEXT, LogLevel.INFO, wall_now_ns)
    outbox = one.shared.outbox
    to = Addressee("linzi", lambda command: fault_of(command, one.live.site, outbox), one.live.hand_on)
    source = CommandStream(Server(server.client, "redis"), STREAM, 10**18)
    with CommandIntake(STREAM, source, outbox.commands, to, metrics=one.shared.metrics, events=events):
        yield said


def say(server: RunningServer, command: CommandMessage | str) -> None:
    with server.client() as client:
        client.xadd(STREAM, {FIELD: command if isinstance(command, str) else command.to_json()})


def about(event: str, kind: CommandKind = CommandKind.DISMISS, command: str = "c1") -> CommandMessage:
    return CommandMessage(id=command, kind=kind, site="linzi", camera=CAM_0, event=event, reason="bush", by="li", at=AT)


def results(one: Running) -> dict[str, int]:
    return dict(one.shared.metrics.process_numbers().commands)


def test_a_word_from_the_stream_reaches_the_reasoning_once_and_is_logged(folder: Path, server: RunningServer) -> None:
    site = site_of(folder, "car.mp4")
    with running(site) as one, heard(one, server) as said:
        one.until("raised")
        event = one.kept.alerts[0].id
        say(server, about(event))
        say(server, about(event))
        one.until("raised", "cleared")
        wait_until(lambda: results(one).get("obeyed") == 1, 5)
        feedback = one.shared.metrics.camera_numbers()[CAM_0].feedback
        assert list(feedback.values()) == [1]
        assert next(iter(feedback)).endswith("\nfalse_alarm")
    assert one.kept.story() == [("raised", None), ("cleared", "dismissed")]
    assert "command.obeyed" in one.told
    assert said.getvalue() == ""
    commands = [entry for entry in read_log(site.state / "log" / CAM_0) if isinstance(entry, Command)]
    assert [(command.kind, command.target) for command in commands] == [(CommandKind.DISMISS, event)]
    with Outbox(site.state, wall_now_ns) as outbox:
        assert [(one.event, one.verdict, one.reason) for one in outbox.commands.feedback()] == [
            (event, "false_alarm", "bush")
        ]
        assert outbox.commands.unheard(CAM_0) == ()


def test_a_wrong_word_is_told_and_counted_and_the_next_one_is_heard(folder: Path, server: RunningServer) -> None:
    site = site_of(folder, "car.mp4")
    with running(site) as one, heard(one, server) as said:
        one.until("raised")
        event = one.kept.alerts[0].id
        say(server, "no command")
        say(server, about("0" * 32, command="c2"))
        say(server, about(event, command="c3").model_copy(update={"camera": "nowhere"}))
        say(server, about(event, command="c4").model_copy(update={"site": "elsewhere"}))
        say(server, about(event, command="c5"))
        one.until("raised", "cleared")
        wait_until(lambda: results(one).get("obeyed") == 1, 5)
        assert results(one) == {"refused": 3, "another_site": 1, "taken": 1, "obeyed": 1}
    assert said.getvalue().count("command.refused") == 3


def test_what_came_while_nothing_ran_takes_effect_when_it_runs_again(folder: Path, server: RunningServer) -> None:
    site = site_of(folder, "car.mp4")
    with running(site, is_killed=True) as one:
        one.until("raised")
        event = one.kept.alerts[0].id
    say(server, about(event))
    with running(site) as one, heard(one, server):
        one.until("cleared")
    assert one.kept.story() == [("cleared", "dismissed")]


def test_a_word_that_was_obeyed_is_not_obeyed_again_though_the_run_was_killed(
    folder: Path, server: RunningServer
) -> None:
    site = site_of(folder, "car.mp4")
    until = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251  # commands name their ends by the clock on the wall
    mute = CommandMessage(id="m", kind=CommandKind.MUTE, site="linzi", camera=CAM_0, until=until, by="li", at=AT)
    say(server, mute)
    with running(site, is_killed=True) as one, heard(one, server):
        wait_until(lambda: one.shared.outbox.checkpoint(CAM_0) is not None and results(one).get("obeyed") == 1, 10)
    with running(site) as one, heard(one, server):
        wait_until(lambda: "camera.resumed" in one.told, 5)
        wait_until(lambda: (found := one.shared.outbox.checkpoint(CAM_0)) is not None and found.t > 0, 10)
        assert results(one).get("obeyed") is None
        assert one.kept.story() == []


def test_a_server_that_is_away_is_waited_for(folder: Path, server: RunningServer) -> None:
    site = site_of(folder, "car.mp4")
    with running(site) as one:
        one.until("raised")
        server.kill()
        with heard(one, server) as said:
            wait_until(lambda: "commands.away" in said.getvalue(), 10)
            server.start()
            say(server, about(one.kept.alerts[0].id))
            one.until("raised", "cleared")
