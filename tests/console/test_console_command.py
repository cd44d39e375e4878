"""`smart-alert console`, as a shell starts it."""

import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.cli.shell import PROGRAM, environment, started, wait_until
from tests.console.rooms import PASSWORD, ROOT

ACCOUNT = ("--add-user", "ada", "--role", "admin")


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    """A site of its own that listens on a port nobody has."""
    for name in ("street.geojson", "street.mp4"):
        shutil.copy(ROOT / "sample_videos" / name, tmp_path)
    path = tmp_path / "site.yaml"
    path.write_text((ROOT / "sample_videos" / "site.yaml").read_text() + "\nconsole: {listen: '127.0.0.1:1'}\n")
    return path


def _console(site_file: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "console", str(site_file), *arguments],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=120,
    )


@pytest.mark.long
def test_accounts_are_made_listed_changed_and_removed(site_file: Path) -> None:
    told = _console(site_file)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (
        f"no account yet; make one: smart-alert console {site_file} --add-user NAME --role admin\n"
    )  # fmt: skip
    assert _console(site_file, *ACCOUNT, typed=f"{PASSWORD}\n").returncode == 0
    again = _console(site_file, *ACCOUNT, typed=f"{PASSWORD}\n")
    assert (again.returncode, again.stderr) == (2, "account ada: there is one already\n")
    short = _console(site_file, "--add-user", "bob", "--role", "operator", typed="short\n")
    assert (short.returncode, short.stderr) == (2, "password: too short (got 5 letters, allowed: 10 to 256)\n")
    assert _console(site_file, "--add-user", "bob", "--role", "operator", typed=PASSWORD).returncode == 0
    assert _console(site_file, "--list-users").stdout == "ada\tadmin\nbob\toperator\n"
    assert _console(site_file, "--set-password", "bob", typed="another horse\n").returncode == 0
    assert _console(site_file, "--remove-user", "bob").returncode == 0
    last = _console(site_file, "--remove-user", "ada")
    assert (last.returncode, last.stderr.count("\n")) == (2, 1)
    assert "last administrator" in last.stderr
    assert _console(site_file, "--list-users").stdout == "ada\tadmin\n"


@pytest.mark.long
@pytest.mark.parametrize(
    "arguments",
    [("--add-user", "ada"), ("--role", "admin"), (*ACCOUNT, "--list-users"), ("--add-user", "a", "--role", "king")],
)
def test_half_a_word_about_an_account_is_refused(site_file: Path, arguments: tuple[str, ...]) -> None:
    told = _console(site_file, *arguments)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert not (site_file.parent / "state").exists()


@pytest.mark.long
def test_it_serves_until_it_is_told_to_stop_and_says_where(site_file: Path) -> None:
    assert _console(site_file, *ACCOUNT, typed=f"{PASSWORD}\n").returncode == 0
    site_file.write_text(site_file.read_text().replace("127.0.0.1:1'", f"127.0.0.1:{_free_port()}'"))
    with started("console", site_file) as process:
        try:
            line = process.stderr.readline() if process.stderr else ""
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert found, line
            assert httpx.get(found[0] + "alerts").status_code == 200
            with httpx.Client(base_url=found[0], headers={"Origin": found[0].rstrip("/")}, timeout=60) as client:
                assert client.post("api/login", json={"name": "ada", "password": PASSWORD}).status_code == 200
                # A stream that is open does not keep it from stopping.
                with client.stream("GET", "api/live") as stream:
                    assert stream.status_code == 200
                    process.send_signal(signal.SIGTERM)
                    wait_until(lambda: process.poll() is not None)
        finally:
            process.kill()
        assert process.returncode == 0


@pytest.mark.long
def test_an_address_that_is_taken_is_told_where_it_is_written(site_file: Path) -> None:
    assert _console(site_file, *ACCOUNT, typed=f"{PASSWORD}\n").returncode == 0
    site_file.write_text(site_file.read_text().replace("127.0.0.1:1'", "192.0.2.1:8600'"))
    told = _console(site_file)
    line = site_file.read_text().splitlines().index("console: {listen: '192.0.2.1:8600'}") + 1
    assert told.returncode == 2
    assert re.fullmatch(
        rf"{site_file}:{line}: console\.listen: cannot listen \(got 192\.0\.2\.1:8600: .*\)\n", told.stderr
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
