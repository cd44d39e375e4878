"""What may not be there at all: a muck truck, an electric bike in a lobby, smoke and flame."""

from dataclasses import replace

import pytest

from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import Box
from pipeline.observation import WHOLE_PICTURE, Look, LookKind
from pipeline.rules.episode import State
from tests.rules.scenes import (
    Account,
    Thing,
    answered,
    moving,
    observation,
    pass_by,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    stay,
    times,
    watch,
)

FLAME: Box = (0.45, 0.55, 0.5, 0.65)
BURNING = rule(Condition.DRIFTING, dwell_s=3, grace_s=5, clear_after_s=3, params={"seen_share": 0.4})


def truck_rule(schedule: str = "always") -> Rule:
    params = {"confirm_s": 2.0, "seen_share": 0.5}
    return rule(Condition.APPEARANCE, dwell_s=0, event_per=EventPer.OBJECT, params=params, schedule=schedule)


def trucks(things: list[Thing], until_s: float = 30.0, every_s: float = 0.2) -> Account:
    return answered(reasoner(truck_rule()), things, times(until_s, every_s))


@pytest.mark.parametrize("every_s", [0.2, 0.5])
def test_a_lorry_that_drives_through_is_told_once(every_s: float) -> None:
    account = trucks([pass_by(2, 10, class_name="truck")], every_s=every_s)
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]
    raised = account.episodes[0]
    assert raised.t - raised.started_at == pytest.approx(2e9, abs=every_s * 1e9 + 10)


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(pass_by(2, 10, class_name="bus"), id="a bus"),
        pytest.param(pass_by(2, 10, class_name="van"), id="a van"),
        pytest.param(
            replace(pass_by(2, 10), class_name=lambda t_s: "truck" if t_s % 1 < 0.3 else "bus"),
            id="a bus called a truck now and then",
        ),
        pytest.param(pass_by(2, 4, class_name="truck"), id="in the zone for a second"),
        pytest.param(stay((0.0, 0.1, 0.15, 0.2), class_name="truck"), id="outside"),
    ],
)
def test_what_is_no_lorry_or_hardly_there_is_not(thing: Thing) -> None:
    assert trucks([thing]).episodes == []


def test_a_lorry_outside_its_hours_alone_is_told() -> None:
    night = truck_rule(schedule="00:01-00:02")
    account = answered(reasoner(night), [stay(class_name="truck")], times(90, 0.5))
    assert [round(since_start(one.t)) for one in account.of(State.RAISED)] == [60]


def lobby(things: list[Thing]) -> Account:
    classes = frozenset({"bicycle", "motorcycle"})
    bikes = rule(Condition.APPEARANCE, dwell_s=30, event_per=EventPer.OBJECT, classes=classes)
    return answered(reasoner(bikes), things, times(60))


def test_a_bike_in_a_lobby_is_told_and_what_rolls_otherwise_is_not() -> None:
    assert [round(since_start(one.t)) for one in lobby([stay(class_name="motorcycle")]).of(State.RAISED)] == [30]
    assert lobby([pass_by(0, 25, class_name="motorcycle")]).episodes == []
    assert lobby([stay(class_name="person"), stay(track=2, class_name="suitcase")]).episodes == []


def fires(things: list[Thing], every_s: float = 0.5) -> Account:
    return answered(reasoner(BURNING), things, times(40, every_s))


def flickering(start_s: float = 5.0, seen_of_ten: int = 6) -> Thing:
    """A flame: its box, its look, its name and its track change all the time, and looks miss it."""

    def box(t_s: float) -> Box | None:
        n = round(t_s * 10)
        grown = 0.01 * (n % 4)
        return (FLAME[0] - grown, FLAME[1] - 2 * grown, FLAME[2] + 0.01 * (n % 3), FLAME[3]) if t_s >= start_s else None

    flame = stay(
        class_name=lambda t_s: "smoke" if round(t_s * 2) % 3 == 0 else "fire",
        track=lambda t_s: 1 + int(t_s),
        look=lambda t_s: 1 + round(t_s * 2) % 7,
        missed=lambda t_s: (round(t_s * 2) * 7) % 10 >= seen_of_ten,
    )
    return moving(flame, box)


def test_a_flame_that_flickers_is_one_event() -> None:
    account = fires([flickering()])
    assert [one.state for one in account.episodes] == [State.RAISED]
    assert since_start(account.episodes[0].started_at) <= 6.5
    assert since_start(account.episodes[0].t) <= 10.0


def headlights(length_s: float) -> Thing:
    """Lights that come nearer, called fire all the while."""

    def box(t_s: float) -> Box | None:
        share = (t_s - 5) / length_s
        if not 0 <= share < 1:
            return None
        size = 0.02 + 0.06 * share
        x, y = 0.45 + 0.2 * share, 0.45 + 0.5 * share
        return (x, y, x + size, y + size)

    return moving(stay(class_name="fire"), box)


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(headlights(6.0), id="headlights that come nearer"),
        pytest.param(pass_by(5, 12, class_name="fire"), id="tail lights that pass"),
        pytest.param(flickering(seen_of_ten=2), id="seen by one look in five"),
        pytest.param(stay(FLAME, 5, 7.5, class_name="fire"), id="a flash"),
        pytest.param(stay(FLAME, 5, class_name="car"), id="a red car"),
        pytest.param(
            stay(FLAME, 5, class_name="fire", score=lambda t_s: 0.5 if t_s % 10 == 5 else 0.2),
            id="a lit screen that is fire at a glance now and then",
        ),
        pytest.param(stay(shifted(FLAME, 0.4), 5, class_name="fire"), id="a chimney outside"),
    ],
)
def test_lights_that_pass_are_no_fire(thing: Thing) -> None:
    assert fires([thing]).episodes == []


def test_what_is_hardly_fire_to_the_close_look_is_none() -> None:
    seen, close = stay(FLAME, 5, class_name="fire", score=0.5), stay(FLAME, 5, class_name="fire", score=0.2)
    assert run(reasoner(BURNING), watch([seen], times(40, 0.5)), [close]).episodes == []
    assert len(fires([seen]).episodes) == 1


def test_looks_of_a_network_that_knows_no_fire_tell_nothing_of_one() -> None:
    """A specialist looks every five seconds; in between only the network for people and vehicles does."""
    whole = (LookKind.OBJECTS, WHOLE_PICTURE)
    specialist = (Look(*whole, "city", 640, frozenset({"fire", "smoke"})),)
    general = (Look(*whole, "coco", 640, frozenset({"person", "car"})),)
    flame = stay(FLAME, 5, class_name="fire")
    log = [
        observation(t_s, [flame] if t_s % 5 == 0 else [], specialist if t_s % 5 == 0 else general)
        for t_s in times(40, 0.5)
    ]
    account = run(reasoner(BURNING), log, [flame])
    assert [(one.state, since_start(one.t)) for one in account.episodes] == [(State.RAISED, 10.0)]
