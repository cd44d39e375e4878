"""A look says what it examined, asks the network when there is something to ask, and works on any picture."""

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.config.vocabulary import load_vocabulary
from pipeline.geofence.boxes import Box, covered
from pipeline.media.frame import Frame
from pipeline.media.memory_source import StillPicture
from pipeline.observation import (
    NS_PER_S,
    STATIC_OBJECT,
    WHOLE_PICTURE,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Sight,
    nanoseconds,
)
from pipeline.perception.appearance import APPEARANCE_LENGTH
from pipeline.perception.detections import Detections, Picture, ScriptedDetector
from pipeline.perception.frames import analysis_size
from pipeline.perception.looker import Looker, LookerSettings
from pipeline.perception.network_eye import NO_TRACK
from tests.perception.street import Floats, enlarged, found, ground, put, shot

VOCABULARY = load_vocabulary()
CLASSES = ("person", "car", "suitcase", "bird")
START = MediaNs(1_767_571_200 * NS_PER_S)
SPOT: Box = (0.4, 0.4, 0.62, 0.68)
HEAP: Box = (0.7, 0.55, 0.82, 0.70)
GROUND = ground()
PARKED = put(GROUND, SPOT, seed=5, colour=(150, 60, 40))
SIZES = [(320, 240), (640, 360), (1920, 1080), (3840, 2160), (321, 181), (480, 854), (1080, 1920), (2000, 160)]


def frame(picture: Picture, t_s: float) -> Frame:
    return Frame(MediaNs(START + nanoseconds(t_s)), StillPicture(picture), is_key=True)


def sees(rows: Sequence[tuple[str, float, Box]]) -> ScriptedDetector:
    """A network that always finds these boxes, whatever the size of the picture."""
    return ScriptedDetector(lambda picture: found(rows, picture.shape[1], picture.shape[0]), CLASSES)


def sees_car(picture: Picture) -> Detections:
    return found([("car", 0.6, SPOT)], picture.shape[1], picture.shape[0])


def looker(detector: ScriptedDetector, *, every_look: bool = False) -> Looker:
    return Looker(detector, VOCABULARY, LookerSettings(confidence=0.3, every_look=every_look))


def kinds(observation: Observation) -> set[LookKind]:
    return {look.kind for look in observation.looks}


def watch(eyes: Looker, scene: Floats, start_s: float, length_s: float, step_s: float = 0.5) -> list[Observation]:
    steps = round(length_s / step_s)
    return [eyes.look(frame(shot(scene, index), start_s + index * step_s)) for index in range(steps)]


def test_the_first_look_asks_the_network_and_says_so() -> None:
    first = looker(sees([("car", 0.6, SPOT)])).look(frame(shot(PARKED, 0), 0))
    assert first.t == START
    assert first.frame_size == (320, 180)
    assert first.looks == (
        Look(LookKind.HEALTH, WHOLE_PICTURE, "glance", 160),
        Look(LookKind.OBJECTS, WHOLE_PICTURE, "scripted", 640, frozenset(CLASSES)),
        Look(LookKind.STATIC, WHOLE_PICTURE, "background", 320),
    )
    assert first.objects.class_name.tolist() == ["car"]
    np.testing.assert_allclose(first.objects.xyxy, [SPOT], atol=1e-3)
    assert first.health.change == 0


def test_an_unchanged_picture_is_checked_ever_more_seldom_and_what_stands_in_it_verified_at_every_look() -> None:
    detector = sees([("car", 0.6, SPOT)])
    seen = watch(looker(detector), PARKED, 0, 250)
    asked_at = [index * 0.5 for index, one in enumerate(seen) if LookKind.OBJECTS in kinds(one)]
    assert len(detector.asked_px) == len(asked_at)
    # At first the car might still be moving; then it counts as new.
    still_from = asked_at[asked_at.index(4 + max(at for at in asked_at if at < 4))]
    assert [at - still_from for at in asked_at if at >= still_from] == [0, 8, 24, 56, 116, 176, 236]
    assert all((LookKind.PLACES in kinds(one)) != (LookKind.OBJECTS in kinds(one)) for one in seen)
    assert all(one.objects.track.tolist() == [1] for one in seen)
    verified = [one for one in seen if LookKind.PLACES in kinds(one)]
    assert {int(one.objects.sight[0]) for one in verified} == {Sight.VERIFIED}


