"""`smart-alert ledger`: what stands in the ledger, and people's words about it."""

import getpass
from datetime import timedelta
from pathlib import Path

import click

from pipeline.alerts.site_delivery import site_server
from pipeline.cli.ledger_call import Call
from pipeline.cli.ledger_text import as_json, record_lines, stat_lines, whole
from pipeline.cli.output import say
from pipeline.config.duration import parse_duration
from pipeline.config.faults import did_you_mean
from pipeline.config.resolved import Site
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.export import write_csv, write_xlsx
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import Filter, attachments_of, event_file, figures, listed, steps_of
from pipeline.dispatch.ledger_words import Desk, Said, Silence, found
from pipeline.dispatch.report import keep_photo, read_photo
from pipeline.dispatch.site_ledger import site_database
from pipeline.dispatch.standing import Standing, Word
from pipeline.errors import StateError, StreamError, UsageError
from pipeline.observation import CommandKind
from pipeline.runtime.clock import sleep


@click.group(name="ledger")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.pass_context
def command(context: click.Context, site_file: Path) -> None:
    """Look into the ledger and work with it: smart-alert ledger SITE.yaml list.

    Events are named by their id or its first letters. Words go into the ledger at once; acknowledge, confirm, dismiss,
    mute and maintenance go to the pipeline too.
    """
    context.obj = site_file


_EVENT = click.argument("event", metavar="ID")
_JSON = click.option("--json", "wants_json", is_flag=True, help="For programs.")
_BY = click.option("--by", default=getpass.getuser, metavar="WHO", help="Who says it. Default: the user's name.")
_NOTE = click.option("--note", default="", metavar="TEXT", help="What there is to say.")
_PHOTO = click.option(
    "--photo", "photos", multiple=True, type=click.Path(path_type=Path), help="A picture that shows it."
)
_SINCE = click.option("--since", metavar="WHEN", help="Raised since: 7d, or a date.")
_UNTIL = click.option("--until", metavar="WHEN", help="Raised before: 1d, or a date.")


@command.command(name="list")
@click.option("--standing", multiple=True, type=click.Choice([one.value for one in Standing]), help="May be repeated.")
@click.option("--grid", default="", metavar="CELL", help="Of one cell.")
@click.option("--responsible", default="", metavar="CONTACT", help="Of one contact.")
@click.option("--severity", default="", help="Of one severity.")
@click.option("--late", is_flag=True, help="Only those that miss their deadline now.")
@click.option("--limit", "-n", type=click.IntRange(1), default=50, show_default=True, help="The newest so many.")
@_SINCE
@_UNTIL
@_JSON
@click.pass_obj
def list_events(
    site_file: Path,
    *,
    standing: tuple[str, ...],
    grid: str,
    responsible: str,
    severity: str,
    late: bool,
    limit: int,
    since: str | None,
    until: str | None,
    wants_json: bool,
) -> None:
    """Events, the newest first."""
    call = Call.of(site_file)
    wanted = Filter(
        tuple(Standing(one) for one in standing),
        grid,
        responsible,
        severity,
        call.now if late else None,
        call.moment(since, "--since"),
        call.moment(until, "--until"),
    )
    with site_database(call.site) as database, database.reading() as connection:
        records = list(listed(connection, wanted, limit))
    for line in (map(as_json, records)) if wants_json else record_lines(records, call.names, call.now):
        say(line)


@command.command(name="show")
@_EVENT
@_JSON
@click.pass_obj
def show(site_file: Path, *, event: str, wants_json: bool) -> None:
    """One event with its history, files and notices."""
    call = Call.of(site_file)
    with site_database(call.site) as database, database.reading() as connection:
        file = event_file(connection, event)
    for line in [as_json(file)] if wants_json else whole(file, call.names):
        say(line)


_TEXT_BY_WORD = {
    Word.CONFIRM: "It is real: it is dispatched now. Goes to the pipeline too.",
    Word.ACKNOWLEDGE: "The responsible person has it. Goes to the pipeline too.",
    Word.DISPOSE: "The matter is dealt with.",
    Word.VERIFY: "Somebody has seen that it is; what the camera saw leave counts as well.",
    Word.CLOSE: "Nothing is left to do.",
    Word.DISMISS: "It was a false alarm. Goes to the pipeline too.",
    Word.REOPEN: "It is not dealt with after all: dispatched anew.",
}


def _word_command(word: Word) -> click.Command:
    @click.command(name=word.value, help=_TEXT_BY_WORD[word])
    @_EVENT
    @_BY
    @_NOTE
    @_PHOTO
    @click.pass_obj
    def say_word(site_file: Path, *, event: str, by: str, note: str, photos: tuple[Path, ...]) -> None:
        call = Call.of(site_file)
        with site_database(call.site) as database:
            said = Said(by, note, _kept(call, database, event, photos))
            record = Desk(database, call.site.id).say(event, word, said, call.office)
            _send(call, database)
        say(f"{record.id}: {record.standing}, {call.names.contacts.get(record.responsible, record.responsible)}")

    return say_word


for _word in Word:
    command.add_command(_word_command(_word))


