"""Real footage with its truth, where it lies beside the checkout: every clip replayed, every event held against it."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.alerts.message import Alert, parse
from pipeline.rules.episode import State
from tests.cli.shell import ROOT, smart_alert

FOOTAGE = ROOT.parent / "shared" / "footage"
CLIPS = (
    "street-parking.mp4",
    "street-queue.mp4",
    "car-park-aisle.mp4",
    "person-at-table.mp4",
    "left-backpack.mp4",
    "night-adverts.mp4",
    "road-60fps.avi",
    "road-stopped.mp4",
    "pavement.mp4",
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason=f"no footage: {FOOTAGE} does not exist"),
]


@pytest.fixture(scope="session")
def folder_by_clip(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """What `smart-alert replay` left of each clip."""
    truth = json.loads((FOOTAGE / "truth.json").read_text(encoding="utf-8"))
    results = tmp_path_factory.mktemp("footage")
    folders: dict[str, Path] = {}
    for clip, expected in truth.items():
        folders[clip] = results / Path(clip).stem
        done = smart_alert("replay", FOOTAGE / expected["site"], "--out", folders[clip], longest_s=600)
        assert done.returncode == 0, done.stderr
    return folders


def score(truth: str, pairs: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """What the footage's own program says of results, each `clip=folder`."""
    command = [sys.executable, str(FOOTAGE / "score.py"), str(FOOTAGE / truth), *pairs]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_those_who_loiter_are_told_and_those_who_come_and_go_are_not(tmp_path: Path) -> None:
    truth = json.loads((FOOTAGE / "truth-later.json").read_text(encoding="utf-8"))
    pairs = []
    for clip, expected in truth.items():
        folder = tmp_path / Path(clip).stem
        done = smart_alert("replay", FOOTAGE / expected["site"], "--out", folder, longest_s=600)
        assert done.returncode == 0, done.stderr
        pairs.append(f"{clip}={folder}")
    scored = score("truth-later.json", pairs)
    assert scored.returncode == 0, scored.stdout


def test_every_event_is_found_and_nothing_else(
    folder_by_clip: Mapping[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert sorted(folder_by_clip) == sorted(CLIPS)
    pairs = [f"{clip}={folder}" for clip, folder in folder_by_clip.items()]
    scored = score("truth.json", pairs)
    with capsys.disabled():
        print(f"\n{scored.stdout}{scored.stderr}", end="")  # noqa: T201  # the score is the result
    assert scored.returncode == 0, scored.stdout


def without_clips(alerts: Sequence[Alert]) -> list[Alert]:
    """The messages as they would be if none had come to bring a clip, and without evidence."""
    have_clip: set[str] = set()
    left: list[Alert] = []
    for alert in alerts:
        has_clip = alert.evidence is not None and alert.evidence.clip is not None
        brings_clip = has_clip and alert.id not in have_clip
        if has_clip:
            have_clip.add(alert.id)
        if not (brings_clip and alert.state is State.UPDATED):
            revision = sum(one.id == alert.id for one in left)
            left.append(alert.model_copy(update={"revision": revision, "evidence": None}))
    return left


@pytest.mark.parametrize("clip", CLIPS)
def test_the_log_of_a_clip_gives_the_alerts_of_the_clip(
    folder_by_clip: Mapping[str, Path], clip: str, tmp_path: Path
) -> None:
    """Evidence apart: a log holds no pictures, and nothing to cut clips from."""
    folder = folder_by_clip[clip]
    truth = json.loads((FOOTAGE / "truth.json").read_text(encoding="utf-8"))
    site = FOOTAGE / truth[clip]["site"]
    done = smart_alert("replay", site, "--source", folder / "observations.parquet", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    of_video, of_log = (
        [parse(line) for line in (where / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]
        for where in (folder, tmp_path / "out")
    )
    assert all(alert.evidence is None for alert in of_log)
    assert without_clips(of_video) == of_log


@pytest.mark.parametrize("clip", ["road-stopped.mp4", "pavement.mp4"])
def test_a_clip_gives_the_same_bytes_every_time(folder_by_clip: Mapping[str, Path], clip: str, tmp_path: Path) -> None:
    truth = json.loads((FOOTAGE / "truth.json").read_text(encoding="utf-8"))
    done = smart_alert("replay", FOOTAGE / truth[clip]["site"], "--out", tmp_path / "out", longest_s=600)
    assert done.returncode == 0, done.stderr
    for name in ("alerts.jsonl", "observations.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (folder_by_clip[clip] / name).read_bytes(), name
