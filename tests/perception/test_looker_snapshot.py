"""What a looker remembers survives being written down: the same objects are at the same places afterwards."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StateError
from pipeline.geofence.boxes import Box
from pipeline.media.frame import Frame
from pipeline.media.memory_source import StillPicture
from pipeline.observation import NS_PER_S, STATIC_OBJECT, LookKind, MediaNs, Observation, nanoseconds
from pipeline.perception.detections import Detections, Picture, ScriptedDetector
from pipeline.perception.looker import IDS_LEFT_FREE, Looker, LookerSettings
from pipeline.perception.shelf import OpenShelf, Shelf
from tests.perception.street import Floats, enlarged, found, ground, passer_by, put, shot

VOCABULARY = load_vocabulary()
START = MediaNs(1_767_571_200 * NS_PER_S)
SPOT: Box = (0.4, 0.4, 0.62, 0.68)
HEAP: Box = (0.7, 0.55, 0.82, 0.70)
BESIDE: Box = (0.1, 0.6, 0.22, 0.75)
GROUND = ground()
PARKED = put(GROUND, SPOT, seed=5, colour=(150, 60, 40))
WITH_HEAP = put(PARKED, HEAP, seed=11, colour=(70, 110, 140))
WITH_BOTH = put(WITH_HEAP, BESIDE, seed=12, colour=(60, 130, 70))


def looker() -> Looker:
    """A network that finds the parked car while there is one, and whoever walks by."""

    def answer(picture: Picture) -> Detections:
        height, width = picture.shape[:2]
        is_parked = abs(int(picture[round(0.54 * height), round(0.51 * width), 0]) - 150) < 60
        return found([("car", 0.6, SPOT)] if is_parked else [], width, height)

    return Looker(ScriptedDetector(answer), VOCABULARY, LookerSettings(confidence=0.3))


def scene(t_s: float) -> Floats:
    if t_s < 10:
        return PARKED
    return passer_by(
        t_s - 10, WITH_HEAP if t_s < 22 else WITH_BOTH if t_s < 50 else put(GROUND, BESIDE, 12, (60, 130, 70))
    )[0]


def watch(eyes: Looker, first: int, last: int, size: tuple[int, int] = (320, 180)) -> list[Observation]:
    """Looks every half second."""
    return [
        eyes.look(
            Frame(
                MediaNs(START + nanoseconds(index / 2)),
                StillPicture(enlarged(shot(scene(index / 2), index), *size)),
                is_key=True,
            )
        )
        for index in range(first, last)
    ]


def told(seen: Observation) -> list[tuple[int, str]]:
    return list(zip(seen.objects.track.tolist(), seen.objects.class_name.tolist(), strict=True))


def asked(seen: Observation) -> bool:
    """Whether the network looked; the first looks after a restart examine the background more often."""
    return any(look.kind is LookKind.OBJECTS for look in seen.looks)


@given(saved_at=st.integers(1, 118))
@settings(max_examples=6, deadline=None)
def test_a_run_that_is_saved_and_taken_up_again_at_any_look_goes_on_as_if_nothing_had_been(saved_at: int) -> None:
    eyes = looker()
    watch(eyes, 0, saved_at)
    again = looker()
    again.resume(eyes.snapshot())
    again._ids.last -= IDS_LEFT_FREE
    for one, other in zip(watch(eyes, saved_at, 120), watch(again, saved_at, 120), strict=True):
        assert asked(one) == asked(other)
        assert told(one) == told(other)
        np.testing.assert_allclose(one.objects.xyxy, other.objects.xyxy, atol=0.01)
        np.testing.assert_allclose(one.objects.score, other.objects.score, atol=0.03)


def test_what_lay_there_before_a_crash_is_the_same_object_after_it_and_new_ones_get_new_ids() -> None:
    eyes = looker()
    before = watch(eyes, 0, 40)[-1]
    again = looker()
    again.resume(eyes.snapshot())
    # Forty seconds in which nobody looked; the second heap came in them.
    after = watch(again, 80, 92)[-1]
    assert before.objects.class_name.tolist() == ["car", STATIC_OBJECT]
    assert after.objects.track[:2].tolist() == before.objects.track.tolist()
    assert after.objects.class_name.tolist() == ["car", STATIC_OBJECT, STATIC_OBJECT]
    assert after.objects.track[2] > IDS_LEFT_FREE


def test_nothing_is_reported_of_what_went_while_nobody_looked() -> None:
    eyes = looker()
    watch(eyes, 0, 60)
    again = looker()
    again.resume(eyes.snapshot())
    left = watch(again, 110, 125)[-1]
    assert left.objects.class_name.tolist() == [STATIC_OBJECT]


def test_a_snapshot_before_the_first_look_is_empty() -> None:
    assert looker().snapshot() == b""
    eyes = looker()
    eyes.resume(b"")
    assert told(watch(eyes, 0, 1)[0]) == [(1, "car")]


def test_the_same_looks_give_the_same_bytes_and_a_snapshot_changes_nothing() -> None:
    one, other = looker(), looker()
    watch(one, 0, 40)
    watch(other, 0, 40)
    assert one.snapshot() == other.snapshot()
    assert one.snapshot() == other.snapshot()
    again = looker()
    again.resume(one.snapshot())
    again._ids.last -= IDS_LEFT_FREE
    assert again.snapshot() == one.snapshot()


@given(place=st.floats(0, 0.9999), value=st.integers(1, 255))
@settings(max_examples=25, deadline=None)
def test_a_damaged_snapshot_is_refused_and_leaves_the_looker_as_it_was(place: float, value: int) -> None:
    block = SNAPSHOT[0]
    index = int(place * len(block))
    damaged = block[:index] + bytes([block[index] ^ value]) + block[index + 1 :]
    eyes = looker()
    for wrong in (damaged, block[:index] or b"x", block + b"x"):
        with pytest.raises(StateError, match="snapshot: "):
            eyes.resume(wrong)
    assert told(watch(eyes, 0, 1)[0]) == [(1, "car")]


def test_a_snapshot_of_another_version_is_refused() -> None:
    with pytest.raises(StateError, match="version 2, expected b'SALM', 1"):
        OpenShelf(Shelf().close(b"{}", 2), 1)


def test_a_snapshot_is_small() -> None:
    eyes = looker()
    watch(eyes, 0, 60, (640, 360))
    assert len(eyes.snapshot()) < 400_000


@given(st.lists(st.floats(0, 9), min_size=6, max_size=6), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_arrays_come_back_from_the_shelf_as_they_were_put_there(ages_s: list[float], seed: int) -> None:
    generator = np.random.default_rng(seed)
    colour = generator.integers(0, 256, (7, 5, 3), np.uint8)
    mask = (generator.integers(0, 2, (7, 5)) * 255).astype(np.uint8)
    since_s = np.array([[1000 - age_s for age_s in ages_s], [-np.inf] * 6], np.float32)
    shelf = Shelf()
    refs = [shelf.put_picture(colour), shelf.put_picture(mask), shelf.put_mask(mask), shelf.put_bytes(colour[:0])]
    eighths = colour[..., 0].astype(np.float32) / np.float32(8)
    ages, noise = shelf.put_ages(1000, since_s), shelf.put_levels(eighths, 8)
    opened = OpenShelf(shelf.close(b"text", 1), 1)
    assert opened.text == b"text"
    for ref, expected in zip(refs, [colour, mask, mask, colour[:0]], strict=True):
        got = opened.mask(ref) if ref is refs[2] else opened.picture(ref)
        np.testing.assert_array_equal(got, expected)
        assert got.flags.writeable
    np.testing.assert_allclose(opened.ages(ages, 1000), since_s, atol=1 / 56 + 1e-4)
    np.testing.assert_array_equal(opened.levels(noise, 8), eighths)


def _snapshot() -> bytes:
    eyes = looker()
    watch(eyes, 0, 30)
    return eyes.snapshot()


SNAPSHOT = [_snapshot()]
