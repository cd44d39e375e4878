"""Cameras are connected to for real: a server that is not ours, a socket that never answers, recordings."""

import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.config.resolved import Camera, Geofence, LiveSource, RecordedSource
from pipeline.config.secrets import SecretUrl
from pipeline.media.connection import Connection
from pipeline.media.stream_fault import StreamFault
from pipeline.observation import CameraId
from pipeline.runtime import probe as probing
from pipeline.runtime.probe import Measured, Missing, probe
from tests.media.clips import Clip, write_clip
from tests.rtsp.server import Pattern, RtspServer, Sound

PASSWORD, OTHER = "right", "wrong"


def camera(name: str, main: SecretUrl, sub: SecretUrl | None = None) -> Camera:
    return Camera(CameraId(name), name, LiveSource(main, sub), Geofence(None, ()))


def recorded(path: Path, sub: Path | None = None) -> Camera:
    return Camera(CameraId(path.stem), path.stem, RecordedSource(path, None, loop=False, sub=sub), Geofence(None, ()))


def main_streams(cameras: Sequence[Camera]) -> dict[str, Measured | Missing]:
    return {found.camera.id: found.main for found in probe(cameras, lambda _camera: None)}


def test_what_each_stream_is_made_of_is_measured_and_each_fault_has_its_kind() -> None:
    with (
        RtspServer(
            {"main": Pattern(width=640, height=360, gop=25), "sub": Pattern(fps=15, gop=15, b_frames=0)}
        ) as open_,
        RtspServer({"main": Pattern()}, user="viewer", password=PASSWORD) as locked,
        socket.create_server(("127.0.0.1", 0)) as closed,
    ):
        closed_port = closed.getsockname()[1]
        closed.close()
        done: list[str] = []
        found = probe(
            [
                camera("both", open_.url("main"), open_.url("sub")),
                camera("locked", locked.url("main", user="viewer", password=OTHER)),
                camera("no-path", open_.url("gone")),
                camera("off", SecretUrl(f"rtsp://127.0.0.1:{closed_port}/1", f"rtsp://u:p@127.0.0.1:{closed_port}/1")),
            ],
            lambda one: done.append(one.id),
        )
    both, locked_out, no_path, off = found

    assert isinstance(both.main, Measured)
    assert isinstance(both.sub, Measured)
    assert (both.main.codec, both.main.width, both.main.height) == ("h264", 640, 360)
    assert (both.sub.width, both.sub.height) == (320, 240)
    assert both.main.fps == pytest.approx(25, rel=0.2)
    assert both.sub.fps == pytest.approx(15, rel=0.2)
    assert both.main.keyframe_interval_s == pytest.approx(1.0, abs=0.3)
    assert both.main.kbit_per_s > 10
    assert not both.main.has_b_frames
    assert both.is_reached
    assert [one.main.kind for one in (locked_out, no_path, off) if isinstance(one.main, Missing)] == [
        StreamFault.REFUSED_PASSWORD,
        StreamFault.NO_SUCH_PATH,
        StreamFault.UNREACHABLE,
    ]
    assert not locked_out.is_reached
    assert "wrong" not in str(locked_out)
    assert sorted(done) == ["both", "locked", "no-path", "off"]


@pytest.mark.long
def test_rare_keyframes_b_frames_and_other_codecs_are_told() -> None:
    streams: dict[str, Pattern | Sound] = {
        "rare": Pattern(gop=250),
        "b": Pattern(b_frames=2),
        "h265": Pattern(codec="h265", fps=10, gop=20),
        "jpeg": Pattern(codec="mjpeg", fps=5),
        "sound": Sound(),
    }
    with RtspServer(streams) as server:
        found = main_streams([camera(name, server.url(name)) for name in streams])
    rare, with_b, h265, jpeg, sound = found.values()

    assert isinstance(rare, Measured)
    assert rare.keyframe_interval_s > 9
    assert isinstance(with_b, Measured)
    assert with_b.has_b_frames
    assert isinstance(h265, Measured)
    assert (h265.codec, round(h265.keyframe_interval_s)) == ("hevc", 2)
    assert isinstance(jpeg, Measured)
    assert jpeg.codec == "mjpeg"
    assert jpeg.keyframe_interval_s == pytest.approx(0.2, abs=0.1)
    assert isinstance(sound, Missing)
    assert sound.kind is StreamFault.NO_VIDEO


def test_a_camera_that_takes_the_call_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_HANGS_S", 0.5)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        url = SecretUrl("rtsp://***@silent/1", f"rtsp://u:geheim@127.0.0.1:{silent.getsockname()[1]}/1")
        found = main_streams([camera(f"silent-{i}", url) for i in range(3)])

    assert {str(one) for one in found.values()} == {
        "Missing(kind=<StreamFault.TIMED_OUT: 'timed_out'>, text='rtsp://***@silent/1: the connection hangs (0 s)')"
    }


def test_recordings_are_measured_at_once(tmp_path: Path) -> None:
    write_clip(tmp_path / "gate.mp4", Clip(times_ms=range(0, 30_000, 100), gop=20, b_frames=2))
    write_clip(tmp_path / "small.mp4", Clip(times_ms=range(0, 2000, 200), gop=50, size=(144, 96)))
    [found] = probe([recorded(tmp_path / "gate.mp4", tmp_path / "small.mp4")], lambda _camera: None)

    assert isinstance(found.main, Measured)
    assert (found.main.codec, found.main.width, found.main.height, found.main.has_b_frames) == ("h264", 160, 112, True)
    assert found.main.fps == pytest.approx(10, rel=0.1)
    assert found.main.keyframe_interval_s == pytest.approx(2.0, abs=0.3)
    assert isinstance(found.sub, Measured)
    assert (found.sub.width, found.sub.n_keyframes, found.sub.interval_is_known) == (144, 1, False)
    assert found.sub.keyframe_interval_s == pytest.approx(1.8)


def test_a_file_that_is_no_video_is_missing(tmp_path: Path) -> None:
    (tmp_path / "gate.mp4").write_text("no video")
    found = main_streams([recorded(tmp_path / "gate.mp4")])["gate"]

    assert isinstance(found, Missing)
    assert found.kind is StreamFault.UNDECODABLE


def test_many_cameras_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_clip(tmp_path / "a.mp4", Clip(times_ms=range(0, 1000, 100)))
    most = 0
    measure = probing.measure

    def counted(connection: Connection) -> Measured:
        nonlocal most
        most = max(most, sum(thread.name.startswith("probe ") for thread in threading.enumerate()))
        return measure(connection)

    monkeypatch.setattr(probing, "measure", counted)
    cameras = [
        Camera(CameraId(f"c{i}"), "", recorded(tmp_path / "a.mp4").source, Geofence(None, ())) for i in range(50)
    ]
    found = probe(cameras, lambda _camera: None, at_once=4)

    assert [one.camera.id for one in found] == [f"c{i}" for i in range(50)]
    assert all(one.is_reached for one in found)
    assert 1 <= most <= 5  # a thread that has told its result may still be ending


def test_a_mistake_of_the_program_is_not_taken_for_a_missing_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_clip(tmp_path / "a.mp4", Clip())
    monkeypatch.setattr(probing, "measure", lambda _connection: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        probe([recorded(tmp_path / "a.mp4")], lambda _camera: None)
