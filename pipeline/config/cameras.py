"""Camera entries, from the site file and from its CSV, into cameras."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from pydantic import ValidationError

from pipeline.config.document import MOST_VALUES, Document, Steps, Value, dotted, read_text, shown_value, unprintable
from pipeline.config.faults import FaultLog, did_you_mean, faults_of
from pipeline.config.fences import NO_FENCES, Fences, read_fences
from pipeline.config.resolved import Camera, LiveSource, Place, RecordedSource
from pipeline.config.secrets import SecretUrl, expand, redact, variables
from pipeline.config.site import CameraEntry
from pipeline.config.vocabulary import Title
from pipeline.errors import ConfigError
from pipeline.observation import CameraId, MediaNs

_COLUMNS = ("id", "name", "source", "streams.main", "streams.sub", "start", "loop", "geofence")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_SCHEMES = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp", "srt"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """One camera entry and where it is written."""

    document: Document
    steps: Steps
    entry: CameraEntry


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is needed to make sense of an entry.

    Attributes:
        folder: Of the site file: paths are relative to it.
        environ: Values of the variables.
        timezone: Of times without an offset.
        categories: The catalogue's.
        log: Takes every mistake.
        fences_by_path: Every fence file is read once.
    """

    folder: Path
    environ: Mapping[str, str]
    timezone: tzinfo
    categories: Mapping[str, Title]
    log: FaultLog
    fences_by_path: dict[Path, Fences] = field(default_factory=dict)

    def text(self, document: Document, steps: Steps, text: str) -> str:
        """The text with its variables filled in; empty, and a fault, where one is not set."""
        try:
            missing = [name for name in variables(text) if name not in self.environ]
        except ValueError as error:
            self.log.add(document, steps, f"no variable (got {shown_value(text)}, allowed: {error})")
            return ""
        if missing:
            self.log.add(document, steps, f"${{{missing[0]}}} is not set (allowed: set it in the environment)")
            return ""
        expanded = expand(text, self.environ)
        if unprintable(expanded) or "\n" in expanded:
            self.log.add(document, steps, "holds a control character or a line feed (allowed: one line of text)")
            return ""
        return expanded

    def path(self, document: Document, steps: Steps, text: str) -> Path | None:
        """The path that is written there, absolute; None, and a fault, where a variable is not set."""
        expanded = self.text(document, steps, text)
        return (self.folder / expanded).absolute() if expanded else None

    def url(self, document: Document, steps: Steps, text: str, schemes: frozenset[str]) -> SecretUrl | None:
        """The address that is written there; None, and a fault, where it is none."""
        expanded = self.text(document, steps, text)
        if not expanded:
            return None
        scheme, mark, rest = expanded.partition("://")
        if not mark or scheme.lower() not in schemes or not rest.strip("/"):
            allowed = ", ".join(f"{name}://..." for name in sorted(schemes))
            self.log.add(document, steps, f"no address (got {shown_value(text)}, allowed: {allowed})")
            return None
        return SecretUrl(redact(text), expanded)


def camera_entries(document: Document, base: Steps, log: FaultLog, *, tell: bool) -> list[Written]:
    """The entries of a list that are whole; the faults of the others are told only where `tell` says so."""
    value = document.at(base)
    found = []
    for i in range(len(value) if isinstance(value, list) else 0):
        steps = (*base, i)
        try:
            found.append(Written(document, steps, CameraEntry.model_validate(document.at(steps))))
        except ValidationError as error:
            if tell:
                log.extend(faults_of(error, CameraEntry, document, steps))
    return found


def resolve_camera(written: Written, around: Surroundings) -> tuple[Camera | None, Fences]:
    """The camera, None where its source is wrong, and its fences."""
    entry = written.entry
    fences = NO_FENCES
    if entry.geofence is None:
        text = "no geofence: no rule can look at this camera, nothing of it will be raised"
        around.log.remark(written.document, written.steps, text)
    else:
        fences = _fences(written, entry.geofence, around)
    source = _source(written, around)
    if source is None:
        return None, fences
    return Camera(
        CameraId(entry.id), entry.name or entry.id, source, fences.geofence, place_of(written.document, written.steps)
    ), fences


def place_of(document: Document, steps: Steps) -> Place:
    """Where a part of a file is written."""
    value = document.at(steps)
    line_by_key = {key: document.line((*steps, key)) for key in value} if isinstance(value, dict) else {}
    return Place(document.file, document.line(steps), dotted(steps), line_by_key)


def _fences(written: Written, text: str, around: Surroundings) -> Fences:
    steps = (*written.steps, "geofence")
    path = around.path(written.document, steps, text)
    if path is None or not path.is_file():
        if path is not None:
            around.log.add(written.document, steps, f"{lack_of(path)} (got {shown_value(text)}, looked for {path})")
        return Fences(None, NO_FENCES.geofence, {}, frozenset(), is_whole=False)
    if path not in around.fences_by_path:
        around.fences_by_path[path] = read_fences(path, shown_path(path), around.categories, around.log)
    return around.fences_by_path[path]


def lack_of(path: Path) -> str:
    """Why there is no file at a path."""
    return "is a folder" if path.is_dir() else "no such file"


def shown_path(path: Path) -> str:
    """A path as a message shows it: from the current folder where it lies below it."""
    resolved = path.resolve()
    return str(resolved.relative_to(Path.cwd())) if resolved.is_relative_to(Path.cwd()) else str(resolved)