def test_a_quiet_background_is_examined_every_ten_seconds_and_what_lies_there_is_reported_at_every_look() -> None:
    eyes = looker(sees([]))
    watch(eyes, GROUND, 0, 10)
    since_it_came = watch(eyes, put(GROUND, HEAP, seed=11, colour=(70, 110, 140)), 10, 120)
    assert all(one.objects.class_name.tolist() == [STATIC_OBJECT] for one in since_it_came[6:])
    seen = since_it_came[30:]
    examined = [LookKind.STATIC in kinds(one) for one in seen]
    at = np.flatnonzero(examined)
    assert 8 <= len(at) <= 30
    assert np.diff(at).max() == 20
    expected = [Sight.DETECTED if was_examined else Sight.VERIFIED for was_examined in examined]
    assert [int(one.objects.sight[0]) for one in seen] == expected


def test_the_network_is_asked_as_soon_as_something_changes() -> None:
    eyes = looker(sees([]))
    assert LookKind.OBJECTS not in kinds(watch(eyes, GROUND, 0, 3)[-1])
    person = put(GROUND, (0.1, 0.4, 0.14, 0.6), seed=8, colour=(40, 40, 120))
    assert LookKind.OBJECTS in kinds(eyes.look(frame(shot(person, 9), 3)))


def test_the_network_can_be_asked_at_every_look() -> None:
    detector = sees([("car", 0.6, SPOT)])
    watch(looker(detector, every_look=True), PARKED, 0, 10)
    assert len(detector.asked_px) == 20


def test_a_restless_picture_is_not_held_against_its_background() -> None:
    eyes = looker(sees([]))
    adverts = [
        put(GROUND, (0.05, 0.05, 0.95, 0.8), seed=60 + index, colour=(90, 90, 90), contrast=60) for index in range(5)
    ]
    seen = [eyes.look(frame(shot(adverts[index % 5], index), index)) for index in range(12)]
    assert all(LookKind.STATIC not in kinds(one) for one in seen[2:])
    assert all(STATIC_OBJECT not in one.objects.class_name for one in seen[2:])


def test_what_lies_there_is_reported_with_the_tracks_and_every_object_has_its_appearance() -> None:
    eyes = looker(sees([("car", 0.6, SPOT)]))
    watch(eyes, PARKED, 0, 10)
    seen = watch(eyes, put(PARKED, HEAP, seed=11, colour=(70, 110, 140)), 10, 10)[-1]
    assert seen.objects.class_name.tolist() == ["car", STATIC_OBJECT]
    np.testing.assert_allclose(seen.objects.xyxy, [SPOT, HEAP], atol=0.03)
    assert len(set(seen.objects.track.tolist())) == 2
    assert seen.objects.appearance.shape == (2, APPEARANCE_LENGTH)
    np.testing.assert_allclose(np.linalg.norm(seen.objects.appearance, axis=1), 1, atol=1e-5)


def test_people_and_vehicles_are_no_static_objects() -> None:
    eyes = looker(sees([("car", 0.6, SPOT)]))
    seen = [*watch(eyes, GROUND, 0, 5), *watch(eyes, PARKED, 5, 20)]
    assert all(STATIC_OBJECT not in one.objects.class_name for one in seen)


def test_a_thing_that_the_network_knows_later_as_a_car_is_no_static_object_any_more() -> None:
    eyes = looker(
        ScriptedDetector(lambda picture: sees_car(picture) if picture[95, 160, 0] > 128 else Detections.none(), CLASSES)
    )
    watch(eyes, GROUND, 0, 10)
    dark = watch(eyes, put(GROUND, SPOT, seed=5, colour=(90, 30, 20), contrast=10), 10, 10)
    assert STATIC_OBJECT in dark[-1].objects.class_name
    known = watch(eyes, put(GROUND, SPOT, seed=5, colour=(180, 60, 40), contrast=10), 20, 5)
    assert known[-1].objects.class_name.tolist() == ["car"]


