from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.damage import Damage, DamageCounter
from pipeline.media.timeline import MAX_GAP_NS, DecodeTimeline, DisplayClock, Following, RawTimes, Stamp

MS = 1_000_000
STEP = 40 * MS
HOUR = 3600 * 1000


def placed(times: Sequence[RawTimes], damage: DamageCounter) -> list[Stamp]:
    timeline = DecodeTimeline(STEP, damage)

    def following(i: int) -> Following:
        return lambda n: times[i + 1 : i + 1 + n]

    return [timeline.place(own, following(i), is_key=not i) for i, own in enumerate(times)]


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


any_step_ms = st.one_of(st.integers(1, HOUR), st.integers(1, 2000), st.sampled_from([1, 40, 14_000, 45_000, HOUR]))
steps_ms = st.one_of(
    st.lists(any_step_ms, min_size=4, max_size=60),
    st.builds(lambda step, n: n * [step], any_step_ms, st.integers(4, 60)),
)


def stored_order(first: int, last: int, *, is_pyramid: bool) -> list[int]:
    """How pictures `first` to `last` are stored: the last one, which the others refer to, before those between."""
    if first > last:
        return []
    middle = (first + last) // 2 if is_pyramid else first
    if not is_pyramid or first == last:
        return [last, *range(first, last)]
    return [last, *stored_order(first, middle, is_pyramid=True), *stored_order(middle + 1, last - 1, is_pyramid=True)]


@st.composite
def reordered(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Place in stored order and time of showing of each packet, in stored order; every group starts with its last."""
    shows = [0]
    for step_ms in draw(steps_ms):
        shows.append(shows[-1] + step_ms)
    order = [0]
    longest, is_pyramid = draw(st.integers(1, 17)), draw(st.booleans())
    while len(order) < len(shows):
        last = min(len(order) + draw(st.integers(1, longest)), len(shows)) - 1
        order += stored_order(len(order), last, is_pyramid=is_pyramid)
    depth = max(stored - index for stored, index in enumerate(order))
    # As encoders do: the places are the times of showing, later by as many pictures as the deepest reordering takes.
    before = [shows[i] - shows[min(depth, len(shows) - 1)] for i in range(depth)]
    return [(place, shows[index]) for place, index in zip([*before, *shows], order, strict=False)]


@given(reordered(), st.sampled_from(["every", "behind the first", "none"]))
@settings(deadline=None, max_examples=300)
def test_pictures_stored_out_of_order_keep_their_times(packets: list[tuple[int, int]], told: str) -> None:
    damage = DamageCounter()
    times = [RawTimes(pts * MS, dts * MS) for dts, pts in packets]
    if told != "every":
        # A Matroska file holds times of showing only. Their reader derives the others, but not those before zero.
        times = [RawTimes(each.pts_ns, None if told == "none" else _from_zero(each.dts_ns)) for each in times]
    stamped = placed(times, damage)
    assert [stamp.shown_ns for stamp in stamped] == [pts * MS for _, pts in packets]
    assert all(earlier.order_ns <= later.order_ns for earlier, later in pairwise(stamped))
    assert not damage.counted()


def _from_zero(dts_ns: int | None) -> int | None:
    return None if dts_ns is None or dts_ns < 0 else dts_ns


@pytest.mark.parametrize("wrong_ms", [20_000, 1_800_000, 40_000_000])
@pytest.mark.parametrize("tells_order", [True, False])
def test_a_time_of_showing_to_which_the_file_never_comes_is_bad(wrong_ms: int, *, tells_order: bool) -> None:
    pts_ms = [40 * i for i in range(60)]
    pts_ms[30] += wrong_ms
    damage = DamageCounter()
    times = [RawTimes(pts * MS, 40 * i * MS if tells_order else None) for i, pts in enumerate(pts_ms)]
    stamped = placed(times, damage)
    assert stamped[30].shown_ns is None
    assert all(stamp.shown_ns == STEP * stamp.seq for stamp in stamped if stamp.seq != 30)
    assert stamped[30].order_ns == 30 * STEP
    assert damage.counted() == Damage(missing_times=1)


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
