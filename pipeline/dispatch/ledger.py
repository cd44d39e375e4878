"""The ledger: every message is applied once, in order, and what it does is written together with it, or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from pipeline.alerts.message import Alert
from pipeline.dispatch.change import Attachment, Change, Step
from pipeline.dispatch.intake import taken
from pipeline.dispatch.late import late_change
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_due import may_be_due
from pipeline.dispatch.ledger_tables import ATTACHMENT, EVENT, MESSAGE, NOTICE, STEP
from pipeline.dispatch.notice import WHILE_WORKED_ON, Notice
from pipeline.dispatch.office import Office
from pipeline.dispatch.record import Record
from pipeline.dispatch.standing import WORKED_ON, Standing

_MOST_AT_ONCE = 500
_UPDATE = (
    update(EVENT)
    .where(EVENT.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in EVENT.c.keys() if name != "id"})  # noqa: SIM118  # no mapping
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as it was sent.

    Attributes:
        alert: What it says.
        line: The message itself.
    """

    alert: Alert
    line: str


class Ledger:
    """Applies messages and lets time pass. Words of people: `ledger_words`; what stands in it: `ledger_queries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, messages: Sequence[Incoming], office: Office) -> int:
        """Apply messages in order, in one transaction.

        Args:
            messages: Of those that are here already nothing happens.
            office: Routing and time.

        Returns:
            How many were new.

        Raises:
            LedgerAwayError: The database cannot be reached or written now; apply the same again.
            LedgerRefusedError: It does not take one of them; none was applied.
        """
        with self._database.writing() as connection:
            page = _Page(records(connection, {one.alert.id for one in messages}))
            known = _known(connection, {one.alert.id for one in messages})
            rows = []
            for one in messages:
                key = (one.alert.id, one.alert.revision)
                if key in known:
                    continue
                known.add(key)
                camera = one.alert.camera.id if one.alert.camera else ""
                rows.append(
                    {"event": key[0], "revision": key[1], "camera": camera, "line": one.line, "received_at": office.now}
                )
                page.add(taken(page.records.get(one.alert.id), one.alert, office))
            if rows:
                connection.execute(insert(MESSAGE), rows)
                page.write(connection)
        return len(rows)

    def pass_time(self, office: Office) -> int:
        """Remind of what is still open, and tell somebody higher of what is late.

        Returns:
            How many events that concerns.

        Raises:
            LedgerAwayError: The database cannot be reached or written now.
        """
        with self._database.reading() as connection:
            events = connection.execute(select(EVENT.c.id).where(may_be_due(office))).scalars().all()
        # Most of the time there are none, and nobody who writes has to wait.
        return sum(
            self._late(events[first : first + _MOST_AT_ONCE], office) for first in range(0, len(events), _MOST_AT_ONCE)
        )

    def _late(self, events: Sequence[str], office: Office) -> int:
        with self._database.writing() as connection:
            page = _Page(records(connection, events))
            changes = [late_change(record, office) for record in page.records.values()]
            found = [change for change in changes if change is not None]
            for change in found:
                page.add(change)
            page.write(connection)
        return len(found)


def records(connection: Connection, events: Iterable[str]) -> dict[str, Record]:
    """The records of events, by id; those that are not there are left out."""
    rows = connection.execute(select(EVENT).where(EVENT.c.id.in_(list(events)))).mappings()
    return {row["id"]: Record(**row) for row in rows}


def write(connection: Connection, change: Change) -> None:
    """Write what one word does to an event that is there."""
    page = _Page({change.record.id: change.record})
    page.add(change)
    page.write(connection)


def drop_notices(connection: Connection, event: str, now: datetime) -> None:
    """Reminders of an event that nobody has to work on any more are of no use."""
    kinds = [kind.value for kind in WHILE_WORKED_ON]
    waiting = (NOTICE.c.event == event, NOTICE.c.sent_at.is_(None), NOTICE.c.dropped_at.is_(None))
    connection.execute(update(NOTICE).where(*waiting, NOTICE.c.kind.in_(kinds)).values(dropped_at=now))


@dataclass(slots=True)
class _Page:
    """Changes that are gathered, then written together.

    Attributes:
        records: As they are after the changes so far.
    """

    records: dict[str, Record]
    steps: list[Step] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    new: set[str] = field(default_factory=set)

    def add(self, change: Change) -> None:
        record = change.record
        (self.changed if record.id in self.records and record.id not in self.new else self.new).add(record.id)
        self.records[record.id] = record
        self.steps += change.steps
        self.attachments += change.attachments
        self.notices += change.notices

    def write(self, connection: Connection) -> None:
        if self.new:
            connection.execute(insert(EVENT), [asdict(self.records[key]) for key in sorted(self.new)])
        if self.changed:
            rows = [asdict(self.records[key]) for key in sorted(self.changed)]
            connection.execute(_UPDATE, [{"key": row.pop("id"), **row} for row in rows])
        if self.steps:
            connection.execute(insert(STEP), [asdict(step) for step in self.steps])
        self._write_attachments(connection)
        if self.notices:
            connection.execute(insert(NOTICE), [asdict(notice) for notice in self.notices])
        for key in self.changed:
            if Standing(self.records[key].standing) not in WORKED_ON:
                drop_notices(
                    connection, key, max((step.at for step in self.steps), default=self.records[key].received_at)
                )

    def _write_attachments(self, connection: Connection) -> None:
        """Each file once: every message of an event names those of the messages before it."""
        if not self.attachments:
            return
        events = {one.event for one in self.attachments}
        found = connection.execute(
            select(ATTACHMENT.c.event, ATTACHMENT.c.kind, ATTACHMENT.c.uri).where(ATTACHMENT.c.event.in_(events))
        )
        known = {(row.event, row.kind, row.uri) for row in found}
        rows = []
        for one in self.attachments:
            if (one.event, one.kind, one.uri) not in known:
                known.add((one.event, one.kind, one.uri))
                rows.append(asdict(one))
        if rows:
            connection.execute(insert(ATTACHMENT), rows)


def _known(connection: Connection, events: Iterable[str]) -> set[tuple[str, int]]:
    rows = connection.execute(select(MESSAGE.c.event, MESSAGE.c.revision).where(MESSAGE.c.event.in_(list(events))))
    return {(row.event, row.revision) for row in rows}
