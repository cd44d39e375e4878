"""A real disk that gets full: a small tmpfs, where the machine allows one to be mounted."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_on_tiny_disk(folder: Path, kilobytes: int, script: str, *arguments: str) -> list[str]:
    """Run a Python script whose first argument is a folder on a file system of that size.

    Returns:
        The lines it printed.
    """
    folder.mkdir()
    within = ["unshare", "--map-root-user", "--mount", "sh", "-ec"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*within, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this machine mounts nothing for users")
    mount_and_run = f'mount -t tmpfs -o size={kilobytes}k none "$1"; shift; exec "$@"'
    done = subprocess.run(
        [*within, mount_and_run, "sh", str(folder), sys.executable, "-c", script, str(folder), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
