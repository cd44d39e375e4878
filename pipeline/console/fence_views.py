"""Fences as the page about them shows them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pipeline.alerts.message import utc
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.document import Value
from pipeline.config.json_lines import parse_json
from pipeline.config.resolved import Camera, Rule, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.console.fence_draft import DraftFault
from pipeline.console.fence_sheets import FenceSheet, sheets_of
from pipeline.console.fence_trial_models import GroundPointsAnswer
from pipeline.console.fences_models import (
    CameraFences,
    CellChoice,
    Choices,
    FaultAnswer,
    GroundAnswer,
    Named,
    SheetSummary,
    VersionAnswer,
    ZoneRule,
)
from pipeline.console.versions import Version, Versions
from pipeline.dispatch.routing import Routing
from pipeline.errors import ConfigError, UsageError
from pipeline.replay.ground_points import GroundPoints

_MOST_COMPARED = 40


def camera_fences(camera: Camera) -> CameraFences:
    """A camera in the list."""
    sheets = [FenceSheet(camera, view, file, (), (file,)) for view, file in sheets_of(camera)]
    return CameraFences(camera=camera.id, camera_name=camera.name, sheets=[_summary(sheet) for sheet in sheets])


def _summary(sheet: FenceSheet) -> SheetSummary:
    zones = sheet.zones
    return SheetSummary(
        view=sheet.view,
        file=sheet.file.name,
        areas=sum(not zone.mask and not zone.is_line for zone in zones),
        lines=sum(not zone.mask and zone.is_line for zone in zones),
        masks=sum(zone.mask for zone in zones),
    )


def choices(routing: Routing | None) -> Choices:
    """What the properties of a shape may be."""
    categories = [Named(id=key, zh=title.zh, en=title.en) for key, title in load_catalogue().categories.items()]
    if routing is None:
        return Choices(categories=categories, cells=[], contacts=[])
    names = {contact.id: contact.name for contact in routing.contact_by_id.values()}
    cells = [
        CellChoice(
            id=cell.id,
            name=cell.name,
            officer=names.get(cell.officer, cell.officer),
            manager=names.get(cell.manager, cell.manager),
        )
        for cell in routing.cell_by_id.values()
    ]
    return Choices(
        categories=categories, cells=cells, contacts=[Named(id=id_, zh=name, en=name) for id_, name in names.items()]
    )


def ground(sheet: FenceSheet) -> GroundAnswer | None:
    """How the camera's picture lies on the ground."""
    found = sheet.camera.geofence.ground
    if found is None:
        return None
    return GroundAnswer(
        to_metres=list(found.to_metres),
        to_picture=list(found.to_picture),
        origin=list(found.origin),
        metres_per_unit=list(found.metres_per_unit),
    )


def faults(found: Iterable[DraftFault]) -> list[FaultAnswer]:
    """Mistakes."""
    return [FaultAnswer(feature=one.feature, key=one.key, text=one.text, file=one.file) for one in found]


def rules_by_zone(site: Site, sheet: FenceSheet) -> dict[str, list[ZoneRule]]:
    """The rules that look at each zone of the sheet's camera."""
    found: dict[str, list[ZoneRule]] = {}
    for rule in site.rules:
        for zone in rule.zones_by_camera.get(sheet.camera.id, ()):
            found.setdefault(str(zone), []).append(_rule(rule))
    return found


def _rule(rule: Rule) -> ZoneRule:
    title = rule.algorithm.title
    return ZoneRule(rule=rule.id, zh=title.zh, en=title.en, enabled=rule.enabled)


def points_answer(found: GroundPoints | None) -> GroundPointsAnswer:
    """Ground points as columns."""
    points = () if found is None else found.points
    begin = 0 if found is None else found.since
    classes = sorted({point.class_name for point in points})
    return GroundPointsAnswer(
        since=None if found is None else utc(found.since),
        until=None if found is None else utc(found.until),
        classes=[_class(name) for name in classes],
        kind=[classes.index(point.class_name) for point in points],
        track=[point.track for point in points],
        x=[round(point.x, 5) for point in points],
        y=[round(point.y, 5) for point in points],
        t_s=[round((point.t - begin) / 1e9, 1) for point in points],
        stay_s=[round((point.last - point.t) / 1e9, 1) for point in points],
    )


def _class(name: str) -> Named:
    title = load_vocabulary().titles.get(name)
    return Named(id=name, zh=title.zh if title is not None else name, en=title.en if title is not None else name)


def version_answers(versions: Versions, listed: Iterable[Version]) -> list[VersionAnswer]:
    """The versions with what each of the newest changed."""
    newest = list(listed)
    texts = [shapes_in(versions, one) for one in newest[: _MOST_COMPARED + 1]]
    answers = []
    for i, one in enumerate(newest):
        here = texts[i] if i < _MOST_COMPARED else {}
        before = texts[i + 1] if i + 1 < len(texts) and i < _MOST_COMPARED else here
        answers.append(_version(one, before, here))
    return answers


def shapes_in(versions: Versions, version: Version) -> dict[str, Value]:
    """The shapes of a version by their ids; none where it cannot be read."""
    try:
        text = versions.content(version.number).decode("utf-8-sig")
        document = parse_json(text, "")
    except (ConfigError, UsageError, UnicodeDecodeError):
        return {}
    features = document.at(("features",))
    found: dict[str, Value] = {}
    for i, feature in enumerate(features if isinstance(features, list) else []):
        found[str(document.at(("features", i, "properties", "id")))] = feature
    return found


def _version(one: Version, before: Mapping[str, Value], here: Mapping[str, Value]) -> VersionAnswer:
    return VersionAnswer(
        number=one.number,
        at=datetime.fromisoformat(one.at),
        by=one.by,
        why=one.why,
        sha256=one.sha256,
        added=[id_ for id_ in here if id_ not in before],
        removed=[id_ for id_ in before if id_ not in here],
        changed=[id_ for id_, shape in here.items() if id_ in before and before[id_] != shape],
    )
