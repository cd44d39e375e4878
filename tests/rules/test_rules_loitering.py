"""The same person stays in the zone: the time follows the person."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import Box
from pipeline.observation import Sight
from pipeline.rules.episode import Ended, State
from tests.rules.scenes import Account, Thing, answered, moving, reasoner, rule, shifted, since_start, stay, times, walk

BY_THE_DOOR: Box = (0.3, 0.4, 0.36, 0.7)
"""In the zone, which is 0.2 to 0.8 wide."""


def loitering(dwell_s: float = 20.0, grace_s: float = 5.0) -> Rule:
    return rule(Condition.LOITERING, dwell_s=dwell_s, grace_s=grace_s, clear_after_s=3, event_per=EventPer.OBJECT)


def seen(things: list[Thing], until_s: float = 60.0, every_s: float = 0.5) -> Account:
    return answered(reasoner(loitering()), things, times(until_s, every_s))


PACING = walk(BY_THE_DOOR, (8, 0.4, 0.0), (16, 0.0, 0.1), (24, 0.4, 0.1), (32, 0.0, 0.0), (40, 0.4, 0.0))
"""To and fro, far beyond where a vendor's stay would end."""
STEPPING_OUT = walk(BY_THE_DOOR, (8, 0.0, 0.0), (9, -0.2, 0.0), (12, -0.2, 0.0), (13, 0.0, 0.0), (40, 0.1, 0.0))


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(stay(BY_THE_DOOR, 0, 40, class_name="person"), id="stands"),
        pytest.param(PACING, id="paces"),
        pytest.param(STEPPING_OUT, id="steps out for a moment"),
        pytest.param(
            stay(BY_THE_DOOR, 0, 40, class_name="person", missed=lambda t_s: 9 <= t_s < 13), id="is missed for 4 s"
        ),
        pytest.param(stay(BY_THE_DOOR, 0, 40, class_name="person", hidden=lambda t_s: 9 <= t_s < 20), id="is hidden"),
        pytest.param(replace(PACING, track=lambda t_s: 1 + int(t_s // 6)), id="changes its track"),
        pytest.param(
            replace(
                PACING, track=lambda t_s: 1 + int(t_s // 10), sight=lambda t_s: None if t_s % 10 < 1 else Sight.DETECTED
            ),
            id="changes its track out of sight",
        ),
    ],
)
def test_one_person_is_told_once_from_when_they_came(thing: Thing) -> None:
    account = seen([thing])
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]
    raised, cleared = account.episodes
    assert since_start(raised.started_at) <= 1.0
    assert since_start(raised.t) <= 22.0
    assert isinstance(cleared.ending, Ended)
    assert since_start(cleared.ending.at) == pytest.approx(39.5, abs=0.6)


def passing(n: int, every_s: float, length_s: float) -> list[Thing]:
    """People who walk through the zone one after the other."""

    def walker(k: int) -> Thing:
        def box(t_s: float) -> Box | None:
            share = (t_s - k * every_s) / length_s
            return shifted(BY_THE_DOOR, -0.2 + 0.7 * share) if 0 <= share < 1 else None

        return moving(stay(class_name="person", track=k + 1, look=1 + k % 15), box)

    return [walker(k) for k in range(n)]


def in_turn(n: int, each_s: float, pause_s: float) -> list[Thing]:
    """People who stand at one place one after the other."""
    return [
        stay(
            BY_THE_DOOR,
            k * (each_s + pause_s),
            k * (each_s + pause_s) + each_s,
            class_name="person",
            track=k + 1,
            look=1 + k % 15,
        )
        for k in range(n)
    ]


@pytest.mark.parametrize(
    "things",
    [
        pytest.param(passing(8, 5.0, 8.0), id="people pass one after the other"),
        pytest.param(in_turn(5, 15.0, 2.0), id="each takes the place of the one before"),
        pytest.param(in_turn(5, 15.0, 0.5), id="within a look"),
        pytest.param([stay(BY_THE_DOOR, 0, 19, class_name="person")], id="too short"),
        pytest.param(
            [walk(BY_THE_DOOR, (15, 0.0, 0.0), (16, -0.2, 0.0), (24, -0.2, 0.0), (25, 0.0, 0.0), (40, 0.0, 0.0))],
            id="was away for longer than the grace",
        ),
        pytest.param([stay(BY_THE_DOOR, 0, 40, class_name="bicycle")], id="a bicycle"),
    ],
)
def test_people_who_come_and_go_are_not_told(things: list[Thing]) -> None:
    assert seen(things, until_s=90).episodes == []


def test_who_paces_is_followed_by_few_looks_too() -> None:
    """Two seconds between looks, a new track at each: they may have come as far as people walk."""
    pacing = replace(PACING, track=lambda t_s: 1 + int(t_s // 2))
    account = seen([pacing], every_s=2.0)
    assert [(one.state, round(since_start(one.started_at))) for one in account.episodes][:1] == [(State.RAISED, 0)]
    assert len(account.of(State.RAISED)) == 1


def test_who_was_out_of_sight_and_out_of_the_zone_for_longer_than_the_grace_begins_anew() -> None:
    """Neither alone was: four seconds outside, and then four unseen."""
    stepping_out = walk(BY_THE_DOOR, (15, 0.0, 0.0), (16, -0.2, 0.0), (22, -0.2, 0.0), (22.5, 0.0, 0.0), (33, 0.0, 0.0))
    unseen = replace(stepping_out, sight=lambda t_s: None if 19.5 <= t_s < 23 else Sight.DETECTED)
    assert seen([unseen]).episodes == []


def test_another_who_looks_the_same_takes_over_no_time_from_a_step_away() -> None:
    """The first has been looked for in vain for a while: where another then appears is not where they were."""
    first = stay(BY_THE_DOOR, 0, 15, class_name="person", track=1)
    other = stay(shifted(BY_THE_DOOR, 0.1), 18.5, 33, class_name="person", track=2)
    assert seen([first, other]).episodes == []


def test_two_who_exchange_their_tracks_keep_their_times() -> None:
    """One came long before the other: only they are told at first, whatever the tracker calls them."""
    first = stay(BY_THE_DOOR, 0, 40, class_name="person", track=lambda t_s: 1 if t_s < 18 else 2, look=1)
    second = stay(
        shifted(BY_THE_DOOR, 0.08), 12, 40, class_name="person", track=lambda t_s: 2 if t_s < 18 else 1, look=2
    )
    account = seen([first, second])
    assert [(round(since_start(one.started_at)), round(since_start(one.t))) for one in account.of(State.RAISED)] == [
        (0, 20),
        (12, 32),
    ]


@given(
    length_s=st.floats(5.0, 40.0),
    dwell_s=st.floats(4.0, 25.0),
    fast_s=st.floats(0.1, 0.3),
    slow_s=st.floats(0.4, 1.0),
    phase_s=st.floats(0.0, 0.4),
)
@settings(deadline=None, max_examples=40)
def test_the_frame_rate_changes_nothing(
    length_s: float, dwell_s: float, fast_s: float, slow_s: float, phase_s: float
) -> None:
    if dwell_s <= length_s < dwell_s + 2 * slow_s:
        return
    person = walk(BY_THE_DOOR, *[(min(length_s, 8.0 * n), 0.4 * (n % 2), 0.0) for n in range(1, int(length_s / 8) + 2)])
    fast = answered(reasoner(loitering(dwell_s)), [person], times(60, fast_s))
    slow = answered(reasoner(loitering(dwell_s)), [person], times(60, slow_s, phase_s))
    event(f"raised: {bool(fast.episodes)}")
    assert [one.state for one in fast.episodes] == [one.state for one in slow.episodes]
    for a, b in zip(fast.episodes, slow.episodes, strict=True):
        assert abs(a.started_at - b.started_at) <= (slow_s + phase_s) * 1e9 + 10
