"""A better view is taken, a little better one is not, and never many."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from pipeline.media.frame import Bgr
from pipeline.observation import TrackId
from pipeline.rules.episode import Episode, EventObject
from pipeline.runtime.best_views import BestViews, quality_of
from tests.alerts.samples import picture
from tests.rules.scenes import Thing, at, observation, reasoner, rule, since_start, stay, times


def views(thing: Thing, until_s: float) -> list[float]:
    """When better views were taken of a thing that is raised."""
    taken: list[float] = []

    def note(episode: Episode, full: Callable[[], Bgr]) -> None:
        taken.append(since_start(episode.t))
        assert full().size

    reasoning, best = reasoner(rule(dwell_s=2, confidence=0.05)), BestViews(note)
    for t_s in times(until_s):
        reasoning.feed(observation(t_s, [thing]))
        best.look(reasoning, at(t_s), picture)
    return taken


def test_a_view_as_good_as_the_first_is_none() -> None:
    assert views(stay(), 60) == []


def test_what_is_seen_better_is_taken_but_seldom() -> None:
    surer = stay(score=lambda t_s: min(0.95, 0.06 + 0.02 * t_s))
    taken = views(surer, 80)
    assert len(taken) == 3
    assert all(later - earlier >= 2 for earlier, later in pairwise(taken))


def test_after_a_minute_nothing_more_is_taken() -> None:
    late = stay(score=lambda t_s: 0.4 if t_s < 75 else 0.95)
    assert views(late, 120) == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("car", 0.8, (0.4, 0.4, 0.6, 0.6)), ("car", 0.5, (0.4, 0.4, 0.6, 0.6))),
        (("car", 0.8, (0.4, 0.4, 0.6, 0.6)), ("car", 0.8, (0.4, 0.4, 0.5, 0.5))),
        (("car", 0.8, (0.4, 0.4, 0.6, 0.6)), ("car", 0.8, (0.8, 0.4, 1.0, 0.6))),
    ],
)
def test_large_sure_and_whole_is_better(
    better: tuple[str, float, tuple[float, float, float, float]],
    worse: tuple[str, float, tuple[float, float, float, float]],
) -> None:
    def quality(name: str, score: float, box: tuple[float, float, float, float]) -> float:
        return quality_of((EventObject(name, score, box, TrackId(1)),))

    assert quality(*better) > 1.3 * quality(*worse)
