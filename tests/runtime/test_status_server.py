import http.client
import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline.config.resolved import Operation, Place
from pipeline.errors import ConfigError
from pipeline.observation import CameraId
from pipeline.runtime import http_server
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.status_server import CameraState, Liveness, Readiness, StatusServer

EAST = CameraId("east")
WEST = CameraId("west")
ANY_PORT = ("127.0.0.1", 0)


class Run:
    """What the server asks, as a test wants it to be."""

    def __init__(self) -> None:
        self.liveness = Liveness()
        self.readiness = Readiness()
        self.metrics = Metrics()
        self.log = io.StringIO()

    def live(self) -> Liveness:
        return self.liveness

    def ready(self) -> Readiness:
        return self.readiness

    def server(self, listen: tuple[str, int] | None = ANY_PORT) -> StatusServer:
        operation = Operation(listen, place=Place("site.yaml", 9, "operation", {"listen": 10}))
        log = EventsLog.open(self.log, LogFormat.TEXT, LogLevel.DEBUG, lambda: 0)
        return StatusServer(operation, self.metrics, self.live, self.ready, log)

    @contextmanager
    def serving(self) -> Iterator[int]:
        with self.server() as server:
            yield server.port


def ask(port: int, path: str, method: str = "GET", host: str = "127.0.0.1") -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


def test_metrics_are_told_in_prometheus_text_format() -> None:
    run = Run()
    run.metrics.camera(EAST).connected(is_connected=True)
    with run.serving() as port:
        response, body = ask(port, "/metrics")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'smart_alert_camera_connected{camera="east",stream="main"} 1.0\n' in body


def test_health_is_200_while_the_process_works_and_503_with_the_reason_when_it_hangs() -> None:
    run = Run()
    with run.serving() as port:
        response, body = ask(port, "/healthz")
        assert (response.status, json.loads(body)) == (200, {"alive": True, "reasons": []})
        run.liveness = Liveness(("worker 2: no progress for 40 s",))
        response, body = ask(port, "/healthz")
    assert response.status == 503
    assert json.loads(body) == {"alive": False, "reasons": ["worker 2: no progress for 40 s"]}


def test_a_run_is_ready_when_every_camera_has_been_tried_even_if_one_is_out_of_reach() -> None:
    run = Run()
    run.readiness = Readiness({EAST: CameraState(True, "connected"), WEST: CameraState(False, "not tried yet")})
    with run.serving() as port:
        response, body = ask(port, "/readyz")
        assert response.status == 503
        assert json.loads(body) == {
            "ready": False,
            "reasons": ["camera west: not tried yet"],
            "cameras": {"east": "connected", "west": "not tried yet"},
        }
        run.readiness = Readiness({EAST: CameraState(True, "connected"), WEST: CameraState(True, "unreachable")})
        assert ask(port, "/readyz")[0].status == 200
        run.readiness = Readiness(run.readiness.state_by_camera, ("the outbox is not open",))
        response, body = ask(port, "/readyz")
    assert (response.status, json.loads(body)["reasons"]) == (503, ["the outbox is not open"])


def test_an_unknown_path_says_what_there_is() -> None:
    with Run().serving() as port:
        response, body = ask(port, "/nothing?x=1")
    assert (response.status, body) == (404, "There are /metrics, /healthz and /readyz.\n")


def test_head_has_the_length_and_no_body() -> None:
    with Run().serving() as port:
        response, body = ask(port, "/healthz", "HEAD")
    assert (response.status, body) == (200, "")
    assert int(response.headers["Content-Length"]) > 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_nothing_can_be_changed(method: str) -> None:
    with Run().serving() as port:
        response, _ = ask(port, "/metrics", method)
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


def test_a_port_in_use_is_one_line_that_names_the_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError) as caught, Run().server(("127.0.0.1", port)):
            pass
    assert str(caught.value) == (
        f"site.yaml:10: operation.listen: cannot listen (got 127.0.0.1:{port}: Address already in use, "
        "allowed: a free port of this host, or off)"
    )


def test_an_address_of_another_host_is_one_line_too() -> None:
    with pytest.raises(ConfigError, match=r"^site.yaml:10: operation.listen: cannot listen \(got 192.0.2.1:9464: "):  # noqa: SIM117
        with Run().server(("192.0.2.1", 9464)):
            pass


def test_off_listens_nowhere() -> None:
    with Run().server(None) as server:
        assert server.port == 0


def test_it_listens_on_ipv6() -> None:
    with Run().server(("::1", 0)) as server:
        assert ask(server.port, "/healthz", host="::1")[0].status == 200


def test_a_client_that_says_nothing_is_cut_off_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "_REQUEST_S", 0.3)
    with Run().serving() as port, socket.create_connection(("127.0.0.1", port), 5) as silent:
        silent.sendall(b"GET /metr")
        assert ask(port, "/healthz")[0].status == 200
        assert silent.recv(1) == b""


def test_a_client_that_says_a_letter_now_and_then_is_cut_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "_REQUEST_S", 0.3)
    with Run().serving() as port, socket.create_connection(("127.0.0.1", port), 0.1) as slow:
        slow.sendall(b"GET /")
        for _ in range(20):
            try:
                slow.sendall(b"x")
                if slow.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
    pytest.fail("it was listened to for two seconds")


def test_more_clients_than_it_takes_are_hung_up_on_and_it_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "_REQUEST_S", 0.5)
    with Run().serving() as port:
        silent = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(40)]
        for connection in silent:
            assert connection.recv(1) == b""
            connection.close()
        assert ask(port, "/healthz")[0].status == 200


def test_leaving_ends_its_threads_and_frees_the_port() -> None:
    before = threading.active_count()
    run = Run()
    with run.serving() as port:
        ask(port, "/metrics")
    with run.server(("127.0.0.1", port)):
        pass
    assert threading.active_count() == before


def test_a_mistake_of_the_program_is_logged_and_the_server_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    with run.serving() as port:
        with monkeypatch.context() as patch:
            patch.setattr(run.metrics, "page", lambda: 1 // 0)
            with pytest.raises(http.client.RemoteDisconnected):
                ask(port, "/metrics")
        assert ask(port, "/metrics")[0].status == 200
    assert 'error   status.failed error="ZeroDivisionError: ' in run.log.getvalue()
