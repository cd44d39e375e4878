"""JSON Schemas of the messages, for programs in other languages; and which changes of one break version 1."""

from collections.abc import Iterator

from pydantic import BaseModel, JsonValue

from pipeline.alerts.command_message import CommandMessage
from pipeline.alerts.message import Alert

Schema = dict[str, JsonValue]
_EVENT_KINDS: list[JsonValue] = ["acknowledge", "confirm", "dismiss"]
_UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
_LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems")


def alert_schema() -> Schema:
    """Of the alert: what a message of this version holds at least. Readers ignore what they do not know."""
    return _published(Alert, "smart-alert alert, version 1")


def command_schema() -> Schema:
    """Of the command: what a sender has to say."""
    about_event: Schema = {
        "properties": {"event": {"type": "string"}, "until": {"type": "null"}},
        "required": ["event"],
    }
    about_span: Schema = {"properties": {"event": {"type": "null"}, "until": {"type": "string"}}, "required": ["until"]}
    return {
        **_published(CommandMessage, "smart-alert command, version 1"),
        "if": {"properties": {"kind": {"enum": _EVENT_KINDS}}},
        "then": about_event,
        "else": about_span,
    }


def breaking_changes(old: Schema, new: Schema) -> tuple[str, ...]:
    """What in `new` breaks a program that was written for `old`; each says where and what. Empty: nothing.

    Fields may be added if they need not be there, and descriptions may change; no field goes, takes another type,
    becomes required, loses a word it could hold, or is held to narrower bounds.
    """
    return tuple(_breaks("", old, new, old, new))


def _published(model: type[BaseModel], title: str) -> Schema:
    schema: Schema = model.model_json_schema(mode="validation", by_alias=True)
    required = schema.get("required")
    names = required if isinstance(required, list) else []
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": title,
        # The model fills it in where it makes a message; a message has to say it.
        "required": ["schema", *names],
    }


def _breaks(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    """Args: where, both parts, and the whole schemas in which their references are looked up."""
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    old_types, new_types = _types(old, old_root), _types(new, new_root)
    if old_types != new_types:
        yield f"{place or 'message'}: was {_listed(old_types)}, is {_listed(new_types)}"
        return
    old_words, new_words = _words(old, old_root), _words(new, new_root)
    gone = old_words - new_words
    if new_words and not old_words:
        yield f"{place or 'message'}: can only be {_listed(new_words)}"
    elif gone:
        yield f"{place or 'message'}: can no longer be {_listed(gone)}"
    yield from _narrowed(place, old, new)
    yield from _field_breaks(place, old, new, old_root, new_root)
    for key in ("items", "additionalProperties"):
        if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
            yield from _breaks(f"{place}[]", _part(old[key]), _part(new[key]), old_root, new_root)
    old_choices, new_choices = _object_choice(old, old_root), _object_choice(new, new_root)
    if old_choices is not None and new_choices is not None:
        yield from _breaks(place, old_choices, new_choices, old_root, new_root)


def _field_breaks(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old_fields, new_fields = _part(old.get("properties")), _part(new.get("properties"))
    for name, field in old_fields.items():
        where = f"{place}.{name}".lstrip(".")
        if name not in new_fields:
            yield f"{where}: is gone"
        else:
            yield from _breaks(where, _part(field), _part(new_fields[name]), old_root, new_root)
    for name in sorted(_texts(new.get("required")) - _texts(old.get("required"))):
        yield f"{place}.{name}: has become required".lstrip(".")


def _narrowed(place: str, old: Schema, new: Schema) -> Iterator[str]:
    for key in (*_UPPER, *_LOWER):
        before, now = old.get(key), new.get(key)
        if not isinstance(now, int | float):
            continue
        is_same = isinstance(before, int | float) and (now >= before if key in _UPPER else now <= before)
        if not is_same:
            yield f"{place or 'message'}: {key} is {now}, was {before if before is not None else 'not set'}"


def _resolved(part: Schema, root: Schema) -> Schema:
    reference = part.get("$ref")
    if not isinstance(reference, str):
        return part
    return _resolved(_part(_part(root.get("$defs")).get(reference.rpartition("/")[2])), root)


def _choices(part: Schema, root: Schema) -> list[Schema]:
    listed = part.get("anyOf")
    return [_resolved(_part(one), root) for one in listed] if isinstance(listed, list) else [part]


def _object_choice(part: Schema, root: Schema) -> Schema | None:
    """Of a field that may be null: what it is where it is not."""
    if "anyOf" not in part:
        return None
    rest = [one for one in _choices(part, root) if one.get("type") != "null"]
    return rest[0] if len(rest) == 1 else None


def _types(part: Schema, root: Schema) -> frozenset[str]:
    """The JSON types that a value may have, with the format of texts."""
    found = set()
    for one in _choices(part, root):
        kind = one.get("type")
        kinds = [kind] if isinstance(kind, str) else sorted(_texts(kind))
        form = one.get("format")
        found |= {f"{name}:{form}" if isinstance(form, str) else name for name in kinds}
    return frozenset(found)


def _words(part: Schema, root: Schema) -> frozenset[str]:
    """The words to choose from; empty where any will do."""
    found: set[str] = set()
    for one in _choices(part, root):
        if "const" in one:
            found.add(str(one["const"]))
        listed = one.get("enum")
        found |= {str(word) for word in listed} if isinstance(listed, list) else set()
    return frozenset(found)


def _part(value: JsonValue) -> Schema:
    return value if isinstance(value, dict) else {}


def _texts(value: JsonValue) -> frozenset[str]:
    return frozenset(str(one) for one in value) if isinstance(value, list) else frozenset()


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)) or "anything"
