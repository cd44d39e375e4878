"""Rules as the pages show them."""

from collections.abc import Iterable, Sequence
from difflib import unified_diff

from pipeline.config.duration import format_duration
from pipeline.config.resolved import Camera, Rule, Site, Zone
from pipeline.config.rule_parameters import Parameter, Said, read_sources
from pipeline.config.secrets import redact
from pipeline.console.rule_edit import FieldFault, SiteText
from pipeline.console.rules_models import (
    CameraName,
    FieldFaultAnswer,
    ParameterAnswer,
    PlaceAnswer,
    RuleAnswer,
    RulesAnswer,
    RuleSummary,
    SaidAnswer,
    SilenceAnswer,
    TitleAnswer,
    ZoneAnswer,
)
from pipeline.console.versions import fingerprint
from pipeline.errors import Fault

_MOST_DIFF_LINES = 400
_AROUND = 2


def rules_answer(site: Site, faults: Iterable[Fault], silences: Sequence[SilenceAnswer], camera: str) -> RulesAnswer:
    """The rules of a site in the file's order, with `camera` those that look at it."""
    rules = [rule for rule in site.rules if not camera or camera in rule.zones_by_camera]
    return RulesAnswer(
        file=site.path.name,
        faults=[str(fault) for fault in faults],
        rules=[_summary(rule, silences) for rule in rules],
        cameras=[CameraName(id=one.id, name=one.name) for one in site.cameras],
        silences=list(silences),
    )


def rule_answer(site: Site, rule: Rule, text: SiteText, silences: Sequence[SilenceAnswer]) -> RuleAnswer:
    """One rule whole.

    Raises:
        ConfigError: The site file is no YAML now.
    """
    sources = read_sources(text.document)
    return RuleAnswer(
        id=rule.id,
        algorithm=rule.algorithm.key,
        title=_title(rule),
        fires_when=rule.algorithm.fires_when,
        severity=rule.severity,
        enabled=rule.enabled,
        file=text.path.name,
        line=sources.site.line(sources.place(rule)),
        sha256=fingerprint(text.content),
        classes=sorted(rule.classes),
        parameters=[_parameter(one) for one in sources.parameters(rule)],
        places=[_place(rule, camera) for camera in site.cameras if camera.id in rule.zones_by_camera],
        silences=[one for one in silences if _concerns(one, rule)],
    )


def fault_answers(faults: Iterable[FieldFault]) -> list[FieldFaultAnswer]:
    """Mistakes at their fields."""
    return [FieldFaultAnswer(key=fault.key, text=fault.text) for fault in faults]


def diff_lines(before: str, after: str) -> list[str]:
    """How one text differs from another, a line each, without passwords."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=_AROUND, lineterm="")
    # The first two name files.
    return [redact(line) for line in lines][2 : _MOST_DIFF_LINES + 2]


def shown_text(text: str) -> str:
    """A file without the passwords that may stand in it."""
    return "\n".join(redact(line) for line in text.splitlines())


def _concerns(silence: SilenceAnswer, rule: Rule) -> bool:
    return silence.camera in rule.zones_by_camera and silence.rule in {None, str(rule.id)}


def _summary(rule: Rule, silences: Sequence[SilenceAnswer]) -> RuleSummary:
    return RuleSummary(
        id=rule.id,
        algorithm=rule.algorithm.key,
        title=_title(rule),
        severity=rule.severity,
        enabled=rule.enabled,
        dwell=format_duration(rule.dwell_ns),
        schedule=rule.schedule.text,
        cameras=len(rule.zones_by_camera),
        zones=sum(len(zones) for zones in rule.zones_by_camera.values()),
        silent=len({one.camera for one in silences if _concerns(one, rule)}),
    )


def _title(rule: Rule) -> TitleAnswer:
    return TitleAnswer(zh=rule.algorithm.title.zh, en=rule.algorithm.title.en)


def _parameter(one: Parameter) -> ParameterAnswer:
    return ParameterAnswer(
        key=one.key,
        kind=one.kind,
        said=_said(one.said),
        otherwise=_said(one.otherwise),
        text=one.text,
        low=one.low,
        high=one.high,
        choices=[str(choice) for choice in one.choices],
    )


def _said(said: Said) -> SaidAnswer:
    return SaidAnswer(value=said.value, origin=said.origin, file=said.file, line=said.line)


def _place(rule: Rule, camera: Camera) -> PlaceAnswer:
    chosen = rule.zones_by_camera[camera.id]
    zones = [_zone(zone) for zone in camera.geofence.zones if zone.id in chosen]
    return PlaceAnswer(camera=camera.id, camera_name=camera.name, zones=zones)


def _zone(zone: Zone) -> ZoneAnswer:
    return ZoneAnswer(
        id=zone.id,
        name=zone.name,
        category=zone.category,
        grid=zone.grid,
        is_line=zone.is_line,
        points=[(x, y) for x, y in zone.points],
    )
