"""A camera's bad day, from its pictures to its events: each fault is told, and a parked car outlives all."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.media.frame import Bgr
from pipeline.media.memory_source import MemorySource
from pipeline.observation import Gap, MediaNs, Observation, nanoseconds
from pipeline.resources import data_folder
from pipeline.rules.episode import Episode, FaultOrigin, RuleOrigin
from tests.perception.camera_scenes import (
    back_and_forth,
    behind_a_hand,
    black,
    noisy,
    pictures_of,
    through_the_window,
)
from tests.runtime.standing_car import CAR, START, Run, since_start, site_in

pytestmark = pytest.mark.long

DAY = ("good", "good", "moved", "good", "covered", "good", "frozen", "good", "missing", "good", "black", "good")
"""What happens to the camera, 30 s each; the car comes after 10 s."""
LENGTH_S = 30


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run()
    run.over(site_in(tmp_path_factory.mktemp("day")), MemorySource(_pictures()), interval_s=1.0)
    return run


def _pictures() -> Iterator[tuple[MediaNs, Bgr]]:
    street = back_and_forth(pictures_of(data_folder("sample_videos") / "street.mp4", 1.0))
    still = np.zeros((1, 1, 3), np.uint8)
    for second, picture in zip(range(len(DAY) * LENGTH_S), street, strict=False):
        what = DAY[second // LENGTH_S]
        with_car = _with_car(picture) if second >= 10 else picture
        seen = through_the_window(with_car, dx=0.12 if what == "moved" else 0.0)
        seen = behind_a_hand(seen) if what == "covered" else black(seen) if what == "black" else seen
        still = still if what == "frozen" else noisy(seen, second)
        if what != "missing":
            yield MediaNs(START + nanoseconds(second)), still


def _with_car(picture: Bgr) -> Bgr:
    """The car of the scripted network, where it looks for it through the window."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (0.1 + 0.8 * share for share in CAR)
    parked = picture.copy()
    grain = np.random.default_rng(7).normal((30, 40, 200), 15, picture.shape)
    place = np.s_[round(y1 * height) : round(y2 * height), round(x1 * width) : round(x2 * width)]
    parked[place] = np.clip(grain, 0, 255)[place]
    return parked


def _faults(day: Run) -> list[tuple[str, str, float, float]]:
    """Fault, state, when it began and when it was told, in seconds."""
    return [
        (one.origin.kind.value, one.state.value, since_start(one.started_at), since_start(one.t))
        for one in _told(day)
        if isinstance(one.origin, FaultOrigin)
    ]


def _told(day: Run) -> list[Episode]:
    return [one for _, one in day.told]


def test_every_fault_is_told_within_fifteen_seconds_and_cleared_within_fifteen(day: Run) -> None:
    expected = {"moved": 2, "covered": 4, "frozen": 6, "no_signal": 8}
    told = _faults(day)
    for kind, place in expected.items():
        [raised, cleared] = [one for one in told if one[0] == kind][:2]
        assert (raised[1], cleared[1]) == ("raised", "cleared")
        assert raised[2] == pytest.approx(place * LENGTH_S, abs=1)
        assert raised[2] + 10 <= raised[3] <= place * LENGTH_S + 15
        assert (place + 1) * LENGTH_S + 10 <= cleared[3] <= (place + 1) * LENGTH_S + 15
    assert [(kind, state) for kind, state, _, _ in told if kind not in expected] == []
    assert [since for kind, state, since, _ in told if (kind, state) == ("covered", "raised")] == pytest.approx(
        [4 * LENGTH_S, 10 * LENGTH_S], abs=1
    )


def test_the_parked_car_is_one_event_from_beginning_to_end(day: Run) -> None:
    story = [one for one in _told(day) if isinstance(one.origin, RuleOrigin)]
    assert [one.state.value for one in story if one.state.value != "updated"] == ["raised", "cleared"]
    assert since_start(story[0].started_at) == pytest.approx(10, abs=1)
    assert {one.id for one in story} == {story[0].id}
    assert [one.visible for one in story if one.state.value == "updated"][:2] == [False, True]


def test_a_blind_camera_is_not_looked_through(day: Run) -> None:
    looked = {int(since_start(one.t)) // LENGTH_S for one in day.entries if isinstance(one, Observation)}
    for place in (2, 4, 8, 10):
        assert place not in looked, DAY[place]
    assert {one.cause.value for one in day.entries if isinstance(one, Gap)} == {
        "moved",
        "covered",
        "frozen",
        "no_signal",
    }


def test_the_same_pictures_give_the_same_log(day: Run, tmp_path: Path) -> None:
    again = Run()
    again.over(site_in(tmp_path), MemorySource(_pictures()), interval_s=1.0)
    assert again.told == day.told
