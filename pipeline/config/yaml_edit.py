"""Changes a few values of a YAML file and leaves every other byte as it was: comments, blanks, quotes, line ends.

A change is made in the text itself, at the places that the parser names. What comes out is read again, and must hold
just what was asked for: where it does not (an alias, an anchor that other values stand on), the change is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from pipeline.config.document import Steps, Value, dotted
from pipeline.config.yaml_lines import parse_yaml
from pipeline.errors import ConfigError, UsageError

Scalar = bool | int | float | str
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_PLAIN = re.compile(r"[A-Za-z0-9_.][\w.\-+/%]*( [\w.\-+/%]+)*")
"""Texts that stand for themselves anywhere, within brackets too."""
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")


def edited(text: str, shown: str, base: Steps, changes: Mapping[Steps, Scalar | None]) -> str:
    """The text of a file with some values of one mapping changed.

    Args:
        text: Of the file, without a byte order mark.
        shown: Its name in messages.
        base: Where the mapping is, such as `("rules", 3)`.
        changes: By where the value is below `base`, one key or two (`("dwell",)`, `("params", "count")`); None takes
            the key away.

    Raises:
        ConfigError: The text is no YAML.
        UsageError: It is written so that it cannot be changed here.
    """
    expected = parse_yaml(text, shown).value
    for steps, value in changes.items():
        expected = _changed(expected, (*base, *steps), value)
        try:
            text = _one_change(text, shown, base, steps, value)
        except ValueError as error:
            raise _refused(shown, base, f"{dotted(steps)} is written in a way that is not known here") from error
    try:
        found = parse_yaml(text, shown).value
    except ConfigError as error:
        raise _refused(shown, base, str(error)) from error
    if found != expected:
        raise _refused(shown, base, "an alias or an anchor stands there")
    return text


def written(value: Scalar) -> str:
    """A value as it is written in YAML, on one line, within brackets too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    is_itself = _PLAIN.fullmatch(value) and parse_yaml(f"v: {value}", "").at(("v",)) == value
    return value if is_itself else json.dumps(value, ensure_ascii=False)


def _refused(shown: str, base: Steps, why: str) -> UsageError:
    return UsageError(f"{shown}: {dotted(base)}: cannot be changed here, edit the file by hand ({why})")


def _changed(whole: Value, steps: Steps, value: Scalar | None) -> Value:
    """The values with one of them changed; a mapping that is left empty goes with its last key."""
    step, rest = steps[0], steps[1:]
    if isinstance(whole, list) and isinstance(step, int):
        return [_changed(item, rest, value) if n == step else item for n, item in enumerate(whole)]
    fields = dict(whole) if isinstance(whole, dict) else {}
    if not isinstance(step, str):
        return whole
    inner = _changed(fields.get(step), rest, value) if rest else value
    if inner is None or inner == {}:
        fields.pop(step, None)
        return fields
    return {**fields, step: inner}


def _one_change(text: str, shown: str, base: Steps, steps: Steps, value: Scalar | None) -> str:
    root = yaml.compose(text, Loader=_LOADER)
    page = _Page(text, tuple(_line_starts(text)))
    mapping = _node_at(root, base)
    if not isinstance(mapping, yaml.MappingNode) or not mapping.value:
        raise _refused(shown, base, "it is no mapping")
    key = str(steps[0])
    entry = _entry(mapping, key)
    if len(steps) == 2 and entry is not None and isinstance(entry[1], yaml.MappingNode):
        inner = str(steps[1])
        is_last_one = value is None and [str(one.value) for one, _ in entry[1].value] == [inner]
        if not is_last_one and entry[1].value:
            return page.with_entry(entry[1], inner, value if value is None else written(value))
    if value is None:
        return page.with_entry(mapping, key, None)
    as_text = written(value) if len(steps) == 1 else f"{{{written(str(steps[1]))}: {written(value)}}}"
    return page.with_entry(mapping, key, as_text)


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _BREAK.finditer(text))]


def _node_at(root: yaml.Node | None, steps: Steps) -> yaml.Node | None:
    node = root
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            entry = _entry(node, str(step))
            node = entry[1] if entry else None
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            return None
    return node


