"""Values as JSON text that people can read and compare line by line."""

import json

from pipeline.config.document import Value

_WIDEST = 120
_STEP = 2


def json_text(value: Value) -> str:
    """The value: what fits on a line is on one, all else has a line for each of its parts. Ends with a line feed."""
    return _written(value, 0, 0) + "\n"


def _written(value: Value, indent: int, taken: int) -> str:
    """A value that begins where `taken` letters of its line are used up, in a part that is indented by so many."""
    flat = json.dumps(value, ensure_ascii=False)
    if taken + len(flat) < _WIDEST or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + _STEP
    room = " " * inner
    if isinstance(value, dict):
        keys = {key: json.dumps(key, ensure_ascii=False) + ": " for key in value}
        parts = [keys[key] + _written(one, inner, inner + len(keys[key])) for key, one in value.items()]
        return "{\n" + ",\n".join(room + part for part in parts) + "\n" + " " * indent + "}"
    if all(isinstance(one, list) and not any(isinstance(part, dict | list) for part in one) for one in value):
        return "[\n" + _filled([json.dumps(one) for one in value], room) + "\n" + " " * indent + "]"
    return "[\n" + ",\n".join(room + _written(one, inner, inner) for one in value) + "\n" + " " * indent + "]"


def _filled(parts: list[str], room: str) -> str:
    """As many points on a line as fit."""
    lines = [room + parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) + 3 < _WIDEST:
            lines[-1] += ", " + part
        else:
            lines[-1] += ","
            lines.append(room + part)
    return "\n".join(lines)
