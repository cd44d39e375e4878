"""Specialists look on timetables of their own, beside the first network and not in its way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import ModelError
from pipeline.geofence.boxes import Box
from pipeline.media.frame import Frame
from pipeline.media.memory_source import StillPicture
from pipeline.observation import NS_PER_S, WHOLE_PICTURE, LookKind, MediaNs, Observation, Sight, nanoseconds
from pipeline.perception.detections import Detections, DetectorBusyError, Picture, ScriptedDetector
from pipeline.perception.looker import Looker, LookerSettings
from pipeline.perception.narrowed import narrowed
from pipeline.perception.network_eye import EyeSettings
from pipeline.perception.specialist import RESTLESS_S, Specialist
from pipeline.perception.vigil import LONGEST_CHECK_S, RECHECK_S
from tests.perception.street import Floats, enlarged, found, ground, put, shot

VOCABULARY = load_vocabulary()
START = MediaNs(1_767_571_200 * NS_PER_S)
GROUND = ground()
HEAP: Box = (0.4, 0.5, 0.55, 0.7)
CAR: Box = (0.7, 0.4, 0.9, 0.65)
PASSER: Box = (0.38, 0.3, 0.58, 0.85)
EVERY_S = 10.0
WANTED: dict[str, Sequence[Box]] = {"city": ()}
LITTERED = put(GROUND, HEAP, seed=11, colour=(70, 110, 140))
BUSY = put(LITTERED, CAR, seed=5, colour=(150, 60, 40))

Answer = Callable[[Picture], Detections]


class City(ScriptedDetector):
    """A specialist under this name."""

    def __init__(self, answer: Answer, name: str = "city", classes: Sequence[str] = ("garbage", "manhole")) -> None:
        super().__init__(answer, classes)
        self._called = name

    @property
    def name(self) -> str:
        return self._called


def always(*rows: tuple[str, float, Box]) -> Answer:
    """Finds these, in shares of the picture, whatever it is shown."""
    return lambda picture: found(rows, picture.shape[1], picture.shape[0])


def failing(error: Exception) -> Answer:
    def answer(picture: Picture) -> Detections:
        del picture
        raise error

    return answer


@dataclass
class Scene:
    """A camera with a first network and specialists, and what it told."""

    eyes: Looker
    failures: list[tuple[str, str]] = field(default_factory=list)
    t_s: float = 0.0
    wanted: dict[str, Sequence[Box]] = field(default_factory=lambda: dict(WANTED))

    @classmethod
    def of(cls, first: Answer, *specialists: City, by_class: dict[str, float] | None = None) -> "Scene":
        settings = EyeSettings(0.3, by_class or {})
        failures: list[tuple[str, str]] = []
        eyes = Looker(
            ScriptedDetector(first, ("person", "car")),
            VOCABULARY,
            LookerSettings(confidence=0.3),
            specialists=[Specialist(one, settings, EVERY_S) for one in specialists],
            on_failure=lambda network, error: failures.append((network, str(error))),
        )
        return cls(eyes, failures)

    def see(
        self, street: Callable[[float], Floats] | Floats, length_s: float, step_s: float = 0.5
    ) -> list[Observation]:
        """Looks every half second, from where it was."""
        seen = []
        for _ in range(round(length_s / step_s)):
            floats = street(self.t_s) if callable(street) else street
            picture = enlarged(shot(floats, round(self.t_s / step_s)), 640, 360)
            frame = Frame(MediaNs(START + nanoseconds(self.t_s)), StillPicture(picture), is_key=True)
            seen.append(self.eyes.look(frame, (), self.wanted))
            self.t_s += step_s
        return seen


def looked_at_s(seen: list[Observation], model: str = "city") -> list[float]:
    return [
        (one.t - START) / NS_PER_S
        for one in seen
        if any(look.kind is LookKind.OBJECTS and look.model == model for look in one.looks)
    ]


def told(seen: Observation, class_name: str = "garbage") -> list[tuple[int, Sight]]:
    rows = seen.objects.class_name == class_name
    return [
        (track, Sight(sight))
        for track, sight in zip(seen.objects.track[rows].tolist(), seen.objects.sight[rows].tolist(), strict=True)
    ]


def flickers(t_s: float) -> Floats:
    """Something stirs in the street all the time, far from the heap."""
    left = 0.02 + 0.13 * (t_s * 0.37 % 2)
    return put(LITTERED, (left, 0.2, left + 0.1, 0.4), seed=3, colour=(200, 200, 60))


def test_its_finds_are_reported_beside_those_of_the_first_network_and_its_look_names_its_classes() -> None:
    scene = Scene.of(always(("car", 0.8, CAR)), City(always(("garbage", 0.7, HEAP))))
    first = scene.see(BUSY, 0.5)[0]
    assert sorted(first.objects.class_name.tolist()) == ["car", "garbage"]
    assert len(set(first.objects.track.tolist())) == 2
    looks = {look.model: look.classes for look in first.looks if look.kind is LookKind.OBJECTS}
    assert looks == {"scripted": frozenset({"car", "person"}), "city": frozenset({"garbage", "manhole"})}


def test_the_first_network_tells_the_same_whether_or_not_there_is_a_specialist() -> None:
    rows = ("car", 0.8, CAR), ("person", 0.6, PASSER)
    alone, beside = Scene.of(always(*rows)), Scene.of(always(*rows), City(always(("garbage", 0.9, CAR))))
    for a, b in zip(alone.see(flickers, 20), beside.see(flickers, 20), strict=True):
        mine = b.objects[b.objects.class_name != "garbage"]
        for name in ("xyxy", "score", "sight", "class_name"):
            assert getattr(a.objects, name).tolist() == getattr(mine, name).tolist()
        assert [one for one in b.looks if one.model != "city"] == list(a.looks)


def test_while_something_changes_it_looks_every_so_often() -> None:
    scene = Scene.of(always(), City(always()))
    assert looked_at_s(scene.see(flickers, 41)) == [0.0, 10.0, 20.0, 30.0, 40.0]


def test_where_nothing_changes_it_looks_ever_more_seldom_and_still_looks() -> None:
    scene = Scene.of(always(), City(always()))
    at_s = looked_at_s(scene.see(GROUND, 200))
    waits = np.diff(at_s)
    assert min(waits) >= EVERY_S
    assert waits[-1] > 3 * EVERY_S
    assert max(waits) <= LONGEST_CHECK_S + 0.5


def test_what_it_has_found_once_is_looked_at_again_soon_and_then_left_to_its_place() -> None:
    scene = Scene.of(always(), City(always(("garbage", 0.7, HEAP))))
    seen = scene.see(flickers, 20)
    assert looked_at_s(seen)[:3] == [0.0, RESTLESS_S, RESTLESS_S + EVERY_S]
    between = [one for one in seen if one.t > START + nanoseconds(RESTLESS_S) and "city" not in _models(one)]
    assert len(between) > 20
    assert {tuple(told(one)) for one in between} == {((1, Sight.VERIFIED),)}


def _models(seen: Observation) -> set[str]:
    return {look.model for look in seen.looks}


def test_what_has_gone_is_not_told_and_is_absent_only_once_the_specialist_has_looked() -> None:
    city = City(always(("garbage", 0.7, HEAP)))
    scene = Scene.of(always(), city)
    # It looks at 12 s, and the heap is gone a second later.
    scene.see(LITTERED, 13)
    city._answer = always()
    seen = scene.see(GROUND, 8)
    assert all(not told(one) for one in seen)
    assert looked_at_s(seen)[0] == 12 + RECHECK_S


def test_someone_who_stands_before_it_hides_it_and_does_not_take_it_away() -> None:
    def street(t_s: float) -> Floats:
        return put(LITTERED, PASSER, seed=30, colour=(60, 50, 90)) if 14 <= t_s < 20 else LITTERED

    def people(picture: Picture) -> Detections:
        x, y = round(0.41 * picture.shape[1]), round(0.35 * picture.shape[0])
        is_there = abs(int(picture[y, x, 2]) - 90) < 45 and abs(int(picture[y, x, 0]) - 60) < 45
        return found([("person", 0.8, PASSER)] if is_there else [], picture.shape[1], picture.shape[0])

    def heap(picture: Picture) -> Detections:
        hidden = len(people(picture)) > 0
        return found([] if hidden else [("garbage", 0.7, HEAP)], picture.shape[1], picture.shape[0])

    scene = Scene.of(people, City(heap))
    before, hidden, after = scene.see(street, 14), scene.see(street, 6), scene.see(street, 6)
    assert told(before[-1]) == [(1, Sight.VERIFIED)]
    assert {sight for one in hidden[2:] for _, sight in told(one)} <= {Sight.HIDDEN}
    assert told(hidden[-1]) == [(1, Sight.HIDDEN)]
    assert [track for track, _ in told(after[-1])] == [1]


def test_a_specialist_that_fails_stops_nobody_and_is_told() -> None:
    scene = Scene.of(always(("car", 0.8, CAR)), City(failing(ModelError("out of memory"))))
    seen = scene.see(flickers, 25)
    assert all(told(one, "car") for one in seen)
    assert looked_at_s(seen) == []
    assert scene.failures == [("city", "out of memory")] * 3


def test_a_specialist_that_is_busy_is_asked_again_soon() -> None:
    city = City(failing(DetectorBusyError("too much to do")))
    scene = Scene.of(always(), city)
    assert looked_at_s(scene.see(LITTERED, 2)) == []
    assert scene.failures == []
    city._answer = always(("garbage", 0.7, HEAP))
    assert looked_at_s(scene.see(LITTERED, 2))[0] == 2.0


def test_no_picture_is_looked_at_by_two_specialists() -> None:
    scene = Scene.of(always(), City(always()), City(always(), "fires", ("fire",)))
    scene.wanted["fires"] = ()
    seen = scene.see(flickers, 30)
    assert looked_at_s(seen) == [0.0, 10.0, 20.0]
    assert looked_at_s(seen, "fires") == [0.5, 10.5, 20.5]


def test_a_specialist_that_no_rule_needs_does_not_look() -> None:
    scene = Scene.of(always(), City(always(("garbage", 0.7, HEAP))))
    scene.wanted.clear()
    assert looked_at_s(scene.see(flickers, 30)) == []


def test_it_looks_at_the_piece_around_the_fences_that_need_it() -> None:
    city = City(always())
    scene = Scene.of(always(), city)
    scene.wanted["city"] = ((0.1, 0.6, 0.25, 0.8),)
    (look,) = [look for look in scene.see(GROUND, 0.5)[0].looks if look.model == "city"]
    assert look.region != WHOLE_PICTURE
    assert look.covers((0.1, 0.6, 0.25, 0.8))
    assert not look.covers((0.8, 0.1, 0.9, 0.2))
    assert city.asked_px == [640], "as much as the whole picture: its things are small"


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080)])
def test_its_second_look_is_as_large_as_the_first_could_be(size: tuple[int, int]) -> None:
    city = City(always(("garbage", 0.7, (0.3, 0.3, 0.7, 0.7))))
    scene = Scene.of(always(), city)
    scene.see(LITTERED, 0.5)
    frame = Frame(MediaNs(START + nanoseconds(0.0)), StillPicture(enlarged(shot(LITTERED, 0), *size)), is_key=True)
    close = scene.eyes.look_closely(frame, (0.44, 0.44, 0.5, 0.5), frozenset({"garbage"}))
    assert (close.looks[0].model, close.looks[0].input_px, city.asked_px[-1]) == ("city", 640, 640)
    of_first = scene.eyes.look_closely(frame, (0.44, 0.44, 0.5, 0.5), frozenset({"person"}))
    assert of_first.looks[0].input_px == 320, "the first network knows whole streets"


def test_a_class_s_own_score_decides_whether_a_find_begins_a_track() -> None:
    rows = ("garbage", 0.5, HEAP), ("manhole", 0.5, CAR)
    scene = Scene.of(always(), City(always(*rows)), by_class={"garbage": 0.6})
    assert scene.see(BUSY, 0.5)[0].objects.class_name.tolist() == ["manhole"]


def test_what_is_remembered_goes_on_after_a_restart() -> None:
    city = City(always(("garbage", 0.7, HEAP)))
    scene = Scene.of(always(), city)
    scene.see(LITTERED, 12)
    again = Scene.of(always(), city)
    again.eyes.resume(scene.eyes.snapshot())
    again.t_s = 12.0
    seen = again.see(LITTERED, 3)
    assert looked_at_s(seen) == [RESTLESS_S + EVERY_S]
    assert {tuple(told(one)) for one in seen[1:]} == {((1, Sight.VERIFIED),)}
    other = Scene.of(always(), City(always(), "another"))
    other.eyes.resume(scene.eyes.snapshot())
    other.t_s = 12.0
    assert all(not told(one) for one in other.see(LITTERED, 3))


@pytest.mark.parametrize(
    ("classes", "model"),
    [
        ({"garbage"}, "city"),
        ({"car"}, "scripted"),
        ({"static_object"}, "scripted"),
        ({"smoke"}, "scripted"),
        (set(), "scripted"),
    ],
)
def test_a_close_look_is_that_of_the_network_that_answers_for_the_class(classes: set[str], model: str) -> None:
    scene = Scene.of(always(("car", 0.8, CAR)), City(always(("garbage", 0.7, WHOLE_PICTURE))))
    scene.see(BUSY, 0.5)
    frame = Frame(START, StillPicture(enlarged(shot(BUSY, 0), 1920, 1080)), is_key=True)
    (look,) = scene.eyes.look_closely(frame, HEAP, frozenset(classes)).looks
    assert (look.kind, look.model) == (LookKind.CLOSE, model)


def test_a_close_look_of_a_specialist_that_fails_is_none() -> None:
    scene = Scene.of(always(), City(failing(ModelError("out of memory"))))
    frame = Frame(START, StillPicture(enlarged(shot(BUSY, 0), 1920, 1080)), is_key=True)
    with pytest.raises(DetectorBusyError):
        scene.eyes.look_closely(frame, HEAP, frozenset({"garbage"}))
    assert scene.failures == [("city", "out of memory")]


def test_of_a_narrowed_network_only_the_classes_that_count_come_out() -> None:
    network = City(always(("garbage", 0.7, HEAP), ("manhole", 0.6, CAR)))
    less = narrowed(network, frozenset({"manhole", "person"}))
    picture = shot(BUSY, 0)
    assert less.classes == {"manhole"}
    assert less.detect(picture, 320, 0.1).class_name.tolist() == ["manhole"]
    assert [one.class_name.tolist() for one in less.detect_many([picture], 320, 0.1)] == [["manhole"]]
    assert narrowed(network, frozenset({"garbage", "manhole", "car"})) is network
