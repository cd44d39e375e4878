"""The usual loop, as tutorials write it: read, detect on every 5th picture, ByteTrack, seconds in the zone per track.

A program of its own, so that it can be measured: `usual_loop.py VIDEO NETWORK ZONE DWELL_S [--height 384]`, ZONE as
JSON pairs in shares of the picture. Prints one JSON line an alarm. It is written with some care for speed: pictures
between the detector's are grabbed and not converted, and one thread is used for all.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
import supervision as sv

EVERY = 5
SIDE = 640
VEHICLES = (2, 3, 5, 7)
"""car, motorcycle, bus and truck among COCO's classes."""
MIN_SCORE = 0.3
MAX_OVERLAP = 0.7

Bgr = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Network:
    """YOLOv8 on ONNX Runtime.

    Args:
        file: The network.
        height: Rows of its input; 640 columns.
    """

    def __init__(self, file: Path, height: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._height = height

    def detect(self, picture: Bgr) -> sv.Detections:
        """The vehicles in a picture."""
        scale = min(SIDE / picture.shape[1], self._height / picture.shape[0])
        small = cv2.resize(picture, None, fx=scale, fy=scale)
        canvas = np.full((self._height, SIDE, 3), 114, np.uint8)
        top, left = (self._height - small.shape[0]) // 2, (SIDE - small.shape[1]) // 2
        canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
        batch = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], np.float32) / 255
        return _detections(self._session.run(None, {"images": batch})[0][0].T, scale, left, top)


def _detections(rows: Floats, scale: float, left: int, top: int) -> sv.Detections:
    classes, scores = rows[:, 4:].argmax(1), rows[:, 4:].max(1)
    kept = (scores >= MIN_SCORE) & np.isin(classes, VEHICLES)
    centre, size = rows[kept, :2], rows[kept, 2:4]
    corner = centre - size / 2
    best = cv2.dnn.NMSBoxes(np.hstack([corner, size]).tolist(), scores[kept].tolist(), MIN_SCORE, MAX_OVERLAP)
    chosen = np.asarray(best, dtype=np.int64).reshape(-1)
    xyxy = (np.hstack([corner, corner + size])[chosen] - (left, top, left, top)) / scale
    return sv.Detections(
        xyxy=xyxy.astype(np.float32), confidence=scores[kept][chosen], class_id=classes[kept][chosen].astype(int)
    )


def pictures(video: Path) -> Iterator[tuple[float, Bgr]]:
    """Every 5th picture with its time in seconds."""
    capture = cv2.VideoCapture(str(video))
    fps = capture.get(cv2.CAP_PROP_FPS)
    n = 0
    while capture.grab():
        if n % EVERY == 0:
            ok, picture = capture.retrieve()
            if ok:
                yield n / fps, picture.astype(np.uint8, copy=False)
        n += 1


def main() -> None:
    """Print the alarms."""
    parser = argparse.ArgumentParser()
    parser.add_argument("video", type=Path)
    parser.add_argument("network", type=Path)
    parser.add_argument("zone", type=json.loads)
    parser.add_argument("dwell_s", type=float)
    parser.add_argument("--height", type=int, default=SIDE)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    network = Network(options.network, options.height)
    tracker = sv.ByteTrack(frame_rate=25 // EVERY)
    zone: sv.PolygonZone | None = None
    since_by_track: dict[int, float] = {}
    alarmed: set[int] = set()
    for t, picture in pictures(options.video):
        if zone is None:
            corners = np.array(options.zone) * (picture.shape[1], picture.shape[0])
            zone = sv.PolygonZone(corners.round().astype(int), triggering_anchors=[sv.Position.BOTTOM_CENTER])
        tracked = tracker.update_with_detections(network.detect(picture))
        inside = set() if tracked.tracker_id is None else {int(i) for i in tracked.tracker_id[zone.trigger(tracked)]}
        since_by_track = {track: since_by_track.get(track, t) for track in inside}
        for track, since in since_by_track.items():
            if t - since >= options.dwell_s and track not in alarmed:
                alarmed.add(track)
                print(json.dumps({"track": track, "started_s": since, "raised_s": t}))


if __name__ == "__main__":
    main()
