"""Who is responsible for an event, and who else is told. Pure: table, event and moment in, names out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from pipeline.config.catalogue import Severity
from pipeline.config.schedule import Schedule
from pipeline.config.secrets import SecretUrl
from pipeline.dispatch.deadlines import Deadlines
from pipeline.observation import MediaNs

CELL_OFFICER, CELL_MANAGER = "$officer", "$manager"
"""In a route: the cell's own."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who can be told: a role, not a person.

    Attributes:
        id: As the table and fences name it.
        name: For people.
        channels: Where it is told; none: only the ledger shows it.
        on_duty: When it is told itself.
        deputy: Who is told in its place at other times; empty: it is told all the same.
    """

    id: str
    name: str
    channels: tuple[SecretUrl, ...]
    on_duty: Schedule
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid.

    Attributes:
        id: As fences name it.
        name: For people.
        officer: The contact that is responsible for what happens there.
        manager: The property manager's contact; empty where there is none.
    """

    id: str
    name: str
    officer: str
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Which events a route is for; what is empty matches all.

    Attributes:
        grid: Cells, `*` and `?` as in file names.
        zones: Zone ids, or `camera/zone`.
        categories: Of the zone.
        algorithms: Of the catalogue.
        severities: How grave.
        sources: `rule` (with its storms), `storm`, `health`, `manual`.
        time: When it is dispatched.
    """

    grid: tuple[str, ...]
    zones: tuple[str, ...]
    categories: tuple[str, ...]
    algorithms: tuple[str, ...]
    severities: tuple[str, ...]
    sources: tuple[str, ...]
    time: Schedule


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table.

    Attributes:
        match: Which events.
        responsible: Who is, in place of the cell's officer; empty: no change.
        tell: Who is told besides.
    """

    match: Match
    responsible: str
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """The whole table.

    Attributes:
        contact_by_id: Everybody who can be told.
        cell_by_id: The grid.
        routes: In order; the first that matches and names somebody responsible decides, all that match tell.
        fallback: Responsible where nobody else is.
        escalation: Who is told, step by step, of what is late.
        deadlines_by_severity: One for each severity.
    """

    contact_by_id: Mapping[str, Contact] = field(repr=False)
    cell_by_id: Mapping[str, Cell] = field(repr=False)
    routes: tuple[Route, ...]
    fallback: str
    escalation: tuple[str, ...]
    deadlines_by_severity: Mapping[str, Deadlines]

    def deadlines(self, severity: str) -> Deadlines:
        """Of a severity; one that is not known counts as the gravest, for it must not lie about."""
        return self.deadlines_by_severity.get(severity) or self.deadlines_by_severity[Severity.CRITICAL]


@dataclass(frozen=True, slots=True)
class Matter:
    """What routing looks at.

    Attributes:
        camera: Its id; empty where there is none.
        zone: Its id; empty where there is none.
        grid: The cell; empty where it is not known.
        category: Of the zone; likewise.
        zone_contact: Whom the fence names as responsible; likewise.
        algorithm: The catalogue's key.
        severity: How grave.
        source: `rule`, `storm`, `health`, `manual`.
    """

    camera: str
    zone: str
    grid: str
    category: str
    zone_contact: str
    algorithm: str
    severity: str
    source: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """The answer.

    Attributes:
        responsible: A contact's id.
        told: Contacts' ids, each once, the responsible one or its deputy first.
    """

    responsible: str
    told: tuple[str, ...]


def addressed(routing: Routing, matter: Matter, now: MediaNs) -> Addressed:
    """Who is responsible for a matter, and who is told of it now.

    Args:
        routing: The table.
        matter: The event.
        now: The moment at which it is dispatched, ns since 1970.
    """
    matching = [route for route in routing.routes if _matches(route.match, matter, now)]
    cell = routing.cell_by_id.get(matter.grid)
    named = (_own(route.responsible, cell) for route in matching)
    officer = "" if cell is None else cell.officer
    responsible = next((name for name in named if name), "") or officer or _known(routing, matter.zone_contact)
    responsible = responsible or routing.fallback
    besides = [_own(name, cell) for route in matching for name in route.tell]
    everybody = [responsible, _known(routing, matter.zone_contact), *besides]
    return Addressed(responsible, tuple(dict.fromkeys(on_duty(routing, name, now) for name in everybody if name)))


def on_duty(routing: Routing, contact: str, now: MediaNs) -> str:
    """The contact, or who stands in for it at that moment."""
    seen: set[str] = set()
    while True:
        found = routing.contact_by_id[contact]
        if found.on_duty.is_open(now) or not found.deputy or found.deputy in seen:
            return contact
        seen.add(contact)
        contact = found.deputy


def holder(routing: Routing, contact: str) -> str:
    """Who is responsible now: the contact, or the fallback where the table does not have it (any more)."""
    return contact if contact in routing.contact_by_id else routing.fallback


def _own(name: str, cell: Cell | None) -> str:
    if name == CELL_OFFICER:
        return "" if cell is None else cell.officer
    if name == CELL_MANAGER:
        return "" if cell is None else cell.manager
    return name


def _known(routing: Routing, contact: str) -> str:
    """A fence may name somebody whom the table does not have: then the cell's officer is told alone."""
    return contact if contact in routing.contact_by_id else ""


def _matches(match: Match, matter: Matter, now: MediaNs) -> bool:
    return all(_parts(match, matter, now))


def _parts(match: Match, matter: Matter, now: MediaNs) -> Iterator[bool]:
    yield not match.grid or any(fnmatchcase(matter.grid, pattern) for pattern in match.grid)
    yield not match.zones or bool({matter.zone, f"{matter.camera}/{matter.zone}"} & set(match.zones))
    for words, word in (
        (match.categories, matter.category),
        (match.algorithms, matter.algorithm),
        (match.severities, matter.severity),
    ):
        yield not words or word in words
    # Who is told of a rule's events is told of its storm, for which they are held back.
    mine = {matter.source, "rule"} if matter.source == "storm" else {matter.source}
    yield not match.sources or not mine.isdisjoint(match.sources)
    yield match.time.is_open(now)
