"""Where the rules look, a change wakes the network at once and for less; elsewhere it waits for the next check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import ModelError
from pipeline.geofence.boxes import Box, covered
from pipeline.media.frame import Frame
from pipeline.media.memory_source import StillPicture
from pipeline.observation import NS_PER_S, WHOLE_PICTURE, Look, LookKind, MediaNs, Observation, Sight, nanoseconds
from pipeline.perception.detections import Detections, DetectorBusyError, Picture
from pipeline.perception.glance import Glance
from pipeline.perception.looker import Looker, LookerSettings
from pipeline.perception.vigil import LONGEST_CHECK_S, RECHECK_S
from pipeline.perception.windows import REGION_INPUTS_PX, attention_region, is_cut
from tests.perception.street import Floats, enlarged, found, ground, put, shot

VOCABULARY = load_vocabulary()
START = MediaNs(1_767_571_200 * NS_PER_S)
GROUND = ground()
ZONE: Box = (0.1, 0.5, 0.3, 0.8)
ATTENTION = (ZONE,)
INSIDE: Box = (0.15, 0.6, 0.25, 0.7)
BEYOND: Box = (0.7, 0.3, 0.8, 0.45)
ASTRIDE: Box = (0.28, 0.55, 0.5, 0.75)
"""A lorry of which only a part is in the piece that the network is shown."""
SIZE = (1280, 720)


@dataclass(slots=True)
class Seeing:
    """A network that finds what is drawn where it looks: each thing by its colour, cut off at the picture's border.

    Attributes:
        things: Class and place of each, shares of the scene.
        busy: How many of the next questions are refused.
        asked: Width and height, px, of every picture it was shown.
    """

    things: list[tuple[str, float, Box]]
    window: Callable[[], Box]
    busy: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "seeing"

    @property
    def classes(self) -> frozenset[str]:
        return frozenset({"car", "person", "truck"})

    def input_size(self, picture_size: tuple[int, int], input_px: int) -> tuple[int, int]:
        del picture_size
        return input_px, input_px

    def detect(self, picture: Picture, input_px: int, min_score: float) -> Detections:
        del input_px, min_score
        if self.busy:
            self.busy -= 1
            raise DetectorBusyError("detector: too much to do")
        height, width = picture.shape[:2]
        self.asked.append((width, height))
        x1, y1, x2, y2 = WHOLE_PICTURE if (width, height) == (640, 360) else self.window()
        rows = [
            (
                name,
                score,
                ((b[0] - x1) / (x2 - x1), (b[1] - y1) / (y2 - y1), (b[2] - x1) / (x2 - x1), (b[3] - y1) / (y2 - y1)),
            )
            for name, score, b in self.things
        ]
        return found([row for row in rows if covered(row[2], WHOLE_PICTURE) > 0.1], width, height)

    def detect_many(self, pictures: Sequence[Picture], input_px: int, min_score: float) -> list[Detections]:
        return [self.detect(picture, input_px, min_score) for picture in pictures]


def region(size: tuple[int, int] = SIZE) -> Box:
    piece = attention_region(ATTENTION, size, 640)
    assert piece is not None
    return piece.box


@dataclass(slots=True)
class Watch:
    """A looker before a scene that changes."""

    network: Seeing
    eyes: Looker
    index: int = 0

    @classmethod
    def over(cls, *things: tuple[str, float, Box]) -> "Watch":
        network = Seeing(list(things), region)
        return cls(network, Looker(network, VOCABULARY, LookerSettings(confidence=0.3)))

    def see(
        self, scene: Floats, length_s: float, attention: Sequence[Box] | None = ATTENTION, step_s: float = 1.0
    ) -> list[Observation]:
        seen = []
        for _ in range(round(length_s / step_s)):
            picture = StillPicture(enlarged(shot(scene, self.index), *SIZE))
            t = MediaNs(START + nanoseconds(self.index * step_s))
            seen.append(self.eyes.look(Frame(t, picture, is_key=True), attention))
            self.index += 1
        return seen


def network_looks(seen: Sequence[Observation]) -> list[Look]:
    return [look for one in seen for look in one.looks if look.kind is LookKind.OBJECTS]


def drawn(*boxes: Box) -> Floats:
    scene = GROUND
    for index, box in enumerate(boxes):
        scene = put(scene, box, seed=20 + index, colour=(40, 40, 150))
    return scene


def quiet(watch: Watch, scene: Floats = GROUND) -> Watch:
    """Until the next check is half a minute away."""
    watch.see(scene, 32)
    watch.network.asked.clear()
    return watch


def test_a_change_where_the_rules_look_wakes_the_network_at_once_on_that_piece() -> None:
    watch = quiet(Watch.over())
    watch.network.things.append(("car", 0.8, INSIDE))
    (first,) = watch.see(drawn(INSIDE), 1)
    (look,) = network_looks([first])
    assert look == Look(LookKind.OBJECTS, region(), "seeing", 320, frozenset({"car", "person", "truck"}))
    assert max(watch.network.asked[0]) <= 320
    np.testing.assert_allclose(first.objects.xyxy, [INSIDE], atol=0.01)


def test_a_change_elsewhere_waits_for_the_next_check_of_the_whole() -> None:
    watch = quiet(Watch.over())
    watch.network.things.append(("car", 0.8, BEYOND))
    seen = watch.see(drawn(BEYOND), LONGEST_CHECK_S)
    looks = network_looks(seen)
    assert looks[0].region == WHOLE_PICTURE
    assert seen[0].objects.class_name.tolist() == []
    (found_at,) = [one for one in seen if "car" in one.objects.class_name]
    assert network_looks([found_at]) == looks[:1]
    assert len(looks) <= 4
    assert len(network_looks(quiet(Watch.over()).see(drawn(BEYOND), 1, attention=None))) == 1


def test_what_lies_beyond_the_piece_is_neither_seen_nor_absent_but_verified_at_its_place() -> None:
    watch = quiet(Watch.over(("car", 0.8, BEYOND)), drawn(BEYOND))
    watch.network.things.append(("car", 0.8, INSIDE))
    (first,) = watch.see(drawn(BEYOND, INSIDE), 1)
    assert [look.region for look in network_looks([first])] == [region()]
    assert dict(zip(first.objects.track.tolist(), first.objects.sight.tolist(), strict=True)) == {
        1: Sight.VERIFIED,
        2: Sight.DETECTED,
    }
    assert not first.examined(LookKind.OBJECTS, BEYOND)


def test_what_has_left_a_place_beyond_the_piece_is_not_reported_and_not_absent_before_the_whole_is_checked() -> None:
    watch = quiet(Watch.over(("car", 0.8, BEYOND)), drawn(BEYOND))
    watch.network.things[:] = [("car", 0.8, INSIDE)]
    (first,) = watch.see(drawn(INSIDE), 1)
    assert first.objects.track.tolist() == [2]
    assert not first.examined(LookKind.OBJECTS, BEYOND)
    later = watch.see(drawn(INSIDE), 8)
    whole = next(one for one in later if one.examined(LookKind.OBJECTS, BEYOND))
    assert whole.objects.track.tolist() == [2]


def test_what_reaches_over_the_border_of_the_piece_has_the_whole_picture_looked_at() -> None:
    watch = quiet(Watch.over())
    watch.network.things.append(("truck", 0.8, ASTRIDE))
    (first,) = watch.see(drawn(ASTRIDE), 1)
    assert [look.region for look in network_looks([first])] == [WHOLE_PICTURE]
    np.testing.assert_allclose(first.objects.xyxy, [ASTRIDE], atol=0.02)
    # Once it stands still and is known, its part in the piece is no stranger.
    watch.see(drawn(ASTRIDE), 32)
    watch.network.things.append(("car", 0.8, INSIDE))
    (second,) = watch.see(drawn(ASTRIDE, INSIDE), 1)
    assert [look.region for look in network_looks([second])] == [region()]
    assert second.objects.class_name.tolist() == ["truck", "car"]
    np.testing.assert_allclose(second.objects.xyxy, [ASTRIDE, INSIDE], atol=0.02)


def test_what_is_gone_within_the_piece_is_absent() -> None:
    watch = quiet(Watch.over(("car", 0.8, INSIDE)), drawn(INSIDE))
    watch.network.things.clear()
    (first,) = watch.see(GROUND, 1)
    assert [look.region for look in network_looks([first])] == [region()]
    assert first.examined(LookKind.OBJECTS, INSIDE)
    assert len(first.objects) == 0


def test_a_place_that_looks_different_is_looked_at_though_the_glance_shows_no_change() -> None:
    speck: Box = (0.2, 0.6, 0.22, 0.64)
    watch = quiet(Watch.over(("person", 0.8, speck)), drawn(speck))
    watch.network.things.clear()
    seen = watch.see(GROUND, RECHECK_S + 1)
    assert not watch.eyes._eye.vigil.has_changed(Glance.at(enlarged(shot(GROUND, 32), 640, 360)), ATTENTION)
    assert [look.region for look in network_looks(seen)] == [region()]
    assert all(len(one.objects) == 0 for one in seen)


def test_a_busy_detector_claims_no_look_verifies_places_and_is_asked_again() -> None:
    watch = quiet(Watch.over(("car", 0.8, BEYOND)), drawn(BEYOND))
    watch.network.things.append(("car", 0.8, INSIDE))
    watch.network.busy = 2
    refused, again, seen = watch.see(drawn(BEYOND, INSIDE), 3)
    for one in (refused, again):
        assert network_looks([one]) == []
        assert LookKind.PLACES in {look.kind for look in one.looks}
        assert one.objects.track.tolist() == [1]
        assert one.objects.sight.tolist() == [Sight.VERIFIED]
    assert len(network_looks([seen])) == 1
    assert seen.objects.class_name.tolist() == ["car", "car"]


def test_a_camera_whose_first_pictures_are_refused_begins_when_the_detector_has_time() -> None:
    watch = Watch.over(("car", 0.8, INSIDE))
    watch.network.busy = 3
    seen = watch.see(drawn(INSIDE), 5)
    assert [bool(network_looks([one])) for one in seen] == [False, False, False, True, True]
    assert len(watch.eyes.snapshot()) > 0


def test_a_close_look_that_is_refused_says_so() -> None:
    watch = Watch.over()
    watch.network.busy = 1
    with pytest.raises(DetectorBusyError, match="too much to do"):
        watch.eyes.look_closely(Frame(START, StillPicture(shot(GROUND, 0)), is_key=True), INSIDE)


def test_a_network_that_fails_is_no_busy_one() -> None:
    class Failing(Seeing):
        def detect(self, picture: Picture, input_px: int, min_score: float) -> Detections:
            del picture, input_px, min_score
            raise ModelError("network: failed")

    watch = Watch(Failing([], region), Looker(Failing([], region), VOCABULARY, LookerSettings(0.3)))
    with pytest.raises(ModelError):
        watch.see(GROUND, 1)


def test_the_picture_may_change_its_size_between_two_looks() -> None:
    watch = Watch.over(("car", 0.8, INSIDE))
    tracks = set[int]()
    for index in range(24):
        size = SIZE if index % 2 else (640, 360)
        watch.network.window = partial(region, size)
        t = MediaNs(START + nanoseconds(index / 2))
        picture = StillPicture(enlarged(shot(drawn(INSIDE), index), *size))
        seen = watch.eyes.look(Frame(t, picture, is_key=True), ATTENTION)
        tracks |= set(seen.objects.track.tolist())
        np.testing.assert_allclose(seen.objects.xyxy, [INSIDE], atol=0.02)
    assert tracks == {1}


@given(
    st.tuples(*[st.floats(0, 1)] * 4),
    st.sampled_from([(1920, 1080), (640, 360), (3840, 2160), (704, 576), (1080, 1920), (320, 240)]),
)
@settings(max_examples=200, deadline=None)
def test_a_piece_holds_all_that_matters_and_is_seen_no_smaller_than_in_the_whole(
    corners: tuple[float, float, float, float], size: tuple[int, int]
) -> None:
    a, b, c, d = corners
    box = (min(a, b), min(c, d), max(a, b), max(c, d))
    piece = attention_region([box], size, 640)
    if piece is None:
        return
    width, height = piece.frame_size
    assert 0 <= piece.left < piece.right <= width
    assert 0 <= piece.top < piece.bottom <= height
    assert width <= size[0]
    assert height <= size[1]
    x1, y1, x2, y2 = piece.box
    slack = 1.5 / min(piece.frame_size)
    assert x1 - slack <= box[0]
    assert y1 - slack <= box[1]
    assert x2 + slack >= box[2]
    assert y2 + slack >= box[3]
    assert piece.input_px in REGION_INPUTS_PX
    assert max(piece.right - piece.left, piece.bottom - piece.top) <= piece.input_px
    assert width * 1.01 >= min(640, size[0]) * min(1.0, 640 / max(size)) or max(size) <= 640
    assert not is_cut(piece, (5, 5, piece.right - piece.left - 5.0, piece.bottom - piece.top - 5.0))
    assert is_cut(piece, (0, 5, 20, 20)) == (piece.left > 0)
    assert is_cut(piece, (5, 5, piece.right - piece.left - 1.0, 20)) == (piece.right < width)


def test_where_the_rules_look_at_most_of_the_picture_it_is_looked_at_whole() -> None:
    assert attention_region([(0.1, 0.2, 0.9, 0.9)], (1920, 1080), 640) is None
    assert attention_region([(0.0, 0.0, 0.1, 0.1), (0.9, 0.9, 1.0, 1.0)], (1920, 1080), 640) is None
