"""What was put down is reported until it is taken away, whatever the light does; nothing else is reported."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from pipeline.geofence.boxes import Box, iou
from pipeline.observation import STATIC_OBJECT
from pipeline.perception.static_object import StaticObject
from pipeline.perception.static_objects import MAX_OBJECTS, StaticObjects
from pipeline.perception.track_ids import TrackIds
from tests.perception.street import Floats, Moment, enlarged, ground, outdoors, put, shaded, shot

GROUND = ground()
HEAP: Box = (0.5, 0.55, 0.62, 0.70)
SAND, GREEN, DARK = (70, 110, 140), (60, 130, 70), (45, 45, 50)
WITH_HEAP = put(GROUND, HEAP, seed=11, colour=SAND)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look reported."""

    t_s: float
    objects: dict[int, Box]
    is_restless: bool


def watch(at: Callable[[float], Moment], length_s: float, step_s: float = 0.5, noise: float = 2.0) -> Iterable[Seen]:
    """Look at what `at` shows, at times of the given step."""
    static, index = StaticObjects(TrackIds()), 0
    for index in range(round(length_s / step_s) + 1):
        moment = at(index * step_s)
        picture = shot(moment.scene, index, moment.gain, noise)
        found = static.look(picture, index * step_s, list(moment.blocked))
        yield Seen(
            index * step_s,
            {one.track: one.box for one in found or [] if one.class_name == STATIC_OBJECT},
            found is None,
        )


def simply(scene_at: Callable[[float], Floats]) -> Callable[[float], Moment]:
    return lambda t_s: Moment(scene_at(t_s))


def assert_lies(seen: Iterable[Seen], box: Box, down_s: float, up_s: float) -> None:
    """One object, one track: at every look from 3 s after it is put down until it is taken, and gone 5 s later."""
    ids = set()
    for look in seen:
        assert not look.is_restless
        ids |= set(look.objects)
        if look.t_s < down_s or look.t_s > up_s + 5:
            assert look.objects == {}, look
        elif down_s + 4 <= look.t_s < up_s:
            assert len(look.objects) == 1, look
            assert iou(next(iter(look.objects.values())), box) > 0.6, look
    assert len(ids) == 1


@pytest.mark.parametrize("step_s", [0.1, 0.5, 1.0, 2.0])
def test_what_is_put_down_is_reported_until_it_is_taken_away(step_s: float) -> None:
    seen = watch(simply(lambda t_s: WITH_HEAP if 20 <= t_s < 50 else GROUND), 60, step_s)
    assert_lies(seen, HEAP, 20, 50)


def test_an_object_lies_for_twelve_minutes_under_changing_light() -> None:
    seen = watch(lambda t_s: outdoors(t_s, WITH_HEAP if 60 <= t_s < 780 else GROUND), 830, step_s=2)
    assert_lies(seen, HEAP, 60, 780)


@pytest.mark.long
@pytest.mark.parametrize(("step_s", "noise"), [(2.0, 2.0), (1.0, 3.5)])
def test_an_object_lies_for_two_hours_under_changing_light(step_s: float, noise: float) -> None:
    seen = watch(lambda t_s: outdoors(t_s, WITH_HEAP if 60 <= t_s < 7260 else GROUND), 7310, step_s, noise)
    assert_lies(seen, HEAP, 60, 7260)


def test_a_thing_as_bright_as_the_ground_is_told_by_its_colour() -> None:
    blue = put(GROUND, HEAP, seed=11, colour=(190, 100, 88), contrast=10)
    assert_lies(watch(simply(lambda t_s: blue if 20 <= t_s < 50 else GROUND), 60), HEAP, 20, 50)


def test_what_was_there_from_the_start_and_is_taken_away_is_never_reported() -> None:
    seen = list(watch(simply(lambda t_s: WITH_HEAP if t_s < 30 else GROUND), 120))
    assert all(look.objects == {} for look in seen)


def test_what_comes_back_to_the_place_is_another_object() -> None:
    seen = list(watch(simply(lambda t_s: WITH_HEAP if 20 <= t_s < 40 or 60 <= t_s < 80 else GROUND), 90))
    first = {track for look in seen if look.t_s < 50 for track in look.objects}
    second = {track for look in seen if look.t_s >= 50 for track in look.objects}
    assert (len(first), len(second), len(first & second)) == (1, 1, 0)


