"""How much the outbox may hold, and what goes first where a server is away for long or the disk is nearly full.

It holds at most 1 GiB, about a million messages, and less where the disk has less than 128 MiB left; but always 64 MiB.
Beyond that go, the oldest first and no more than has to:

1. messages that were sent, and are kept only for the case that the server loses them;
2. of those that wait, updates that a newer message of the same event has overtaken;
3. of those that wait, all messages of events that are over, as long as nobody has heard of the event.

What is never given up: that an event is there and how it stands, and the end of one of which somebody has heard. That
is never much: a few messages a camera and rule.
"""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

_ROW_BYTES = 200
"""What a message takes beside its line: columns and indexes."""
_PAGE_OF_ROWS = 2000
_SENT = (
    "SELECT seq, event, length(line) FROM message WHERE sent_ns IS NOT NULL AND (state = 'cleared' OR EXISTS"
    " (SELECT 1 FROM message AS later WHERE later.event = message.event AND later.revision > message.revision))"
    " ORDER BY seq LIMIT ?"
)
_OVERTAKEN = (
    "SELECT seq, event, length(line) FROM message WHERE sent_ns IS NULL AND state = 'updated' AND EXISTS"
    " (SELECT 1 FROM message AS later WHERE later.event = message.event AND later.revision > message.revision)"
    " ORDER BY seq LIMIT ?"
)
_UNHEARD = (
    "SELECT seq, event, length(line) FROM message WHERE event IN (SELECT event FROM message GROUP BY event"
    " HAVING min(revision) = 0 AND max(state = 'cleared') AND max(sent_ns IS NOT NULL) = 0 ORDER BY min(seq) LIMIT ?)"
    " ORDER BY (SELECT min(seq) FROM message AS first WHERE first.event = message.event), seq"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of an outbox, bytes.

    Attributes:
        most: It never holds more.
        least: It may always hold so much.
        left_to_others: Room on the disk that it leaves, above `least`.
    """

    most: int = 1 << 30
    least: int = 64 << 20
    left_to_others: int = 128 << 20


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What has gone.

    Attributes:
        sent: Messages that a server has had; it cannot have them again.
        overtaken: Updates that nobody has had; a newer message says what holds.
        unheard: Messages of events that are over and that nobody will hear of.
    """

    sent: int = 0
    overtaken: int = 0
    unheard: int = 0


NOTHING = GivenUp()


def free_bytes(path: Path) -> int:
    """Room on the disk of a file.

    Raises:
        OSError: It cannot be found out.
    """
    return shutil.disk_usage(path.parent).free


def give_up(db: sqlite3.Connection, free: int, bounds: Bounds = BOUNDS) -> GivenUp:
    """Bring the outbox within its bounds, if it is not. To be called in a transaction.

    Args:
        db: Of the outbox.
        free: Room on its disk, bytes.
        bounds: What they are.

    Raises:
        sqlite3.Error: It could not be read or written.
    """
    page_bytes, pages, free_pages = (
        int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_size", "page_count", "freelist_count")
    )
    used = (pages - free_pages) * page_bytes
    # Pages that are free within the file are room as well: it fills them before it grows.
    missing = bounds.left_to_others - free - free_pages * page_bytes
    over = min(max(used - bounds.most, missing), used - bounds.least)
    if over <= 0:
        return NOTHING
    counts = []
    for query in (_SENT, _OVERTAKEN, _UNHEARD):
        count, over = _drop(db, query, over)
        counts.append(count)
    return GivenUp(*counts)


def _drop(db: sqlite3.Connection, query: str, over: int) -> tuple[int, int]:
    """Remove rows of a query until enough room is made; how many went, and how much is missing still."""
    count = 0
    while over > 0 and (rows := db.execute(query, (_PAGE_OF_ROWS,)).fetchall()):
        gone, begun = list[tuple[int]](), ""
        for seq, event, length in rows:
            # An event that nobody has heard of goes whole.
            if over <= 0 and not (query is _UNHEARD and event == begun):
                break
            begun = event
            gone.append((seq,))
            over -= length + _ROW_BYTES
        db.executemany("DELETE FROM message WHERE seq = ?", gone)
        count += len(gone)
    return count, over
