from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.observation import CameraId, MediaNs
from pipeline.replay.log import LogWriter, read_log
from tests.cli.shell import site_with_log, smart_alert
from tests.runtime.standing_car import write_site


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("--out", "video.avi"), "a name that ends in .mp4"),
        (("--out", "video.mp4", "--camera", "nowhere"), "expected one of cam-0"),
        (("--out", "video.mp4", "--source", "/nowhere.mp4"), "no such file"),
        (("--out", "video.mp4", "--log", "/nowhere"), "--log: /nowhere: no such file"),
        (("--out", "video.mp4", "--log", "/dev/null"), "--log: /dev/null: is no log"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(tmp_path: Path, changed: tuple[str, ...], told: str) -> None:
    done = smart_alert("annotate", write_site(tmp_path), *changed)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.long
def test_a_log_of_another_day_is_refused_and_one_of_another_camera_is_told(tmp_path: Path) -> None:
    site, log = site_with_log(tmp_path)
    other = tmp_path / "other.parquet"
    with LogWriter(other, CameraId("yard")) as writer:
        for entry in read_log(log):
            writer.append(replace(entry, t=MediaNs(entry.t + 86_400_000_000_000)))
    done = smart_alert("annotate", site, "--log", other, "--out", tmp_path / "out.mp4")
    warning, fault = done.stderr.splitlines()
    assert done.returncode == 2
    assert warning == f"warning: {other}: is a log of camera yard, not of cam-0"
    assert fault.endswith("holds nothing from 2026-01-05 00:00:00 UTC to 2026-01-05 00:00:18 UTC, the recording")
    assert not (tmp_path / "out.mp4").exists()
