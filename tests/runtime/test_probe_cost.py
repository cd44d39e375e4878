from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config.resolved import Camera, Geofence, LiveSource, RecordedSource
from pipeline.config.secrets import SecretUrl
from pipeline.media.stream_fault import StreamFault
from pipeline.observation import CameraId
from pipeline.runtime.probe import Measured, Missing, Probed
from pipeline.runtime.probe_cost import Cost, cores, cost_of, remarks

CAMERA = Camera(CameraId("a"), "a", LiveSource(SecretUrl("rtsp://a", "rtsp://a"), None), Geofence(None, ()))


def stream(
    width: int = 1920,
    height: int = 1080,
    *,
    fps: float = 25,
    interval_s: float = 2,
    codec: str = "h264",
    n_keyframes: int = 3,
) -> Measured:
    return Measured(codec, width, height, fps, 2000.0, interval_s, n_keyframes, has_b_frames=False)


MAIN = stream()
SUB = stream(640, 360, fps=15)


def cost(main: Measured | Missing, sub: Measured | Missing | None = None) -> Cost:
    found = cost_of(Probed(CAMERA, main, sub))
    assert found is not None
    return found


def told(main: Measured | Missing, sub: Measured | Missing | None = None) -> list[str]:
    return list(remarks(Probed(CAMERA, main, sub)))


def test_the_model_gives_what_was_measured() -> None:
    # 1.5 to demux and 17 for a keyframe every 2 s were measured as 9 to 11, and the change measure comes on top.
    assert cost(MAIN).quiet_ms == pytest.approx(11.5, abs=1.5)
    assert cost(MAIN).busy_ms == pytest.approx(1.5 + 139 + 131 + 3, rel=0.03)
    # A sub-stream of 640x360 costs 6.7 decoded whole, 9.5 at 25 pictures a second.
    assert cost(MAIN, SUB).busy_ms == pytest.approx(2.4 + 6.7 + 131 + 3, rel=0.05)
    assert cost(MAIN, SUB).quiet_ms < cost(MAIN).quiet_ms


def test_rare_keyframes_make_a_camera_without_a_sub_stream_as_dear_as_decoding_everything() -> None:
    assert cost(stream(interval_s=4.1)).quiet_ms > 139
    assert cost(stream(interval_s=4.0)).quiet_ms < 20
    assert cost(stream(interval_s=10), SUB).quiet_ms < 20


def test_a_camera_with_a_missing_stream_has_no_cost() -> None:
    missing = Missing(StreamFault.UNREACHABLE, "x")
    assert cost_of(Probed(CAMERA, missing, None)) is None
    assert cost_of(Probed(CAMERA, MAIN, missing)) is None


def test_the_cores_of_a_site_are_those_of_its_cameras() -> None:
    assert cores([Cost(10, 110)] * 100, 0) == pytest.approx(1)
    assert cores([Cost(10, 110)] * 100, 0.1) == pytest.approx(2)
    assert cores([], 1) == 0


def test_a_recording_is_not_told_to_bring_a_sub_stream() -> None:
    recorded = replace(CAMERA, source=RecordedSource(Path("a.mp4"), None, loop=False))

    assert list(remarks(Probed(recorded, MAIN, None))) == []


def test_a_hardware_decoder_that_is_not_at_work_is_told() -> None:
    wanted = replace(CAMERA, source=LiveSource(SecretUrl("rtsp://a", "rtsp://a"), None, decode="cuda"))

    assert "decode: cuda is not at work" in " ".join(remarks(Probed(wanted, MAIN, SUB)))
    assert list(remarks(Probed(wanted, replace(MAIN, is_hardware=True), SUB))) == []


def test_a_good_camera_brings_no_remark() -> None:
    assert told(MAIN, SUB) == []


@pytest.mark.parametrize(
    ("main", "sub", "words"),
    [
        (MAIN, None, "no sub-stream"),
        (stream(interval_s=10), SUB, "keyframes 10.0 s apart: evidence may be that far off"),
        (stream(interval_s=12, n_keyframes=1), None, "keyframes more than 12.0 s apart: every picture must be decoded"),
        (stream(codec="mjpeg", interval_s=0.04), SUB, "mjpeg: every picture is a keyframe"),
        (MAIN, stream(1280, 720), "larger than needed (1280x720)"),
        (MAIN, stream(640, 360, interval_s=5), "blind that long"),
        (MAIN, stream(640, 360, codec="mjpeg", interval_s=0.1), "the sub-stream is mjpeg"),
        (MAIN, stream(640, 480), "differ in shape (1920x1080 and 640x480)"),
        (stream(640, 360), stream(640, 360), "are they swapped?"),
    ],
)
def test_what_makes_a_camera_dear_is_told(main: Measured, sub: Measured | None, words: str) -> None:
    assert sum(words in remark for remark in told(main, sub)) == 1
