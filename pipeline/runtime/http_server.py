"""A small HTTP server that is bounded in threads and time: for metrics, health checks, and the console beside a run."""

import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from pipeline.runtime.events_log import EventsLog

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
READING = ("GET", "HEAD")
_REQUEST_S = 5.0
_MOST_AT_ONCE = 16
_Request = socket.socket | tuple[bytes, socket.socket]
_ClientAddress = tuple[str, int] | str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Attributes:
        method: Such as `GET`; `HEAD` is told as `GET`.
        path: Without what follows the question mark.
        query: That, by name.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered."""

    status: HTTPStatus
    content_type: str
    body: bytes


class HttpServer(ThreadingHTTPServer):
    """Bounded in threads, and quick to start and to stop."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        address: tuple[str, int] | str,
        answer: Callable[[Asked], Answer],
        log: EventsLog,
        methods: tuple[str, ...] = READING,
    ) -> None:
        """Listen; nothing is answered before `serve_forever`.

        Args:
            address: Host and port.
            answer: Called from the server's threads, at any time; it must be quick.
            log: Takes mistakes of the program.
            methods: What may be asked with.

        Raises:
            OSError: The address cannot be listened on.
        """
        self.answer, self.methods = answer, methods
        self._log = log
        self._free = threading.BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__(address, _Handler)  # type: ignore[arg-type]  # a socket's path is one, too

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


class HttpServerIPv6(HttpServer):
    """The same at an address of IPv6."""

    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """One request; a client that takes its time is cut off."""

    timeout = _REQUEST_S  # of one read or write
    server: HttpServer

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
        """Read the request's head, and refuse what the server does not do."""
        if not super().parse_request():
            return False
        if self.command in self.server.methods:
            return True
        body = f"Nothing can be changed here (allowed: {', '.join(self.server.methods)}).\n".encode()
        self._send(Answer(HTTPStatus.METHOD_NOT_ALLOWED, TEXT_TYPE, body), with_body=True)
        return False

    def do_GET(self) -> None:
        """Answer."""
        self._send(self.server.answer(self._asked("GET")), with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the head alone."""
        self._send(self.server.answer(self._asked("GET")), with_body=False)

    def do_POST(self) -> None:
        """Do it, and answer."""
        self._send(self.server.answer(self._asked("POST")), with_body=True)

    def version_string(self) -> str:
        """Who answers, without the version of what."""
        return "smart-alert"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Requests are not told."""

    def _send(self, answer: Answer, *, with_body: bool) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", ", ".join(self.server.methods))
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def _asked(self, method: str) -> Asked:
        parts = urlsplit(self.path)
        return Asked(method, parts.path, parse_qs(parts.query))

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