def test_two_that_lie_side_by_side_are_two() -> None:
    beside: Box = (0.66, 0.55, 0.75, 0.70)
    both = put(WITH_HEAP, beside, seed=12, colour=GREEN)
    seen = list(watch(simply(lambda t_s: GROUND if t_s < 20 else WITH_HEAP if t_s < 40 else both), 60))
    assert {len(look.objects) for look in seen if 24 <= look.t_s < 40} == {1}
    assert {tuple(look.objects) for look in seen if look.t_s >= 44} == {tuple(seen[-1].objects)}
    assert [max(iou(box, one) > 0.6 for box in seen[-1].objects.values()) for one in (HEAP, beside)] == [True, True]


def test_thirty_things_are_thirty_tracks() -> None:
    places: list[Box] = [
        (0.05 + 0.16 * x, 0.08 + 0.18 * y, 0.11 + 0.16 * x, 0.18 + 0.18 * y) for x in range(6) for y in range(5)
    ]
    scenes = [GROUND]
    for index, place in enumerate(places):
        scenes.append(put(scenes[-1], place, seed=40 + index, colour=SAND))
    # One every two seconds: all at once would be a restless picture.
    seen = list(watch(simply(lambda t_s: scenes[min(len(places), max(0, int(t_s / 2) - 5))]), 90))
    last = seen[-1].objects
    assert len(last) == len(places) <= MAX_OBJECTS
    assert all(any(iou(box, place) > 0.5 for box in last.values()) for place in places)
    assert set().union(*(look.objects for look in seen)) == set(last)


def test_what_falls_over_stays_the_same_object() -> None:
    standing, fallen = (0.5, 0.4, 0.55, 0.7), (0.46, 0.62, 0.68, 0.7)
    scenes = [put(GROUND, standing, seed=13, colour=GREEN), put(GROUND, fallen, seed=14, colour=GREEN)]
    seen = list(watch(simply(lambda t_s: GROUND if t_s < 20 else scenes[int(t_s >= 50)]), 80))
    assert set().union(*(look.objects for look in seen)) == {1}
    assert all(look.objects for look in seen if look.t_s >= 24)
    assert iou(seen[-1].objects[1], fallen) > 0.6


def test_what_grows_stays_the_same_object() -> None:
    larger: Box = (0.44, 0.45, 0.7, 0.7)
    heap = put(put(GROUND, larger, seed=14, colour=SAND), HEAP, seed=11, colour=SAND)
    seen = list(watch(simply(lambda t_s: GROUND if t_s < 20 else WITH_HEAP if t_s < 40 else heap), 70))
    assert set().union(*(look.objects for look in seen)) == {1}
    assert all(look.objects for look in seen if look.t_s >= 24)
    assert iou(seen[-1].objects[1], larger) > 0.6


def test_what_is_put_down_by_a_person_is_found_when_the_person_steps_aside() -> None:
    person: Box = (0.48, 0.3, 0.6, 0.7)
    standing = put(WITH_HEAP, person, seed=31, colour=DARK)

    def at(t_s: float) -> Moment:
        if 20 <= t_s < 40:
            return Moment(standing, blocked=(person,))
        return Moment(GROUND if t_s < 20 else WITH_HEAP)

    seen = list(watch(at, 60))
    assert all(look.objects == {} for look in seen if look.t_s < 40)
    assert all(len(look.objects) == 1 for look in seen if look.t_s >= 45)


def test_a_person_who_stands_for_a_minute_and_leaves_is_never_an_object() -> None:
    person: Box = (0.45, 0.3, 0.55, 0.75)
    standing = put(GROUND, person, seed=31, colour=DARK)

    def at(t_s: float) -> Moment:
        return Moment(standing, blocked=(person,)) if 20 <= t_s < 80 else Moment(GROUND)

    assert all(look.objects == {} for look in watch(at, 120))


def test_a_person_who_stood_there_from_the_start_leaves_no_ghost() -> None:
    person: Box = (0.45, 0.3, 0.55, 0.75)
    standing = put(GROUND, person, seed=31, colour=DARK)

    def at(t_s: float) -> Moment:
        return Moment(standing, blocked=(person,)) if t_s < 60 else Moment(GROUND)

    assert all(look.objects == {} for look in watch(at, 120))


