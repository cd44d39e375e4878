"""The durable local outbox: no alert is lost between the moment it is raised and the moment a server has it.

Beside the messages lies the reasoning that has said them, written in the same transaction: whatever is killed when, a
restarted run goes on exactly after what it has said.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.command_box import CommandBox, mark_obeyed
from pipeline.alerts.entry_id import EntryId
from pipeline.alerts.group_commit import GroupCommit
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox_file import held, prepared, transaction, unforced
from pipeline.alerts.outbox_room import BOUNDS, Bounds, GivenUp, free_bytes, give_up
from pipeline.errors import StateError
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import State

FILE_NAME = "outbox.sqlite"
KEEP_SENT_NS = 24 * 3600 * 1_000_000_000
"""How long after it was sent a message can be offered again to a server that has lost it."""
_INSERT = (
    "INSERT INTO message (event, revision, state, algorithm, severity, line) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (event, revision) DO NOTHING"
)
_CLEARED = State.CLEARED.value
_OPEN = (
    "SELECT line FROM message WHERE state != ? AND NOT EXISTS"
    " (SELECT 1 FROM message AS later WHERE later.event = message.event AND later.revision > message.revision)"
    " ORDER BY seq"
)
_FORGET = (
    "DELETE FROM message WHERE sent_ns < ? AND (state = ? OR EXISTS"
    " (SELECT 1 FROM message AS later WHERE later.event = message.event AND later.revision > message.revision))"
)
_PUT_CHECKPOINT = (
    "INSERT INTO checkpoint (camera, t, reasoning) VALUES (?, ?, ?)"
    " ON CONFLICT (camera) DO UPDATE SET t = excluded.t, reasoning = excluded.reasoning"
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way.

    Attributes:
        seq: Its place in the outbox: 1, 2, 3 ..., never used twice.
        event: The event's id.
        state: For filtering, beside the message in the stream.
        algorithm: Likewise.
        severity: Likewise.
        line: The message itself, one line of JSON.
    """

    seq: int
    event: str
    state: str
    algorithm: str
    severity: str
    line: str


@dataclass(frozen=True, slots=True)
class Position:
    """How far a server has come with one outbox.

    Attributes:
        seq: The last message that the server has of this outbox; 0: none.
        last_entry: The last id its stream has given out; `NO_ENTRY` where there is no stream.
    """

    seq: int
    last_entry: EntryId


