"""Metrics and health checks over HTTP, for Prometheus and for whoever restarts what hangs."""

import json
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from pipeline.config.resolved import Operation
from pipeline.errors import ConfigError
from pipeline.observation import CameraId
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.metrics import Metrics

_REQUEST_S = 5.0
_MOST_AT_ONCE = 16
_METHODS = ("GET", "HEAD")
_Request = socket.socket | tuple[bytes, socket.socket]
_ClientAddress = tuple[str, int] | str


@dataclass(frozen=True, slots=True)
class CameraState:
    """How far a camera is.

    Attributes:
        is_tried: Whether it was reached, or found out of reach, once.
        text: Its state in a few words, without credentials: `connected`, `not tried yet`, `unreachable` ...
    """

    is_tried: bool
    text: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the run does its work: its outbox is open and every camera has been tried once.

    A camera that cannot be reached does not make a run unready: the others are watched, and an alert tells of it.

    Attributes:
        state_by_camera: In the site's order.
        reasons: What else is not ready yet, a line each; empty: nothing.
    """

    state_by_camera: Mapping[CameraId, CameraState] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether all is ready."""
        return not self.reasons and all(state.is_tried for state in self.state_by_camera.values())

    def page(self) -> bytes:
        """As JSON: `ready`, `reasons`, `cameras`."""
        cameras = {camera: state.text for camera, state in self.state_by_camera.items()}
        untried = [f"camera {camera}: {state.text}" for camera, state in self.state_by_camera.items()
                   if not state.is_tried]  # fmt: skip
        return _json({"ready": self.is_ready, "reasons": [*self.reasons, *untried], "cameras": cameras})


@dataclass(frozen=True, slots=True)
class Liveness:
    """Whether the process works: its workers make progress.

    Attributes:
        reasons: What is stuck, a line each; empty: the process works. Only what a restart would mend belongs here.
    """

    reasons: tuple[str, ...] = ()

    def page(self) -> bytes:
        """As JSON: `alive`, `reasons`."""
        return _json({"alive": not self.reasons, "reasons": list(self.reasons)})


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    content_type: str
    body: bytes


class StatusServer:
    """Answers `/metrics`, `/healthz` and `/readyz` for as long as the `with` block lasts.

    The callables are called from the server's threads, at any time; they must be quick. Nothing that is given here may
    hold credentials.

    Args:
        operation: Where to listen; `listen: off` makes a server that does nothing.
        metrics: What `/metrics` tells.
        liveness: Whether the process works.
        readiness: Whether it is ready.
        log: Takes mistakes of the program.

    Raises:
        ConfigError: When the block is entered: the address cannot be listened on.
    """

    def __init__(
        self,
        operation: Operation,
        metrics: Metrics,
        liveness: Callable[[], Liveness],
        readiness: Callable[[], Readiness],
        log: EventsLog,
    ) -> None:
        self._operation = operation
        self._metrics = metrics
        self._liveness = liveness
        self._readiness = readiness
        self._log = log
        self._server: _Server | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        return 0 if self._server is None else self._server.server_port

    def __enter__(self) -> Self:
        if self._operation.listen is None:
            return self
        host, port = self._operation.listen
        server_class = _ServerIPv6 if ":" in host else _Server
        try:
            server = server_class((host, port), self._answer, self._log)
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            text = (
                f"cannot listen (got {shown_address(host, port)}: {reason}, allowed: a free port of this host, or off)"
            )
            raise ConfigError([self._operation.place.fault("listen", text)]) from error
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.2,), name="status", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _answer(self, path: str) -> _Answer:
        if path == "/metrics":
            return _Answer(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, self._metrics.page())
        if path == "/healthz":
            liveness = self._liveness()
            return _Answer(_status(is_well=not liveness.reasons), _JSON_TYPE, liveness.page())
        if path == "/readyz":
            readiness = self._readiness()
            return _Answer(_status(is_well=readiness.is_ready), _JSON_TYPE, readiness.page())
        return _Answer(HTTPStatus.NOT_FOUND, _TEXT_TYPE, b"There are /metrics, /healthz and /readyz.\n")


_JSON_TYPE = "application/json; charset=utf-8"
_TEXT_TYPE = "text/plain; charset=utf-8"


class _Server(ThreadingHTTPServer):
    """Bounded in threads, and quick to start and to stop."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], answer: Callable[[str], _Answer], log: EventsLog) -> None:
        self.answer = answer
        self._log = log
        self._free = threading.BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind, without the look-up of the host's name that the parent makes: it may take many seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: _Request, client_address: _ClientAddress) -> None:
        """Answer in a thread of its own; hang up where too many are being answered."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: _Request, client_address: _ClientAddress) -> None:
        """Answer, and make room for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: _Request, client_address: _ClientAddress) -> None:
        """A client that hung up is no news; anything else is a mistake in the program."""
        del request, client_address
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self._log.error("status.failed", error=error)


class _ServerIPv6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """One request; a client that takes its time is cut off."""

    timeout = _REQUEST_S  # of one read or write
    server: _Server

    def setup(self) -> None:
        """Bound the whole request too: a client could send a byte now and then."""
        super().setup()
        self._cut = threading.Timer(_REQUEST_S, self._hang_up)
        self._cut.daemon = True
        self._cut.start()

    def finish(self) -> None:
        """Send the rest."""
        self._cut.cancel()
        super().finish()

    def parse_request(self) -> bool:
        """Read the request's head, and refuse what would change something: nothing here can be."""
        if not super().parse_request():
            return False
        if self.command in _METHODS:
            return True
        body = b"Nothing can be changed here (allowed: GET, HEAD).\n"
        self._send(_Answer(HTTPStatus.METHOD_NOT_ALLOWED, _TEXT_TYPE, body), with_body=True)
        return False

    def do_GET(self) -> None:
        """Answer."""
        self._send(self.server.answer(urlsplit(self.path).path), with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the head alone."""
        self._send(self.server.answer(urlsplit(self.path).path), with_body=False)

    def version_string(self) -> str:
        """Who answers, without the version of what."""
        return "smart-alert"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Requests are not told."""

    def _send(self, answer: _Answer, *, with_body: bool) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", ", ".join(_METHODS))
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def shown_address(host: str, port: int) -> str:
    """Host and port as the site file writes them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _json(value: Mapping[str, bool | list[str] | dict[CameraId, str]]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _status(*, is_well: bool) -> HTTPStatus:
    return HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
