"""The routing table as it is written, read whole with every mistake, each at its line and key."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from pipeline.config.catalogue import Catalogue, Severity
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.document import Document, Steps, unprintable
from pipeline.config.faults import FaultLog, did_you_mean, faults_of, in_order
from pipeline.config.fields import DurationNs, Identifier, Part, ScheduleText, Text
from pipeline.config.schedule import parse_schedule
from pipeline.config.secrets import SecretUrl, expand, variables
from pipeline.config.yaml_lines import read_yaml
from pipeline.dispatch.channels import is_address
from pipeline.dispatch.deadlines import Deadlines
from pipeline.dispatch.routing import CELL_MANAGER, CELL_OFFICER, Cell, Contact, Match, Route, Routing
from pipeline.errors import ConfigError
from pipeline.observation import seconds

ALWAYS = "always"
_CELLS_OWN = frozenset({CELL_OFFICER, CELL_MANAGER})


class ContactEntry(Part):
    """Somebody who can be told."""

    name: Text = Field(description="the role, for people")
    notify: list[str] = Field(default=[], description="Apprise addresses; secrets as ${NAME} from the environment")
    on_duty: ScheduleText = Field(ALWAYS, description='always, or times such as "Mon-Fri 08:00-18:00"')
    deputy: Text | None = Field(None, description="the contact that is told at other times")


class CellEntry(Part):
    """One cell of the grid."""

    name: Text = Field(description="for people")
    officer: Text = Field(description="the contact that is responsible")
    manager: Text | None = Field(None, description="the property manager's contact")


class RouteEntry(Part):
    """Which events go elsewhere, or to more people; what is left out matches all."""

    grid: list[Text] = Field(default=[], description="cells; * and ? as in file names")
    zones: list[Text] = Field(default=[], description="zone ids, or camera/zone")
    category: list[Text] = Field(default=[], description="of the zone: see the catalogue")
    algorithm: list[Text] = Field(default=[], description="what it is: see the catalogue")
    severity: list[Severity] = Field(default=[], description="info, minor, major, critical")
    source: list[Literal["rule", "storm", "health", "manual"]] = Field(
        default=[], description="rule (and the storms of rules), storm, health or manual"
    )
    time: ScheduleText = Field(ALWAYS, description="when it is dispatched, in the site's time zone")
    responsible: Text | None = Field(
        None, description="a contact, $officer or $manager, in place of the cell's officer"
    )
    tell: list[Text] = Field(default=[], description="contacts, $officer or $manager, told besides")


class DeadlineEntry(Part):
    """How much time a severity leaves, from when somebody was told."""

    acknowledge: DurationNs = Field(description="until it is acknowledged, such as 10m; 0s: whenever")
    dispose: DurationNs = Field(description="until it is dealt with, such as 4h; 0s: whenever")
    remind_every: DurationNs = Field(description="between two reminders; 0s: none")
    escalate_every: DurationNs = Field(description="between two steps up while it is late")


class DeadlineEntries(Part):
    """One for each severity."""

    info: DeadlineEntry
    minor: DeadlineEntry
    major: DeadlineEntry
    critical: DeadlineEntry


class RoutingFile(Part):
    """Who is told of what."""

    contacts: dict[Identifier, ContactEntry] = Field(min_length=1, description="everybody who can be told, by id")
    grid: dict[Text, CellEntry] = Field(default={}, description="the cells, by the id that fences name")
    routes: list[RouteEntry] = Field(default=[], description="in order: the first that names somebody decides")
    fallback: Text = Field(description="the contact that is responsible where nobody else is")
    escalation: list[Text] = Field(default=[], description="contacts that are told step by step of what is late")
    deadlines: DeadlineEntries = Field(description="one for each severity")


def load_routing(path: Path, timezone: tzinfo, environ: Mapping[str, str]) -> Routing:
    """The table that a file holds.

    Args:
        path: The file.
        timezone: Of its schedules.
        environ: Values of the variables in addresses.

    Raises:
        ConfigError: With every mistake, in the order of their lines.
    """
    document = read_yaml(path, str(path))
    log = FaultLog()
    try:
        written = RoutingFile.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(in_order(faults_of(error, RoutingFile, document, ()), document.file)) from error
    _check_names(document, written, load_catalogue(), log)
    contacts = {
        key: Contact(
            key,
            entry.name,
            tuple(_channels(document, key, entry.notify, environ, log)),
            parse_schedule(entry.on_duty, timezone),
            entry.deputy or "",
        )
        for key, entry in written.contacts.items()
    }
    if log.faults:
        raise ConfigError(in_order(log.faults, document.file))
    return Routing(
        contacts,
        {key: Cell(key, cell.name, cell.officer, cell.manager or "") for key, cell in written.grid.items()},
        tuple(_route(entry, timezone) for entry in written.routes),
        written.fallback,
        tuple(written.escalation),
        {severity.value: _deadlines(getattr(written.deadlines, severity.value)) for severity in Severity},
    )


def _route(entry: RouteEntry, timezone: tzinfo) -> Route:
    match = Match(
        tuple(entry.grid),
        tuple(entry.zones),
        tuple(entry.category),
        tuple(entry.algorithm),
        tuple(entry.severity),
        tuple(entry.source),
        parse_schedule(entry.time, timezone),
    )
    return Route(match, entry.responsible or "", tuple(entry.tell))


def _deadlines(entry: DeadlineEntry) -> Deadlines:
    spans = (entry.acknowledge, entry.dispose, entry.remind_every, entry.escalate_every)
    return Deadlines(*(timedelta(seconds=seconds(span_ns)) for span_ns in spans))


def _channels(
    document: Document, contact: str, addresses: list[str], environ: Mapping[str, str], log: FaultLog
) -> Iterator[SecretUrl]:
    """The addresses with their variables filled in. No message shows one: a bare address is a password too."""
    for i, text in enumerate(addresses):
        steps: Steps = ("contacts", contact, "notify", i)
        try:
            missing = [name for name in variables(text) if name not in environ]
        except ValueError as error:
            log.add(document, steps, f"no variable (allowed: {error})")
            continue
        if missing:
            log.add(document, steps, f"${{{missing[0]}}} is not set (allowed: set it in the environment)")
            continue
        address = expand(text, environ)
        if unprintable(address) or not is_address(address):
            log.add(
                document,
                steps,
                "no address that Apprise knows (allowed: such as wecombot://..., mailto://..., json://...)",
            )
            continue
        yield SecretUrl(text if text.startswith("${") else f"{address.partition('://')[0]}://***", address)


def _check_names(document: Document, written: RoutingFile, catalogue: Catalogue, log: FaultLog) -> None:
    contacts = written.contacts.keys()
    for steps, name in _named(written):
        if name not in contacts and not (steps[0] == "routes" and name in _CELLS_OWN):
            log.add(document, steps, f'no such contact (got "{name}", {did_you_mean(name, contacts)})')
    for i, entry in enumerate(written.routes):
        _check_words(document, ("routes", i, "category"), entry.category, catalogue.categories, log)
        own = [name for name in entry.algorithm if ":" in name]
        _check_words(document, ("routes", i, "algorithm"), entry.algorithm, [*catalogue.algorithms, *own], log)
        if not entry.responsible and not entry.tell:
            log.add(document, ("routes", i), "names nobody (allowed: responsible, tell or both)")


def _check_words(document: Document, steps: Steps, words: list[str], known: Iterable[str], log: FaultLog) -> None:
    for i, word in enumerate(words):
        if word not in known:
            log.add(document, (*steps, i), f'unknown (got "{word}", {did_you_mean(word, known)})')


def _named(written: RoutingFile) -> Iterator[tuple[Steps, str]]:
    """Every place at which a contact is named."""
    for key, contact in written.contacts.items():
        if contact.deputy is not None:
            yield ("contacts", key, "deputy"), contact.deputy
    for key, cell in written.grid.items():
        yield ("grid", key, "officer"), cell.officer
        if cell.manager is not None:
            yield ("grid", key, "manager"), cell.manager
    for i, route in enumerate(written.routes):
        if route.responsible is not None:
            yield ("routes", i, "responsible"), route.responsible
        yield from ((("routes", i, "tell", j), name) for j, name in enumerate(route.tell))
    yield ("fallback",), written.fallback
    yield from ((("escalation", i), name) for i, name in enumerate(written.escalation))
