"""`smart-alert replay`, as a user calls it."""

import json
import signal
import time
from pathlib import Path

import pytest

from pipeline.alerts.message import parse
from pipeline.cli import replay_many
from pipeline.cli.main import run
from pipeline.errors import UsageError
from pipeline.replay.log import read_log
from tests.cli.shell import ROOT, files_in, site_with_log, smart_alert, started, wait_until
from tests.runtime.standing_car import write_site, write_video

pytestmark = pytest.mark.usefixtures("_elsewhere")


@pytest.fixture
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written by default lies in the current folder."""
    folder = tmp_path / "current"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module")
def site_and_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return site_with_log(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose recording takes longer to look at than a test to break off."""
    folder = tmp_path_factory.mktemp("long")
    write_video(folder / "gate.mp4", 900.0, lambda _: False, fps=4, gop=20)
    return write_site(folder)


def told(arguments: list[str | Path], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code, and the one line on stderr."""
    code = run([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    return code, line


def test_a_log_gives_alerts_jsonl_and_a_line_an_alert(
    site_and_log: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, log = site_and_log
    out = tmp_path / "deep" / "out"
    assert run(["replay", str(site), "--source", str(log), "--out", str(out)]) == 0
    shown = capsys.readouterr()
    first, second = shown.out.splitlines()
    assert first.startswith("2026-01-05 08:00:06  raised                  critical  ")
    assert second.startswith("2026-01-05 08:00:08  cleared (left)          critical  ")
    assert shown.err.startswith("1 events, 22 pictures looked at (")
    assert shown.err.endswith(f" times real time: {out}/alerts.jsonl\n")
    assert list(files_in(out)) == ["alerts.jsonl", "observations.parquet"]
    assert list(read_log(out / "observations.parquet"))[-1] == list(read_log(log))[-1]


def test_a_log_replayed_over_the_results_of_its_video_leaves_no_picture_that_no_message_names(
    site_and_log: tuple[Path, Path], tmp_path: Path
) -> None:
    site, log = site_and_log
    stale = tmp_path / "evidence" / "0" / "snapshot-0123456789abcdef.jpg"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"")
    assert run(["replay", str(site), "--source", str(log), "--out", str(tmp_path)]) == 0
    assert not stale.exists()


def test_json_is_the_messages_and_the_summary_and_nothing_else(
    site_and_log: tuple[Path, Path], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    site, log = site_and_log
    assert run(["replay", str(site), "--source", str(log), "--out", str(tmp_path / "out"), "--json"]) == 0
    shown = capfdbinary.readouterr()
    *messages, last = shown.out.decode().splitlines()
    assert [parse(line).state.value for line in messages] == ["raised", "cleared"]
    assert messages == (tmp_path / "out" / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    summary = json.loads(last)["summary"]
    assert summary == {
        "events": 1,
        "looks": 22,
        "network_looks": summary["network_looks"],
        "media_s": 17.8,
        "damage": 0,
        "out": str(tmp_path / "out"),
    }
    assert shown.err == b""


def test_the_same_log_gives_the_same_bytes(site_and_log: tuple[Path, Path], tmp_path: Path) -> None:
    site, log = site_and_log
    for name in "ab":
        assert run(["replay", str(site), "--source", str(log), "--out", str(tmp_path / name)]) == 0
    assert files_in(tmp_path / "a") == files_in(tmp_path / "b")


def test_neither_state_nor_stream_of_the_site_is_touched(site_and_log: tuple[Path, Path], tmp_path: Path) -> None:
    site, log = site_and_log
    before = files_in(site.parent)
    assert run(["replay", str(site), "--source", str(log), "--out", str(tmp_path / "out")]) == 0
    assert files_in(site.parent) == before


def test_results_go_to_a_folder_named_after_the_camera_where_none_is_named(site_and_log: tuple[Path, Path]) -> None:
    site, log = site_and_log
    assert run(["replay", str(site), "--source", str(log)]) == 0
    assert list(files_in(Path.cwd())) == ["replay/cam-0/alerts.jsonl", "replay/cam-0/observations.parquet"]


def test_an_empty_name_is_no_folder_for_results(
    site_and_log: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = told(["replay", site_and_log[0], "--out", ""], capsys)
    assert (code, line) == (2, "--out: '.' names no folder of its own")


def test_a_log_needs_no_network_and_a_video_says_which_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, log = site_with_log(tmp_path)
    card = (ROOT / "models" / "yolov8n.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(card, encoding="utf-8")
    site.write_text(site.read_text(encoding="utf-8").replace("model: yolov8n", "model: ./mine.yaml"), encoding="utf-8")
    assert run(["replay", str(site), "--source", str(log), "--out", str(tmp_path / "out"), "--json"]) == 0
    capsys.readouterr()
    before = files_in(tmp_path / "out")
    code, line = told(["replay", site, "--out", tmp_path / "out"], capsys)
    assert code == 1
    assert f"{tmp_path}/yolov8n.onnx" in line
    assert files_in(tmp_path / "out") == before


def test_a_log_of_another_camera_is_replayed_with_a_warning(
    site_and_log: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = write_site(tmp_path, ["a.mp4", "b.mp4"])
    arguments = ["--camera", "cam-1", "--source", str(site_and_log[1]), "--out", str(tmp_path / "out")]
    assert run(["replay", str(site), *arguments]) == 0
    warning, _ = capsys.readouterr().err.splitlines()
    assert warning == f"warning: {site_and_log[1]}: is a log of camera cam-0, not of cam-1"


def test_what_is_not_there_is_named_with_what_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = write_site(tmp_path, ["a.mp4", "b.mp4"])
    (tmp_path / "log.parquet").write_bytes(b"PAR1")
    code, line = told(["replay", site, "--source", tmp_path / "log.parquet"], capsys)
    assert (code, line) == (2, "site.yaml: has 2 cameras; say which with --camera (cam-0, cam-1)")
    code, line = told(["replay", site, "--camera", "cam-l"], capsys)
    assert (code, line) == (2, "--camera: 'cam-l' is no camera of site.yaml (it has cam-0, cam-1)")
    code, line = told(["replay", site, "--camera", "cam-0", "--source", "no.mp4"], capsys)
    assert (code, line) == (2, "no.mp4: no such file (expected a video or an observation log)")
    assert list(Path.cwd().iterdir()) == []


def test_a_live_camera_needs_a_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = write_site(tmp_path)
    text = site.read_text(encoding="utf-8").replace(
        "source: gate.mp4, start: '2026-01-05T08:00:00',", "source: 'rtsp://10.0.0.8/1',"
    )
    site.write_text(text, encoding="utf-8")
    code, line = told(["replay", site], capsys)
    assert (code, line) == (2, "camera cam-0: is live; name a recording or a log of it with --source")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (2, "the file is empty")),
        (b"hello, this is text\n" * 100, (2, "no video of a known format")),
        (b"PAR1 the rest is missing", (2, "cannot be read as an observation log")),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", (2, "")),
    ],
)
def test_a_source_that_is_neither_video_nor_log_is_one_line(
    site_and_log: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    expected: tuple[int, str],
) -> None:
    (tmp_path / "source").write_bytes(content)
    code, line = told(["replay", site_and_log[0], "--source", tmp_path / "source", "--out", tmp_path / "out"], capsys)
    assert code == expected[0]
    assert line.startswith(f"{tmp_path}/source: {expected[1]}")
    assert not (tmp_path / "out" / "alerts.jsonl").exists()


def test_a_folder_is_no_source(
    site_and_log: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = told(["replay", site_and_log[0], "--source", tmp_path, "--out", tmp_path / "out"], capsys)
    assert (code, line) == (2, f"{tmp_path}: holds no log (expected the log folder of one camera)")


@pytest.mark.parametrize("below", ["", "/deeper"])
def test_results_that_can_go_nowhere_are_one_line(
    site_and_log: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], below: str
) -> None:
    (tmp_path / "file").write_text("mine")
    for source in site_and_log[1], site_and_log[0].parent / "gate.mp4":
        code, line = told(["replay", site_and_log[0], "--source", source, "--out", f"{tmp_path}/file{below}"], capsys)
        assert code == 2
        assert line == f"{tmp_path}/file{below}: there is a file of this name (expected a folder, or none yet)"
    assert (tmp_path / "file").read_text() == "mine"


def test_a_disk_that_is_full_leaves_the_good_results_of_before(site_and_log: tuple[Path, Path], tmp_path: Path) -> None:
    site, log = site_and_log
    out = tmp_path / "out"
    assert run(["replay", str(site), "--source", str(log), "--out", str(out)]) == 0
    before = files_in(out)
    done = smart_alert("replay", site, "--source", log, "--out", out, largest_file_kib=1)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{out}/alerts.jsonl.part: cannot be written: File too large (expected a writable folder with room)"
    ]
    assert files_in(out)["alerts.jsonl"] == before["alerts.jsonl"]
    assert run(["replay", str(site), "--source", str(log), "--out", str(out)]) == 0
    assert files_in(out) == before


def test_a_disk_that_is_full_at_the_very_end_leaves_the_good_results_of_before(
    site_and_log: tuple[Path, Path], long_site: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    clip = write_video(tmp_path / "clip.mp4", 4.0, lambda _: False)
    # The alerts of before are other ones, so that it shows which are there.
    assert run(["replay", str(site_and_log[0]), "--source", str(site_and_log[1]), "--out", str(out)]) == 0
    before = files_in(out)
    assert before["alerts.jsonl"]
    done = smart_alert("replay", long_site, "--source", clip, "--out", out, largest_file_kib=1)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{out}/observations.parquet: cannot be written: File too large (expected a writable folder with room)"
    ]
    assert {name: files_in(out)[name] for name in before} == before


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_replay_that_is_broken_off_leaves_the_good_results_of_before(
    long_site: Path, tmp_path: Path, how: signal.Signals
) -> None:
    out = tmp_path / "out"
    clip = write_video(tmp_path / "clip.mp4", 4.0, lambda _: False)
    assert run(["replay", str(long_site), "--source", str(clip), "--out", str(out)]) == 0
    before = files_in(out)
    with started("replay", long_site, "--out", out) as process:
        wait_until((out / "observations.parquet.partial").exists)
        time.sleep(0.5)
        process.send_signal(how)
        shown, told_of = process.communicate(timeout=60)
    assert shown == ""
    if how is signal.SIGINT:
        assert process.returncode == 130
        # The empty line ends the terminal's own, which shows ^C.
        assert told_of.splitlines() == ["", "smart-alert: interrupted"]
        assert not (out / "observations.parquet.partial").exists()
    else:
        assert (process.returncode, told_of) == (-how, "")
    assert {name: files_in(out)[name] for name in before} == before
    # And the next run is not hindered by what this one left.
    assert run(["replay", str(long_site), "--source", str(clip), "--out", str(out)]) == 0
    assert files_in(out) == before


def recorders(folder: Path, *cameras: str) -> Path:
    """A folder of recordings, those of each camera in one of its name."""
    for camera in cameras:
        (folder / camera).mkdir(parents=True)
        (folder / camera / "20260105_080000.mp4").touch()
    return folder


@pytest.mark.parametrize("is_of_one", [True, False])
def test_a_rule_that_can_never_raise_is_refused_of_several_cameras_and_of_a_recorders_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, is_of_one: bool
) -> None:
    site = write_site(tmp_path, ["a.mp4"] if is_of_one else ["a.mp4", "b.mp4"])
    rule = "  - {id: garbage, algorithm: exposed_garbage, zones: {category: fire_lane}}\n"
    site.write_text(site.read_text(encoding="utf-8") + rule, encoding="utf-8")
    source = recorders(tmp_path / "nvr", "cam-0", "cam-1")
    for sources in (["--source", str(source / "cam-0" if is_of_one else source)], [])[: 1 if is_of_one else 2]:
        code, line = told(["replay", site, *sources, "--out", tmp_path / "out"], capsys)
        assert code == 2
        assert "exposed_garbage needs garbage; the network yolov8n knows it not" in line
        assert not (tmp_path / "out").exists()


def test_a_rule_that_can_never_raise_is_no_matter_over_the_logs_of_several_cameras(
    site_and_log: tuple[Path, Path], tmp_path: Path
) -> None:
    site = write_site(tmp_path, ["a.mp4", "b.mp4"])
    rule = "  - {id: garbage, algorithm: exposed_garbage, zones: {category: fire_lane}}\n"
    site.write_text(site.read_text(encoding="utf-8") + rule, encoding="utf-8")
    (tmp_path / "log" / "cam-0").mkdir(parents=True)
    (tmp_path / "log" / "cam-0" / "night.parquet").write_bytes(site_and_log[1].read_bytes())
    assert run(["replay", str(site), "--source", str(tmp_path / "log"), "--out", str(tmp_path / "out")]) == 0


def test_as_many_cameras_run_at_a_time_as_this_process_may_use_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, asked = write_site(tmp_path, ["a.mp4", "b.mp4"]), list[int]()
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3, 5, 8})

    def replay_all(_works: object, _out: Path, jobs: int, *_: object) -> None:
        asked.append(jobs)
        raise UsageError("enough")

    monkeypatch.setattr(replay_many, "replay_all", replay_all)
    assert run(["replay", str(site), "--out", str(tmp_path / "out")]) == 2
    assert run(["replay", str(site), "--out", str(tmp_path / "out"), "--jobs", "7"]) == 2
    assert asked == [3, 7]
