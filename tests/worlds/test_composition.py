"""Composed pictures: what the truth says is what the pixels show."""

import numpy as np
import pytest

from benchmarks.worlds.composition import FPS, KEYFRAME_EVERY, ComposedSource, Composition, write_video
from benchmarks.worlds.pixels.all import SCENES
from benchmarks.worlds.pixels.cast import buses, drive, outlines, stall, stay, walk
from benchmarks.worlds.props import Prop, Thing
from benchmarks.worlds.street_set import street_set
from benchmarks.worlds.weather import Covered, Leaves, Light, Night, Rain, Shadow, Shake
from pipeline.geofence.boxes import Box, iou
from pipeline.media.file_source import FileSource
from pipeline.observation import MediaNs, nanoseconds
from sample_videos.stage import HEIGHT, WIDTH

START = MediaNs(1_767_571_200_000_000_000)
AT_S = 30.0


def pixels_box(prop: Prop) -> Box:
    """Around all pixels that the prop changes clearly at `AT_S`, shares."""
    number = round(AT_S * FPS)
    with_it = Composition(60, (prop,), noise=0).picture(number)
    without = Composition(60, (), noise=0).picture(number)
    changed = np.abs(with_it.astype(int) - without).max(axis=2) > 45
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    return (
        columns[0] / WIDTH,
        rows[0] / HEIGHT,
        (columns[-1] + 1) / WIDTH,
        (rows[-1] + 1) / HEIGHT,
    )


@pytest.mark.parametrize(
    "prop",
    [
        drive("suv", 6, 10, 50, 53),
        drive("hatchback", 6, 10, 50, 53),
        drive("van", 6, 10, 50, 56),
        drive("suv", 25, 35, 50, 53),
        stall(6, 12, 50, 57),
        Thing(10, 50),
        Thing(10, 50, (300.0, 420.0), 0.5),
        stay(20, 50, (250, 290), 1),
        walk(20, 40, (100, 270), (700, 370), 2),
        buses(28)[0],
    ],
    ids=lambda prop: f"{type(prop).__name__}-{getattr(prop, 'name', '')}",
)
def test_the_box_of_the_truth_is_where_the_pixels_change(prop: Prop) -> None:
    (_, box), *others = Composition(60, (prop,)).boxes(AT_S)
    assert others == []
    assert iou(box, pixels_box(prop)) > 0.75


def test_who_stands_nearer_hides_who_stands_behind() -> None:
    van, bus = drive("van", 6, 10, 50, 56), buses(28.5)[0]
    names = [name for name, _ in Composition(60, (bus, van)).boxes(AT_S)]
    assert names == ["car", "bus"]
    together = Composition(60, (bus, van), noise=0).picture(300)
    alone = Composition(60, (bus,), noise=0).picture(300)
    x1, y1, x2, y2 = (
        round(v * s) for v, s in zip(Composition(60, (bus,)).boxes(AT_S)[0][1], (WIDTH, HEIGHT) * 2, strict=True)
    )
    inner = (slice((y1 + y2) // 2, y2 - 60), slice(x1 + 60, x2 - 60))
    np.testing.assert_array_equal(together[inner], alone[inner])


def test_no_two_pictures_are_equal_and_the_same_moment_gives_the_same() -> None:
    scene = Composition(20, (), (Rain(0, 100), Shake()))
    assert np.array_equal(scene.picture(50), scene.picture(50))
    assert not np.array_equal(scene.picture(50), scene.picture(51))


def test_a_frozen_camera_shows_one_picture() -> None:
    scene = Composition(20, (walk(0, 20, (100, 270), (700, 370), 2),), frozen=((5, 10),))
    assert np.array_equal(scene.picture(51), scene.picture(98))
    assert not np.array_equal(scene.picture(51), scene.picture(101))


def test_weather_changes_what_it_should() -> None:
    plain = Composition(60, (), noise=0).picture(300).astype(int)

    def under(*weather: object) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return Composition(60, (), weather, noise=0).picture(300).astype(int)  # type: ignore[arg-type]

    assert under(Light(((0, 0.5),))).mean() == pytest.approx(plain.mean() / 2, rel=0.02)
    assert under(Night()).mean() < plain.mean() / 3
    shaded = under(Shadow(((0, 400, 400), (60, 400, 400)), (80, 50)))
    assert shaded[400, 400].sum() < 0.7 * plain[400, 400].sum()
    np.testing.assert_array_equal(shaded[:150], plain[:150])
    lit = under(Night((430, 30), ((0, 60),)))
    assert lit[30, 430].mean() > 180
    assert under(Night((430, 30), ((0, 20),)))[30, 430].mean() < 90
    assert 0.001 < (np.abs(under(Leaves()) - plain).max(axis=2) > 30).mean() < 0.02
    assert under(Covered(20, 40)).std() < plain.std()


def test_an_empty_street_has_nobody_in_it() -> None:
    """Where vehicles stand in the sample clip there is nothing but asphalt, which has no edges and no colour."""
    lane = street_set().empty[340:372, 560:720].astype(float)
    assert np.abs(lane - lane.mean(axis=2, keepdims=True)).max() < 25
    assert np.abs(np.diff(lane.mean(axis=2), axis=1)).max() < 40


def test_a_source_gives_pictures_in_order_at_the_moments_that_are_asked_for() -> None:
    with ComposedSource(Composition(10), START) as source:
        first = source.next_frame(MediaNs(-(2**62)))
        later = source.next_frame(MediaNs(START + nanoseconds(1.23)))
        key = source.next_frame(MediaNs(START + nanoseconds(1.3)), keyframes_only=True)
        after = source.next_frame(MediaNs(0))
        end = source.next_frame(MediaNs(START + nanoseconds(9.95)))
    assert first is not None
    assert later is not None
    assert key is not None
    assert after is not None
    assert end is None
    steps = [(frame.t - START) / nanoseconds(1) for frame in (first, later, key, after)]
    assert steps == pytest.approx([0, 1.3, KEYFRAME_EVERY / FPS, KEYFRAME_EVERY / FPS + 0.1])
    assert [frame.is_key for frame in (first, later, key, after)] == [True, False, True, False]


def test_the_sites_of_composed_scenes_lie_in_the_picture() -> None:
    assert {"fire-lane", "verge", "kerb"} == set(outlines())
    for scene in SCENES:
        for fence in scene.fences:
            assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in fence.points), scene.id


@pytest.mark.long
def test_a_composition_can_be_looked_at_as_a_video(tmp_path: object) -> None:
    path = tmp_path / "scene.mp4"  # type: ignore[operator]
    write_video(Composition(2, (drive("suv", 0, 1, 50, 53),)), path)
    with FileSource.open(path) as source:
        assert (source.info.width, source.info.height) == (WIDTH, HEIGHT)
        assert source.info.duration_s == pytest.approx(2, abs=0.2)
