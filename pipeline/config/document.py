"""A file's values, and the line on which each is written: what the YAML, JSON and CSV readers all yield."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.config.secrets import redact
from pipeline.errors import ConfigError, Fault

Value = bool | int | float | str | list["Value"] | dict[str, "Value"] | None
Steps = tuple[str | int, ...]
"""Where a value is: keys and positions from the top."""
LARGEST_BYTES = 4 * 1024 * 1024
MOST_VALUES = 200_000
DEEPEST = 32
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Document:
    """One file.

    Attributes:
        file: As the user named it.
        value: What it holds.
        line_by_steps: 1-based line of each value: its key's line where it has one.
    """

    file: str
    value: Value
    line_by_steps: Mapping[Steps, int] = field(repr=False)

    def at(self, steps: Steps) -> Value:
        """The value there; None where there is none."""
        value = self.value
        for step in steps:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                return None
        return value

    def line(self, steps: Steps) -> int:
        """The line of the value there, or of the nearest that holds it."""
        for length in range(len(steps), -1, -1):
            if steps[:length] in self.line_by_steps:
                return self.line_by_steps[steps[:length]]
        return 0

    def fault(self, steps: Steps, text: str) -> Fault:
        """A mistake there."""
        return Fault(self.file, self.line(steps), dotted(steps), text)


def dotted(steps: Steps) -> str:
    """`rules[0].dwell`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{_on_one_line(step)}" for step in steps)
    # A password in the wrong place may have become a key.
    return redact(text.removeprefix("."))


def _on_one_line(key: str) -> str:
    """A key may be anything, a line feed too; a fault is one line."""
    return key if key.isprintable() else key.encode("unicode_escape").decode("ascii")


def read_text(path: Path, shown: str) -> str:
    """A text file of bounded size.

    Raises:
        ConfigError: It is missing, no file, too large or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise refusal(shown, 0, f"too large (allowed: at most {LARGEST_BYTES // 1024 // 1024} MiB)")
        return data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise refusal(shown, 0, "no such file") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refusal(shown, line, f"not UTF-8 text (got byte 0x{data[error.start]:02x})") from error
    except OSError as error:
        raise refusal(shown, 0, f"cannot be read: {error.strerror or error}") from error


def refusal(file: str, line: int, text: str) -> ConfigError:
    """The error of a file that cannot be read at all, or not beyond this line."""
    return ConfigError([Fault(file, line, "", text)])


def unprintable(text: str) -> bool:
    """Whether a text holds what no name, path or address may: a control character or half a surrogate pair."""
    return _CONTROL.search(text) is not None


def shown_value(value: Value) -> str:
    """A value as a message shows it: short, on one line, without passwords."""
    if isinstance(value, dict):
        return f"a mapping of {len(value)}" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    # First redacted, then cut: the cut could take away the `@` by which a password is known.
    text = redact(" ".join(str(value).split()))
    text = text if len(text) <= 80 else f"{text[:77]}..."
    return f'"{text}"' if isinstance(value, str) else text
