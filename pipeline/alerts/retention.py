"""How long evidence stays: by age and by size, the oldest first, and never less than an open event needs."""

import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.alerts.durable_file import cannot_write


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """The evidence of one event.

    Attributes:
        event: Its id.
        n_bytes: Of all its files.
        changed_ns: When the last of them was written, ns since 1970.
    """

    event: str
    n_bytes: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed, and what stays."""

    removed_events: int
    removed_bytes: int
    kept_bytes: int


class Shelf(Protocol):
    """Where the evidence of events lies."""

    def events(self) -> Iterable[KeptEvent]:
        """All that is there.

        Raises:
            SmartAlertError: It cannot be read.
        """
        ...

    def remove(self, event: str) -> None:
        """Remove all of an event.

        Raises:
            SmartAlertError: It cannot be removed.
        """
        ...


class DiskShelf:
    """A folder with a folder for each event."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def events(self) -> Iterable[KeptEvent]:
        """See `Shelf`; a file that goes meanwhile counts as gone."""
        for folder in sorted(self._root.glob("*")):
            sizes, times = [0], [0]
            for file in folder.glob("*"):
                try:
                    status = file.stat()
                except OSError:
                    continue
                sizes.append(status.st_size)
                times.append(status.st_mtime_ns)
            yield KeptEvent(folder.name, sum(sizes), max(times))

    def remove(self, event: str) -> None:
        """See `Shelf`."""
        try:
            shutil.rmtree(self._root / event)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise cannot_write(self._root / event, error) from error


def sweep(shelf: Shelf, keep_ns: int, max_bytes: int, now_ns: int, open_events: Collection[str]) -> Swept:
    """Remove the evidence that is too old, and the oldest where there is too much of it.

    Args:
        shelf: Where it lies.
        keep_ns: How long it stays after it was last changed.
        max_bytes: How much stays; the evidence of open events may be more.
        now_ns: The wall clock, ns since 1970.
        open_events: Ids of events that are not over: nothing of them is removed.

    Raises:
        SmartAlertError: The shelf cannot be read or changed.
    """
    found = sorted(shelf.events(), key=lambda one: (one.changed_ns, one.event))
    kept_bytes = sum(one.n_bytes for one in found)
    removed_events = removed_bytes = 0
    for one in found:
        is_old = now_ns - one.changed_ns > keep_ns
        if one.event in open_events or not (is_old or kept_bytes > max_bytes):
            continue
        shelf.remove(one.event)
        removed_events, removed_bytes = removed_events + 1, removed_bytes + one.n_bytes
        kept_bytes -= one.n_bytes
    return Swept(removed_events, removed_bytes, kept_bytes)
