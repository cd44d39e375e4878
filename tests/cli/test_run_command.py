"""`smart-alert run --once`, as a user calls it."""

import re
import signal
import time
from pathlib import Path

import av
import pytest

from pipeline.alerts.message import parse
from pipeline.alerts.site_delivery import site_server
from pipeline.cli.main import run
from pipeline.config.load import load_site
from pipeline.resources import data_folder
from pipeline.runtime.clock import sleep
from tests.cli.shell import started, wait_until
from tests.runtime.standing_car import write_site, write_video


@pytest.mark.parametrize(
    ("options", "source", "fault"),
    [
        (["--once"], "source: 'rtsp://viewer:hunter2@10.0.0.8/1'", "is live and has no end; only without --once"),
        (["--once"], "source: gate.mp4, loop: true", "loops for ever; only without --once"),
        (["--pace", "max"], "source: gate.mp4, loop: true", "loops for ever; only at --pace realtime"),
        (["--pace", "realtime", "--once"], "source: gate.mp4, loop: true", "loops for ever; only without --once"),
    ],
)
def test_what_has_no_end_is_refused_where_one_is_needed_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], source: str, fault: str
) -> None:
    site = write_site(tmp_path)
    recorded = "source: gate.mp4, start: '2026-01-05T08:00:00'"
    site.write_text(site.read_text(encoding="utf-8").replace(recorded, source), encoding="utf-8")
    assert run(["run", str(site), *options]) == 2
    assert capsys.readouterr().err == f"camera cam-0: {fault}\n"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--once", "--duration", "5s"], "--duration: only at --pace realtime"),
        (["--duration", "five"], "--duration: no duration (got 'five'"),
    ],
)
def test_a_duration_is_refused_where_it_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], fault: str
) -> None:
    assert run(["run", str(write_site(tmp_path)), *options]) == 2
    assert capsys.readouterr().err.startswith(fault)
    assert not (tmp_path / "state").exists()


def test_a_redis_that_is_away_keeps_the_alerts_for_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_video(tmp_path / "gate.mp4", 3.0, lambda _: False)
    site = write_site(tmp_path, redis="redis://:hunter2@127.0.0.1:1/0")
    assert run(["run", str(site), "--once"]) == 1
    summary, fault = capsys.readouterr().err.splitlines()
    assert re.match(r"0 events on 1 cameras; 2\.\d s of footage in ", summary)
    assert fault.endswith(f"; the alerts it has not had are kept in {tmp_path}/state, and the next run sends them")
    assert "cannot be reached" in fault
    assert "hunter2" not in fault


def test_one_camera_that_fails_is_told_when_the_others_are_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_video(tmp_path / "good.mp4", 3.0, lambda _: False)
    site = write_site(tmp_path, ["empty.mp4", "good.mp4"])
    assert run(["run", str(site), "--once"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [f"camera cam-0: {tmp_path}/empty.mp4: the file is empty"]
    assert [path.name for path in (tmp_path / "state" / "log").iterdir()] == ["cam-1.parquet"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_broken_off_hinders_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: signal.Signals
) -> None:
    write_video(tmp_path / "a.mp4", 600.0, lambda _: False, fps=4)
    site = write_site(tmp_path, ["a.mp4", "b.mp4"])
    (tmp_path / "b.mp4").write_bytes((tmp_path / "a.mp4").read_bytes())
    with started("run", site, "--once") as process:
        wait_until((tmp_path / "state" / "log" / "cam-1.parquet.partial").exists)
        time.sleep(0.5)
        process.send_signal(how)
        shown, told = process.communicate(timeout=30)
    assert shown == ""
    if how is signal.SIGINT:
        assert (process.returncode, told.splitlines()) == (130, ["", "smart-alert: interrupted"])
        assert list((tmp_path / "state" / "log").iterdir()) == []
    else:
        assert (process.returncode, told) == (-how, "")
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, 3.0, lambda _: False)
    assert run(["run", str(site), "--once"]) == 0
    ended = capsys.readouterr()
    assert ended.out == ""
    assert re.match(r"0 events on 2 cameras; [45]\.\d s of footage in ", ended.err)
    assert sorted(path.name for path in (tmp_path / "state" / "log").iterdir()) == ["cam-0.parquet", "cam-1.parquet"]


@pytest.mark.long
def test_what_the_real_network_finds_arrives_in_the_stream_though_another_camera_fails(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The sample's first sixteen seconds: a car that stands in the fire lane."""
    cut(data_folder("sample_videos") / "street.mp4", tmp_path / "street.mp4", 16.0)
    (tmp_path / "street.geojson").write_bytes((data_folder("sample_videos") / "street.geojson").read_bytes())
    (tmp_path / "broken.mp4").touch()
    (tmp_path / "site.yaml").write_text(
        "site: {id: sample, name: 示范, timezone: Asia/Shanghai}\n"
        "cameras:\n"
        "  - {id: east, source: street.mp4, start: '2026-01-05T08:00:00', geofence: street.geojson}\n"
        "  - {id: west, source: broken.mp4, geofence: street.geojson}\n"
        "rules:\n"
        "  - {id: lane, algorithm: fire_lane_blocked, zones: [east/fire-lane, west/fire-lane], dwell: 4s}\n",
        encoding="utf-8",
    )
    assert run(["run", str(tmp_path / "site.yaml"), "--once", "--json"]) == 1
    shown = capfdbinary.readouterr()
    assert shown.err.decode() == f"camera west: {tmp_path}/broken.mp4: the file is empty\n"
    told = shown.out.decode().splitlines()
    assert [parse(line).state.value for line in told] == ["raised", "updated", "cleared"]
    assert run(["alerts", str(tmp_path / "site.yaml"), "--json"]) == 0
    assert capfdbinary.readouterr().out.decode().splitlines() == told
    with site_server(load_site(tmp_path / "site.yaml", {}), sleep) as server:
        rows = server.client().xrange("smart-alert:alerts") or []
    assert [sorted(fields or {}) for _, fields in rows] == [["alert", "algorithm", "id", "severity", "state"]] * 3


def cut(source: Path, target: Path, length_s: float) -> None:
    """Copy the beginning of a video without coding it anew."""
    with av.open(str(source)) as before, av.open(str(target), "w") as after:
        stream = before.streams.video[0]
        copied = after.add_stream_from_template(stream)
        for packet in before.demux(stream):
            if packet.pts is None or stream.time_base is None or packet.pts * stream.time_base >= length_s:
                continue
            packet.stream = copied
            after.mux(packet)
