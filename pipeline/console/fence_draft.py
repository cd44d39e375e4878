"""Fences that are not written yet, judged by what reads them once they are: the loader of site files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.config.document import Value
from pipeline.config.json_lines import parse_json
from pipeline.config.json_text import json_text
from pipeline.config.load import read_document
from pipeline.config.resolved import Site
from pipeline.config.surroundings import shown_path
from pipeline.config.yaml_lines import read_yaml
from pipeline.console.fence_sheets import FenceSheet
from pipeline.errors import ConfigError, Fault

_FEATURE = re.compile(r"features\[(\d+)\](?:\.(.*))?")


@dataclass(frozen=True, slots=True)
class DraftFault:
    """One mistake, where the editor can show it.

    Attributes:
        feature: The shape's place in the file; None: it is not about one shape.
        key: Below the shape, such as `properties.id`; else the whole key.
        text: One line.
        file: Where it is, as messages name it.
    """

    feature: int | None
    key: str
    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft and what is wrong with it.

    Attributes:
        text: As it would be written.
        faults: Those of the draft, and those that the site has because of it; empty: it may be saved.
        remarks: What is odd.
        site: The site with it, where the site can be read at all.
    """

    text: str
    faults: tuple[DraftFault, ...]
    remarks: tuple[DraftFault, ...]
    site: Site | None = field(repr=False)


def judge(sheet: FenceSheet, text: str, site: Site, environ: Mapping[str, str], known: Iterable[Fault] = ()) -> Judged:
    """Read the site as if the sheet's file held the text.

    Args:
        sheet: Whose file.
        text: GeoJSON.
        site: As it is now: where its file lies, and its state.
        environ: Values of the variables in the site file.
        known: Mistakes that are there without the draft; they are not told.
    """
    shown = shown_path(sheet.file)
    try:
        document = parse_json(text, shown)
        document = parse_json(json_text(with_bounds(document.value)), shown)
    except ConfigError as error:
        return Judged(text, tuple(_told(one, shown) for one in error.faults), (), None)
    written = json_text(document.value)
    drafts = dict.fromkeys(sheet.spellings, document)
    try:
        draft = read_document(read_yaml(site.path, str(site.path)), site.path, environ, drafts)
    except ConfigError as error:
        return Judged(written, tuple(_told(one, shown) for one in error.faults), (), None)
    before = {(one.file, one.key, one.text) for one in known}
    faults = [one for one in draft.faults if one.file == shown or (one.file, one.key, one.text) not in before]
    remarks = [one for one in draft.site.warnings if one.file == shown]
    return Judged(
        written,
        tuple(_told(one, shown) for one in dict.fromkeys(faults)),
        tuple(_told(one, shown) for one in remarks),
        draft.site,
    )


def with_bounds(value: Value) -> Value:
    """The document with every `bbox` that it has made anew: nothing reads them, but they would be wrong."""
    if not isinstance(value, dict):
        return value
    features = value.get("features")
    if isinstance(features, list):
        value = value | {"features": [_with_bound(one, [one]) for one in features]}
    return _with_bound(value, features if isinstance(features, list) else [])


def _with_bound(value: Value, features: Sequence[Value]) -> Value:
    if not isinstance(value, dict) or not isinstance(value.get("bbox"), list):
        return value
    points = [point for feature in features for point in _points(_geometry(feature))]
    if not points:
        return value
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return value | {"bbox": [min(xs), min(ys), max(xs), max(ys)]}


def _geometry(feature: Value) -> Value:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return geometry.get("coordinates") if isinstance(geometry, dict) else None


def _points(coordinates: Value) -> list[tuple[float, float]]:
    if not isinstance(coordinates, list):
        return []
    numbers = [one for one in coordinates[:2] if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) == 2:
        return [(numbers[0], numbers[1])]
    return [point for one in coordinates for point in _points(one)]


def _told(fault: Fault, shown: str) -> DraftFault:
    match = _FEATURE.fullmatch(fault.key) if fault.file == shown else None
    if match is None:
        return DraftFault(None, fault.key, fault.text, fault.file)
    return DraftFault(int(match[1]), match[2] or "", fault.text, fault.file)
