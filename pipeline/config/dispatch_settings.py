"""What a site says of its reference dispatcher."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.config.secrets import SecretUrl


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """How the reference dispatcher works.

    Attributes:
        routing: The routing table; None: the site names none.
        ledger: PostgreSQL's address; None: a file in the state folder.
        group: The consumer group in the stream.
    """

    routing: Path | None = None
    ledger: SecretUrl | None = None
    group: str = "dispatcher"
