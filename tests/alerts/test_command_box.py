"""Commands on disk: kept once, obeyed once, whatever is killed when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.command_box import KEEP_NS
from pipeline.alerts.command_message import CommandMessage
from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.outbox import Outbox
from pipeline.observation import CameraId, CommandKind, MediaNs
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import Clock

GATE = CameraId("gate")
AT = datetime(2026, 1, 5, 0, 10, tzinfo=UTC)
STREAM = "smart-alert:commands"


def dismiss(number: int = 1, *, event: str = "e1", camera: str = "gate") -> CommandMessage:
    return CommandMessage(
        id=f"c{number}",
        kind=CommandKind.DISMISS,
        site="linzi",
        camera=camera,
        event=event,
        reason="bush",
        by="li",
        at=AT,
    )


def mute() -> CommandMessage:
    return CommandMessage(
        id="m1", kind=CommandKind.MUTE, site="linzi", camera="gate", until=AT + timedelta(hours=1), by="li", at=AT
    )


def checkpoint(t: int, *obeyed: str) -> Checkpoint:
    return Checkpoint(GATE, MediaNs(t), b"{}", obeyed)


def test_what_was_read_is_there_after_a_restart_with_how_far_it_was_read(tmp_path: Path) -> None:
    with Outbox(tmp_path, Clock()) as outbox:
        assert outbox.commands.position(STREAM) == NO_ENTRY
        assert outbox.commands.keep(STREAM, EntryId(7, 1), [dismiss(), mute()]) == (dismiss(), mute())
    with Outbox(tmp_path, Clock()) as outbox:
        assert outbox.commands.position(STREAM) == EntryId(7, 1)
        assert outbox.commands.position("another") == NO_ENTRY
        assert outbox.commands.unheard(GATE) == (dismiss(), mute())
        assert outbox.commands.unheard(CameraId("other")) == ()


def test_a_command_that_comes_again_is_no_other_one(tmp_path: Path) -> None:
    with Outbox(tmp_path, Clock()) as outbox:
        outbox.commands.keep(STREAM, EntryId(1, 0), [dismiss()])
        assert outbox.commands.keep(STREAM, EntryId(2, 0), [dismiss(), dismiss(2)]) == (dismiss(2),)
        outbox.append_step([], checkpoint(5, "c1"))
        assert outbox.commands.keep(STREAM, EntryId(1, 0), [dismiss()]) == ()
        assert outbox.commands.unheard(GATE) == (dismiss(2),)


def test_it_was_obeyed_exactly_if_the_reasoning_after_it_was_kept(tmp_path: Path) -> None:
    with Outbox(tmp_path, Clock()) as outbox:
        outbox.commands.keep(STREAM, EntryId(1, 0), [dismiss(), mute()])
        outbox.save([checkpoint(4, "c1")])
        assert outbox.commands.unheard(GATE) == (dismiss(), mute())
        outbox.append_step([], checkpoint(5, "c1"))
    with Outbox(tmp_path, Clock()) as outbox:
        assert outbox.commands.unheard(GATE) == (mute(),)


@pytest.mark.parametrize(
    ("kind", "verdict"), [(CommandKind.DISMISS, "false_alarm"), (CommandKind.CONFIRM, "confirmed")]
)
def test_what_is_said_of_an_event_is_kept_for_whoever_tunes_its_rule(
    tmp_path: Path, kind: CommandKind, verdict: str
) -> None:
    command = dismiss().model_copy(update={"kind": kind})
    with Outbox(tmp_path / "state", Clock()) as outbox:
        outbox.append(told(raised(), site_in(tmp_path)))
        outbox.commands.keep(STREAM, EntryId(1, 0), [command, mute()])
        outbox.append_step([], checkpoint(5, "c1", "m1"))
        [found] = outbox.commands.feedback()
    assert (found.event, found.verdict, found.rule, found.algorithm) == (
        "e1",
        verdict,
        "fire-lane",
        "fire_lane_blocked",
    )
    assert (found.camera, found.zone, found.said_by, found.reason) == ("gate", "lane", "li", "bush")


def test_what_was_obeyed_long_ago_is_forgotten_and_what_was_not_is_never(tmp_path: Path) -> None:
    clock = Clock()
    with Outbox(tmp_path, clock) as outbox:
        outbox.commands.keep(STREAM, EntryId(1, 0), [dismiss(), dismiss(2)])
        outbox.append_step([], checkpoint(5, "c1"))
        clock.advance(KEEP_NS / 1e9 + 1)
        assert outbox.commands.keep(STREAM, EntryId(2, 0), []) == ()
        assert outbox.commands.unheard(GATE) == (dismiss(2),)
        assert outbox.commands.keep(STREAM, EntryId(3, 0), [dismiss()]) == (dismiss(),)
