"""Real cameras: none of them is at fault, and each fault that happens to one is found and is over when it is over."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pytest

from pipeline.observation import GapCause
from pipeline.perception.camera_watch import CameraWatch, Sees
from pipeline.perception.detections import Picture
from tests.footage.test_footage import CLIPS, FOOTAGE
from tests.perception.camera_scenes import (
    Change,
    Viewer,
    at_night,
    back_and_forth,
    behind_a_hand,
    behind_a_lorry,
    black,
    blind_after_s,
    in_fog,
    in_infra_red,
    overexposed,
    pictures_of,
    sees_after_s,
    summary,
    through_the_window,
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason=f"no footage: {FOOTAGE} does not exist"),
]
EVERY_S = 2.0
RICH = tuple(clip for clip in CLIPS if clip != "car-park-aisle.mp4")
"""Those with something to know them by: the one left out is bare tarmac, and one car hides what edges it has."""


@cache
def clip_pictures(clip: str) -> Sequence[Picture]:
    return pictures_of(FOOTAGE / clip, 1.0)


@cache
def known(clip: str) -> bytes:
    viewer = Viewer(CameraWatch({}), EVERY_S)
    viewer.show(seen(clip), 60)
    return viewer.watch.snapshot()


def seen(clip: str, change: Change = through_the_window) -> Iterator[Picture]:
    return (change(one) for one in back_and_forth(clip_pictures(clip)))


def _moved(**by: float) -> Change:
    return lambda picture: through_the_window(picture, **by)


MOVES = {
    "knocked right": _moved(dx=0.045),
    "knocked down": _moved(dy=0.08),
    "pushed": _moved(dx=-0.1, dy=0.1),
    "tilted": _moved(turn=8),
    "zoomed": _moved(zoom=1.25),
    "mirrored": lambda picture: np.ascontiguousarray(through_the_window(picture)[:, ::-1]),
    "knocked at night": lambda picture: at_night(through_the_window(picture, dx=0.06)),
}
HARMLESS = {
    "night": at_night,
    "infra-red": in_infra_red,
    "exposure": overexposed,
    "fog": in_fog,
    "lorry": behind_a_lorry,
}
COVERS = {"hand": behind_a_hand, "black": black}


@pytest.mark.parametrize("every_s", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("clip", CLIPS)
def test_no_camera_is_at_fault(clip: str, every_s: float) -> None:
    assert summary(Viewer(CameraWatch({}), every_s).show(back_and_forth(clip_pictures(clip)), 120)) == [(0.0, "sees")]


@pytest.mark.parametrize("change", HARMLESS)
@pytest.mark.parametrize("clip", RICH)
def test_another_light_and_a_lorry_blind_no_camera(clip: str, change: str) -> None:
    viewer = Viewer(CameraWatch.resume({}, snapshot=known(clip)), EVERY_S)
    then = HARMLESS[change]
    verdicts = viewer.show(seen(clip, lambda picture: then(through_the_window(picture))), 40)
    assert all(one.line.sees is not Sees.BLIND for one in verdicts), summary(verdicts)
    assert sum(one.line.sees is Sees.DOUBTFUL for one in verdicts) <= 2, summary(verdicts)
    assert sees_after_s(viewer.show(seen(clip), 12)) <= 2


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("clip", RICH)
def test_a_camera_that_is_moved_is_found_out_and_is_well_when_it_is_back(clip: str, move: str) -> None:
    viewer = Viewer(CameraWatch.resume({}, snapshot=known(clip)), EVERY_S)
    verdicts = viewer.show(seen(clip, MOVES[move]), 30)
    assert verdicts[0].line.sees is Sees.DOUBTFUL
    assert blind_after_s(verdicts, GapCause.MOVED) <= 12, summary(verdicts)
    assert sees_after_s(viewer.show(seen(clip), 12)) <= 4


@pytest.mark.parametrize("cover", COVERS)
@pytest.mark.parametrize("clip", CLIPS)
def test_a_camera_that_is_covered_is_found_out_and_is_well_afterwards(clip: str, cover: str) -> None:
    viewer = Viewer(CameraWatch.resume({}, snapshot=known(clip)), EVERY_S)
    verdicts = viewer.show(seen(clip, lambda picture: COVERS[cover](through_the_window(picture))), 30)
    assert verdicts[0].line.sees is Sees.DOUBTFUL
    assert blind_after_s(verdicts, GapCause.COVERED) <= 10, summary(verdicts)
    assert all(one.line.sees is not Sees.BLIND for one in viewer.show(seen(clip), 12)[1:])


@pytest.mark.parametrize("clip", RICH)
def test_a_picture_that_stops_is_found_out_and_one_that_goes_on_is_well(clip: str) -> None:
    viewer = Viewer(CameraWatch.resume({}, snapshot=known(clip)), EVERY_S)
    still = [through_the_window(clip_pictures(clip)[0])]
    verdicts = viewer.show(back_and_forth(still), 30, noise=False)
    assert blind_after_s(verdicts, GapCause.FROZEN) == 10
    assert sees_after_s(viewer.show(seen(clip), 12)) <= 4