@pytest.mark.parametrize("size", SIZES)
def test_any_size_of_picture_is_looked_at(size: tuple[int, int]) -> None:
    width, height = size
    eyes = looker(sees([("car", 0.6, SPOT)]))
    before, after = (
        enlarged(shot(scene, 1), width, height) for scene in (PARKED, put(PARKED, HEAP, 11, (70, 110, 140)))
    )
    for index in range(24):
        seen = eyes.look(frame(before if index < 10 else after, index / 2))
    assert seen.frame_size == size
    assert seen.objects.class_name.tolist() == ["car", STATIC_OBJECT]
    np.testing.assert_allclose(seen.objects.xyxy, [SPOT, HEAP], atol=0.06)
    assert max(analysis_size(size)) == min(640, max(size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "region", [SPOT, (0.0, 0.0, 0.05, 0.05), (0.9, 0.9, 1.0, 1.0), WHOLE_PICTURE, (0.5, 0.5, 0.5, 0.5)]
)
def test_a_close_look_covers_its_region_and_maps_boxes_back_to_the_pixel(size: tuple[int, int], region: Box) -> None:
    width, height = size
    pieces: list[Picture] = []

    def answer(piece: Picture) -> Detections:
        pieces.append(piece)
        return Detections.of(("suitcase", 0.9, (3, 5, 43, 45)))

    picture = np.zeros((height, width, 3), np.uint8)
    # Each pixel says where it is.
    picture[..., 0], picture[..., 1] = np.arange(width)[None, :] % 251, np.arange(height)[:, None] % 241
    picture[..., 2] = (np.arange(width)[None, :] // 251) * 15 + np.arange(height)[:, None] // 241
    seen = looker(ScriptedDetector(answer, CLASSES)).look_closely(frame(picture, 1.0), region)
    (look,) = seen.looks
    assert (seen.t, look.kind) == (START + NS_PER_S, LookKind.CLOSE)
    assert covered(region, look.region) == pytest.approx(float(region[2] > region[0]))
    x1, y1, x2, y2 = np.round(seen.objects.xyxy[0] * np.array([width, height, width, height])).astype(int)
    np.testing.assert_array_equal(picture[y1:y2, x1:x2], pieces[0][5:45, 3:43])
    assert (x2 - x1, y2 - y1) == (40, 40)
    assert min(pieces[0].shape[:2]) >= min(320, width, height)


def test_a_close_look_names_the_track_it_found_again() -> None:
    eyes = looker(sees([("car", 0.6, SPOT)]))
    watch(eyes, PARKED, 0, 2)
    picture = shot(PARKED, 3)

    def around(piece: Picture) -> Detections:
        # The piece is the whole picture: 320 px is the least it takes.
        return found([("car", 0.8, SPOT), ("bird", 0.4, HEAP)], piece.shape[1], piece.shape[0])

    eyes._eye.detector = ScriptedDetector(around, CLASSES)
    seen = eyes.look_closely(frame(picture, 2), WHOLE_PICTURE)
    assert seen.objects.track.tolist() == [1, NO_TRACK]
    assert seen.objects.appearance.shape == (2, APPEARANCE_LENGTH)
    assert set(seen.objects.sight.tolist()) == {Sight.DETECTED}


def test_a_close_look_that_finds_nothing_says_so() -> None:
    seen = looker(sees([])).look_closely(frame(shot(GROUND, 0), 0), SPOT)
    assert len(seen.objects) == 0
    assert kinds(seen) == {LookKind.CLOSE}


def test_the_same_frames_give_the_same_observations() -> None:
    runs = [watch(looker(sees([("car", 0.6, SPOT)])), PARKED, 0, 10) for _ in range(2)]
    assert [as_bytes(one) for one in runs[0]] == [as_bytes(one) for one in runs[1]]


def as_bytes(observation: Observation) -> tuple[bytes | str, ...]:
    objects: Objects = observation.objects
    arrays = (objects.xyxy, objects.class_name, objects.score, objects.track, objects.sight, objects.appearance)
    return (*(one.tobytes() for one in arrays), repr(observation.looks), repr(observation.health))