@command.command(name="assign")
@_EVENT
@click.argument("contact", metavar="CONTACT")
@_BY
@_NOTE
@click.pass_obj
def assign(site_file: Path, *, event: str, contact: str, by: str, note: str) -> None:
    """Make another contact of the routing table responsible."""
    call = Call.of(site_file)
    with site_database(call.site) as database:
        record = Desk(database, call.site.id).assign(event, contact, Said(by, note), call.office)
    say(f"{record.id}: {record.standing}, {call.names.contacts[record.responsible]}")


@command.command(name="note")
@_EVENT
@click.argument("text")
@_BY
@_PHOTO
@click.pass_obj
def note_down(site_file: Path, *, event: str, text: str, by: str, photos: tuple[Path, ...]) -> None:
    """Write something down about an event, with pictures or without."""
    call = Call.of(site_file)
    with site_database(call.site) as database:
        said = Said(by, text, _kept(call, database, event, photos))
        record = Desk(database, call.site.id).note(event, said, call.office)
    say(f"{record.id}: noted")


def _silence_command(kind: CommandKind, text: str) -> click.Command:
    @click.command(name=kind.value, help=text)
    @click.argument("camera", metavar="CAMERA")
    @click.option("--rule", metavar="RULE", help="Only this rule. Default: the whole camera.")
    @click.option("--for", "length", metavar="TIME", required=True, help="How long: 30m, 8h.")
    @_BY
    @_NOTE
    @click.pass_obj
    def be_silent(site_file: Path, *, camera: str, rule: str | None, length: str, by: str, note: str) -> None:
        call = Call.of(site_file)
        _refuse_unknown(call.site, camera, rule)
        try:
            until = call.now + timedelta(microseconds=parse_duration(length) // 1000)
        except ValueError as error:
            raise UsageError(f"--for: no duration (got {length!r}, allowed: {error})") from error
        with site_database(call.site) as database:
            Desk(database, call.site.id).silence(Silence(kind, camera, rule, until), Said(by, note), call.now)
            _send(call, database)
        say(f"{camera}: {kind} until {until.astimezone(call.site.timezone).isoformat(timespec='seconds')}")

    return be_silent


command.add_command(
    _silence_command(CommandKind.MUTE, "A camera, or one of its rules, is to raise nothing for a while.")
)
command.add_command(_silence_command(CommandKind.MAINTENANCE, "Somebody works at a camera: nothing it shows counts."))


@command.command(name="export")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@_SINCE
@_UNTIL
@click.pass_obj
def export(site_file: Path, *, file: Path, since: str | None, until: str | None) -> None:
    """Write the ledger to FILE.csv, or with history and pictures to FILE.xlsx."""
    call = Call.of(site_file)
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise UsageError(f"{file}: expected a name that ends in .csv or .xlsx")
    wanted = Filter(since=call.moment(since, "--since"), until=call.moment(until, "--until"))
    with site_database(call.site) as database, database.reading() as connection:
        records = list(listed(connection, wanted))
        ids = [record.id for record in records]
        if file.suffix.lower() == ".csv":
            write_csv(file, records, call.names)
        else:
            write_xlsx(file, records, steps_of(connection, ids), attachments_of(connection, ids), call.names)
    click.echo(f"{file}: {len(records)} events", err=True)


@command.command(name="stats")
@_SINCE
@_UNTIL
@_JSON
@click.pass_obj
def stats(site_file: Path, *, since: str | None, until: str | None, wants_json: bool) -> None:
    """Figures for each cell of the grid."""
    call = Call.of(site_file)
    wanted = Filter(since=call.moment(since, "--since"), until=call.moment(until, "--until"))
    with site_database(call.site) as database, database.reading() as connection:
        rows = figures(connection, wanted, call.now)
    for line in map(as_json, rows) if wants_json else stat_lines(rows):
        say(line)


def _kept(call: Call, database: Database, event: str, photos: tuple[Path, ...]) -> tuple[tuple[str, str], ...]:
    """The pictures, kept with the event's evidence: URI and SHA-256 of each."""
    read = [read_photo(path) for path in photos]
    if not read:
        return ()
    with database.reading() as connection:
        record = found(connection, event)
    return tuple((keep_photo(call.site, record.id, photo), photo.sha256) for photo in read)


def _send(call: Call, database: Database) -> None:
    """Send words to the pipeline at once; those that cannot be sent now the dispatcher sends."""
    desk = Desk(database, call.site.id)
    waiting = desk.unsent()
    if not waiting:
        return
    settings = ClientSettings(call.site.dispatch.group, commands=call.site.redis.commands)
    try:
        with site_server(call.site, sleep) as server, AlertClient(server, settings) as client:
            for number, message in waiting:
                client.send(message)
                desk.mark_sent([number], call.now)
    except (StreamError, StateError) as error:
        click.echo(f"{error}; it is in the ledger, and the dispatcher sends it", err=True)


def _refuse_unknown(site: Site, camera: str, rule: str | None) -> None:
    cameras = [one.id for one in site.cameras]
    if camera not in cameras:
        raise UsageError(f"camera: unknown (got {camera!r}, {did_you_mean(camera, cameras)})")
    rules = [one.id for one in site.rules]
    if rule is not None and rule not in rules:
        raise UsageError(f"--rule: unknown (got {rule!r}, {did_you_mean(rule, rules)})")
