import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts.command_message import MOST_BYTES, parse_command
from pipeline.errors import UsageError
from pipeline.observation import CommandKind

DISMISS = {
    "schema": "smart-alert-command/1",
    "id": "c-1",
    "kind": "dismiss",
    "site": "linzi",
    "camera": "gate",
    "event": "e1",
    "rule": None,
    "until": None,
    "reason": "a bush",
    "by": "李",
    "at": "2026-01-05T00:10:00.000Z",
}
MUTE = DISMISS | {"kind": "mute", "event": None, "rule": "fire-lane", "until": "2026-01-05T02:00:00.000Z"}


def _line(fields: Mapping[str, str | int | None]) -> str:
    return json.dumps(fields)


def test_a_command_is_written_as_it_was_read() -> None:
    assert json.loads(parse_command(_line(DISMISS)).to_json()) == DISMISS
    assert json.loads(parse_command(_line(MUTE)).to_json()) == MUTE


def test_times_with_another_offset_are_the_same_moments() -> None:
    command = parse_command(_line(MUTE | {"until": "2026-01-05T10:00:00+08:00"}))
    assert command == parse_command(_line(MUTE))


def test_fields_that_came_later_are_ignored() -> None:
    assert parse_command(_line(DISMISS | {"colour": "green"})) == parse_command(_line(DISMISS))


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        (DISMISS | {"schema": "smart-alert-command/2"}, "schema"),
        (DISMISS | {"kind": "explode"}, "kind"),
        (DISMISS | {"id": ""}, "id"),
        (DISMISS | {"event": None}, "event"),
        (DISMISS | {"until": "2026-01-05T02:00:00Z"}, "until"),
        (DISMISS | {"at": "2026-01-05T02:00:00"}, "at"),
        (MUTE | {"until": None}, "until"),
        (MUTE | {"until": "2026-01-05T00:10:00Z"}, "until"),
        (MUTE | {"event": "e1"}, "event"),
        ({"schema": "smart-alert-command/1"}, "id"),
    ],
)
def test_a_wrong_command_is_refused_by_its_field(fields: dict[str, str | int | None], fault: str) -> None:
    with pytest.raises(UsageError, match=f"^command: .*{fault}.*smart-alert-command/1"):
        parse_command(_line(fields))


@given(line=st.one_of(st.text(), st.binary(), st.just("x" * (MOST_BYTES + 1))))
def test_whatever_is_no_command_is_refused_in_one_line(line: str | bytes) -> None:
    with pytest.raises(UsageError, match="expected a message of smart-alert-command/1") as refused:
        parse_command(line)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", [CommandKind.ACKNOWLEDGE, CommandKind.CONFIRM, CommandKind.DISMISS])
def test_what_is_said_of_one_event_needs_its_id(kind: CommandKind) -> None:
    assert parse_command(_line(DISMISS | {"kind": kind.value})).is_about_event
    with pytest.raises(UsageError, match="event: missing"):
        parse_command(_line(DISMISS | {"kind": kind.value, "event": None}))
