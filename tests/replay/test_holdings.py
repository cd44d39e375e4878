"""What a log holds, day by day, and what other programs read in it."""

import csv
import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from pipeline.cli.main import run
from pipeline.errors import UsageError
from pipeline.observation import (
    NS_PER_S,
    WHOLE_PICTURE,
    CameraId,
    Command,
    CommandKind,
    Entry,
    Gap,
    GapCause,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Tick,
)
from pipeline.replay.holdings import days_of, export, logs_in
from pipeline.replay.live_log import LiveLog
from pipeline.replay.log import LogWriter, read_log
from tests.replay.entries import as_told
from tests.replay.live_runs import DAY_NS, START
from tests.runtime.standing_car import write_site

CAMERA = CameraId("cam-0")
_LOOK = Look(LookKind.OBJECTS, WHOLE_PICTURE, "yolov8n", 640, frozenset({"car"}))


def at(t_s: float) -> MediaNs:
    return MediaNs(START + round(t_s * NS_PER_S))


def seen(t_s: float, n: int) -> Observation:
    objects = Objects(
        xyxy=np.tile(np.array([0.25, 0.5, 0.5, 0.75], np.float32), (n, 1)),
        class_name=np.array(["car"] * n, np.str_),
        score=np.full(n, 0.5, np.float32),
        track=np.arange(n, dtype=np.int64),
        sight=np.zeros(n, np.uint8),
        appearance=np.zeros((n, 4), np.float32),
    )
    return Observation(at(t_s), (64, 48), (_LOOK,), objects, np.zeros((18, 32), np.uint8), Health(1, 2, 3, 0))


