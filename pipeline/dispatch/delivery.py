"""How a client reads, and what it hands out."""

import logging
import socket
from dataclasses import dataclass, field

from pipeline.alerts.message import Alert
from pipeline.dispatch.group import GroupEntry


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """How a client reads.

    Attributes:
        group: Each group has every alert once; one that is new begins with the oldest that is still there.
        consumer: Its name in the group, another one for each process that runs at the same time; what it left
            unacknowledged it is handed first when it comes back under the same name.
        stream: Where alerts are.
        commands: Where words go.
        in_flight: How many may be handed out and not acknowledged, at least 1.
        most_tries: After so many failures an alert is a dead letter, at least 1.
        claim_after_s: What another consumer has had so long without acknowledging it is taken over. Longer than an
            alert can take, with those of its batch before it.
        remembered: How many (`id`, `revision`) are remembered as done.
    """

    group: str
    consumer: str = field(default_factory=socket.gethostname)
    stream: str = "smart-alert:alerts"
    commands: str = "smart-alert:commands"
    in_flight: int = 64
    most_tries: int = 5
    claim_after_s: float = 300.0
    remembered: int = 100_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert that was handed out.

    Attributes:
        alert: What it says.
        line: The message as it was sent.
        item: Its entry in the stream; `item.tries` counts how often it was handed out, this time included.
    """

    alert: Alert
    line: str
    item: GroupEntry

    @property
    def key(self) -> tuple[str, int]:
        """By which a store knows that it has it already."""
        return self.alert.id, self.alert.revision


def log_warning(text: str) -> None:
    """Tell it by Python's `logging`, as a library does."""
    logging.getLogger("smart_alert.dispatch").warning("%s", text)
