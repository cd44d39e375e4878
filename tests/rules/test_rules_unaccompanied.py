"""A dog in the zone with no person near it."""

import numpy as np
import pytest

from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.ground import GroundMap, GroundUnit, fit_ground
from pipeline.geofence.boxes import Box
from pipeline.observation import Look, LookKind
from pipeline.rules.episode import State
from tests.rules.scenes import (
    Account,
    Thing,
    answered,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    stay,
    times,
    walk,
    watch,
)

DOG: Box = (0.4, 0.62, 0.46, 0.7)
OWNER: Box = (0.48, 0.4, 0.54, 0.7)
"""0.08 of the picture's width away: half of a height."""


def seen(things: list[Thing], until_s: float = 40.0, every_s: float = 0.5, ground: GroundMap | None = None) -> Account:
    dogs = rule(Condition.UNACCOMPANIED, dwell_s=5, clear_after_s=3, event_per=EventPer.OBJECT)
    return answered(reasoner(dogs, ground=ground), things, times(until_s, every_s))


def dog(end_s: float = 30.0) -> Thing:
    return stay(DOG, 0, end_s, class_name="dog")


def owner(box: Box = OWNER, start_s: float = 0.0, end_s: float = 30.0, every: int = 1) -> Thing:
    """A person; with `every` above 1 only every so manyth look finds them."""
    missed = lambda t_s: round(t_s * 2) % every != 0  # noqa: E731 - as the scenes take it
    return stay(box, start_s, end_s, class_name="person", track=2, look=2, missed=missed)


@pytest.mark.parametrize(
    "things",
    [
        pytest.param([dog()], id="nobody about"),
        pytest.param([dog(), owner(shifted(OWNER, 0.3))], id="a person far off"),
        pytest.param([walk(DOG, (10, 0.2, 0.1), (20, -0.1, 0.1), (30, 0.1, 0.0), class_name="dog")], id="runs about"),
    ],
)
def test_a_dog_alone_is_told_once(things: list[Thing]) -> None:
    account = seen(things)
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]
    assert since_start(account.episodes[0].t) == pytest.approx(5.0, abs=0.6)


@pytest.mark.parametrize(
    "things",
    [
        pytest.param([dog(), owner()], id="beside its owner"),
        pytest.param([dog(), owner(every=2)], id="every other look misses the owner"),
        pytest.param([dog(), owner(every=8)], id="seven looks of eight miss the owner"),
        pytest.param([dog(4.0)], id="is gone before the dwell is over"),
        pytest.param([stay(DOG, class_name="cat")], id="a cat"),
        pytest.param([stay((0.02, 0.1, 0.1, 0.2), class_name="dog")], id="outside the zone"),
        pytest.param(
            [walk(DOG, (20, 0.25, 0.0), class_name="dog"), walk(OWNER, (20, 0.25, 0.0), track=2, look=2)],
            id="on a walk",
        ),
    ],
)
def test_a_dog_with_its_owner_is_not(things: list[Thing]) -> None:
    assert seen(things).episodes == []


def test_an_owner_who_goes_is_missed_from_then_on() -> None:
    account = seen([dog(), owner(end_s=10)])
    assert [round(since_start(one.started_at)) for one in account.of(State.RAISED)] == [10]


def test_a_passer_by_ends_nothing_and_an_owner_who_comes_does() -> None:
    passer_by = seen([dog(), owner(start_s=12, end_s=14)])
    assert [one.state for one in passer_by.episodes] == [State.RAISED, State.CLEARED]
    coming = seen([dog(), owner(start_s=12)])
    assert [one.state for one in coming.episodes] == [State.RAISED, State.CLEARED]
    assert since_start(coming.episodes[1].t) < 25


def test_where_nobody_looked_for_the_owner_none_was_missed() -> None:
    """The network was shown the dog alone: it tells nothing of who holds the leash."""
    narrow = (Look(LookKind.OBJECTS, (0.38, 0.5, 0.47, 0.75), "test", 320),)
    dogs = rule(Condition.UNACCOMPANIED, dwell_s=5, event_per=EventPer.OBJECT)
    assert run(reasoner(dogs), watch([dog()], times(40), narrow), [dog()]).episodes == []


def test_on_calibrated_ground_near_is_so_many_metres() -> None:
    corners = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])

    def ground(width_m: float) -> GroundMap:
        metres = np.array([[0.0, 0.0], [width_m, 0.0], [width_m, width_m], [0.0, width_m]])
        return fit_ground(corners, metres, GroundUnit.METRES)

    # 0.08 of 20 m are 1.6 m, of 100 m they are 8 m.
    assert seen([dog(), owner()], ground=ground(20)).episodes == []
    assert len(seen([dog(), owner()], ground=ground(100)).of(State.RAISED)) == 1
