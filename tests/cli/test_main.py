"""The console script itself: what is told where, and with which exit code."""

import subprocess
from pathlib import Path

import pytest

from pipeline.cli.main import COMMANDS, run
from tests.cli.shell import PROGRAM, environment, site_with_log, smart_alert


@pytest.fixture(scope="module")
def site_and_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return site_with_log(tmp_path_factory.mktemp("site"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["replya"], ["No such command 'replya'", "Did you mean 'replay'?"]),
        (["x"], ["No such command 'x'", "demo, replay, run, check, alerts, dispatch, ledger, report, models"]),
        (["--versoin"], ["--versoin", "Did you mean", "--version"]),
        (["replay"], ["Missing argument", "SITE.yaml"]),
        (["replay", "s.yaml", "--camara", "x"], ["--camara", "Did you mean", "--camera"]),
        (["replay", "s.yaml", "--camera"], ["--camera", "requires an argument"]),
        (["replay", "s.yaml", "t.yaml"], ["unexpected", "t.yaml"]),
        (["replay", "s.yaml"], ["s.yaml: no such file"]),
        (["run", "s.yaml", "--once"], ["s.yaml: no such file"]),
        (["demo", "now"], ["unexpected", "now"]),
    ],
)
def test_a_wrong_call_is_one_line_on_stderr_and_exit_2(
    arguments: list[str], told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert [part for part in told if part not in line] == []


def test_without_arguments_the_commands_are_told_and_the_call_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert all(f"\n  {command} " in shown.err for command in COMMANDS)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], *([command, "--help"] for command in COMMANDS)])
def test_help_is_a_result(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("Usage: smart-alert")
    assert shown.err == ""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("smart-alert, version ")


def test_help_loads_no_network_and_no_decoder() -> None:
    program = "import sys; from pipeline.cli.main import run; run(['--version']); print(sorted(sys.modules))"
    done = subprocess.run(
        [PROGRAM[0], "-c", program], capture_output=True, text=True, check=True, env=environment(), timeout=60
    )
    assert not {"'onnxruntime'", "'av'", "'cv2'", "'numpy'"} & set(done.stdout.strip(" []\n").split(", "))


def shell(script: str, site: Path, log: Path, out: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of a shell in which `smart-alert` stands for a replay of the log."""
    replay = f"'{PROGRAM[0]}' -m pipeline replay '{site}' --source '{log}' --out '{out}'"
    return subprocess.run(
        ["bash", "-c", script.replace("smart-alert", replay)],
        capture_output=True,
        check=False,
        env=environment(**variables),
        timeout=60,
    )


def test_a_reader_that_goes_away_is_no_fault_of_ours(site_and_log: tuple[Path, Path], tmp_path: Path) -> None:
    # `true` reads nothing, and is gone before the first line.
    done = shell("smart-alert --json | true; exit ${PIPESTATUS[0]}", *site_and_log, tmp_path / "out")
    assert done.returncode == 0
    assert b"events" not in done.stderr
    assert len((tmp_path / "out" / "alerts.jsonl").read_bytes().splitlines()) == 2
    done = shell("smart-alert --json | head -n 1; exit ${PIPESTATUS[0]}", *site_and_log, tmp_path / "out")
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


def test_an_output_on_a_full_disk_is_one_line(site_and_log: tuple[Path, Path], tmp_path: Path) -> None:
    done = shell("smart-alert > /dev/full", *site_and_log, tmp_path / "out")
    assert (done.returncode, done.stderr) == (1, b"smart-alert: output: No space left on device\n")


def test_outputs_that_are_closed_from_the_beginning_are_no_reason_to_fail(
    site_and_log: tuple[Path, Path], tmp_path: Path
) -> None:
    for closed in ("2>&-", "<&- >&- 2>&-"):
        out = tmp_path / closed.replace(" ", "")
        assert shell(f"smart-alert {closed}", *site_and_log, out).returncode == 0, closed
        # A result file must not have got the number of an output: what is printed would land in it.
        assert (out / "alerts.jsonl").read_bytes().startswith(b'{"schema":"smart-alert/1"')
        assert (out / "alerts.jsonl").read_bytes().count(b"\n") == 2


def test_a_terminal_without_chinese_shows_numbers_and_json_stays_as_it_is(
    site_and_log: tuple[Path, Path], tmp_path: Path
) -> None:
    done = shell("smart-alert", *site_and_log, tmp_path / "out", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert b"\\u6d88\\u9632" in done.stdout
    done = shell("smart-alert --json", *site_and_log, tmp_path / "out", PYTHONIOENCODING="latin-1")
    assert "消防通道占用" in done.stdout.decode()


def test_a_name_that_is_no_text_is_told_all_the_same(site_and_log: tuple[Path, Path]) -> None:
    done = subprocess.run(
        [*PROGRAM, "replay", str(site_and_log[0]).encode(), b"--source", b"\xff\xfe.mp4"],
        capture_output=True,
        check=False,
        env=environment(),
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (
        2,
        b"\\udcff\\udcfe.mp4: no such file (expected a video or an observation log)\n",
    )


def test_a_name_that_is_too_long_is_one_line(site_and_log: tuple[Path, Path]) -> None:
    done = smart_alert("replay", site_and_log[0], "--source", "x" * 300)
    assert done.returncode in {1, 2}
    assert done.stderr.splitlines() == [f"smart-alert: {'x' * 300}: File name too long"]
