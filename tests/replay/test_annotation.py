"""What is drawn on pictures: labels that can be read wherever things stand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.config.camera_source import RecordedSource
from pipeline.config.resolved import Camera, Geofence
from pipeline.geofence.boxes import Box
from pipeline.observation import Observation
from pipeline.replay.annotation import Annotator, Picture
from tests.rules.scenes import CAMERA, at, observation, stay, zone

HEIGHT, WIDTH = 360, 640
GREY = (148, 163, 184)
MIDDLE: Box = (0.4, 0.4, 0.5, 0.6)


def drawn(boxes: Sequence[Box]) -> Picture:
    things = [stay(box, track=n + 1, look=n) for n, box in enumerate(boxes)]
    seen = observation(1, things)
    assert isinstance(seen, Observation)
    camera = Camera(CAMERA, "", RecordedSource(Path("none.mp4"), None, loop=False), Geofence(None, (zone(),)))
    return Annotator(camera, [seen], [], {}).drawn(np.zeros((HEIGHT, WIDTH, 3), np.uint8), at(1))


def label_area(boxes: Sequence[Box]) -> int:
    """Pixels of the labels' ground and of the boxes' lines."""
    return int((drawn(boxes) == np.array(GREY[::-1], np.uint8)).all(axis=2).sum())


@pytest.mark.parametrize("box", [(0.9, 0.4, 1.0, 0.6), (0.4, 0.0, 0.5, 0.2), (0.0, 0.4, 0.1, 0.6)])
def test_a_label_is_whole_at_every_edge(box: Box) -> None:
    # The lines of a box lie half beyond the edge, those of the label's own place are under it.
    assert label_area([box]) == pytest.approx(label_area([MIDDLE]), rel=0.1)


def test_labels_of_things_in_one_place_do_not_hide_one_another() -> None:
    apart = label_area([MIDDLE, (0.1, 0.7, 0.2, 0.9)])
    together = label_area([MIDDLE, (0.4, 0.41, 0.5, 0.61)])
    assert together > 0.8 * apart


def test_what_was_seen_long_ago_is_not_drawn() -> None:
    camera = Camera(CAMERA, "", RecordedSource(Path("none.mp4"), None, loop=False), Geofence(None, ()))
    seen = observation(1, [stay(MIDDLE)])
    assert isinstance(seen, Observation)
    empty = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    annotator = Annotator(camera, [seen], [], {})
    assert annotator.drawn(empty, at(4.9)).any()
    assert not annotator.drawn(empty, at(5.1)).any()
    assert not annotator.drawn(empty, at(0.9)).any()
    assert not empty.any()
