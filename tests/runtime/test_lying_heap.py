"""Two hours of one heap, through a real file and everything behind it but the network, which finds nothing in it."""

import json
from fractions import Fraction
from math import pi, sin
from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame

from pipeline.config.load import load_site
from pipeline.perception.detections import Detections, ScriptedDetector
from pipeline.runtime.replaying import Replay, open_recording, replay_video
from tests.perception.street import HEIGHT, WIDTH, ground, put, shot
from tests.runtime.standing_car import FENCE, VOCABULARY

_STEP_S = 2
_DOWN_S, _UP_S, _LENGTH_S = 60, 7260, 7320
_SITE = """\
site: {id: linzi, name: 临淄示范站, timezone: Asia/Shanghai}
cameras:
  - {id: yard, source: yard.mp4, start: "2026-01-05T08:00:00", geofence: gate.geojson}
rules:
  - {id: waste, algorithm: construction_waste, zones: [lane], dwell: 600s, min_area: 0.002}
"""


def light(t_s: float) -> float:
    """The sun goes round, clouds pass, and a lamp is on for five minutes of every twenty."""
    return 0.95 + 0.2 * sin(2 * pi * t_s / 3600) + 0.06 * sin(2 * pi * t_s / 97) + 0.15 * (t_s % 1200 >= 900)


def write_yard(path: Path) -> None:
    empty = ground()
    with_heap = put(empty, (0.5, 0.55, 0.62, 0.7), seed=11, colour=(70, 110, 140))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(1, _STEP_S), options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 50
        stream.codec_context.thread_count = 1
        for n in range(_LENGTH_S // _STEP_S + 1):
            t_s = n * _STEP_S
            pixels = shot(with_heap if _DOWN_S <= t_s < _UP_S else empty, n, light(t_s))
            container.mux(stream.encode(VideoFrame.from_ndarray(pixels, format="bgr24")))
        container.mux(stream.encode(None))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_heap_that_lies_for_two_hours_is_one_event(tmp_path: Path) -> None:
    write_yard(tmp_path / "yard.mp4")
    (tmp_path / "gate.geojson").write_text(FENCE, encoding="utf-8")
    (tmp_path / "site.yaml").write_text(_SITE, encoding="utf-8")
    site = load_site(tmp_path / "site.yaml", {})
    (camera,) = site.cameras
    detector = ScriptedDetector(lambda _: Detections.none(), ("person", "car"))
    with open_recording(camera, tmp_path / "yard.mp4") as video:
        replay_video(
            Replay(site, camera, tmp_path / "yard.mp4", tmp_path / "out"),
            video,
            detector,
            VOCABULARY,
            progress=lambda _: None,
            announce=lambda _: None,
        )
    lines = (tmp_path / "out" / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line) for line in lines]
    ends = [message for message in messages if message["state"] != "updated"]
    assert [(message["state"], message["reason"]) for message in ends] == [("raised", None), ("cleared", "left")]
    raised, cleared = ends
    assert "2026-01-05T00:00:58" < raised["started_at"] < "2026-01-05T00:01:10"
    assert "2026-01-05T00:11:00" <= raised["raised_at"] < "2026-01-05T00:11:14"
    assert "2026-01-05T02:00:54" < cleared["ended_at"] < "2026-01-05T02:01:10"
    assert len({message["id"] for message in messages}) == 1
