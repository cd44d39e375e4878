"""The files for a service and for a container fit the program that they start."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.cli.run import command as run_command
from pipeline.config.resolved import Operation

PROJECT = Path(__file__).resolve().parents[2]
UNIT = PROJECT / "configs" / "deploy" / "smart-alert.service"
CONTAINER = PROJECT / "configs" / "deploy" / "Containerfile"


def setting(name: str) -> str:
    [value] = re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    return str(value)


def known(arguments: list[str]) -> bool:
    """Whether the words behind `smart-alert` are a call that `run` takes."""
    name, *rest = arguments
    with run_command.make_context("run", rest, resilient_parsing=False) as context:
        return name == "run" and context.params["site_file"].name == "site.yaml"


def test_the_unit_starts_a_command_that_there_is() -> None:
    program, *arguments = setting("ExecStart").split()

    assert Path(program).name == "smart-alert"
    assert known(arguments)


def test_the_unit_reloads_with_sighup_and_is_not_started_again_with_a_wrong_site() -> None:
    assert setting("ExecReload") == "/bin/kill -HUP $MAINPID"
    assert (setting("Restart"), setting("RestartPreventExitStatus")) == ("on-failure", "2")
    assert int(setting("TimeoutStopSec")) > 5


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace(setting("ExecStart").split()[0], "/bin/true")
    unit.write_text(text, encoding="utf-8")
    told = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)

    assert [line for line in told.stderr.splitlines() if UNIT.name in line] == []


def test_the_container_copies_what_is_there_and_starts_a_command_that_there_is() -> None:
    text = CONTAINER.read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (?!--)(.*)$", text, re.MULTILINE) for name in line.split()[:-1]]
    [arguments] = re.findall(r"^CMD \[(.*)\]$", text, re.MULTILINE)

    assert [name for name in copied if not (PROJECT / name).exists()] == []
    assert set(copied) >= {"pyproject.toml", "pipeline", "models", "configs", "geofences", "sample_videos"}
    assert known(re.findall(r'"([^"]*)"', arguments))


def test_the_container_asks_for_health_where_a_site_listens_unless_it_says_otherwise() -> None:
    listen = Operation().listen
    assert listen is not None
    [url] = re.findall(r"http://[^']*", CONTAINER.read_text(encoding="utf-8"))

    assert url == f"http://{listen[0]}:{listen[1]}/healthz"


def test_the_container_does_not_run_as_root() -> None:
    last_stage = CONTAINER.read_text(encoding="utf-8").rpartition("\nFROM ")[2]

    assert re.search(r"^USER [1-9]", last_stage, re.MULTILINE)
