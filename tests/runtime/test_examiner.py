"""What becomes of pictures, and of the time without any: entries in order, and nothing seen in a gap."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.resolved import Site
from pipeline.errors import ModelError
from pipeline.media.frame import Bgr, Frame
from pipeline.media.memory_source import StillPicture
from pipeline.observation import (
    REMOVED_OBJECT,
    End,
    EndCause,
    Entry,
    Gap,
    GapCause,
    LookKind,
    MediaNs,
    Observation,
    Tick,
    nanoseconds,
    seconds,
)
from pipeline.perception.detections import Detections, DetectorBusyError, Picture, ScriptedDetector
from pipeline.rules.episode import Episode, State
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.eyes import attention_of, camera_eyes, camera_watch
from pipeline.runtime.intake import Intake
from pipeline.runtime.replaying import reasoner
from tests.runtime.standing_car import START, VOCABULARY, car_finder, site_in, street


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


class Scene:
    """An examiner, the log that it makes, and what is told."""

    def __init__(self, site: Site, detector: ScriptedDetector | None = None) -> None:
        camera = site.cameras[0]
        self.entries: list[Entry] = []
        self.told: list[Episode] = []
        self.pictures: list[Bgr] = []
        self.n_frames = 0
        intake = Intake(reasoner(site, camera, VOCABULARY), self, self._tell)
        eyes = camera_eyes(site, VOCABULARY, detector or car_finder())
        self.examiner = Examiner(eyes, camera_watch(camera), intake, attention_of(site.rules, camera))

    def append(self, entry: Entry) -> None:
        self.entries.append(entry)

    def see(self, at_s: float, *, has_car: bool = False) -> None:
        frame = self.frame(at_s, has_car=has_car)
        self.examiner.examine(frame, lambda: frame)

    def frame(self, at_s: float, *, has_car: bool = False) -> Frame:
        self.n_frames += 1
        return Frame(at(at_s), StillPicture(street(has_car=has_car, grain=self.n_frames % 11)), is_key=True)

    def kinds(self) -> list[tuple[float, str]]:
        return [(round(seconds(entry.t - START), 3), kind_of(entry)) for entry in self.entries]

    def _tell(self, episodes: tuple[Episode, ...], picture: Callable[[], Bgr]) -> None:
        self.told.extend(episodes)
        self.pictures.append(picture())


def at(at_s: float) -> MediaNs:
    return MediaNs(START + nanoseconds(at_s))


def kind_of(entry: Entry) -> str:
    if isinstance(entry, Gap):
        return f"{'open' if entry.is_open else 'closed'} {entry.cause.value}"
    return type(entry).__name__


def test_between_pictures_that_are_far_apart_time_is_told_every_two_seconds(site: Site) -> None:
    scene = Scene(site)
    scene.see(0)
    scene.see(5)
    assert scene.kinds() == [(0, "Observation"), (2, "Tick"), (4, "Tick"), (5, "Observation")]


def test_a_camera_that_was_never_there_is_blind_from_the_start(site: Site) -> None:
    scene = Scene(site)
    scene.examiner.start(at(0))
    scene.examiner.lose(GapCause.NO_SIGNAL, at(0), at(0))
    scene.examiner.pass_time(at(4.5))
    assert scene.kinds() == [(0, "Tick"), (0, "open no_signal")] + [
        (t, kind) for t in (2, 4) for kind in ("Tick", "open no_signal")
    ]


def test_a_gap_says_from_when_on_nothing_was_seen_until_it_is_over(site: Site) -> None:
    scene = Scene(site)
    scene.see(0)
    scene.examiner.lose(GapCause.NO_SIGNAL, at(0), at(1))
    scene.examiner.lose(GapCause.NO_SIGNAL, at(0), at(2))
    scene.see(4)
    gaps = [entry for entry in scene.entries if isinstance(entry, Gap)]
    assert {gap.blind_from for gap in gaps} == {at(0)}
    assert scene.kinds() == [
        (0, "Observation"),
        (1, "open no_signal"),
        (3, "Tick"),
        (3, "open no_signal"),
        (4, "closed no_signal"),
        (4, "Observation"),
    ]
    assert scene.examiner.blindness is None


def test_another_cause_closes_the_gap_and_opens_one_from_the_same_moment(site: Site) -> None:
    scene = Scene(site)
    scene.see(0)
    scene.examiner.lose(GapCause.NO_SIGNAL, at(0), at(1))
    scene.examiner.jump(at(2))
    assert scene.kinds()[1:] == [(1, "open no_signal"), (2, "closed no_signal"), (2, "open clock_jumped")]
    assert scene.examiner.blindness is not None
    assert scene.examiner.blindness.since == at(0)


def test_a_clock_that_jumped_is_a_gap_up_to_the_picture_after_it(site: Site) -> None:
    scene = Scene(site)
    scene.see(0)
    scene.examiner.jump(at(1))
    scene.see(1)
    assert scene.kinds()[1:] == [(1, "open clock_jumped"), (1, "closed clock_jumped"), (1, "Observation")]


def test_a_run_that_goes_on_was_blind_in_between(site: Site) -> None:
    scene = Scene(site)
    scene.examiner.resume(at(-3))
    scene.see(0)
    assert scene.kinds() == [
        (-3, "open not_watched"),
        (-1, "Tick"),
        (-1, "open not_watched"),
        (0, "closed not_watched"),
        (0, "Observation"),
    ]


def test_a_camera_that_is_not_there_when_a_run_goes_on_has_had_no_signal_since_then_only(site: Site) -> None:
    scene = Scene(site)
    scene.examiner.resume(at(-3))
    scene.examiner.lose(GapCause.NO_SIGNAL, at(2), at(4))
    assert scene.examiner.blindness is not None
    assert scene.examiner.blindness.since == at(2)


def test_after_a_weekend_time_is_told_in_longer_steps(site: Site) -> None:
    scene = Scene(site)
    scene.examiner.resume(at(-200_000))
    scene.see(0)
    assert 1900 < sum(isinstance(entry, Tick) for entry in scene.entries) < 2100


def test_a_recording_that_goes_on_has_missed_nothing(site: Site) -> None:
    scene = Scene(site)
    scene.examiner.go_on(at(0))
    scene.see(0.5)
    assert scene.kinds() == [(0.5, "Observation")]


def test_the_end_clears_and_shows_the_last_picture_that_there_was(site: Site) -> None:
    scene = Scene(site)
    for i in range(12):
        scene.see(i / 2, has_car=True)
    scene.examiner.lose(GapCause.NO_SIGNAL, at(5.5), at(6))
    scene.examiner.end(at(6), EndCause.CAMERA_REMOVED)
    assert isinstance(scene.entries[-1], End)
    assert [episode.state for episode in scene.told if episode.state is not State.UPDATED] == [
        State.RAISED,
        State.CLEARED,
    ]
    assert scene.pictures[-1].shape == (96, 160, 3)


def test_what_is_told_without_any_picture_shows_black(site: Site) -> None:
    scene = Scene(site)
    scene.examiner.start(at(0))
    scene.examiner.lose(GapCause.NO_SIGNAL, at(0), at(0))
    scene.examiner.pass_time(at(400))
    # The camera itself is at fault: no signal for minutes.
    assert scene.told
    assert not any(picture.any() for picture in scene.pictures)


def test_a_close_look_for_which_the_network_has_no_time_stops_nothing(site: Site) -> None:
    busy = 1

    def answer(picture: Picture) -> Detections:
        nonlocal busy
        found = car_finder().detect(picture, 64, 0.1)
        if scene.entries and isinstance(scene.entries[-1], Observation) and scene.entries[-1].t == scene.now and busy:
            busy -= 1
            raise DetectorBusyError("busy")
        return found

    scene = SceneWithClock(site, ScriptedDetector(answer))
    for i in range(20):
        scene.now = at(i / 2)
        scene.see(i / 2, has_car=True)
    assert busy == 0
    assert [episode.state for episode in scene.told][:1] == [State.RAISED]
    close = [entry for entry in scene.entries if isinstance(entry, Observation) and is_close(entry)]
    assert close == []


class SceneWithClock(Scene):
    now = MediaNs(0)


def is_close(entry: Observation) -> bool:
    return any(look.kind is LookKind.CLOSE for look in entry.looks)


def test_a_picture_on_which_the_network_fails_makes_no_entry_and_spoils_nothing(site: Site) -> None:
    def answer(_: Picture) -> Detections:
        if scene.n_frames == 2:
            raise ModelError("failed")
        return Detections.none()

    scene = Scene(site, ScriptedDetector(answer))
    scene.see(0)
    with pytest.raises(ModelError):
        scene.see(0.5, has_car=True)
    scene.see(1, has_car=True)
    assert scene.kinds() == [(0, "Observation"), (1, "Observation")]


def test_a_camera_with_something_in_its_zone_is_not_idle(site: Site) -> None:
    scene = Scene(site)
    scene.see(0)
    scene.see(0.5)
    was_idle = scene.examiner.is_idle
    scene.see(1, has_car=True)
    scene.see(1.5, has_car=True)
    assert (was_idle, scene.examiner.is_idle) == (True, False)


def test_a_place_where_something_was_taken_away_stirs_nothing(site: Site) -> None:
    # Nothing finds the car, so it is part of the scene.
    scene = Scene(site, ScriptedDetector(lambda _: Detections.none()))
    for half_s in range(60):
        scene.see(half_s / 2, has_car=half_s < 40)
    last = scene.entries[-1]
    assert isinstance(last, Observation)
    assert last.objects.class_name.tolist() == [REMOVED_OBJECT]
    assert scene.examiner.is_idle


STEPS = st.lists(
    st.tuples(st.sampled_from(["see", "pass", "lose", "jump"]), st.floats(min_value=0.05, max_value=7.0)), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, begins=st.sampled_from(["see", "start", "resume"]))
def test_whatever_happens_the_log_is_one(site: Site, steps: list[tuple[str, float]], begins: str) -> None:
    """Time never goes back nor leaps, gaps open before they close, and nothing is seen within one."""
    scene, now_s = Scene(site), 0.0
    begin = {
        "see": lambda: scene.see(0),
        "start": lambda: scene.examiner.start(at(0)),
        "resume": lambda: scene.examiner.resume(at(0)),
    }
    begin[begins]()
    for what, after_s in steps:
        now_s += after_s
        last = scene.examiner.last
        assert last is not None
        if what == "see":
            scene.see(now_s)
        elif what == "pass":
            scene.examiner.pass_time(at(now_s))
        elif what == "lose":
            scene.examiner.lose(GapCause.NO_SIGNAL, last, last)
        else:
            scene.examiner.pass_time(at(now_s))
            scene.examiner.jump(at(now_s))
    open_cause: GapCause | None = None
    for before, after in pairwise(scene.entries):
        assert 0 <= after.t - before.t <= nanoseconds(2.0)
    for entry in scene.entries:
        if isinstance(entry, Gap):
            assert entry.blind_from <= entry.t
            assert open_cause in (None, entry.cause) if entry.is_open else open_cause is entry.cause
            open_cause = entry.cause if entry.is_open else None
        else:
            assert isinstance(entry, Tick) or open_cause is None
