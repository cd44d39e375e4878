"""Makes the sample clip and its ground truth: `python -m sample_videos.make [--base vtest.avi]`.

The street and its people are real (OpenCV's vtest.avi); the vehicles, the stall and the waste are the rendered cut-outs
of `cutouts/`. The same base clip, cut-outs and FFmpeg build give the same bytes.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

from sample_videos import compose, stage, timeline
from sample_videos.matte import Picture
from sample_videos.noise import steadied

HERE = Path(__file__).parent
BASE = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
CLIP = "street.mp4"
START = "2026-01-05T08:00:00+08:00"


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description="Makes the sample clip and its ground truth.")
    parser.add_argument("--base", type=Path, default=BASE, help="OpenCV's vtest.avi (default: where Debian puts it)")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: this one)")
    options = parser.parse_args()
    if not options.base.is_file():
        print(
            f"{options.base}: not found; install it (apt-get install opencv-doc) or name it with --base",
            file=sys.stderr,
        )
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    base = list(steadied(read_frames(options.base)))
    encode(compose.frames(base), options.out / CLIP)
    (options.out / "truth.json").write_text(json.dumps(truth(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def read_frames(path: Path) -> list[Picture]:
    """Every frame of a clip, BGR."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24").astype(np.uint8) for frame in container.decode(video=0)]


def encode(frames: Iterable[Picture], path: Path) -> None:
    """Writes H.264, a keyframe every two seconds, no B-frames, on one thread: the same bytes every time."""
    with av.open(str(path), "w", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=stage.FPS)
        stream.width, stream.height, stream.pix_fmt = stage.WIDTH, stage.HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.gop_size = 2 * stage.FPS
        stream.options = {"crf": "26", "preset": "slow", "bf": "0", "threads": "1", "x264-params": "scenecut=0"}
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))


def truth() -> dict[str, object]:
    """What happens in the clip, in seconds from its first frame."""
    return {
        CLIP: {
            "site": "site.yaml",
            "start": START,
            "note": _note(),
            "licence": "see README.md",
            "origin": "OpenCV vtest.avi (Apache-2.0), with rendered objects (CC BY 3.0, CC0)",
            "dwell_s": {"fire_lane_blocked": 8.0, "street_vendor": 12.0, "construction_waste": 8.0},
            "events": [
                _event("fire_lane_blocked", "fire-lane", timeline.FIRE_LANE_BLOCKED),
                _event("street_vendor", "verge", timeline.VENDOR_SELLS),
                _event("construction_waste", "kerb", timeline.WASTE_SEEN),
            ],
        }
    }


def _note() -> str:
    car, cart, short = timeline.BLOCKING_CAR, timeline.CART, timeline.SHORT_STOP
    first, second = timeline.DUMPING_VAN, timeline.FETCHING_VAN
    return (
        f"A car stands in the fire lane from {car.stands} to {car.leaves} s. A vendor pushes a cart up, sells from"
        f" {cart.stands} to {cart.leaves} s and pulls it away. A van stops from {first.stands} to {first.leaves} s and"
        f" leaves a heap of rubble; from {second.stands} to {second.leaves} s it stops again and takes the heap away."
        f" Nothing may fire for people who walk and stand about, for the van, or for the car that stops in the fire"
        f" lane from {short.stands} to {short.leaves} s."
    )


def _event(algorithm: str, zone: str, span: timeline.Span) -> dict[str, object]:
    return {
        "algorithm": algorithm,
        "zone": zone,
        "start_s": span.start,
        "tolerance_s": span.start_tolerance,
        "end_s": span.end,
        "end_tolerance_s": span.end_tolerance,
    }


if __name__ == "__main__":
    sys.exit(main())
