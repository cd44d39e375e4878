"""An address to listen on, as a file of the user's names it."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from pipeline.config.fields import text_by

OFF = "off"
_ADDRESS = "host:port such as 127.0.0.1:{port}, 0.0.0.0:{port} or [::1]:{port}"
_STATUS_ALLOWED = _ADDRESS.format(port=9464) + ", or off"
_CONSOLE_ALLOWED = _ADDRESS.format(port=8600)


def _host_and_port(text: str, allowed: str) -> tuple[str, int]:
    host, mark, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") and host.endswith("]") else host
    is_port = port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535
    if not mark or not is_port or not re.fullmatch(r"[\w.\-]+|[0-9A-Fa-f:.]+", host):
        raise ValueError(allowed)
    return host, int(port)


def _listen_or_off(text: str) -> tuple[str, int] | None:
    return None if text == OFF else _host_and_port(text, _STATUS_ALLOWED)


def _listen(text: str) -> tuple[str, int]:
    return _host_and_port(text, _CONSOLE_ALLOWED)


ListenOrOff = Annotated[
    tuple[str, int] | None,
    BeforeValidator(text_by(_listen_or_off, "no address to listen on", _STATUS_ALLOWED)),
    WithJsonSchema({"type": "string"}),
]
Listen = Annotated[
    tuple[str, int],
    BeforeValidator(text_by(_listen, "no address to listen on", _CONSOLE_ALLOWED)),
    WithJsonSchema({"type": "string"}),
]
