"""The schemas that are handed out are those of the models, and version 1 is kept."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from pipeline.alerts.command_message import CommandMessage
from pipeline.alerts.message import Evidence
from pipeline.alerts.message_schema import Schema, alert_schema, breaking_changes, command_schema
from pipeline.observation import CommandKind
from pipeline.resources import data_folder
from tests.alerts.samples import cleared, raised, site_in, told

VERSION_1 = Path(__file__).with_name("version_1")
"""The schemas as they were when version 1 began: never made anew."""
MAKERS: dict[str, Callable[[], Schema]] = {"alert-1.json": alert_schema, "command-1.json": command_schema}
Change = Callable[[Schema], None]


def read(path: Path) -> Schema:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(schema, dict)
    return schema


@pytest.mark.parametrize("name", MAKERS)
def test_the_file_that_is_handed_out_is_the_models(name: str) -> None:
    assert read(data_folder("configs") / "schemas" / name) == MAKERS[name](), (
        f"make it anew: smart-alert check --schema {name.partition('-')[0]} > configs/schemas/{name}"
    )


@pytest.mark.parametrize("name", MAKERS)
def test_version_1_is_kept(name: str) -> None:
    assert breaking_changes(read(VERSION_1 / name), MAKERS[name]()) == ()


@pytest.mark.parametrize("name", MAKERS)
def test_it_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(MAKERS[name]())


def test_messages_fit_it(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    evidence = Evidence(snapshot="a.jpg", snapshot_sha256="0", frame="b.jpg", frame_sha256="1")
    validator = Draft202012Validator(alert_schema())
    for alert in (told(raised(), site, evidence=evidence), told(cleared(), site)):
        assert list(validator.iter_errors(json.loads(alert.to_json()))) == []
    assert not validator.is_valid({**json.loads(told(raised(), site).to_json()), "schema": "smart-alert/2"})


def test_commands_fit_it_and_what_the_pipeline_refuses_does_not() -> None:
    validator = Draft202012Validator(command_schema())
    now = datetime(2026, 1, 5, tzinfo=UTC)
    word = CommandMessage(id="1", kind=CommandKind.DISMISS, site="s", camera="c", event="e", at=now)
    written: dict[str, JsonValue] = json.loads(word.to_json())
    assert validator.is_valid(written)
    assert not validator.is_valid({**written, "event": None})
    assert not validator.is_valid({**written, "kind": "mute"})
    assert not validator.is_valid({name: value for name, value in written.items() if name != "schema"})


def fields(schema: Schema, definition: str = "") -> Schema:
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    holder = definitions[definition] if definition else schema
    assert isinstance(holder, dict)
    found = holder["properties"]
    assert isinstance(found, dict)
    return found


def without_field(schema: Schema) -> None:
    del fields(schema)["severity"]


def without_nested_field(schema: Schema) -> None:
    del fields(schema, "AlertZone")["grid"]


def retyped(schema: Schema) -> None:
    fields(schema)["revision"] = {"type": "string"}


def no_longer_null(schema: Schema) -> None:
    fields(schema)["ended_at"] = {"type": "string", "format": "date-time"}


def nested_retyped(schema: Schema) -> None:
    fields(schema, "AlertObject")["track"] = {"type": "number"}


def newly_required(schema: Schema) -> None:
    fields(schema)["priority"] = {"type": "integer"}
    assert isinstance(schema["required"], list)
    schema["required"].append("priority")


def nested_newly_required(schema: Schema) -> None:
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    zone = definitions["AlertZone"]
    assert isinstance(zone, dict)
    assert isinstance(zone["required"], list)
    zone["required"].append("location")


def word_gone(schema: Schema) -> None:
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    definitions["State"] = {"enum": ["raised", "cleared"], "type": "string"}


def other_version(schema: Schema) -> None:
    fields(schema)["schema"] = {"const": "smart-alert/2", "type": "string"}


def only_some_words(schema: Schema) -> None:
    fields(schema)["source"] = {"type": "string", "enum": ["rule"]}


def narrower(schema: Schema) -> None:
    fields(schema)["id"] = {"type": "string", "minLength": 1, "maxLength": 10}


@pytest.mark.parametrize(
    ("change", "told_of"),
    [
        (without_field, "severity: is gone"),
        (without_nested_field, "zone.grid: is gone"),
        (retyped, "revision: was integer, is string"),
        (no_longer_null, "ended_at: was null, string:date-time, is string:date-time"),
        (nested_retyped, "objects[].track: was integer, is number"),
        (newly_required, "priority: has become required"),
        (nested_newly_required, "zone.location: has become required"),
        (word_gone, "state: can no longer be updated"),
        (other_version, "schema: can no longer be smart-alert/1"),
        (only_some_words, "source: can only be rule"),
        (narrower, "id: maxLength is 10, was not set"),
    ],
)
def test_a_change_that_breaks_version_1_is_refused(change: Change, told_of: str) -> None:
    changed = deepcopy(alert_schema())
    change(changed)
    assert breaking_changes(alert_schema(), changed) == (told_of,)


def test_what_may_change_within_version_1() -> None:
    changed = deepcopy(alert_schema())
    fields(changed)["priority"] = {"type": "integer", "default": 0}
    fields(changed)["id"] = {"type": "string", "description": "another text"}
    changed["title"] = "other"
    assert breaking_changes(alert_schema(), changed) == ()
