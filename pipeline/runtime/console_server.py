"""What a run answers the console beside it: how its cameras are, and what they show."""

import socket
import socketserver
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.message import utc
from pipeline.observation import CameraId, MediaNs
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.http_server import JSON_TYPE, READING, TEXT_TYPE, Answer, Asked, HttpServer
from pipeline.runtime.live_site import LiveSite
from pipeline.runtime.onlookers import Onlookers, Wanted
from pipeline.runtime.run_messages import PicturesTold, RunTold
from pipeline.runtime.run_socket import folder_of, socket_address
from pipeline.runtime.run_told import camera_told, picture_told
from pipeline.runtime.shared import Shared
from pipeline.runtime.shown_camera import Size

Call = tuple[str, str]
"""Method and path."""
_PICTURES_TYPE = "application/octet-stream"
_SIZES = {"small": Size.SMALL, "full": Size.FULL}


class ConsoleServer:
    """Answers `/cameras`, `/pictures` and what else it is given, for as long as the `with` block lasts.

    A state folder on a disk without sockets costs the console its pictures, and the run nothing.
    """

    def __init__(self, state: Path, live: LiveSite, shared: Shared, more: Mapping[Call, Callable[[], bytes]]) -> None:
        """Nothing is answered yet.

        Args:
            state: The state folder.
            live: The run.
            shared: Its clock, metrics and log.
            more: What else is answered, as JSON, within five seconds; called from the server's threads.
        """
        self._more = more
        self._state, self._live, self._shared = state, live, shared
        self._events: EventsLog = shared.events
        self._onlookers = Onlookers(
            live.streams_of, shared.now_ns, shared.events, is_overloaded=lambda: live.is_overloaded
        )
        self._server: _UnixServer | None = None

    @property
    def n_shown(self) -> int:
        """How many pictures are being made."""
        return self._onlookers.n_shown

    def __enter__(self) -> Self:
        self._onlookers.__enter__()
        try:
            with socket_address(folder_of(self._state)) as address:
                # The state's owner alone can have left it, and one run alone has the state.
                Path(address).unlink(missing_ok=True)
                self._server = _UnixServer(address, self._answer, self._events, (*READING, "POST"))
        except OSError as error:
            self._events.warning("console.cannot_listen", folder=self._state, reason=error.strerror or str(error))
            return self
        threading.Thread(target=self._server.serve_forever, args=(0.2,), name="console", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            with suppress(OSError), socket_address(folder_of(self._state)) as address:
                Path(address).unlink(missing_ok=True)
        self._onlookers.__exit__(kind, error, trace)

    def _answer(self, asked: Asked) -> Answer:
        if (asked.method, asked.path) == ("GET", "/cameras"):
            return Answer(HTTPStatus.OK, JSON_TYPE, self._cameras().model_dump_json().encode())
        if (asked.method, asked.path) == ("GET", "/pictures"):
            size = _SIZES.get(next(iter(asked.query.get("size", ())), "small"), Size.SMALL)
            return self._pictures(asked.query.get("camera", ()), asked.query.get("had", ()), size)
        page = self._more.get((asked.method, asked.path))
        if page is not None:
            return Answer(HTTPStatus.OK, JSON_TYPE, page())
        return Answer(HTTPStatus.NOT_FOUND, TEXT_TYPE, b"There is no such thing here.\n")

    def _cameras(self) -> RunTold:
        return RunTold(
            now=utc(MediaNs(self._shared.now_ns())),
            is_overloaded=self._live.is_overloaded,
            cameras=tuple(camera_told(run) for run in self._live.runs()),
        )

    def _pictures(self, cameras: Sequence[str], had: Sequence[str], size: Size) -> Answer:
        """What each camera shows; `had` names the pictures that are there already, in the cameras' order, `-` none."""
        told, jpegs = [], []
        for n, name in enumerate(cameras):
            run = self._live.run_of(CameraId(name))
            if run is None:
                continue
            shown = self._onlookers.ask(Wanted(run.camera.id, size))
            one = picture_told(run, shown, had[n] if n < len(had) else "")
            told.append(one)
            if shown is not None and one.n_bytes:
                jpegs.append(shown.jpeg)
        head = PicturesTold(pictures=tuple(told)).model_dump_json().encode()
        return Answer(HTTPStatus.OK, _PICTURES_TYPE, b"\n".join((head, b"".join(jpegs))))


class _UnixServer(HttpServer):
    """Listens on a path."""

    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        """Bind; such a server has no name and no port."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "run", 0
