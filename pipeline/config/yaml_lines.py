"""YAML with the line of every value. Only what a settings file needs: no tags, no merge keys, bounded in every way.

It is read from the parser's events, so a bomb of aliases, a deep nest or a long list is refused before it is built.
Plain words follow YAML 1.2: `on`, `yes`, `12:30` and dates are text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipeline.config.document import (
    DEEPEST,
    MOST_VALUES,
    Document,
    Steps,
    Value,
    dotted,
    read_text,
    refusal,
    unprintable,
)
from pipeline.errors import ConfigError, Fault

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, bool | float | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}

_TOO_DEEP = f"nested too deeply (allowed: {DEEPEST} levels)"
_LIBRARY_DEPTH = "maximum nesting depth"
"""PyYAML from 6.0.4 on has a limit of its own, which is reached first where thousands of brackets stand in a row."""


def read_yaml(path: Path, shown: str) -> Document:
    """The document in a YAML file.

    Args:
        path: The file.
        shown: Its name in messages.

    Raises:
        ConfigError: It cannot be read, is no YAML, or holds what is refused; with every doubled key.
    """
    return parse_yaml(read_text(path, shown), shown)


def parse_yaml(text: str, shown: str) -> Document:
    """The document in a YAML text; see `read_yaml`."""
    composer = _Composer(shown)
    try:
        node = composer.compose(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        if _LIBRARY_DEPTH in problem:
            raise refusal(shown, mark.line + 1 if mark else 0, _TOO_DEEP) from error
        problem = _known_slip(text, mark.line, mark.column) or problem if mark else problem
        raise refusal(shown, mark.line + 1 if mark else 0, f"not YAML: {problem}") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise refusal(shown, 0, f"not YAML: {' '.join(str(error).split())[:120]}") from error
    if composer.faults:
        raise ConfigError(composer.faults)
    line_by_steps: dict[Steps, int] = {}
    value = _built(node, (), node.line, line_by_steps)
    return Document(shown, value, line_by_steps)


def _known_slip(text: str, line: int, column: int) -> str:
    """What is probably meant where the parser stopped (both from 0), in plainer words; empty where it is not known."""
    lines = text.splitlines()
    here = lines[line] if line < len(lines) else ""
    if "\t" in here[column : column + 1]:
        return "a tab (allowed: blanks)"
    if here[:column].endswith("$") and here[column : column + 1] == "{":
        return "${...} within braces or brackets needs quotes around its whole value"
    return ""


@dataclass(slots=True)
class _Node:
    """A part of the file. `size` counts the values in it with every alias written out."""

    line: int
    scalar: bool | int | float | str | None = None
    items: list["_Node"] | None = None
    fields: dict[str, tuple[int, "_Node"]] | None = None
    size: int = 1
    is_complete: bool = True


@dataclass(slots=True)
class _Composer:
    """Builds nodes from events; remembers anchors and the faults that reading can go on from."""

    shown: str
    faults: list[Fault] = field(default_factory=list)
    node_by_anchor: dict[str, _Node] = field(default_factory=dict)
    n_read: int = 0

    def compose(self, events: Iterator[yaml.Event]) -> _Node:
        root = _Node(1)
        n_documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                n_documents += 1
                if n_documents > 1:
                    raise refusal(self.shown, _line(event), "a second document (allowed: one a file)")
                root = self._node(next(events), events, ())
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], steps: Steps) -> _Node:
        line = _line(event)
        self._refuse_excess(line, steps)
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(event.anchor or "", line)
        node = _Node(line, is_complete=False)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self._refuse_tag(event.tag, line, steps)
            if event.anchor is not None:
                self.node_by_anchor[event.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            node.scalar = self._scalar(event, steps)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._fill_list(node, events, steps)
        elif isinstance(event, yaml.MappingStartEvent):
            self._fill_mapping(node, events, steps)
        node.is_complete = True
        if node.size > MOST_VALUES:
            raise refusal(self.shown, line, f"aliases that stand for too many values (allowed: {MOST_VALUES:,})")
        return node

    def _refuse_excess(self, line: int, steps: Steps) -> None:
        self.n_read += 1
        if self.n_read > MOST_VALUES:
            raise refusal(self.shown, line, f"too many values (allowed: {MOST_VALUES:,})")
        if len(steps) > DEEPEST:
            raise refusal(self.shown, line, _TOO_DEEP)

    def _aliased(self, anchor: str, line: int) -> _Node:
        node = self.node_by_anchor.get(anchor)
        if node is None:
            raise refusal(self.shown, line, f'alias "{anchor}" stands for nothing above it')
        if not node.is_complete:
            raise refusal(self.shown, line, f'alias "{anchor}" stands for what it is a part of')
        return node

    def _refuse_tag(self, tag: str | None, line: int, steps: Steps) -> None:
        if tag is not None and tag != "!":
            self.faults.append(Fault(self.shown, line, dotted(steps), f'a tag (got "{tag[:60]}", allowed: none)'))

    def _scalar(self, event: yaml.ScalarEvent, steps: Steps) -> bool | int | float | str | None:
        text = event.value
        if unprintable(text):
            line = _line(event)
            self.faults.append(Fault(self.shown, line, dotted(steps), "holds a control character (allowed: text)"))
            return ""
        return _plain(text) if event.implicit[0] else text

    def _fill_list(self, node: _Node, events: Iterator[yaml.Event], steps: Steps) -> None:
        node.items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            item = self._node(event, events, (*steps, len(node.items)))
            node.items.append(item)
            node.size += item.size

    def _fill_mapping(self, node: _Node, events: Iterator[yaml.Event], steps: Steps) -> None:
        node.fields = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key, line = self._key(event, steps)
            value = self._node(next(events), events, (*steps, key))
            if key in node.fields:
                text = f"given twice, the first time in line {node.fields[key][0]} (allowed: once)"
                self.faults.append(Fault(self.shown, line, dotted((*steps, key)), text))
                continue
            node.fields[key] = (line, value)
            node.size += value.size

    def _key(self, event: yaml.Event, steps: Steps) -> tuple[str, int]:
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent) or unprintable(event.value) or len(event.value) > 200:
            raise refusal(self.shown, line, f"{dotted(steps) or 'the file'}: a key that is no short text")
        if event.value == "<<" and event.implicit[0]:
            text = "a merge key (got <<, allowed: the keys themselves, or defaults)"
            self.faults.append(Fault(self.shown, line, dotted(steps), text))
        return event.value, line


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _plain(text: str) -> bool | int | float | str | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _built(node: _Node, steps: Steps, line: int, line_by_steps: dict[Steps, int]) -> Value:
    line_by_steps[steps] = line
    if node.items is not None:
        return [_built(item, (*steps, i), item.line, line_by_steps) for i, item in enumerate(node.items)]
    if node.fields is not None:
        return {key: _built(value, (*steps, key), at, line_by_steps) for key, (at, value) in node.fields.items()}
    return node.scalar
