from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.activity import Activity


def feed(activity: Activity, sizes: Iterable[int]) -> None:
    for size in sizes:
        activity.packet(size, is_key=False)


def learned(quiet: int, changed: int, spread: float = 0.1) -> Activity:
    """After thirty quiet stretches of fifty packets and ten in which something changed."""
    draw = np.random.default_rng(1)
    activity = Activity()
    for i in range(40):
        size = changed if i % 4 == 3 else quiet
        activity.packet(40 * quiet, is_key=True)
        feed(activity, (size * draw.lognormal(0, spread, 50)).astype(int).tolist())
        activity.judged(changed=i % 4 == 3)
    return activity


def test_a_coder_that_keeps_the_quality_tells_of_a_walker_before_the_next_keyframe() -> None:
    activity = learned(quiet=800, changed=4000)
    assert activity.is_helpful
    feed(activity, [800] * 20)
    assert not activity.is_active
    feed(activity, [4000] * 6)
    assert activity.is_active


def test_a_coder_that_keeps_the_bit_rate_tells_nothing() -> None:
    activity = learned(quiet=20_000, changed=20_500)
    feed(activity, [30_000] * 9)
    assert not activity.is_helpful
    assert not activity.is_active


def test_sizes_that_jump_about_while_nothing_changes_do_not_help() -> None:
    activity = Activity()
    for i in range(60):
        feed(activity, [400 * 10 ** (i % 3)] * 20)
        activity.judged(changed=i % 5 == 0)
    assert not activity.is_helpful


def test_what_was_seen_at_the_last_look_is_no_news() -> None:
    activity = learned(quiet=800, changed=4000)
    feed(activity, [4000] * 20)
    activity.judged(changed=True)
    assert not activity.is_active


def test_the_size_of_keyframes_says_nothing() -> None:
    activity = learned(quiet=800, changed=4000)
    for _ in range(20):
        activity.packet(90_000, is_key=True)
    assert not activity.is_active


def test_a_camera_that_turns_noisy_at_night_is_learned_anew() -> None:
    activity = learned(quiet=800, changed=4000)
    for _ in range(64):
        feed(activity, [5000] * 20)
        activity.judged(changed=False)
    feed(activity, [5000] * 9)
    assert not activity.is_active


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.integers(0, 10**7), max_size=12)),
        max_size=60,
    )
)
def test_it_is_active_only_where_it_helps(stretches: list[tuple[bool, list[int]]]) -> None:
    activity = Activity()
    for changed, sizes in stretches:
        feed(activity, sizes)
        assert not activity.is_active or activity.is_helpful
        activity.judged(changed=changed)
        assert not activity.is_active
