from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.damage import Damage, DamageCounter
from pipeline.media.timeline import MAX_GAP_NS, DecodeTimeline, DisplayClock, RawTimes, Stamp

MS = 1_000_000
STEP = 40 * MS
HOUR = 3600 * 1000
NOTHING = RawTimes(None, None)


def placed(times: Sequence[RawTimes], damage: DamageCounter) -> list[Stamp]:
    timeline = DecodeTimeline(STEP, damage)
    following = [*times[1:], NOTHING]
    return [
        timeline.place(own, after, is_key=not i) for i, (own, after) in enumerate(zip(times, following, strict=True))
    ]


def shown(times: Sequence[RawTimes]) -> tuple[list[int], Damage]:
    """Times in ms since the first, of pictures shown in the order in which they are stored."""
    damage = DamageCounter()
    clock = DisplayClock(damage)
    result = []
    for stamp in placed(times, damage):
        clock.fed(stamp)
        result.append(clock.follow(clock.shown(stamp, is_bidirectional=False), stamp.step_ns))
    return [t - result[0] for t in result], damage.counted()


def same(*stamps_ms: int | None) -> list[RawTimes]:
    """Packets without reordering: the same stamp twice."""
    return [RawTimes(*(2 * (None if stamp is None else stamp * MS,))) for stamp in stamps_ms]


def in_ms(times: list[int]) -> list[float]:
    return [t / MS for t in times]


stamps = st.one_of(st.none(), st.integers(-(2**40), 2**62), st.integers(0, 10**9))


@given(st.lists(st.builds(RawTimes, stamps, stamps), min_size=1, max_size=60))
@settings(deadline=None, max_examples=300)
def test_times_strictly_increase_whatever_the_stamps(times: list[RawTimes]) -> None:
    result, _ = shown(times)
    assert all(earlier < later for earlier, later in pairwise(result))


@given(
    st.lists(st.integers(1, HOUR), max_size=60), st.integers(-(10**6), 10**9), st.sampled_from(["pts", "dts", "both"])
)
@settings(deadline=None, max_examples=200)
def test_good_stamps_are_kept_to_the_nanosecond(
    steps_ms: list[int],
    first_ms: int,
    which: str,
) -> None:
    stamps_ms = [first_ms]
    for step_ms in steps_ms:
        stamps_ms.append(stamps_ms[-1] + step_ms)
    kept = [
        RawTimes(stamp * MS if which != "dts" else None, stamp * MS if which != "pts" else None) for stamp in stamps_ms
    ]
    result, damage = shown(kept)
    assert in_ms(result) == [stamp - first_ms for stamp in stamps_ms]
    assert not damage


@st.composite
def reordered(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Place in stored order and time of showing of each packet, in stored order; every group starts with its first."""
    shows = [0]
    for step_ms in draw(st.lists(st.integers(1, 2000), min_size=4, max_size=40)):
        shows.append(shows[-1] + step_ms)
    order: list[int] = []
    while len(order) < len(shows):
        group = range(len(order), min(len(order) + draw(st.integers(1, 4)), len(shows)))
        order += [group[-1], *group[:-1]]
    depth = max(stored - index for stored, index in enumerate(order))
    lead = shows[min(depth, len(shows) - 1)]
    return [(shows[stored] - lead, shows[index]) for stored, index in enumerate(order)]


@given(reordered())
@settings(deadline=None)
def test_pictures_stored_out_of_order_keep_their_times(packets: list[tuple[int, int]]) -> None:
    damage = DamageCounter()
    stamped = placed([RawTimes(pts * MS, dts * MS) for dts, pts in packets], damage)
    assert [stamp.shown_ns for stamp in stamped] == [pts * MS for _, pts in packets]
    assert not damage.counted()


@pytest.mark.parametrize(
    ("stamps_ms", "times_ms", "damage"),
    [
        ([0, 40, None, 120, 160], [0, 40, 80, 120, 160], Damage(missing_times=1)),
        ([None, None, None], [0, 40, 80], Damage(missing_times=3)),
        ([0, 100, 200, None, None, 500], [0, 100, 200, 300, 400, 500], Damage(missing_times=2)),
        ([0, 40, 80, 80, 120, 160], [0, 40, 80, 100, 120, 160], Damage(disordered_times=1)),
        ([0, 40, 80, 3_000_000, 160, 200], [0, 40, 80, 120, 160, 200], Damage(missing_times=1)),
        ([0, 40, 80, 2000, 160, 200], [0, 40, 80, 120, 160, 200], Damage(missing_times=1)),
        ([0, 40, 80, 10**11, 160, 200], [0, 40, 80, 120, 160, 200], Damage(missing_times=1)),
        ([5000, 5040, 5080, 0, 5160], [0, 40, 80, 120, 160], Damage(missing_times=1)),
        ([9000, 9040, 9080, 0, 40, 80], [0, 40, 80, 120, 160, 200], Damage(jumps_back=1)),
        ([9000, 9040, 9080, 8900, 8940, 8980], [0, 40, 80, 120, 160, 200], Damage(jumps_back=1)),
        ([0, 40, 80, HOUR + 80, HOUR + 120], [0, 40, 80, HOUR + 80, HOUR + 120], Damage()),
        ([0, 40, 80, HOUR + 81, HOUR + 121], [0, 40, 80, 120, 160], Damage(jumps_ahead=1)),
        ([95_443_000, 95_443_717, 0, 40], [0, 717, 1434, 1474], Damage(jumps_back=1)),
    ],
    ids=[
        "one missing",
        "none at all",
        "two missing at another rate",
        "one twice",
        "one far ahead",
        "one a little ahead",
        "one absurd",
        "one at zero",
        "back for good",
        "back a little for good",
        "an hour of sleep",
        "more than an hour ahead",
        "wrapped round",
    ],
)
def test_bad_stamps_are_repaired_and_counted(stamps_ms: list[int | None], times_ms: list[int], damage: Damage) -> None:
    result, counted = shown(same(*stamps_ms))
    assert (in_ms(result), counted) == (times_ms, damage)


def test_without_times_of_showing_the_order_tells_them() -> None:
    damage = DamageCounter()
    clock = DisplayClock(damage)
    intra, forward, first, second = placed([RawTimes(None, i * STEP) for i in range(4)], damage)
    for stamp in (intra, forward, first, second):
        clock.fed(stamp)
    pictures = [(intra, False), (first, True), (second, True), (forward, False)]
    assert [clock.shown(stamp, is_bidirectional=is_b) // STEP for stamp, is_b in pictures] == [0, 1, 2, 3]
    assert not damage.counted()


def test_a_lost_picture_does_not_delay_the_ones_after_it() -> None:
    clock = DisplayClock(DamageCounter())
    stamps = placed([RawTimes(None, i * STEP) for i in range(4)], DamageCounter())
    for stamp in stamps:
        clock.fed(stamp)
    assert [clock.shown(stamp, is_bidirectional=False) // STEP for stamp in stamps if stamp.seq != 1] == [0, 2, 3]


def test_the_longest_gap_that_is_kept_is_an_hour() -> None:
    assert MAX_GAP_NS == HOUR * MS
