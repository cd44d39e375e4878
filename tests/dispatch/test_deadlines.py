"""Reminders and steps up, by the dispatcher's wall clock."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dispatch.deadlines import Due, Progress, deadline, due
from pipeline.dispatch.standing import WORKED_ON, Standing
from tests.dispatch.samples import LIMITS, NOW

OPEN = Progress(Standing.OPEN, NOW, NOW, 0, NOW)
NOTHING = Due(reminds=False, escalates=False)


def at(progress: Progress, minutes: float) -> Due:
    return due(progress, LIMITS, 2, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (4.99, NOTHING),
        (5.0, Due(reminds=False, escalates=True)),
        (10.0, Due(reminds=True, escalates=True)),
    ],
)
def test_what_nobody_acknowledges_in_time_is_escalated(minutes: float, expected: Due) -> None:
    assert at(OPEN, minutes) == expected


def test_what_was_acknowledged_has_until_its_disposal() -> None:
    has_it = replace(OPEN, standing=Standing.ACKNOWLEDGED)
    assert at(has_it, 29.9) == Due(reminds=True, escalates=False)
    assert at(has_it, 30.0).escalates


def test_the_second_step_comes_after_its_time_and_there_is_no_third() -> None:
    once = replace(OPEN, level=1, escalated_at=NOW + timedelta(minutes=5))
    assert not at(once, 19.9).escalates
    assert at(once, 20.0).escalates
    assert not at(replace(once, level=2), 500.0).escalates


def test_what_is_dealt_with_is_no_longer_late_but_somebody_is_reminded_to_verify_it() -> None:
    assert deadline(Standing.DISPOSED, NOW, LIMITS) is None
    assert at(replace(OPEN, standing=Standing.DISPOSED), 500.0) == Due(reminds=True, escalates=False)


def test_no_reminders_where_none_are_wanted() -> None:
    limits = replace(LIMITS, remind_every=timedelta(0))
    assert not due(OPEN, limits, 2, NOW + timedelta(days=3)).reminds


@given(st.sampled_from([standing for standing in Standing if standing not in WORKED_ON]), st.integers(0, 10**6))
def test_nothing_is_due_for_what_nobody_works_on(standing: Standing, minutes: int) -> None:
    assert at(replace(OPEN, standing=standing), minutes) == NOTHING


@given(st.lists(st.integers(1, 400), max_size=20))
def test_however_seldom_it_is_asked_each_step_is_taken_once_and_in_its_time(pauses: list[int]) -> None:
    progress, taken = OPEN, []
    now = NOW
    for pause in pauses:
        now += timedelta(seconds=pause * 10)
        if due(progress, LIMITS, 2, now).escalates:
            taken.append(now)
            progress = replace(progress, level=progress.level + 1, escalated_at=now)
    assert len(taken) <= 2
    assert all(moment >= NOW + LIMITS.acknowledge for moment in taken)
    assert all(later - earlier >= LIMITS.escalate_every for earlier, later in itertools.pairwise(taken))
