"""The background follows the light, learns nothing under people or known objects, and tells what keeps still."""

import numpy as np
import pytest

from pipeline.geofence.boxes import Box
from pipeline.perception.background import Background, Change, analysis_picture, difference, luma_gain
from pipeline.perception.detections import Picture
from pipeline.perception.planes import Mask, box_mask
from tests.perception.street import HEIGHT, WIDTH, Floats, enlarged, ground, pixels, put, shot

SPOT: Box = (0.4, 0.4, 0.6, 0.7)
GROUND = ground()
WITH_THING = put(GROUND, SPOT, seed=5, colour=(60, 130, 70))
NOTHING: Mask = np.zeros((HEIGHT, WIDTH), np.uint8)
THERE = box_mask(WIDTH, HEIGHT, [SPOT])


def seen(scene: Floats, t_s: float, gain: float = 1.0) -> Picture:
    return analysis_picture(shot(scene, round(t_s * 10), gain), WIDTH)


def after(background: Background, scene: Floats, t_s: float, length_s: float, *, kept: Mask = NOTHING) -> Change:
    """Half a second a look; the last change."""
    for step in range(1, round(length_s * 2) + 1):
        change = background.look(seen(scene, t_s + step / 2), t_s + step / 2, NOTHING, kept)
    return change


def share_inside(mask: Mask, box: Box = SPOT) -> float:
    return float((mask[pixels(box)] > 0).mean())


def test_what_keeps_still_is_fresh_after_two_seconds_and_not_before() -> None:
    background = Background(seen(GROUND, 0), 0, NOTHING)
    after(background, GROUND, 0, 10)
    first = background.look(seen(WITH_THING, 10.5), 10.5, NOTHING, NOTHING)
    assert share_inside(first.fresh) == 0
    # Two seconds from when it took the place of what was there.
    assert share_inside(after(background, WITH_THING, 10.5, 1).fresh) == 0
    late = after(background, WITH_THING, 11.5, 2)
    assert share_inside(late.fresh) > 0.9
    assert np.count_nonzero(late.fresh) < 1.2 * share_inside(late.fresh) * np.count_nonzero(
        box_mask(WIDTH, HEIGHT, [SPOT], 0)
    )
    assert ((late.traces > 0) >= (late.fresh > 0)).all()


@pytest.mark.parametrize("interval_s", [0.2, 0.5, 2.0])
def test_a_slow_change_of_light_is_followed_at_any_rate(interval_s: float) -> None:
    background, length_s = Background(seen(GROUND, 0), 0, NOTHING), 120
    for index in range(1, round(length_s / interval_s) + 1):
        t_s = index * interval_s
        # To half of the light within two minutes, unevenly: one side loses more.
        slope = np.linspace(1 - 0.6 * t_s / length_s, 1 - 0.4 * t_s / length_s, WIDTH, dtype=np.float32)
        change = background.look(seen(GROUND * slope[None, :, None], t_s), t_s, NOTHING, NOTHING)
        assert change.unrest < 0.01
    assert np.count_nonzero(change.traces) < 0.005 * WIDTH * HEIGHT


@pytest.mark.parametrize("gain", [0.6, 1.4])
def test_a_sudden_change_of_exposure_is_taken_out(gain: float) -> None:
    background = Background(seen(GROUND, 0), 0, NOTHING)
    after(background, GROUND, 0, 10)
    for step in range(20):
        change = background.look(seen(GROUND, 11 + step / 2, gain), 11 + step / 2, NOTHING, NOTHING)
        assert change.unrest < 0.02
    assert np.count_nonzero(change.traces) < 0.01 * WIDTH * HEIGHT


def test_nothing_is_learned_where_someone_stands_and_what_was_never_seen_is_learned_when_bared() -> None:
    background = Background(seen(WITH_THING, 0), 0, THERE)
    for step in range(1, 120):
        background.look(seen(WITH_THING, step / 2), step / 2, THERE, NOTHING)
    change = after(background, GROUND, 60, 10)
    assert share_inside(change.traces) < 0.02
    assert difference(background.mean(), seen(GROUND, 999))[pixels(SPOT)].mean() < 5


def test_nothing_is_learned_beneath_a_known_object() -> None:
    background = Background(seen(GROUND, 0), 0, NOTHING)
    after(background, GROUND, 0, 10)
    after(background, WITH_THING, 10, 120, kept=THERE)
    assert difference(background.mean(), seen(GROUND, 999))[pixels(SPOT)].mean() < 5


def test_not_even_what_hardly_differs_is_learned_beneath_a_known_object_or_a_person() -> None:
    faint = GROUND.copy()
    faint[pixels(SPOT)] += 9
    for busy, kept in ((THERE, NOTHING), (NOTHING, THERE)):
        background = Background(seen(GROUND, 0), 0, NOTHING)
        after(background, GROUND, 0, 10)
        for step in range(1, 120):
            background.look(seen(faint, 10 + step / 2), 10 + step / 2, busy, kept)
        assert difference(background.mean(), seen(GROUND, 999))[pixels(SPOT)].mean() < 4


def test_what_is_absorbed_becomes_background_only_after_it_has_lain_for_a_while() -> None:
    background = Background(seen(GROUND, 0), 0, NOTHING)
    after(background, GROUND, 0, 10)
    after(background, WITH_THING, 10, 5)
    background.absorb(THERE)
    assert share_inside(after(background, WITH_THING, 15, 0.5).fresh) > 0.9
    after(background, WITH_THING, 15.5, 6)
    background.absorb(THERE)
    assert share_inside(after(background, WITH_THING, 21.5, 0.5).fresh) < 0.05


def test_someone_who_passes_for_a_second_does_not_make_a_place_forget_what_lies_there() -> None:
    background, passing = (
        Background(seen(GROUND, 0), 0, NOTHING),
        put(GROUND, (0.35, 0.3, 0.65, 0.8), 9, (200, 200, 200)),
    )
    after(background, GROUND, 0, 10)
    after(background, WITH_THING, 10, 4)
    after(background, passing, 14, 1)
    assert share_inside(after(background, WITH_THING, 15, 0.5).fresh) > 0.9


@pytest.mark.parametrize("size", [(320, 180), (640, 360), (480, 854), (171, 97), (3, 500)])
def test_the_analysis_picture_keeps_its_shape_and_never_grows(size: tuple[int, int]) -> None:
    picture = enlarged(shot(GROUND, 0), *size)
    small = analysis_picture(picture, 480)
    assert max(small.shape[:2]) == min(480, max(size))
    assert small.shape[1] / small.shape[0] == pytest.approx(size[0] / size[1], rel=0.35)


def test_the_gain_is_told_from_where_it_is_asked() -> None:
    before = seen(GROUND, 0)
    lit = GROUND.copy()
    lit[pixels(SPOT)] *= 1.5
    now = seen(lit, 1)
    assert luma_gain(now, before, ~THERE) == pytest.approx(1.0, abs=0.02)
    assert luma_gain(now, before, box_mask(WIDTH, HEIGHT, [SPOT], -0.02)) == pytest.approx(1.5, abs=0.03)
    assert luma_gain(now, before, NOTHING) == 1.0
