"""The transitions of an event in the ledger."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dispatch.standing import BY_LEFT, OVER, TRANSITIONS, WORKED_ON, Standing, Word, after, words
from pipeline.errors import UsageError

WALKS = st.lists(st.sampled_from(Word), max_size=12)


def walk(said: list[Word], *, has_left: bool) -> list[Standing]:
    """Where an event has stood, one entry for each word that fitted."""
    path = [Standing.HELD]
    for word in said:
        if word in words(path[-1], has_left=has_left):
            path.append(after(path[-1], word, has_left=has_left))
    return path


def test_the_usual_life() -> None:
    said = [Word.CONFIRM, Word.ACKNOWLEDGE, Word.DISPOSE, Word.VERIFY, Word.CLOSE]
    assert walk(said, has_left=False) == [
        Standing.HELD,
        Standing.OPEN,
        Standing.ACKNOWLEDGED,
        Standing.DISPOSED,
        Standing.VERIFIED,
        Standing.CLOSED,
    ]


def test_what_the_camera_saw_leave_is_verified_without_anybody_having_disposed_of_it() -> None:
    assert after(Standing.OPEN, Word.VERIFY, has_left=True) is Standing.VERIFIED
    with pytest.raises(UsageError, match=r"verify: does not fit an event that is open \(allowed: acknowledge, dispose"):
        after(Standing.OPEN, Word.VERIFY, has_left=False)


@given(st.sampled_from(Standing), st.sampled_from(Word), st.booleans())
def test_a_word_fits_exactly_where_it_is_offered(standing: Standing, word: Word, has_left: bool) -> None:  # noqa: FBT001
    if word in words(standing, has_left=has_left):
        assert after(standing, word, has_left=has_left) in Standing
    else:
        with pytest.raises(UsageError, match=f"^{word}: does not fit an event that is {standing} "):
            after(standing, word, has_left=has_left)


@given(WALKS, st.booleans())
def test_nothing_is_worked_on_before_it_was_opened(said: list[Word], has_left: bool) -> None:  # noqa: FBT001
    path = walk(said, has_left=has_left)
    first_worked_on = next((i for i, standing in enumerate(path) if standing in WORKED_ON), len(path))
    assert all(standing is not Standing.OPEN for standing in path[:first_worked_on])
    assert set(path[1:first_worked_on]) <= OVER


@given(WALKS)
def test_nobody_closes_what_was_dispatched_and_nobody_has_verified(said: list[Word]) -> None:
    path = walk(said, has_left=False)
    for before, now in itertools.pairwise(path):
        if now is Standing.CLOSED:
            assert before in {Standing.VERIFIED, Standing.HELD}
        if now is Standing.VERIFIED:
            assert before is Standing.DISPOSED


@given(st.sampled_from(Standing))
def test_every_standing_can_come_to_an_end(standing: Standing) -> None:
    reached, edge = {standing}, {standing}
    while edge:
        edge = {after_it for (before, _), after_it in TRANSITIONS.items() if before in edge} - reached
        reached |= edge
    assert reached & OVER


@given(st.sampled_from(Standing))
def test_what_has_left_allows_more_and_never_less(standing: Standing) -> None:
    assert set(words(standing, has_left=False)) <= set(words(standing, has_left=True))
    assert {standing for standing, _ in BY_LEFT} == {Standing.OPEN, Standing.ACKNOWLEDGED}
