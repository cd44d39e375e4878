"""What was part of the scene and is taken away is told, whatever the light does; nothing else is told to be gone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.geofence.boxes import Box, iou
from pipeline.observation import REMOVED_OBJECT, STATIC_OBJECT, Sight
from pipeline.perception.background import Change
from pipeline.perception.blobs import Blob, BlobKind
from pipeline.perception.removals import MOST_PLACES, Removals
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.static_objects import StaticObjects
from pipeline.perception.track_ids import TrackIds
from tests.perception.street import Moment, enlarged, ground, outdoors, put, shaded, shot

GROUND = ground()
BARRIER: Box = (0.5, 0.55, 0.62, 0.70)
PERSON: Box = (0.45, 0.3, 0.66, 0.75)
WITH_BARRIER = put(GROUND, BARRIER, seed=11, colour=(70, 110, 140))
STANDING = put(GROUND, PERSON, seed=31, colour=(45, 45, 50))


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look reported."""

    t_s: float
    removed: dict[int, tuple[Box, Sight]]
    n_static: int


def watch(at: Callable[[float], Moment], length_s: float, step_s: float = 0.5) -> Iterable[Seen]:
    """Look at what `at` shows."""
    static = StaticObjects(TrackIds())
    for index in range(round(length_s / step_s) + 1):
        moment = at(index * step_s)
        found = static.look(shot(moment.scene, index, moment.gain), index * step_s, list(moment.blocked)) or []
        removed = {one.track: (one.box, one.sight) for one in found if one.class_name == REMOVED_OBJECT}
        yield Seen(index * step_s, removed, sum(one.class_name == STATIC_OBJECT for one in found))


@pytest.mark.parametrize("step_s", [0.1, 0.5, 2.0])
def test_what_is_taken_away_is_told_until_it_is_back(step_s: float) -> None:
    seen = list(watch(lambda t_s: Moment(GROUND if 30 <= t_s < 70 else WITH_BARRIER), 100, step_s))
    assert all(not look.removed for look in seen if look.t_s < 30 or look.t_s > 76)
    gone = [look.removed for look in seen if 36 <= look.t_s < 70]
    assert {tuple(removed) for removed in gone} == {tuple(gone[0])}
    [(box, sight)] = gone[-1].values()
    assert iou(box, BARRIER) > 0.6
    assert sight is Sight.DETECTED
    assert all(look.n_static == 0 for look in seen)


def test_it_is_told_for_twelve_minutes_of_changing_light() -> None:
    seen = list(watch(lambda t_s: outdoors(t_s, WITH_BARRIER if t_s < 60 else GROUND), 780, 2.0))
    places = [box for look in seen if look.t_s >= 70 for box, _ in look.removed.values() if iou(box, BARRIER) > 0.5]
    assert len(places) >= 0.95 * sum(look.t_s >= 70 for look in seen)
    assert all(not look.removed for look in seen if look.t_s < 60)


def test_what_stands_before_its_place_hides_it() -> None:
    def at(t_s: float) -> Moment:
        if 50 <= t_s < 70:
            return Moment(STANDING, blocked=(PERSON,))
        return Moment(WITH_BARRIER if t_s < 30 else GROUND)

    seen = list(watch(at, 90))
    assert {sight for look in seen if 50 <= look.t_s < 70 for _, sight in look.removed.values()} == {Sight.HIDDEN}
    assert {sight for look in seen if look.t_s >= 72 for _, sight in look.removed.values()} == {Sight.DETECTED}


def test_what_only_stood_before_it_took_nothing_away() -> None:
    def at(t_s: float) -> Moment:
        return Moment(STANDING, blocked=(PERSON,)) if 30 <= t_s < 60 else Moment(WITH_BARRIER)

    assert all(not look.removed for look in watch(at, 90))


def test_a_thing_that_was_put_down_and_is_taken_again_was_no_part_of_the_scene() -> None:
    seen = watch(lambda t_s: Moment(WITH_BARRIER if 20 <= t_s < 50 else GROUND), 90)
    assert all(not look.removed for look in seen)