def _entry(mapping: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next(((one, value) for one, value in mapping.value if one.value == key), None)


@dataclass(frozen=True, slots=True)
class _Page:
    """A text, and where each of its lines begins."""

    text: str
    line_starts: Sequence[int]

    def with_entry(self, mapping: yaml.MappingNode, key: str, value: str | None) -> str:
        """The text with one key of a mapping set to what is written so; None: without it."""
        entry = _entry(mapping, key)
        if entry is None:
            return self.text if value is None else self._inserted(mapping, f"{written(key)}: {value}")
        return self._without(mapping, entry) if value is None else self._replaced(entry, value)

    def _at(self, mark: yaml.Mark) -> int:
        # A mark's own index is of bytes in one parser and of letters in the other.
        return self.line_starts[mark.line] + mark.column

    def _end(self, node: yaml.Node) -> int:
        """After its last letter; a block's own mark is where the next thing begins."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        return len(self.text[: self._at(node.end_mark)].rstrip()) if self._is_loose(node) else self._at(node.end_mark)

    def _is_loose(self, node: yaml.Node) -> bool:
        """Whether blanks and line ends before its end are none of it."""
        return not (isinstance(node, yaml.ScalarNode) and node.style in {"'", '"'})

    def _replaced(self, entry: tuple[yaml.Node, yaml.Node], value: str) -> str:
        key, node = entry
        colon = self.text.index(":", self._end(key))
        start, end = self._at(node.start_mark), self._end(node)
        if start <= colon:
            # An alias: its node lies where the anchor is. What the check after it makes of the text decides.
            name = re.compile(r"\s*\*[^\s,\]}]+").match(self.text, colon + 1)
            start, end = (colon + 1, name.end()) if name else (colon + 1, colon + 1)
            return f"{self.text[:start]} {value}{self.text[end:]}"
        properties = _PROPERTIES.match(self.text, start)
        start = properties.end() if properties and properties.end() <= end else start
        blank = "" if self.text[start - 1].isspace() else " "
        return f"{self.text[:start]}{blank}{value}{self.text[max(start, end) :]}"

    def _inserted(self, mapping: yaml.MappingNode, entry: str) -> str:
        end = self._end_of_entry(mapping.value[-1])
        if mapping.flow_style:
            return f"{self.text[:end]}, {entry}{self.text[end:]}"
        line_end = _BREAK.search(self.text, end)
        feed = line_end.group() if line_end else self._line_feed()
        place = line_end.start() if line_end else len(self.text)
        indent = " " * mapping.value[0][0].start_mark.column
        return f"{self.text[:place]}{feed}{indent}{entry}{self.text[place:]}"

    def _end_of_entry(self, entry: tuple[yaml.Node, yaml.Node]) -> int:
        """After a value, or after the alias in its place."""
        key, node = entry
        if self._at(node.start_mark) < self._at(key.start_mark):
            alias = re.compile(r"\s*:\s*\*[^\s,\]}]+").match(self.text, self._end(key))
            return alias.end() if alias else self._end(key)
        return max(self._end(node), self.text.index(":", self._end(key)) + 1)

    def _line_feed(self) -> str:
        first = _BREAK.search(self.text)
        return first.group() if first else "\n"

    def _without(self, mapping: yaml.MappingNode, entry: tuple[yaml.Node, yaml.Node]) -> str:
        keys = [key for key, _ in mapping.value]
        place = keys.index(entry[0])
        start, end = self._at(entry[0].start_mark), self._end_of_entry(entry)
        if mapping.flow_style:
            if place > 0:
                return f"{self.text[: self._end_of_entry(mapping.value[place - 1])]}{self.text[end:]}"
            after = self._at(keys[1].start_mark) if len(keys) > 1 else end
            return f"{self.text[:start]}{self.text[after:]}"
        line_start = self.line_starts[entry[0].start_mark.line]
        if self.text[line_start:start].strip() and len(keys) > place + 1:
            # On the line of its list's dash: the next key takes its place.
            return f"{self.text[:start]}{self.text[self._at(keys[place + 1].start_mark) :]}"
        line_end = _BREAK.search(self.text, end)
        return f"{self.text[:line_start]}{self.text[line_end.end() if line_end else len(self.text) :]}"