@pytest.mark.parametrize("gain", [0.55, 0.8, 1.25, 1.5])
def test_a_switch_of_the_light_puts_nothing_down_and_takes_nothing_away(gain: float) -> None:
    seen = list(watch(lambda t_s: Moment(WITH_HEAP if t_s >= 20 else GROUND, gain if t_s >= 40 else 1.0), 80))
    assert all(len(look.objects) == 1 for look in seen if look.t_s >= 24 and not look.is_restless)
    assert sum(look.is_restless for look in seen) * 0.5 <= 10
    assert set().union(*(look.objects for look in seen)) == {1}


@pytest.mark.parametrize("gain", [0.5, 0.7, 1.4])
def test_a_shadow_or_a_patch_of_light_that_stays_is_no_object(gain: float) -> None:
    lit = shaded(GROUND, (0.3, 0.3, 0.6, 0.8), gain, 11)
    assert all(look.objects == {} for look in watch(simply(lambda t_s: lit if t_s >= 20 else GROUND), 80))


def test_a_picture_in_which_half_changes_all_the_time_tells_nothing() -> None:
    adverts = [
        put(GROUND, (0.1, 0.1, 0.9, 0.7), seed=60 + index, colour=(90, 90, 90), contrast=60) for index in range(7)
    ]
    seen = list(watch(simply(lambda t_s: adverts[int(t_s) % 7]), 40))
    assert all(look.is_restless for look in seen if look.t_s >= 2)


def test_after_a_restless_time_things_are_found_again() -> None:
    flash = put(GROUND, (0.0, 0.0, 1.0, 0.8), seed=60, colour=(200, 200, 200), contrast=30)

    def scene(t_s: float) -> Floats:
        if 20 <= t_s < 22:
            return flash
        return WITH_HEAP if t_s >= 60 else GROUND

    seen = list(watch(simply(scene), 80))
    assert all(look.objects == {} for look in seen if look.t_s < 60)
    assert all(len(look.objects) == 1 for look in seen if look.t_s >= 64)


def test_seconds_are_told_apart_after_years() -> None:
    static, start_s = StaticObjects(TrackIds()), 10_000 * 86_400.0
    static.look(shot(GROUND, 0), 0, [])
    found: dict[float, int] = {}
    for index in range(120):
        t_s = start_s + index / 2
        found[index / 2] = len(static.look(shot(WITH_HEAP if 40 <= index < 80 else GROUND, index), t_s, []) or [])
    assert all(found[t_s] == (23 <= t_s < 40) for t_s in found if not (20 <= t_s < 23 or 40 <= t_s < 42))


@pytest.mark.parametrize("size", [(200, 150), (160, 90), (640, 360), (480, 480)])
def test_what_lies_there_is_the_same_object_when_the_camera_sends_another_size(size: tuple[int, int]) -> None:
    static, seen = StaticObjects(TrackIds()), list[tuple[float, dict[int, Box]]]()
    for index in range(200):
        scene = WITH_HEAP if 30 <= index < 140 else GROUND
        is_other = index >= 60 and not 100 <= index < 120
        picture = enlarged(shot(scene, index), *size) if is_other else shot(scene, index)
        found = static.look(picture, index / 2, [])
        assert found is not None
        seen.append((index / 2, {one.track: one.box for one in found}))
    assert all(list(objects) == [1] for t_s, objects in seen if 19 <= t_s < 70)
    assert all(iou(objects[1], HEAP) > 0.6 for t_s, objects in seen if 19 <= t_s < 70)
    assert all(objects == {} for t_s, objects in seen if t_s > 75)


def test_an_object_that_proves_to_be_a_parked_car_is_forgotten() -> None:
    static, objects = StaticObjects(TrackIds()), list[StaticObject]()
    for index in range(80):
        scene = WITH_HEAP if index >= 40 else GROUND
        if index == 60:
            static.explain([HEAP])
        objects = static.look(shot(scene, index), index / 2, [HEAP] if index >= 60 else []) or []
        assert bool(objects) == (45 <= index < 60) or 40 <= index < 45
    assert objects == []