def test_a_person_who_stood_there_from_the_start_leaves_no_gap() -> None:
    def at(t_s: float) -> Moment:
        return Moment(STANDING, blocked=(PERSON,)) if t_s < 60 else Moment(GROUND)

    assert all(not look.removed for look in watch(at, 120))


@pytest.mark.parametrize("gain", [0.5, 0.7, 1.4])
def test_a_shadow_or_a_light_that_goes_is_no_thing(gain: float) -> None:
    lit = shaded(GROUND, (0.3, 0.3, 0.6, 0.8), gain, 11)
    assert all(not look.removed for look in watch(lambda t_s: Moment(lit if t_s < 30 else GROUND), 90))


@pytest.mark.parametrize("gain", [0.55, 1.5])
def test_a_switch_of_the_light_takes_nothing_away(gain: float) -> None:
    seen = watch(lambda t_s: Moment(WITH_BARRIER, gain if t_s >= 40 else 1.0), 80)
    assert all(not look.removed for look in seen)


def test_in_a_restless_picture_nothing_new_is_gone() -> None:
    advert: Box = (0.02, 0.02, 0.45, 0.5)
    pictures = [put(GROUND, advert, seed=60 + n, colour=(90, 90, 90), contrast=60) for n in range(40)]
    before = [put(one, BARRIER, seed=11, colour=(70, 110, 140)) for one in pictures]

    def at(t_s: float) -> Moment:
        return Moment((before if t_s < 30 else pictures)[int(t_s * 2) % 40])

    assert all(not look.removed for look in watch(at, 60))


@pytest.mark.parametrize(("side_px", "is_told"), [(6, False), (12, True)])
def test_a_speck_that_goes_is_noise(side_px: int, is_told: bool) -> None:  # noqa: FBT001 - a table
    mask = np.zeros((180, 320), np.uint8)
    picture = shot(GROUND, 0)
    change = Change(picture, picture, fresh=mask, traces=mask, unrest=0.0, unsettled=mask)
    mask[80 : 80 + side_px, 100 : 100 + side_px] = 255
    removals = Removals(TrackIds())
    removals.note(Blob(mask, BlobKind.TAKEN, 0.9), change)
    assert bool(removals.places) is is_told


def test_no_more_places_are_kept_than_memory_allows() -> None:
    static = StaticObjects(TrackIds())
    scenes = [GROUND]
    for index in range(MOST_PLACES + 6):
        x, y = index % 6, index // 6
        place = (0.05 + 0.16 * x, 0.08 + 0.2 * y, 0.11 + 0.16 * x, 0.2 + 0.2 * y)
        scenes.append(put(scenes[-1], place, seed=40 + index, colour=(70, 110, 140)))
    count = 0
    for index in range(140):
        scene = scenes[max(0, len(scenes) - 1 - max(0, index // 4 - 5))]
        found = static.look(shot(scene, index), index / 2, []) or []
        count = sum(one.class_name == REMOVED_OBJECT for one in found)
    assert count == MOST_PLACES


def test_a_place_survives_being_written_down_and_another_size() -> None:
    static = StaticObjects(TrackIds())
    for index in range(100):
        static.look(shot(WITH_BARRIER if index < 60 else GROUND, index), index / 2, [])
    shelf = Shelf()
    memory = static.remember(shelf)
    recalled = StaticObjects.recall(memory, OpenShelf(shelf.close(b"{}", 1), 1), TrackIds(50))
    [one] = recalled.look(shot(GROUND, 100), 50.0, []) or []
    assert (one.class_name, one.sight, one.track) == (REMOVED_OBJECT, Sight.DETECTED, 1)
    assert iou(one.box, BARRIER) > 0.6
    [same] = recalled.look(enlarged(shot(GROUND, 101), 640, 360), 50.5, []) or []
    assert same.track == one.track
    for index in range(102, 112):
        recalled.look(shot(WITH_BARRIER, index), index / 2, [])
    assert not recalled.look(shot(WITH_BARRIER, 112), 56.0, [])
