"""How a command tells an alert: one line for people."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from rich.cells import cell_len

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence_legend import in_words
from pipeline.alerts.lettering import printable
from pipeline.alerts.message import Alert, local
from pipeline.cli.output import say
from pipeline.observation import nanoseconds

HEADING = ("time", "state", "severity", "dwell", "title", "camera / zone")
_WIDTHS = (19, 22, 8, 11, 36, 0)


class Teller:
    """A destination that writes every message to stdout: for people, or as it is."""

    def __init__(self, timezone: tzinfo, *, as_json: bool) -> None:
        self._timezone, self._as_json = timezone, as_json

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        """Write the messages of one step."""
        del checkpoint
        for alert in alerts:
            self.tell(alert)

    def tell(self, alert: Alert) -> None:
        """Write one message."""
        # Bytes: JSON is UTF-8 whatever the terminal's encoding.
        say(alert.to_json().encode() if self._as_json else alert_line(alert, self._timezone))


def alert_line(alert: Alert, timezone: tzinfo) -> str:
    """The alert in one line: when (in the given time zone), what, how grave, how long, where."""
    place = " / ".join(part.name or part.id for part in (alert.camera, alert.zone) if part is not None)
    return line(
        (
            local(alert.ended_at or alert.raised_at, timezone),
            f"{alert.state} ({alert.reason})" if alert.reason else alert.state.value,
            alert.severity,
            in_words(nanoseconds(alert.dwell_s)),
            f"{alert.title.zh} {alert.title.en}",
            place or alert.site.name,
        )
    )


def line(cells: Iterable[str]) -> str:
    """Cells of a table, padded to its columns."""
    return "  ".join(_padded(cells)).rstrip()


def _padded(cells: Iterable[str]) -> Iterator[str]:
    """Each cell at its column's width; Chinese takes two columns a character."""
    for cell, width in zip(cells, _WIDTHS, strict=True):
        clean = printable(cell)
        yield clean + " " * max(0, width - cell_len(clean))
