"""How long a stream waits before it is tried again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.runtime.back_off import FIRST_S, LONGEST_S, SLOW_FIRST_S, SLOW_LONGEST_S, BackOff

BANDS = {False: (FIRST_S, LONGEST_S), True: (SLOW_FIRST_S, SLOW_LONGEST_S)}


def test_waits_grow_twofold_up_to_half_a_minute() -> None:
    back_off = BackOff("gate/main")
    waits = [back_off.failed(is_slow=False) for _ in range(40)]
    for wait_s, mean_s in zip(waits, [1, 2, 4, 8, 16] + [30] * 35, strict=True):
        assert 0.7 * mean_s <= wait_s <= 1.3 * mean_s


def test_what_a_person_must_mend_is_tried_seldom() -> None:
    back_off = BackOff("gate/main")
    for mean_s in (30, 60, 120, 240, 300, 300):
        assert 0.7 * mean_s <= back_off.failed(is_slow=True) <= 1.3 * mean_s


def test_another_kind_of_failure_and_success_begin_anew() -> None:
    back_off = BackOff("gate/main")
    for _ in range(5):
        back_off.failed(is_slow=False)
    assert back_off.failed(is_slow=True) <= 1.3 * SLOW_FIRST_S
    assert back_off.failed(is_slow=False) <= 1.3 * FIRST_S
    for _ in range(5):
        back_off.failed(is_slow=False)
    was_failing = back_off.has_failed
    back_off.succeeded()
    assert (was_failing, back_off.has_failed) == (True, False)
    assert back_off.failed(is_slow=False) <= 1.3 * FIRST_S


def test_streams_that_were_lost_together_come_back_at_different_moments() -> None:
    first = [BackOff(f"cam-{number}/main").failed(is_slow=False) for number in range(100)]
    assert len({round(wait_s, 3) for wait_s in first}) > 90
    again = [BackOff(f"cam-{number}/main").failed(is_slow=False) for number in range(100)]
    assert again == first


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["lost", "slow", "good"]), max_size=60), st.text(max_size=10))
def test_it_never_waits_for_ever_nor_tries_at_once(history: list[str], name: str) -> None:
    back_off = BackOff(name)
    for what in history:
        if what == "good":
            back_off.succeeded()
            continue
        first_s, longest_s = BANDS[what == "slow"]
        assert 0.7 * first_s <= back_off.failed(is_slow=what == "slow") <= 1.3 * longest_s
