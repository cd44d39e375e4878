"""A Redis that is killed, filled, and brought back older; started again by who looks after it."""

import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import OutOfMemoryError, RedisError

from pipeline.alerts.embedded import server_program
from pipeline.alerts.server_url import connector
from pipeline.runtime.clock import sleep
from tests.alerts.servers import bring_back, keep_copy


class ChaoticRedis:
    """A server on this machine that forces its append-only file always. Remembers its process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._max_memory = "0"
        self.kills = 0

    def look_after(self) -> None:
        """Start it if it does not run, and wait until it answers or has ended again."""
        if self._process is not None and self._process.poll() is None:
            return
        options = ("--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory", self._max_memory)
        command = [str(server_program()), "--port", str(self._port), "--bind", "127.0.0.1", *options]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while self._process.poll() is None and not self._answers():
            sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
            self.kills += 1

    def allow_memory(self, *, is_allowed: bool) -> None:
        """Whether it may take more memory than it has."""
        self._max_memory = "0" if is_allowed else "1mb"
        with suppress(RedisError), self._client() as client:
            client.config_set("maxmemory", self._max_memory)

    def is_full(self) -> bool:
        """Whether it refuses to take anything."""
        try:
            with self._client() as client:
                client.set("probe", "x")
        except OutOfMemoryError:
            return True
        except RedisError:
            pass
        return False

    def keep_copy(self) -> None:
        """Of its file as it is."""
        keep_copy(self._folder)

    def come_back_older(self) -> bool:
        """Kill it, and put the copy in the place of its file; whether there is one."""
        self.kill()
        return bring_back(self._folder)

    def _client(self) -> Redis:
        return connector(self.url, self.url)()

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except RedisError:
            return False
