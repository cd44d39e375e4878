"""The CSV of a site's cameras: each row into the entry that the site file would hold."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config.document import MOST_VALUES, Document, Steps, Value, read_text, unprintable
from pipeline.config.faults import FaultLog, did_you_mean
from pipeline.errors import ConfigError

COLUMNS = (
    "id", "name", "source", "streams.main", "streams.sub", "transport", "decode", "start", "loop", "geofence",
)  # fmt: skip
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class CameraTable:
    """A CSV of cameras.

    Attributes:
        document: A list of camera entries; `line_by_steps` gives each row's line.
        is_whole: Whether every row could be read.
    """

    document: Document
    is_whole: bool


def read_camera_table(path: Path, shown: str, log: FaultLog) -> CameraTable:
    """The rows of a CSV that can be read; the mistakes of the others are in the log.

    Raises:
        ConfigError: It cannot be read, or a column is unknown or doubled, or `id` is missing.
    """
    text = read_text(path, shown)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line_by_steps: dict[Steps, int] = {(): 1}
    rows: list[Value] = []
    document = Document(shown, rows, line_by_steps)
    n_before = len(log.faults)
    try:
        columns = [name.strip() for name in next(reader, [])]
        _refuse_columns(columns, document)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                line_by_steps[(len(rows),)] = line
                rows.append(_row(cells, columns, document, len(rows), log))
            line = reader.line_num + 1
            if len(rows) * len(columns) > MOST_VALUES:
                raise ConfigError([document.fault((len(rows) - 1,), f"too many cells (allowed: {MOST_VALUES:,})")])
    except csv.Error as error:
        line_by_steps[()] = reader.line_num
        raise ConfigError([document.fault((), f"not CSV: {error}")]) from error
    return CameraTable(document, is_whole=len(log.faults) == n_before)


def _refuse_columns(columns: Sequence[str], document: Document) -> None:
    if len(columns) == 1 and (found := _SEPARATORS.keys() & set(columns[0])):
        name = _SEPARATORS[found.pop()]
        raise ConfigError([document.fault((), f"columns are separated by commas (got {name})")])
    faults = []
    for i, name in enumerate(columns):
        if name not in COLUMNS:
            known = set(COLUMNS) - set(columns)
            faults.append(document.fault((), f'unknown column (got "{name[:80]}", {did_you_mean(name, known)})'))
        elif name in columns[:i]:
            faults.append(document.fault((), f'column given twice (got "{name}", allowed: once)'))
    if "id" not in columns:
        faults.append(document.fault((), f"no column id (allowed: {', '.join(COLUMNS)})"))
    if faults:
        raise ConfigError(faults)


def _row(cells: Sequence[str], columns: Sequence[str], document: Document, i: int, log: FaultLog) -> Value:
    """One row as an entry; where it is wrong, what of it can be told apart, so that its other mistakes show too."""
    if len(cells) > len(columns):
        log.add(document, (i,), f"too many cells (got {len(cells)}, allowed: {len(columns)}, one a column)")
    row: dict[str, Value] = {}
    streams: dict[str, Value] = {}
    for name, cell in zip(columns, cells, strict=False):
        text = cell.strip()
        if not text:
            continue
        if unprintable(text):
            log.add(document, (i, name), "holds a control character (allowed: text)")
            continue
        if name.startswith("streams."):
            streams[name.removeprefix("streams.")] = text
        else:
            row[name] = {"true": True, "false": False}.get(text.lower(), text) if name == "loop" else text
    return {**row, "streams": dict(streams)} if streams else row
