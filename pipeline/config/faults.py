"""What pydantic found wrong, as lines for the person who wrote the file: where, what was got, what is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from pydantic import BaseModel, JsonValue, ValidationError

from pipeline.config.document import Document, Steps, Value, shown_value
from pipeline.config.fields import FAULT
from pipeline.config.secrets import redact
from pipeline.errors import Fault

_KIND_BY_TYPE = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_LIMIT_BY_TYPE = {
    "too_short": ("too few", "at least", "min_length"),
    "string_too_short": ("too short", "at least this many letters:", "min_length"),
    "too_long": ("too many", "at most", "max_length"),
    "string_too_long": ("too long", "at most this many letters:", "max_length"),
    "finite_number": ("not a number", "a finite number", ""),
}
_SIGN_BY_KEY = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


@dataclass(slots=True)
class FaultLog:
    """Gathers every mistake and every oddity of the files of a site; the same one is kept once."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def add(self, document: Document, steps: Steps, text: str) -> None:
        """Something is wrong there."""
        self.extend([document.fault(steps, redact(text))])

    def remark(self, document: Document, steps: Steps, text: str) -> None:
        """Something is odd there."""
        warning = document.fault(steps, redact(text))
        if warning not in self.warnings:
            self.warnings.append(warning)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Several at once."""
        for fault in faults:
            if fault not in self.faults:
                self.faults.append(fault)


def in_order(faults: Iterable[Fault], first: str) -> list[Fault]:
    """As people read them: those of the file `first` before the others, each file's by line."""
    return sorted(faults, key=lambda fault: (fault.file != first, fault))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What to say of an unknown name: the nearest known one, or those there are."""
    names = sorted(known)
    near = get_close_matches(name[:200], names, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    if not names:
        return "there are none"
    return f"allowed: {', '.join(names[:20])}{' ...' if len(names) > 20 else ''}"


def faults_of(error: ValidationError, model: type[BaseModel], document: Document, base: Steps) -> list[Fault]:
    """The mistakes in one part of a file, each at the line of its key.

    Args:
        error: Of validating `document.at(base)`.
        model: What it was held against.
        document: The file.
        base: Where in it the part is.
    """
    faults = []
    for one in error.errors(include_url=False):
        steps = _steps(document, base, one["loc"])
        context = {key: str(value) for key, value in one.get("ctx", {}).items()}
        if one["type"] == "missing":
            name = str(one["loc"][-1])
            text = f"missing (allowed: {_description(model, (*steps[len(base) :], name))})"
            steps = (*steps, name)
        elif one["type"] in {"union_tag_invalid", "union_tag_not_found"}:
            # Told at the key that says which of the alternatives it is.
            described = _description(model, steps[len(base) :])
            steps = (*steps, context["discriminator"].strip("'"))
            text = f"not allowed (got {shown_value(document.at(steps))}, allowed: {described})"
        elif one["type"] == "extra_forbidden":
            known = _keys(model, steps[len(base) : -1]) - _given(document, steps[:-1])
            text = f"unknown key (got {shown_value(str(steps[-1]))}, {did_you_mean(str(steps[-1]), known)})"
        else:
            described = _description(model, steps[len(base) :])
            text = _text(one["type"], context, document.at(steps), one["msg"], described)
        faults.append(document.fault(steps, redact(text)))
    return faults


def _steps(document: Document, base: Steps, loc: Iterable[str | int]) -> Steps:
    # Pydantic puts union tags into `loc`; a step that names no key is skipped.
    steps = base
    for step in loc:
        value = document.at(steps)
        is_key = isinstance(value, dict) and step in value
        is_position = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if is_key or is_position:
            steps = (*steps, step)
    return steps


def _given(document: Document, steps: Steps) -> frozenset[str]:
    value = document.at(steps)
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _text(kind: str, context: dict[str, str], value: Value, message: str, described: str) -> str:
    got = shown_value(value)
    if kind == FAULT:
        return f"{context['fault']} (got {got}, allowed: {context['allowed']})"
    if kind in _KIND_BY_TYPE:
        more = f": {described}" if described else ""
        return f"wrong type (got {got}, allowed: {_KIND_BY_TYPE[kind]}{more})"
    if kind in _LIMIT_BY_TYPE:
        text, sign, key = _LIMIT_BY_TYPE[kind]
        allowed = f"{sign} {context.get(key, '')}".strip()
        return f"{text} (got {got}, allowed: {allowed})"
    expected = context.get("expected") or context.get("expected_tags")
    if expected and isinstance(value, str):
        return f"no such choice (got {got}, {did_you_mean(value, _choices(expected))})"
    limits = " and ".join(f"{sign} {context[key]}" for key, sign in _SIGN_BY_KEY.items() if key in context)
    return f"not allowed (got {got}, allowed: {limits or expected or described or message})"


def _choices(expected: str) -> list[str]:
    """`'a', 'b' or 'c'`, as pydantic lists choices."""
    return [choice.strip().strip("'") for choice in expected.replace(" or ", ", ").split(",")]


def _keys(model: type[BaseModel], steps: Steps) -> frozenset[str]:
    """The keys a mapping there may have."""
    keys: set[str] = set()
    for schema in _schemas(model, steps):
        properties = schema.get("properties")
        keys |= set(properties) if isinstance(properties, dict) else set()
    return frozenset(keys)


def _description(model: type[BaseModel], steps: Steps) -> str:
    for schema in _schemas(model, steps):
        description = schema.get("description")
        if isinstance(description, str):
            return " ".join(description.split()).rstrip(".")
    return ""


Schema = dict[str, JsonValue]


@lru_cache(maxsize=16)
def _schema(model: type[BaseModel]) -> Schema:
    return dict(model.model_json_schema(mode="validation"))


def _schemas(model: type[BaseModel], steps: Steps) -> list[Schema]:
    """What the JSON Schema says of a value there: one entry an alternative, the nearest first."""
    root = _schema(model)
    here = _alternatives(root, root)
    for step in steps:
        here = [found for schema in here for child in _children(schema, step) for found in _alternatives(root, child)]
    return here


def _children(schema: Schema, step: str | int) -> list[Schema]:
    if isinstance(step, int):
        children = [schema.get("items")]
    else:
        properties = schema.get("properties")
        named = properties.get(step) if isinstance(properties, dict) else None
        children = [named if named is not None else schema.get("additionalProperties")]
    return [child for child in children if isinstance(child, dict)]


def _alternatives(root: Schema, schema: Schema) -> list[Schema]:
    found = [schema]
    reference = schema.get("$ref")
    definitions = root.get("$defs")
    if isinstance(reference, str) and isinstance(definitions, dict):
        target = definitions.get(reference.rsplit("/", 1)[-1])
        found += _alternatives(root, target) if isinstance(target, dict) else []
    for key in ("anyOf", "oneOf", "allOf"):
        options = schema.get(key)
        for option in options if isinstance(options, list) else []:
            found += _alternatives(root, option) if isinstance(option, dict) else []
    return found
