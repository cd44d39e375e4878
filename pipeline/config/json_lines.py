"""JSON with the line of every value, bounded in size and depth.

`NaN` and `Infinity` are read, so that a message can say where they stand.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

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

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,4})?(?![0-9.eE])")
_WORD = re.compile(r"-?[A-Za-z]+")
_DECODER = json.JSONDecoder()
_WORDS: dict[str, bool | float | None] = {
    "null": None,
    "true": True,
    "false": False,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


def read_json(path: Path, shown: str) -> Document:
    """The document in a JSON file.

    Args:
        path: The file.
        shown: Its name in messages.

    Raises:
        ConfigError: It cannot be read, is no JSON, or is nested too deeply or too long; with every doubled key.
    """
    return parse_json(read_text(path, shown), shown)


def parse_json(text: str, shown: str) -> Document:
    """The document in a JSON text; see `read_json`."""
    reader = _Reader(text, shown)
    value = reader.value(())
    reader.skip()
    if reader.at < len(text):
        raise reader.refused("something after its end")
    if reader.faults:
        raise ConfigError(reader.faults)
    return Document(shown, value, reader.line_by_steps)


@dataclass(slots=True)
class _Reader:
    """Remembers how far it has read, and the lines of what it has met."""

    text: str
    shown: str
    at: int = 0
    line: int = 1
    counted_to: int = 0
    line_by_steps: dict[Steps, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def value(self, steps: Steps) -> Value:
        self.skip()
        self.line_by_steps.setdefault(steps, self.line)
        if len(self.line_by_steps) > MOST_VALUES:
            raise self.refused(f"too many values (allowed: {MOST_VALUES:,})")
        if len(steps) > DEEPEST:
            raise self.refused(f"nested too deeply (allowed: {DEEPEST} levels)")
        following = self.text[self.at : self.at + 1]
        if following == "{":
            return self._mapping(steps)
        if following == "[":
            return self._list(steps)
        return self._string(steps) if following == '"' else self._word()

    def skip(self) -> None:
        """Go past white space, counting lines."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at

    def refused(self, text: str) -> ConfigError:
        return refusal(self.shown, self.line, f"not JSON that can be read: {text}")

    def _takes(self, mark: str) -> bool:
        self.skip()
        if not self.text.startswith(mark, self.at):
            return False
        self.at += 1
        return True

    def _list(self, steps: Steps) -> Value:
        self.at += 1
        items: list[Value] = []
        if self._takes("]"):
            return items
        while True:
            items.append(self.value((*steps, len(items))))
            if self._takes("]"):
                return items
            self._comma("]")

    def _mapping(self, steps: Steps) -> Value:
        self.at += 1
        fields: dict[str, Value] = {}
        if self._takes("}"):
            return fields
        while True:
            self._field(fields, steps)
            if self._takes("}"):
                return fields
            self._comma("}")

    def _comma(self, end: str) -> None:
        if not self._takes(","):
            raise self.refused(f"expected , or {end} (got {self._following()})")

    def _field(self, fields: dict[str, Value], steps: Steps) -> None:
        self.skip()
        if not self.text.startswith('"', self.at):
            raise self.refused(f"expected a key in double quotes (got {self._following()})")
        line = self.line
        key = self._string(steps)
        inner = (*steps, key)
        if not self._takes(":"):
            raise self.refused(f'expected : after "{key[:40]}" (got {self._following()})')
        if key in fields:
            first = self.line_by_steps[inner]
            text = f"given twice, the first time in line {first} (allowed: once)"
            self.faults.append(Fault(self.shown, line, dotted(inner), text))
        self.line_by_steps.setdefault(inner, line)
        value = self.value(inner)
        fields.setdefault(key, value)

    def _string(self, steps: Steps) -> str:
        try:
            # What begins with a quote is a string, so no nested value is read here.
            text, self.at = _DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            raise self.refused(error.msg) from error
        if not isinstance(text, str) or unprintable(text):
            fault = Fault(self.shown, self.line, dotted(steps), "holds a control character (allowed: text)")
            self.faults.append(fault)
            return ""
        return text

    def _word(self) -> Value:
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return float(number.group()) if number.group(1) or number.group(2) else int(number.group())
        word = _WORD.match(self.text, self.at)
        if word is None or word.group() not in _WORDS:
            raise self.refused(f"expected a value (got {self._following()})")
        self.at = word.end()
        return _WORDS[word.group()]

    def _following(self) -> str:
        following = self.text[self.at : self.at + 12].split("\n")[0]
        return f"{following!r}" if following else "the end of the file" if self.at >= len(self.text) else "a line's end"