def _source(written: Written, around: Surroundings) -> RecordedSource | LiveSource | None:
    entry, document, steps = written.entry, written.document, written.steps
    if (entry.source is None) == (entry.streams is None):
        got = "neither" if entry.source is None else "both"
        around.log.add(document, steps, f"a camera has either source or streams (got {got}, allowed: one of them)")
        return None
    if entry.streams is not None:
        _refuse_recorded_keys(written, around.log)
        return _live(written, around)
    text = entry.source or ""
    if "://" in text or (text.startswith("${") and "://" in around.text(document, (*steps, "source"), text)):
        _refuse_recorded_keys(written, around.log)
        url = around.url(document, (*steps, "source"), text, _SCHEMES)
        return LiveSource(url, None) if url is not None else None
    return _recorded(written, text, around)


def _live(written: Written, around: Surroundings) -> LiveSource | None:
    streams = written.entry.streams
    if streams is None:
        return None
    steps = (*written.steps, "streams")
    main = around.url(written.document, (*steps, "main"), streams.main, _SCHEMES)
    if streams.sub is None:
        return LiveSource(main, None) if main is not None else None
    sub = around.url(written.document, (*steps, "sub"), streams.sub, _SCHEMES)
    return LiveSource(main, sub) if main is not None and sub is not None else None


def _refuse_recorded_keys(written: Written, log: FaultLog) -> None:
    if written.entry.start is not None:
        text = f"only a file has a start (got {shown_value(written.entry.start)} for a live camera, allowed: none)"
        log.add(written.document, (*written.steps, "start"), text)
    if written.entry.loop:
        text = "only a file can loop (got true for a live camera, allowed: false)"
        log.add(written.document, (*written.steps, "loop"), text)


def _recorded(written: Written, text: str, around: Surroundings) -> RecordedSource | None:
    entry, document, steps = written.entry, written.document, written.steps
    start = None
    if entry.start is not None:
        try:
            start = parse_moment(entry.start, around.timezone)
        except ValueError as error:
            text_of_fault = f"no time (got {shown_value(entry.start)}, allowed: {error})"
            around.log.add(document, (*steps, "start"), text_of_fault)
    path = around.path(document, (*steps, "source"), text)
    if path is None:
        return None
    if not path.exists() or path.is_dir():
        got = f"got {shown_value(text)}, looked for {redact(str(path)) if '${' not in text else text}"
        around.log.add(document, (*steps, "source"), f"{lack_of(path)} ({got})")
        return None
    return RecordedSource(path, start, entry.loop)


def parse_moment(text: str, timezone: tzinfo) -> MediaNs:
    """A time in ISO 8601, from 1970 to 2199; without an offset it is in `timezone`.

    Raises:
        ValueError: It is none; the message says what is allowed.
    """
    allowed = "ISO 8601, such as 2026-01-05T08:00:00+08:00, from 1970 to 2199"
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone)
        since = moment - _EPOCH
    except (ValueError, OverflowError) as error:
        raise ValueError(allowed) from error
    if not timedelta(0) <= since < _LATEST - _EPOCH:
        raise ValueError(allowed)
    return MediaNs((since // timedelta(microseconds=1)) * 1000)


def read_camera_table(path: Path, shown: str) -> Document:
    """A CSV of cameras as a list of camera entries; `line_by_steps` gives each row's line.

    Raises:
        ConfigError: It cannot be read, or a column is unknown or doubled, or `id` is missing.
    """
    text = read_text(path, shown)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line_by_steps: dict[Steps, int] = {(): 1}
    rows: list[Value] = []
    document = Document(shown, rows, line_by_steps)
    try:
        columns = [name.strip() for name in next(reader, [])]
        _refuse_columns(columns, document)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                line_by_steps[(len(rows),)] = line
                rows.append(_row(cells, columns, document))
            line = reader.line_num + 1
            if len(rows) * len(columns) > MOST_VALUES:
                raise ConfigError([document.fault((len(rows) - 1,), f"too many cells (allowed: {MOST_VALUES:,})")])
    except csv.Error as error:
        line_by_steps[()] = reader.line_num
        raise ConfigError([document.fault((), f"not CSV: {error}")]) from error
    return document


def _refuse_columns(columns: Sequence[str], document: Document) -> None:
    if len(columns) == 1 and (found := _SEPARATORS.keys() & set(columns[0])):
        name = _SEPARATORS[found.pop()]
        raise ConfigError([document.fault((), f"columns are separated by commas (got {name})")])
    faults = []
    for i, name in enumerate(columns):
        if name not in _COLUMNS:
            known = set(_COLUMNS) - set(columns)
            faults.append(document.fault((), f'unknown column (got "{name[:80]}", {did_you_mean(name, known)})'))
        elif name in columns[:i]:
            faults.append(document.fault((), f'column given twice (got "{name}", allowed: once)'))
    if "id" not in columns:
        faults.append(document.fault((), f"no column id (allowed: {', '.join(_COLUMNS)})"))
    if faults:
        raise ConfigError(faults)


def _row(cells: Sequence[str], columns: Sequence[str], document: Document) -> Value:
    here = (len(document.value) if isinstance(document.value, list) else 0,)
    if len(cells) > len(columns):
        text = f"too many cells (got {len(cells)}, allowed: {len(columns)}, one a column)"
        raise ConfigError([document.fault(here, text)])
    row: dict[str, Value] = {}
    streams: dict[str, Value] = {}
    for name, cell in zip(columns, cells, strict=False):
        text = cell.strip()
        if not text:
            continue
        if unprintable(text):
            raise ConfigError([document.fault((*here, name), "holds a control character (allowed: text)")])
        if name.startswith("streams."):
            streams[name.removeprefix("streams.")] = text
        else:
            row[name] = {"true": True, "false": False}.get(text.lower(), text) if name == "loop" else text
    return {**row, "streams": dict(streams)} if streams else row
