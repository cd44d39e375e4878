"""`smart-alert check`: is a site right, and what will it do?"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import JsonValue
from rich.console import Console
from rich.progress import Progress

from pipeline.alerts.message_schema import alert_schema, command_schema
from pipeline.cli.check_probe import probe_json, probed, show
from pipeline.cli.check_text import as_json, sentences
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.faults import in_order
from pipeline.config.load import Draft, read_site
from pipeline.config.resolved import Site
from pipeline.config.site_schema import site_schema
from pipeline.config.vocabulary import load_vocabulary
from pipeline.dispatch.routing import Routing
from pipeline.dispatch.routing_file import load_routing
from pipeline.dispatch.site_ledger import cells_without_officer
from pipeline.errors import ConfigError, Fault
from pipeline.runtime.networks import with_scores
from pipeline.runtime.probe import Probed
from pipeline.runtime.site_check import Findings, try_site


@click.command()
@click.argument("site", metavar="SITE.yaml", type=click.Path(path_type=Path), required=False)
@click.option(
    "--schema",
    is_flag=False,
    flag_value="site",
    type=click.Choice(["site", "alert", "command"]),
    help="Print a JSON Schema: of a site file for editors, or of a message for programs.",
)
@click.option("--probe", "wants_probe", is_flag=True, help="Connect to every camera: what it sends, what it will cost.")
@click.option("--json", "wants_json", is_flag=True, help="One JSON document, for programs.")
def command(site: Path | None, *, schema: str | None, wants_probe: bool, wants_json: bool) -> int:
    """Validate a site, its fences, network and recordings, and say what each rule will do.

    Every mistake is told at once, as file:line: key: fault. Exit code 2 where there is one, 1 where --probe could not
    read a camera.
    """
    if schema is not None:
        click.echo(_dumped(_schema(schema)))
    elif site is None:
        raise click.UsageError("Missing argument 'SITE.yaml' (or --schema).")
    elif wants_json:
        return _check_for_programs(site, wants_probe=wants_probe)
    else:
        return _check_for_people(site, wants_probe=wants_probe)
    return 0


def _schema(of: str) -> dict[str, JsonValue]:
    if of == "site":
        return site_schema(load_catalogue())
    return alert_schema() if of == "alert" else command_schema()


@dataclass(frozen=True, slots=True)
class _Checked:
    site: Site
    findings: Findings
    unrouted: tuple[Fault, ...]

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return (*self.site.warnings, *self.findings.warnings, *self.unrouted)


def _check_for_people(path: Path, *, wants_probe: bool) -> int:
    checked = _checked(path)
    _warn(checked.warnings)
    if wants_probe:
        found = probed(checked.site)
        show(found)
        return _exit_code(found)
    findings = checked.findings
    for line in sentences(checked.site, findings.info_by_camera, load_vocabulary(), findings.networks):
        click.echo(line)
    return 0


def _check_for_programs(path: Path, *, wants_probe: bool) -> int:
    try:
        checked = _checked(path)
    except ConfigError as error:
        click.echo(_dumped({"ok": False, "faults": _listed(error.faults), "warnings": []}))
        raise
    told = as_json(checked.site, checked.findings.info_by_camera, checked.findings.networks)
    answer: dict[str, JsonValue] = {"ok": True, "faults": [], "warnings": _listed(checked.warnings), "does": told}
    found = probed(checked.site) if wants_probe else []
    if wants_probe:
        answer["probe"] = probe_json(found)
    click.echo(_dumped(answer))
    return _exit_code(found)


def _exit_code(found: Sequence[Probed]) -> int:
    return 0 if all(one.is_reached for one in found) else 1


def _checked(path: Path) -> _Checked:
    draft = read_site(path, os.environ)
    findings = _tried(draft)
    table, routing_faults = _routing(draft.site)
    faults = in_order({*draft.faults, *findings.faults, *routing_faults}, str(path))
    if faults:
        raise ConfigError(faults)
    unrouted = () if table is None else cells_without_officer(draft.site, table)
    return _Checked(with_scores(draft.site, findings.networks), findings, unrouted)


def _routing(site: Site) -> tuple[Routing | None, tuple[Fault, ...]]:
    """The table that says who is told, where the site names one, and its mistakes."""
    path = site.dispatch.routing
    if path is None or not path.is_file():
        return None, ()
    try:
        return load_routing(path, site.timezone, os.environ), ()
    except ConfigError as error:
        return None, error.faults


def _warn(warnings: tuple[Fault, ...]) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


def _tried(draft: Draft) -> Findings:
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("opening recordings", total=len(draft.site.cameras))
        return try_site(draft, lambda _camera: progress.advance(task))


def _listed(faults: tuple[Fault, ...]) -> list[JsonValue]:
    return [{"file": fault.file, "line": fault.line, "key": fault.key, "text": fault.text} for fault in faults]


def _dumped(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
