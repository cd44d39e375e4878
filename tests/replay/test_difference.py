"""In what two lists of events differ."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.observation import NS_PER_S
from pipeline.replay.difference import MOST_APART_NS, difference
from pipeline.replay.events import Event
from pipeline.rules.episode import ClearReason, Ended
from tests.replay.test_truth import at, event


def spell(start_s: float, end_s: float, zone: str = "a") -> Event:
    return replace(event(start_s, zone=zone), ending=Ended(at(end_s), ClearReason.LEFT))


def test_the_same_events_do_not_differ_whatever_their_ids() -> None:
    events = [spell(0, 30), spell(100, 130), event(200)]
    others = [replace(one, id=one.id.__class__(f"other-{one.id}")) for one in events]
    found = difference(events, others, 0)
    assert not found
    assert found.same == 3


def test_what_only_one_has_appears_or_disappears() -> None:
    both, before, after = spell(0, 30), spell(0, 30, zone="b"), spell(500, 530)
    found = difference([both, before], [both, after], 0)
    assert (found.appeared, found.vanished, found.moved, found.same) == ((after,), (before,), (), 1)


@pytest.mark.parametrize(("tolerance_s", "n_moved"), [(0, 1), (1.999, 1), (2, 0)])
def test_times_that_differ_by_more_than_the_tolerance_are_a_move(tolerance_s: float, n_moved: int) -> None:
    found = difference([spell(0, 30)], [spell(0, 32)], round(tolerance_s * NS_PER_S))
    assert len(found.moved) == n_moved
    assert found.same == 1 - n_moved
    assert [one.how for one in found.moved] == [("end +2.000 s",)] * n_moved


def test_an_end_that_is_not_told_and_a_severity_are_told_as_moves() -> None:
    before, after = spell(0, 30), replace(event(0), severity="minor")
    [moved] = difference([before], [after], 0).moved
    assert moved.how == ("end told -> open", "severity major -> minor")


def test_events_that_neither_overlap_nor_begin_near_are_two() -> None:
    near, far = MOST_APART_NS / NS_PER_S, MOST_APART_NS / NS_PER_S + 1
    assert len(difference([spell(0, 5)], [spell(near, near + 5)], 0).moved) == 1
    assert len(difference([spell(0, 5)], [spell(far, far + 5)], 0).appeared) == 1
    # One of an hour that begins within it is the same that was told late.
    assert len(difference([spell(0, 3600)], [spell(1800, 3600)], 0).moved) == 1


def test_of_several_the_one_that_did_not_move_keeps_its_twin() -> None:
    found = difference([spell(0, 20), spell(30, 50)], [spell(30, 50)], 0)
    assert (found.vanished, found.same) == ((spell(0, 20),), 1)


_LISTS = st.lists(st.integers(0, 400), max_size=6, unique=True).map(
    lambda starts: [spell(start, start + 20) for start in sorted(starts)]
)


@given(_LISTS, _LISTS)
def test_nothing_is_told_twice_and_nothing_is_left_out(before: list[Event], after: list[Event]) -> None:
    found = difference(before, after, 0)
    assert len(found.vanished) + len(found.moved) + found.same == len(before)
    assert len(found.appeared) + len(found.moved) + found.same == len(after)
    assert bool(found) == (before != after)
