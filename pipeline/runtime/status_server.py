"""Metrics and health checks over HTTP, for Prometheus and for whoever restarts what hangs."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from pipeline.config.resolved import Operation
from pipeline.errors import ConfigError
from pipeline.observation import CameraId
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.http_server import JSON_TYPE, TEXT_TYPE, Answer, Asked, HttpServer, HttpServerIPv6
from pipeline.runtime.metrics import Metrics


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
        self._server: HttpServer | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        return 0 if self._server is None else self._server.server_port

    def __enter__(self) -> Self:
        if self._operation.listen is None:
            return self
        host, port = self._operation.listen
        server_class = HttpServerIPv6 if ":" in host else HttpServer
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

    def _answer(self, asked: Asked) -> Answer:
        path = asked.path
        if path == "/metrics":
            return Answer(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, self._metrics.page())
        if path == "/healthz":
            liveness = self._liveness()
            return Answer(_status(is_well=not liveness.reasons), JSON_TYPE, liveness.page())
        if path == "/readyz":
            readiness = self._readiness()
            return Answer(_status(is_well=readiness.is_ready), JSON_TYPE, readiness.page())
        return Answer(HTTPStatus.NOT_FOUND, TEXT_TYPE, b"There are /metrics, /healthz and /readyz.\n")


def shown_address(host: str, port: int) -> str:
    """Host and port as the site file writes them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _json(value: Mapping[str, bool | list[str] | dict[CameraId, str]]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _status(*, is_well: bool) -> HTTPStatus:
    return HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
