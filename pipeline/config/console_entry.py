"""The section `console` of a site file: as it is written, and made sense of."""

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from pipeline.config.console_settings import ConsoleSettings
from pipeline.config.fields import DurationNs, Part, Text, fault
from pipeline.config.listen import Listen
from pipeline.config.place import Place

_ADDRESS = re.compile(r"(?P<origin>https?://[A-Za-z0-9.\-]+(?::\d{1,5})?|https?://\[[0-9A-Fa-f:]+\](?::\d{1,5})?)"
                      r"(?P<prefix>(?:/[A-Za-z0-9._~\-]+)*)/?")  # fmt: skip
_SHORTEST_IDLE_NS = 60 * 1_000_000_000


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise fault("no address of a page", "such as https://control.example or https://control.example/smart-alert")
    return text


def _proxy(text: str) -> str:
    try:
        return str(ip_network(text)).removesuffix("/32").removesuffix("/128")
    except ValueError:
        raise fault("no address of a machine", "such as 10.0.0.5 or 10.0.0.0/8") from None


def _long_enough(idle_ns: int) -> int:
    if idle_ns < _SHORTEST_IDLE_NS:
        raise fault("too short a time", "1m or longer, such as 12h")
    return idle_ns


class ConsoleEntry(Part):
    """How the console is served."""

    listen: Listen = Field(ConsoleSettings().listen, description="host:port")
    address: Annotated[Text, AfterValidator(_address)] | None = Field(
        None, description="where browsers reach it behind a reverse proxy: https://host, with the prefix if it has one"
    )
    trusted_proxies: list[Annotated[Text, AfterValidator(_proxy)]] = Field(
        list(ConsoleSettings().trusted_proxies),
        description="addresses of reverse proxies whose word about the browser's address is believed",
    )
    idle: Annotated[DurationNs, AfterValidator(_long_enough)] = Field(
        ConsoleSettings().idle_ns,
        description="how long a session lasts without a sign of life from its browser: 1m or longer, such as 12h",
    )


def console_settings(written: ConsoleEntry | None, place: Place) -> ConsoleSettings:
    """What the section says."""
    entry = written or ConsoleEntry()
    found = _ADDRESS.fullmatch(entry.address or "")
    return ConsoleSettings(
        listen=entry.listen,
        origin=found["origin"].lower() if found else "",
        prefix=found["prefix"] if found else "",
        trusted_proxies=tuple(entry.trusted_proxies),
        idle_ns=entry.idle,
        place=place,
    )