class Outbox:
    """Messages in the order in which they were raised: those to be sent, and for a day those that were.

    One process at a time holds an outbox; its methods may be called from any thread.

    Attributes:
        name: Its identity, made once: a server remembers by it what it has had from here.
        commands: What operators have said, in the same file.
    """

    def __init__(self, folder: Path, now_ns: Callable[[], int], bounds: Bounds = BOUNDS) -> None:
        """Open the outbox in a folder, or start one there.

        Args:
            folder: Made where it is missing.
            now_ns: The wall clock, ns since 1970: how long ago a message was sent.
            bounds: How much it holds.

        Raises:
            StateError: It is in use, damaged, of another version, or cannot be written.
        """
        self._path = folder / FILE_NAME
        self._now_ns, self._bounds = now_ns, bounds
        self._lock = threading.Lock()
        self._hold = held(self._path.with_suffix(".lock"))
        try:
            with self._explained():
                self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
                self.name = prepared(self._db, self._path)
        except StateError:
            self._hold.close()
            raise
        self._steps = GroupCommit(self._db, self._lock)
        self.commands = CommandBox(self._db, now_ns, self._writing)

    def append(self, alert: Alert) -> bool:
        """Keep a message; it is on disk when this returns.

        Returns:
            Whether it is new: a message of this event and revision that is here already is left as it is.

        Raises:
            StateError: It cannot be written.
        """
        return self.append_step((alert,), None) == 1

    def append_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> int:
        """Keep what one step of the reasoning says, and the reasoning after it: all of it or nothing.

        It is on disk when this returns, and with it every checkpoint saved before. Steps of several cameras that come
        at the same time are written together (`GroupCommit`).

        Args:
            alerts: In the order in which they were raised.
            checkpoint: Of the camera, after the step; None: of a source that is not resumed.

        Returns:
            How many messages are new: one whose event and revision are here already is left as it is.

        Raises:
            StateError: It cannot be written; nothing was.
        """
        rows = [(one.id, one.revision, one.state.value, one.algorithm, one.severity, one.to_json()) for one in alerts]

        def write(db: sqlite3.Connection) -> int:
            new = sum(db.execute(_INSERT, row).rowcount for row in rows)
            if checkpoint is not None:
                db.execute(_PUT_CHECKPOINT, (checkpoint.camera, checkpoint.t, checkpoint.reasoning))
                mark_obeyed(db, checkpoint.obeyed, checkpoint.t)
            return new

        with self._explained():
            return self._steps.write(write)

    def save(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Keep the reasoning of cameras that had nothing to say, in one transaction.

        A checkpoint no later than the one that is here is left out: a step may have been appended since it was made.
        What a checkpoint says of commands is not looked at: they are obeyed by `append_step`.

        It is not forced to disk. It survives the end of the process at any instruction; a power failure may take the
        last ones back, but none together with which a message was kept: `append_step` forces all before it.

        Raises:
            StateError: They cannot be written; none was.
        """
        rows = [(one.camera, one.t, one.reasoning) for one in checkpoints]
        with self._lock, self._explained(), unforced(self._db):
            self._db.executemany(f"{_PUT_CHECKPOINT} WHERE excluded.t > checkpoint.t", rows)

    def checkpoint(self, camera: CameraId) -> Checkpoint | None:
        """Where the camera's reasoning was when it was last kept; None where there is nothing to go on from.

        Raises:
            StateError: The file cannot be read.
        """
        with self._lock, self._explained():
            row = self._db.execute("SELECT t, reasoning FROM checkpoint WHERE camera = ?", (camera,)).fetchone()
        return None if row is None else Checkpoint(camera, MediaNs(row[0]), bytes(row[1]))

    def forget_checkpoint(self, camera: CameraId) -> None:
        """Let the camera's next run start afresh: it was removed, or its recording came to its end.

        Raises:
            StateError: It cannot be written.
        """
        with self._lock, self._explained():
            self._db.execute("DELETE FROM checkpoint WHERE camera = ?", (camera,))

    def waiting(self, limit: int) -> tuple[Outgoing, ...]:
        """The first messages that are still to be sent, at most `limit`, in order."""
        with self._lock, self._explained():
            rows = self._db.execute(
                "SELECT seq, event, state, algorithm, severity, line FROM message"
                " WHERE sent_ns IS NULL ORDER BY seq LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(Outgoing(*row) for row in rows)

    def waiting_count(self) -> int:
        """How many messages are still to be sent."""
        with self._lock, self._explained():
            (count,) = self._db.execute("SELECT count(*) FROM message WHERE sent_ns IS NULL").fetchone()
        return int(count)

    def mark_sent(self, messages: Sequence[Outgoing], entries: Sequence[EntryId]) -> None:
        """Note the entries that a server has made of messages.

        It is not forced to disk, see `save`: what a power failure takes back is sent once more, or found at the server.
        """
        now_ns = self._now_ns()
        rows = [(entry.ms, entry.number, now_ns, item.seq) for item, entry in zip(messages, entries, strict=True)]
        with self._lock, self._explained(), unforced(self._db):
            self._db.executemany("UPDATE message SET entry_ms = ?, entry_number = ?, sent_ns = ? WHERE seq = ?", rows)

    def take_back(self, position: Position) -> int:
        """What was sent and the server does not have is to be sent again; how many messages that concerns."""
        last = position.last_entry
        with self._lock, self._explained():
            done = self._db.execute(
                "UPDATE message SET entry_ms = NULL, entry_number = NULL, sent_ns = NULL"
                " WHERE sent_ns IS NOT NULL AND (seq > ? OR (entry_ms, entry_number) > (?, ?))",
                (position.seq, last.ms, last.number),
            )
            return done.rowcount

    def last_of(self, event: str) -> str | None:
        """The newest message of an event, as its line; None where there is none.

        Raises:
            StateError: The file cannot be read.
        """
        with self._lock, self._explained():
            row = self._db.execute(
                "SELECT line FROM message WHERE event = ? ORDER BY revision DESC LIMIT 1", (event,)
            ).fetchone()
        return None if row is None else str(row[0])

    def open_events(self) -> tuple[str, ...]:
        """The newest message of each event that was not cleared, as its line, in order.

        Raises:
            StateError: The file cannot be read.
        """
        with self._lock, self._explained():
            rows = self._db.execute(_OPEN, (_CLEARED,)).fetchall()
        return tuple(str(line) for (line,) in rows)

    def forget(self) -> None:
        """Remove what was sent more than a day ago.

        What was not sent stays, however old, and of an event that is still open the newest message.
        """
        with self._lock, self._explained():
            self._db.execute(_FORGET, (self._now_ns() - KEEP_SENT_NS, _CLEARED))

    def make_room(self) -> GivenUp:
        """Keep within bounds, see `outbox_room`; what was given up for it.

        Raises:
            StateError: The file cannot be read or written.
        """
        with self._lock, self._explained(), unforced(self._db):
            return give_up(self._db, free_bytes(self._path), self._bounds)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
            self._hold.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, self._explained(), transaction(self._db):
            yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors as one line that says what to do."""
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise StateError(f"{self._path}: cannot be written: {error} (expected a folder with room)") from error
        except (sqlite3.DatabaseError, TypeError) as error:
            raise StateError(
                f"{self._path}: the outbox is damaged ({error}): move it away to start a new one;"
                " what it had not sent is lost, the evidence is not"
            ) from error
