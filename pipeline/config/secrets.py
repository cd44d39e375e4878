"""Values from the environment, and addresses that hold them: neither is ever shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_USER_INFO = re.compile(r"(://).*@", re.DOTALL)
_QUERY = re.compile(r"(://[^\s?]*\?)[^\s\"')]+")


def redact(text: str) -> str:
    """The text with the user, password and query of every address in it left out.

    Greedy up to the last `@`, for a password may hold anything, an unescaped `@` or a blank too: of two addresses in
    one text the first may go altogether.
    """
    return _QUERY.sub(r"\1***", _USER_INFO.sub(r"\1***@", text))


@dataclass(frozen=True, slots=True)
class SecretUrl:
    """An address that may hold a password. Neither `str` nor `repr` gives it away; `reveal` does.

    Attributes:
        shown: As the file writes it, variables in place, without user and password.
    """

    shown: str
    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The whole address, for the one who connects."""
        return self._value

    def __str__(self) -> str:
        return self.shown


def variables(text: str) -> tuple[str, ...]:
    """The names of the variables in the text, in order.

    Raises:
        ValueError: A `${` does not begin a variable.
    """
    if text.count("${") != len(_VARIABLE.findall(text)):
        raise ValueError("a variable is written ${NAME}: letters, digits and _")
    return tuple(_VARIABLE.findall(text))


def expand(text: str, environ: Mapping[str, str]) -> str:
    """The text with each `${NAME}` replaced; what a value holds is not looked at again.

    Raises:
        KeyError: A variable is not set.
    """
    return _VARIABLE.sub(lambda match: environ[match.group(1)], text)