NIGHT = 86_400
ENTRIES: tuple[Entry, ...] = (
    seen(NIGHT - 60, 2),
    seen(NIGHT - 50, 0),
    Gap(at(NIGHT - 30), at(NIGHT - 40), is_open=True, cause=GapCause.NO_SIGNAL),
    Tick(at(NIGHT - 10)),
    Gap(at(NIGHT - 10), at(NIGHT - 40), is_open=True, cause=GapCause.NO_SIGNAL),
    Gap(at(NIGHT + 20), at(NIGHT - 40), is_open=False, cause=GapCause.NO_SIGNAL),
    seen(NIGHT + 21, 3),
    Command(at(NIGHT + 22), CommandKind.DISMISS, "an event", at(NIGHT + 22)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The log of a live camera over midnight, one of whose pieces still grows."""
    log = LiveLog(tmp_path / "state" / "log", CAMERA, 30 * DAY_NS)
    for entry in ENTRIES:
        log.append(entry)
    log.close(pack=False)
    log = LiveLog(tmp_path / "state" / "log", CAMERA, 30 * DAY_NS)
    log.append(seen(NIGHT + 2 * 3600, 1))
    log.close()
    return tmp_path / "state" / "log"


def test_a_day_tells_looks_gaps_words_and_how_long_it_was_blind(folder: Path) -> None:
    first, second = days_of(logs_in(folder)[CAMERA])
    assert (first.day.isoformat(), second.day.isoformat()) == ("2026-01-05", "2026-01-06")
    assert (first.entries, first.looks, first.objects, first.gaps, first.commands) == (5, 2, 2, 0, 0)
    assert (second.entries, second.looks, second.objects, second.gaps, second.commands) == (4, 2, 4, 1, 1)
    assert (first.blind_ns, second.blind_ns) == (30 * NS_PER_S, 20 * NS_PER_S)
    assert (first.first, second.last) == (at(NIGHT - 60), at(NIGHT + 7200))
    assert first.size + second.size == sum(path.stat().st_size for path in folder.rglob("*.*"))


def test_a_file_beside_the_folders_of_cameras_is_one_more_log(folder: Path) -> None:
    with LogWriter(folder / "cam-1.parquet", CameraId("cam-1")) as log:
        log.append(seen(0, 1))
    assert logs_in(folder) == {"cam-0": folder / "cam-0", "cam-1": folder}
    assert [entry.t for entry in read_log(folder)] == [at(0)]
    with LogWriter(folder / "cam-0.parquet", CAMERA) as log:
        log.append(seen(0, 1))
    assert logs_in(folder) == {"cam-0": folder / "cam-0", "cam-1": folder / "cam-1.parquet"}


def test_what_was_set_aside_is_no_log_of_its_own_and_a_camera_may_be_called_so(folder: Path) -> None:
    aside = folder / "cam-0" / "earlier"
    aside.mkdir()
    with LogWriter(aside / "20260105T000000_000000000Z.parquet", CAMERA) as log:
        log.append(seen(0, 1))
    assert logs_in(folder / "cam-0") == {"cam-0": folder / "cam-0"}
    (folder / "earlier").mkdir()
    with LogWriter(folder / "earlier" / "night.parquet", CameraId("earlier")) as log:
        log.append(seen(0, 1))
    assert logs_in(folder) == {"cam-0": folder / "cam-0", "earlier": folder / "earlier"}


def test_the_command_lists_days_and_says_what_it_has_where_a_camera_is_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = write_site(tmp_path)
    assert folder == tmp_path / "state" / "log"
    assert run(["log", str(site), "--json"]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["camera"], first["day"], first["looks"], second["gaps"]) == ("cam-0", "2026-01-05", 2, 1)
    assert run(["log", str(site)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split()[:7] == ["camera", "day", "(UTC)", "from", "(UTC)", "to", "(UTC)"]
    assert shown[1].split()[:5] == ["cam-0", "2026-01-05", "23:59:00", "23:59:50", "2"]
    assert run(["log", str(site), "--camera", "cam-l"]) == 2
    assert capsys.readouterr().err == '--camera: there is no log of "cam-l" (did you mean "cam-0"?)\n'
    assert run(["log", str(site), "--log", str(tmp_path / "nothing")]) == 2
    assert "holds no log" in capsys.readouterr().err


def test_a_stretch_is_a_log_again_or_lines_of_an_entry_or_of_an_object(folder: Path, tmp_path: Path) -> None:
    site = write_site(tmp_path)
    # Times without an offset are the site's: eight hours ahead of UTC.
    stretch = ["--camera", "cam-0", "--from", "2026-01-06T07:59:10", "--to", "2026-01-06T08:00:22"]
    for name in ("a.parquet", "a.jsonl", "a.csv"):
        assert run(["log", str(site), "export", *stretch, "--out", str(tmp_path / name)]) == 0
    expected = [as_told(entry) for entry in ENTRIES if at(NIGHT - 50) <= entry.t < at(NIGHT + 22)]
    assert [as_told(entry) for entry in read_log(tmp_path / "a.parquet")] == expected
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["Observation", "Gap", "Tick", "Gap", "Gap", "Observation"]
    assert lines[0]["time"] == "2026-01-05T23:59:10.000Z"
    assert len(lines[-1]["objects"]) == 3
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    assert [(row["kind"], row["class_name"], row["x1"]) for row in rows][-2:] == [("Observation", "car", "0.25")] * 2
    assert len(rows) == 5 + 3
    with pytest.raises(UsageError, match=r"expected \.parquet, \.csv, \.jsonl"):
        export(folder / "cam-0", tmp_path / "a.xlsx", at(0), at(1))


def test_duckdb_and_polars_read_a_log_without_our_code(folder: Path) -> None:
    LiveLog(folder, CAMERA, 30 * DAY_NS).close()
    files = str(folder / "*" / "*" / "*.parquet")
    found = duckdb.sql(f"select kind, count(*), sum(len(objects)) from '{files}' group by kind order by kind")  # noqa: S608
    assert found.fetchall() == [("Command", 1, 0), ("Gap", 3, 0), ("Observation", 4, 6), ("Tick", 1, 0)]
    boxes = duckdb.sql(f"select o.class_name, o.xyxy[1] from (select unnest(objects) as o from '{files}')")  # noqa: S608
    assert set(boxes.fetchall()) == {("car", 0.25)}
    looks = pl.read_parquet(files).filter(pl.col("kind") == "Observation")
    frame = looks.explode("objects", empty_as_null=True).unnest("objects")
    assert frame["class_name"].drop_nulls().to_list() == ["car"] * 6
    assert frame["xyxy"].drop_nulls().to_list()[0] == [0.25, 0.5, 0.5, 0.75]


def test_pandas_reads_a_log_without_our_code(folder: Path) -> None:
    LiveLog(folder, CAMERA, 30 * DAY_NS).close()
    days = sorted((folder / CAMERA).glob("*/*.parquet"))
    table = pd.concat([pd.read_parquet(day) for day in days], ignore_index=True)
    assert table["kind"].value_counts().to_dict() == {"Observation": 4, "Gap": 3, "Command": 1, "Tick": 1}
    assert table["t"].is_monotonic_increasing
    looks = table[table["kind"] == "Observation"]
    assert [one["kind"] for looked in looks["looks"] for one in looked] == ["objects"] * 4
    objects = looks["objects"].explode().dropna()
    assert [one["class_name"] for one in objects] == ["car"] * 6
    assert [float(side) for side in objects.iloc[0]["xyxy"]] == [0.25, 0.5, 0.5, 0.75]
