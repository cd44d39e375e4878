"""The clips of cameras that run, and of recordings."""

import hashlib
import json
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pipeline.alerts.message import Alert, parse
from pipeline.config.load import load_site
from pipeline.media.file_source import FileSource
from pipeline.observation import MediaNs
from pipeline.runtime.replaying import Replay, open_recording, replay_video
from tests.cli.shell import wait_until
from tests.runtime.standing_car import VOCABULARY, car_finder, write_site, write_video
from tests.runtime.test_live_site import CAM_0, running, site_of


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "car.mp4"
    write_video(path, 60.0, lambda t_s: t_s < 50, gop=10)
    return path


def copied(video: Path, folder: Path) -> Path:
    (folder / "car.mp4").write_bytes(video.read_bytes())
    return folder


def clips_of(alerts: list[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.evidence is not None and alert.evidence.clip is not None]


def probed_s(path: Path) -> float:
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return float(json.loads(done.stdout)["format"]["duration"])


def seen(alert: Alert, folder: Path) -> Path:
    """The clip of a message, held against what the message says of it."""
    assert alert.evidence is not None
    assert alert.evidence.clip is not None
    path = folder / unquote(urlsplit(alert.evidence.clip).path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == alert.evidence.clip_sha256
    assert alert.evidence.clip_started_at is not None
    assert alert.evidence.clip_ended_at is not None
    span_s = (alert.evidence.clip_ended_at - alert.evidence.clip_started_at).total_seconds()
    assert probed_s(path) == pytest.approx(span_s, abs=0.3)
    return path


def test_a_live_cameras_clip_comes_with_an_update_from_before_the_raise_to_after_it(
    tmp_path: Path, video: Path
) -> None:
    site = site_of(copied(video, tmp_path), "car.mp4", loop=False)
    with running(site, with_evidence=True) as one:
        # Where the event is over before its clip is ready, one more `cleared` brings it.
        wait_until(lambda: [state for state, _ in one.kept.story()][:2] == ["raised", "cleared"], 60)
        wait_until(lambda: bool(clips_of(one.kept.alerts)), 20)
    raised = one.kept.alerts[0]
    assert raised.evidence is not None
    assert raised.evidence.clip is None
    first = clips_of(one.kept.alerts)[0]
    assert first.state.value in {"updated", "cleared"}
    seen(first, site.state)
    assert first.evidence is not None
    assert first.evidence.clip_started_at is not None
    assert first.evidence.clip_ended_at is not None
    assert first.evidence.clip_started_at <= raised.raised_at <= first.evidence.clip_ended_at
    assert (first.evidence.clip_ended_at - raised.raised_at).total_seconds() == pytest.approx(20, abs=1.5)
    assert [alert.revision for alert in one.kept.alerts] == list(range(len(one.kept.alerts)))


def test_a_run_that_is_stopped_leaves_the_clip_as_far_as_it_had_come(tmp_path: Path, video: Path) -> None:
    site = site_of(copied(video, tmp_path), "car.mp4")
    with running(site, with_evidence=True) as one:
        one.until("raised")
    [told, *_] = clips_of(one.kept.alerts)
    seen(told, site.state)


def test_a_replay_cuts_clips_from_its_file_and_twice_the_same(tmp_path: Path, video: Path) -> None:
    folder = copied(video, tmp_path)
    site = load_site(write_site(folder, ("car.mp4",)), {})
    camera = next(one for one in site.cameras if one.id == CAM_0)
    lines: list[list[str]] = []
    for out in (tmp_path / "one", tmp_path / "two"):
        with open_recording(camera, folder / "car.mp4") as source:
            replay = Replay(site, camera, folder / "car.mp4", out)
            replay_video(replay, source, car_finder(), VOCABULARY, progress=lambda _: None, announce=lambda _: None)
        lines.append((out / "alerts.jsonl").read_text(encoding="utf-8").splitlines())
    assert lines[0] == lines[1]
    alerts = [parse(line) for line in lines[0]]
    assert [alert.state.value for alert in alerts] == ["raised", "updated", "cleared"]
    path = seen(alerts[1], tmp_path / "one")
    with FileSource.open(path, MediaNs(0)) as clip:
        assert clip.info.duration_s == pytest.approx(30 if alerts[0].dwell_s > 10 else 24, abs=6)
    assert alerts[2].evidence == alerts[1].evidence
