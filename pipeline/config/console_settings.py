"""What a site says of its console."""

from dataclasses import dataclass, field

from pipeline.config.place import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """How the console is served.

    Attributes:
        listen: Host and port.
        origin: Where browsers reach it, such as `https://control.example`; empty: where it listens.
        prefix: The path below which browsers reach it, such as `/smart-alert`; empty: at the root.
        trusted_proxies: Addresses of reverse proxies whose word about the browser's address is believed.
        idle_ns: How long a session lasts without a sign of life from its browser.
    """

    listen: tuple[str, int] = ("127.0.0.1", 8600)
    origin: str = ""
    prefix: str = ""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    idle_ns: int = 12 * 3600 * 1_000_000_000
    place: Place = field(default=NOWHERE, repr=False, compare=False)
