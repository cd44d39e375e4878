"""The console answering on its address."""

import socket
import threading
from collections.abc import Callable

import uvicorn

from pipeline.config.resolved import ConsoleSettings
from pipeline.console.app import create_app
from pipeline.console.context import Console
from pipeline.errors import ConfigError, StateError
from pipeline.runtime.signals import Signals
from pipeline.runtime.status_server import shown_address
from pipeline.runtime.wake import Wake

_LAST_ANSWERS_S = 3
_MOST_WAITING = 128
_LOOK_S = 1.0


def listening(settings: ConsoleSettings) -> socket.socket:
    """The socket that a console is to be served on.

    Raises:
        ConfigError: The address cannot be listened on.
    """
    host, port = settings.listen
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_MOST_WAITING)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        text = f"cannot listen (got {shown_address(host, port)}: {reason}, allowed: a free port of this host)"
        raise ConfigError([settings.place.fault("listen", text)]) from error


def address_of(settings: ConsoleSettings, listener: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listener.getsockname()[:2]
    return f"{settings.origin or 'http://' + shown_address(str(host), int(port))}{settings.prefix}/"


class ConsoleServer:
    """Answers on a socket. Remembers whether it is to stop.

    Args:
        console: Open.
        ready: Called once it answers.
    """

    def __init__(self, console: Console, ready: Callable[[], None]) -> None:
        settings = console.site.console
        config = uvicorn.Config(
            create_app(console),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=_LAST_ANSWERS_S,
            lifespan="off",
        )
        self._server = _Server(config, ready)
        self._live = console.live

    def run(self, listener: socket.socket) -> None:
        """Answer until `stop`."""
        with self._live.running():
            self._server.run(sockets=[listener])

    def run_until_told(self, listener: socket.socket, signals: Signals) -> None:
        """Answer until the process is told to stop.

        Raises:
            StateError: It has stopped by itself.
        """
        # Not in the main thread, where uvicorn would take the signals for itself and end the process by one.
        thread = threading.Thread(target=self.run, args=(listener,), name="console")
        thread.start()
        while thread.is_alive() and signals.wait(_LOOK_S) is not Wake.STOP:
            pass
        has_ended = not thread.is_alive()
        self.stop()
        thread.join()
        if has_ended:
            raise StateError("console: stopped by itself; the log says why")

    def stop(self) -> None:
        """Make `run` return soon; from any thread."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._ready()
