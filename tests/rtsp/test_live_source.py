import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path

import av
import pytest

from pipeline.config.resolved import Transport
from pipeline.config.secrets import SecretUrl
from pipeline.media.arrival import Arrival
from pipeline.media.connection import Connection
from pipeline.media.live_pictures import LivePictures
from pipeline.media.live_source import LiveSettings, _sender_ns, open_live
from pipeline.media.live_time import LiveClock
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, seconds
from tests.media.clips import Clip, number_of, write_clip
from tests.rtsp.server import Pattern, Recording, RtspServer, Sound, Stream

SECRET = "s3cret"  # noqa: S105 - of the test's own server
QUICK = LiveSettings(open_timeout_s=2, read_timeout_s=1)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of numbered pictures, 25 a second, with B-frames and a keyframe every second."""
    clip = Clip(times_ms=range(0, 8000, 40), gop=25, b_frames=2, size=(320, 240))
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", clip)


@pytest.fixture(scope="module")
def server(numbered: Path) -> Iterator[RtspServer]:
    streams: dict[str, Stream] = {
        "plain": Pattern(),
        "b-frames": Pattern(b_frames=2),
        "h265": Pattern("h265", b_frames=2),
        "mjpeg": Pattern("mjpeg"),
        "sliced": Pattern(is_sliced=True),
        "with-sound": Pattern(with_sound=True),
        "long-gop": Pattern(gop=250),
        "numbered": Recording(numbered),
        "resized": Pattern(gop=250, resize_after_s=2.5),
        "sound": Sound(),
    }
    with RtspServer(streams) as running:
        yield running


def connect(url: SecretUrl, settings: LiveSettings = QUICK, clock: LiveClock | None = None) -> Connection:
    return open_live(url, settings, clock or LiveClock(), time.time_ns)


def read(connection: Connection, n: int) -> tuple[list[Arrival], LivePictures]:
    """The next packets, and pictures that have had them."""
    pictures = connection.pictures()
    arrivals = [connection.next() for _ in range(n)]
    for arrival in arrivals:
        pictures.add(arrival)
    return arrivals, pictures


def fault(url: SecretUrl, settings: LiveSettings = QUICK) -> StreamLostError:
    """Why a stream cannot be opened."""
    with pytest.raises(StreamLostError) as caught:
        connect(url, settings).close()
    return caught.value


@pytest.mark.parametrize(
    ("path", "codec", "has_b_frames"),
    [
        ("plain", "h264", False),
        ("b-frames", "h264", True),
        ("h265", "hevc", True),
        ("mjpeg", "mjpeg", False),
        ("with-sound", "h264", False),
    ],
)
def test_streams_of_every_usual_coding_are_read(
    server: RtspServer,
    path: str,
    codec: str,
    has_b_frames: bool,  # noqa: FBT001 - a table
) -> None:
    connection = connect(server.url(path))
    arrivals, pictures = read(connection, 35)
    keyframe = pictures.keyframe()
    connection.close()
    assert (connection.info.codec, connection.info.width, connection.info.height) == (codec, 320, 240)
    assert pictures.has_b_frames == has_b_frames
    assert keyframe is not None
    assert keyframe.size == (320, 240)
    assert not pictures.damage
    assert not any(arrival.jumped for arrival in arrivals)
    assert all(abs(arrival.t - arrival.arrival_ns) < 0.3 * NS_PER_S for arrival in arrivals[25:])
    in_order = sorted(arrival.t for arrival in arrivals)
    assert all(0.03 < seconds(later - earlier) < 0.06 for earlier, later in pairwise(in_order[5:]))


def test_udp_is_read_as_well(server: RtspServer) -> None:
    connection = connect(server.url("plain"), LiveSettings(Transport.UDP, open_timeout_s=5, read_timeout_s=2))
    _, pictures = read(connection, 40)
    assert pictures.newest() is not None
    connection.close()


@pytest.mark.long
def test_the_pictures_are_those_that_were_sent(server: RtspServer) -> None:
    connection = connect(server.url("numbered"))
    pictures = connection.pictures()
    seen: dict[int, int] = {}
    for i in range(120):
        pictures.add(connection.next())
        frame = pictures.newest() if i % 7 == 0 else pictures.keyframe() if i % 40 == 39 else None
        if frame is not None:
            seen[number_of(frame.full())] = frame.t
    connection.close()
    assert len(seen) > 15
    lines = [t - number * 40_000_000 for number, t in seen.items()]
    assert max(lines) - min(lines) < 10_000_000
    assert pictures.has_b_frames
    assert pictures.keyframe_interval_s == pytest.approx(1, abs=0.05)


@pytest.mark.long
def test_a_keyframe_that_comes_in_parts_is_whole(server: RtspServer) -> None:
    connection = connect(server.url("sliced"))
    arrivals, pictures = read(connection, 80)
    frames = [pictures.keyframe(), pictures.newest()]
    connection.close()
    keys = [arrival for arrival in arrivals if arrival.is_key]
    assert any(earlier.t == later.t for earlier, later in pairwise(keys))
    assert any(frame is not None for frame in frames)
    assert not any(frame.is_damaged for frame in frames if frame is not None)
    assert pictures.keyframe_interval_s == pytest.approx(1, abs=0.1)


@pytest.mark.long
def test_the_distance_of_keyframes_is_measured_before_the_second_one(server: RtspServer) -> None:
    connection = connect(server.url("long-gop"))
    _, pictures = read(connection, 75)
    assert pictures.keyframe_interval_s > 2.5
    frame = pictures.newest()
    connection.close()
    assert frame is not None
    assert not frame.is_damaged


@pytest.mark.long
def test_the_picture_may_change_its_size_in_mid_stream(server: RtspServer) -> None:
    connection = connect(server.url("resized"))
    pictures = connection.pictures()
    sizes = []
    for _ in range(120):
        pictures.add(connection.next())
        frame = pictures.newest()
        sizes += [] if frame is None else [frame.size]
    connection.close()
    assert sizes[0] == (320, 240)
    assert sizes[-1] == (480, 320)
    assert not pictures.damage.broken_packets


def test_the_first_packets_come_in_a_heap_and_have_the_times_of_their_making(server: RtspServer) -> None:
    connection = connect(server.url("plain"))
    arrivals, _ = read(connection, 30)
    connection.close()
    lead_s = [seconds(arrival.t - arrival.arrival_ns) for arrival in arrivals]
    assert lead_s[0] < -0.15
    assert max(lead_s) < 0.1


@pytest.mark.long
def test_the_senders_reports_reach_the_clock(server: RtspServer) -> None:
    connection = connect(server.url("plain"))
    # A sender reports every five seconds or so, at times drawn by lot (RFC 3550, 6.2).
    reported: list[Arrival] = []
    for _ in range(300):
        arrival = connection.next()
        if arrival.packet.has_sidedata("prft"):
            reported.append(arrival)
        if len(reported) >= 3:
            break
    connection.close()
    assert reported
    assert all(abs(_sender_ns(arrival.packet) - arrival.arrival_ns) < NS_PER_S for arrival in reported)


def test_a_wrong_password_is_told_and_not_shown() -> None:
    with RtspServer({"camera": Pattern()}, user="user", password=SECRET) as server:
        error = fault(server.url("camera", user="user", password="wr0ng"))  # noqa: S106 - a wrong one
        assert error.kind is StreamFault.REFUSED_PASSWORD
        assert "wr0ng" not in "".join(traceback.format_exception(error))
        assert str(error) == f"{server.url('camera')}: cannot be opened: the camera refuses the user or the password"
        assert fault(server.url("camera")).kind is StreamFault.REFUSED_PASSWORD
        connection = connect(server.url("camera", user="user", password=SECRET))
        read(connection, 5)
        connection.close()


def test_a_password_is_given_as_a_digest_where_that_is_asked_for() -> None:
    with RtspServer({"camera": Pattern()}, user="user", password=SECRET, is_digest=True) as server:
        connect(server.url("camera", user="user", password=SECRET)).close()
        assert fault(server.url("camera", user="user", password="no")).kind is StreamFault.REFUSED_PASSWORD  # noqa: S106


def test_a_missing_path_is_told(server: RtspServer) -> None:
    assert fault(server.url("nothing")).kind is StreamFault.NO_SUCH_PATH


def test_a_stream_without_video_is_told(server: RtspServer) -> None:
    error = fault(server.url("sound"))
    assert error.kind is StreamFault.NO_VIDEO
    assert "no video in it (got audio)" in str(error)


def test_a_decoder_that_nobody_knows_is_told(server: RtspServer) -> None:
    error = fault(server.url("plain"), LiveSettings(decode="crystal"))
    assert error.kind is StreamFault.UNDECODABLE
    assert "no such decoder (got crystal, allowed: cpu" in str(error)


def test_hardware_that_is_not_there_is_done_without_and_that_shows(server: RtspServer) -> None:
    connection = connect(server.url("plain"), LiveSettings(decode="drm"))
    _, pictures = read(connection, 10)
    assert pictures.newest() is not None
    assert not pictures.is_hardware
    connection.close()


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps", "rtmp", "http", "https"])
def test_a_port_where_nobody_listens_is_told(scheme: str) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"{scheme}://user:{SECRET}@127.0.0.1:{reserved.getsockname()[1]}/x"
        error = fault(SecretUrl(f"{scheme}://camera/x", address))
    assert error.kind is StreamFault.UNREACHABLE
    assert SECRET not in "".join(traceback.format_exception(error))
    assert "\n" not in str(error)


def test_a_name_that_nobody_has_is_told() -> None:
    error = fault(SecretUrl("rtsp://camera/x", f"rtsp://user:{SECRET}@no-such-host.invalid/x"))
    assert error.kind is StreamFault.UNREACHABLE
    assert "the address is unknown" in str(error)
    assert SECRET not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps", "rtmp", "http", "udp"])
def test_a_camera_that_never_answers_is_given_up_in_time(scheme: str) -> None:
    kind = socket.SOCK_DGRAM if scheme == "udp" else socket.SOCK_STREAM
    with socket.socket(type=kind) as silent:
        silent.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            silent.listen()
        host = "127.0.0.1" if scheme != "udp" else "239.255.12.34"
        started_s = time.monotonic()  # noqa: TID251 - how long it really takes is the matter here
        error = fault(SecretUrl("x", f"{scheme}://{host}:{silent.getsockname()[1]}/x"), LiveSettings(open_timeout_s=1))
        assert time.monotonic() - started_s < 4  # noqa: TID251
    assert error.kind is StreamFault.TIMED_OUT


@pytest.mark.long
def test_a_camera_that_falls_silent_is_given_up_in_time() -> None:
    with RtspServer({"camera": Pattern()}) as server:
        connection = connect(server.url("camera"))
        read(connection, 40)
        server.halt()
        with pytest.raises(StreamLostError) as caught:
            read(connection, 100)
        assert caught.value.kind is StreamFault.TIMED_OUT
        started_s = time.monotonic()  # noqa: TID251
        connection.close()
        assert time.monotonic() - started_s < 3  # noqa: TID251
        assert fault(server.url("camera")).kind is StreamFault.TIMED_OUT
        server.go_on()
        connect(server.url("camera"), LiveSettings(open_timeout_s=5)).close()


@pytest.mark.long
def test_a_camera_that_is_switched_off_and_on_goes_on_later_in_time() -> None:
    clock = LiveClock()
    with RtspServer({"camera": Pattern()}) as server:
        connection = connect(server.url("camera"), clock=clock)
        before, _ = read(connection, 40)
        server.kill()
        with pytest.raises(StreamLostError) as caught:
            read(connection, 100)
        connection.close()
        assert caught.value.kind in {StreamFault.LOST, StreamFault.ENDED, StreamFault.TIMED_OUT}
        assert fault(server.url("camera")).kind is StreamFault.UNREACHABLE
        server.start()
        connection = connect(server.url("camera"), clock=clock)
        after, pictures = read(connection, 40)
        connection.close()
    assert min(arrival.t for arrival in after) > max(arrival.t for arrival in before)
    assert abs(after[-1].t - after[-1].arrival_ns) < 0.3 * NS_PER_S
    assert pictures.keyframe() is not None


def test_the_end_of_a_stream_is_told(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "short.mp4", Clip(times_ms=range(0, 1500, 40), gop=25))
    with RtspServer({"camera": Recording(path)}) as server:
        connection = connect(server.url("camera"))
        with pytest.raises(StreamLostError) as caught:
            read(connection, 100)
        connection.close()
    assert caught.value.kind in {StreamFault.ENDED, StreamFault.TIMED_OUT}


def test_a_reader_that_was_replaced_leaves_the_clock_alone(server: RtspServer) -> None:
    clock = LiveClock()
    given_up = connect(server.url("mjpeg"), clock=clock)
    given_up.next()
    hung_in_opening = connect(server.url("mjpeg"), clock=clock)
    present = connect(server.url("mjpeg"), clock=clock)
    arrivals, _ = read(present, 5)
    for late in (given_up, hung_in_opening):
        with pytest.raises(StreamLostError, match="another connection took its place") as caught:
            late.next()
        assert caught.value.kind is StreamFault.STOPPED
        late.close()
    more, _ = read(present, 5)
    present.close()
    times = [arrival.t for arrival in [*arrivals, *more]]
    assert all(earlier < later for earlier, later in pairwise(times))


@pytest.mark.long
def test_many_connections_leave_no_thread_and_no_handle_behind(server: RtspServer) -> None:
    def held() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), len(list(Path("/proc/self/task").iterdir()))

    connect(server.url("mjpeg")).close()
    before = held()
    for _ in range(5):
        connection = connect(server.url("mjpeg"))
        read(connection, 3)
        connection.close()
        fault(server.url("nothing"))
    assert held() == before


class _Answers(BaseHTTPRequestHandler):
    """An HTTP camera: MJPEG, a wrong password, a page."""

    def do_GET(self) -> None:
        if self.path == "/refused":
            self.send_error(401)
        elif self.path == "/missing":
            self.send_error(404)
        elif self.path == "/broken":
            self.send_error(503)
        elif self.path == "/page":
            self._give("text/html", b"<html>no camera</html>" * 100)
        else:
            self._give("video/mp2t", self.server.clip)  # type: ignore[attr-defined]

    def _give(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Answers) as httpd:
        httpd.clip = write_clip(tmp_path / "clip.ts", Clip()).read_bytes()  # type: ignore[attr-defined]
        thread = threading.Thread(target=httpd.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("refused", StreamFault.REFUSED_PASSWORD),
        ("missing", StreamFault.NO_SUCH_PATH),
        ("broken", StreamFault.UNREACHABLE),
        ("page", StreamFault.NO_VIDEO),
    ],
)
def test_what_an_http_camera_answers_is_told(web: str, path: str, kind: StreamFault) -> None:
    assert fault(SecretUrl("http://camera", f"{web}/{path}")).kind is kind


def test_an_http_stream_is_read_to_its_end(web: str) -> None:
    connection = connect(SecretUrl("http://camera", f"{web}/clip"))
    with pytest.raises(StreamLostError, match="http://camera: the sender ended the stream") as caught:
        read(connection, 1000)
    connection.close()
    assert caught.value.kind is StreamFault.ENDED


def test_no_file_is_opened_on_a_cameras_word(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.ts", Clip())
    for address in (f"file:{path}", str(path), f"concat:{path}", f"subfile,,start,0,end,0,,:{path}"):
        assert "clip" not in str(fault(SecretUrl("camera", address)))


def test_ffmpeg_says_nothing_of_its_own(server: RtspServer, capfd: pytest.CaptureFixture[str]) -> None:
    fault(server.url("nothing", user="user", password=SECRET))
    sys.stderr.flush()
    assert av.logging.get_level() is None
    assert capfd.readouterr() == ("", "")
