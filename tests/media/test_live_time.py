from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.live_time import LiveClock, Placed
from pipeline.observation import NS_PER_S

S = NS_PER_S
MS = 1_000_000
NOON = 1_790_000_000 * S
STEP = 40 * MS


def run(clock: LiveClock, stamps: list[tuple[int | None, int]], sender_lead_ns: int | None = None) -> list[Placed]:
    """Places packets of (stamp, arrival); the sender says that each was taken so long after it came."""
    return [
        clock.place(pts_ns, arrival_ns, None if sender_lead_ns is None else arrival_ns + sender_lead_ns)
        for pts_ns, arrival_ns in stamps
    ]


def steady(n: int, *, pts_ns: int = 0, arrival_ns: int = NOON, rate: float = 1.0) -> list[tuple[int | None, int]]:
    """A picture every 40 ms of stamps; the stamps run at `rate`."""
    return [(pts_ns + round(i * STEP * rate), arrival_ns + i * STEP) for i in range(n)]


def assert_increasing(placed: list[Placed]) -> None:
    assert all(earlier.t < later.t for earlier, later in pairwise(placed))


def test_the_first_packet_was_taken_as_it_came_and_stamps_tell_the_rest() -> None:
    assert [placed.t - NOON for placed in run(LiveClock(), [(7 * S, NOON), (8 * S, NOON + 1001 * MS)])] == [0, S]


def test_the_senders_report_tells_the_time_where_it_is_sane() -> None:
    placed = run(LiveClock(), steady(3), sender_lead_ns=-300 * MS)
    assert [each.t - NOON for each in placed] == [-300 * MS, -260 * MS, -220 * MS]


def test_a_camera_whose_clock_says_1970_is_not_believed() -> None:
    clock = LiveClock()
    placed = [clock.place(i * STEP, NOON + i * STEP, 1000 * S + i * STEP) for i in range(3)]
    assert [each.t - NOON for each in placed] == [0, STEP, 2 * STEP]


def test_a_senders_report_more_than_five_seconds_off_is_not_believed() -> None:
    assert run(LiveClock(), [(0, NOON)], sender_lead_ns=-5 * S)[0].t == NOON - 5 * S
    assert run(LiveClock(), [(0, NOON)], sender_lead_ns=-5 * S - 1)[0].t == NOON


def test_a_senders_report_that_comes_later_is_approached_by_a_thousandth() -> None:
    clock = LiveClock()
    run(clock, steady(25))
    placed = run(clock, steady(2500, pts_ns=S, arrival_ns=NOON + S), sender_lead_ns=-50 * MS)
    assert placed[-1].t == NOON + S + 2499 * STEP - 50 * MS
    assert all(abs(b.t - a.t - STEP) <= STEP // 1000 for a, b in pairwise(placed))


@settings(deadline=None, max_examples=30)
@given(
    ppm=st.integers(-500, 500), jitter=st.lists(st.integers(0, 400), min_size=7, max_size=7), hours=st.integers(1, 6)
)
def test_a_clock_that_drifts_is_followed_for_hours_without_a_jump(ppm: int, jitter: list[int], hours: int) -> None:
    clock = LiveClock()
    previous: Placed | None = None
    for i in range(hours * 3600):
        arrival_ns = NOON + i * S + jitter[i % 7] * MS
        placed = clock.place(round(i * S * (1 + ppm / 1e6)), arrival_ns, None)
        assert not placed.jumped
        assert abs(placed.t - NOON - i * S) < 500 * MS
        if previous is not None:
            assert abs(placed.t - previous.t - S) <= S * 16 // 10_000
        previous = placed


def test_delays_that_jump_about_do_not_drag_the_line_along() -> None:
    clock = LiveClock()
    placed = [clock.place(i * S, NOON + i * S + (i % 3) * 400 * MS, None) for i in range(1, 3600)]
    assert placed[0].t == NOON + S + 400 * MS
    assert abs(placed[-1].t - NOON - 3599 * S) < MS


@settings(deadline=None, max_examples=40)
@given(every_s=st.integers(5, 20), stall_ms=st.integers(100, 4500), step_ms=st.sampled_from([40, 2000]))
def test_a_network_that_stalls_now_and_then_is_no_jump(every_s: int, stall_ms: int, step_ms: int) -> None:
    clock = LiveClock()
    # As the live source does: a connection that begins in a stall begins with a heap, the last of which came at once.
    clock.reconnected(NOON)
    for i in range(stall_ms // step_ms + 1, 1000):
        taken_ns = i * step_ms * MS
        since_ns = taken_ns % (every_s * S)
        placed = clock.place(taken_ns, NOON + taken_ns + max(0, stall_ms * MS - since_ns), None)
        assert not placed.jumped


@settings(deadline=None, max_examples=60)
@given(wrap=st.sampled_from([2**32, 2**33]), before=st.integers(1, 200), lost=st.integers(0, 100))
def test_a_counter_of_stamps_that_runs_over_is_no_jump(wrap: int, before: int, lost: int) -> None:
    ticks = [(wrap - before * 3600 + i * 3600) % wrap for i in range(2 * before + lost)]
    stamps: list[tuple[int | None, int]] = [(tick * 100_000 // 9, NOON + i * STEP) for i, tick in enumerate(ticks)]
    del stamps[before : before + lost]
    placed = run(LiveClock(), stamps)
    assert not any(each.jumped for each in placed)
    assert all(abs(each.t - arrival_ns) <= MS for each, (_, arrival_ns) in zip(placed, stamps, strict=True))


def test_a_counter_that_runs_over_while_pictures_come_out_of_order_is_no_jump() -> None:
    wrap_ns = 2**33 * 100_000 // 9
    order = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11]
    stamps = [((wrap_ns - 5 * STEP + i * STEP) % wrap_ns, NOON + n * STEP) for n, i in enumerate(order)]
    placed = run(LiveClock(), [*stamps])
    assert not any(each.jumped for each in placed)
    assert sorted(range(len(order)), key=lambda n: placed[n].t) == sorted(range(len(order)), key=lambda n: order[n])


def test_stamps_that_leap_ahead_are_a_jump_told_once_and_time_goes_on_in_the_present() -> None:
    clock = LiveClock()
    before = run(clock, steady(100))
    after = run(clock, steady(100, pts_ns=10**6 * S, arrival_ns=NOON + 4 * S))
    assert [each.jumped for each in [*before, *after]] == [False] * 100 + [True] + [False] * 99
    assert_increasing([*before, *after])
    assert abs(after[-1].t - (NOON + 199 * STEP)) <= MS


def test_stamps_that_begin_again_are_a_jump_told_once() -> None:
    clock = LiveClock()
    before = run(clock, steady(100, pts_ns=1000 * S))
    after = run(clock, steady(100, arrival_ns=NOON + 4 * S))
    assert [each.jumped for each in [*before, *after]].index(True) == 100
    assert sum(each.jumped for each in after) == 1
    assert_increasing([*before, *after])


def test_a_pause_in_which_stamps_and_clock_advance_alike_is_no_jump() -> None:
    placed = run(LiveClock(), [*steady(50), *steady(50, pts_ns=900 * S, arrival_ns=NOON + 900 * S)])
    assert not any(each.jumped for each in placed)
    assert placed[50].t == NOON + 900 * S


def test_packets_that_were_held_up_and_come_in_a_heap_keep_their_times() -> None:
    heap: list[tuple[int | None, int]] = [(2 * S + i * STEP, NOON + 6 * S) for i in range(100)]
    placed = run(LiveClock(), [*steady(50), *heap, *steady(50, pts_ns=6 * S, arrival_ns=NOON + 6 * S)])
    assert not any(each.jumped for each in placed)
    assert [each.t - NOON for each in placed] == [i * STEP for i in range(200)]


def test_a_camera_whose_stamps_stood_still_for_a_minute_comes_back_to_the_present() -> None:
    clock = LiveClock()
    run(clock, steady(500))
    placed = run(clock, steady(1000, pts_ns=20 * S, arrival_ns=NOON + 80 * S))
    assert sum(each.jumped for each in placed) == 1
    assert_increasing(placed)
    assert placed[-1].t == NOON + 80 * S + 999 * STEP


def test_stamps_that_run_at_the_wrong_rate_are_told_and_never_leave_the_present() -> None:
    slow = run(LiveClock(), steady(5000, rate=0.8))
    assert any(each.jumped for each in slow)
    assert all(abs(each.t - NOON - i * STEP) < 15 * S for i, each in enumerate(slow))
    fast = run(LiveClock(), steady(5000, rate=1.3))
    assert any(each.jumped for each in fast)
    assert all(abs(each.t - NOON - i * STEP) < 15 * S for i, each in enumerate(fast))
    assert_increasing(slow)
    assert_increasing(fast)


def test_a_machine_whose_clock_is_put_back_goes_on_ahead_of_it() -> None:
    clock = LiveClock()
    before = run(clock, steady(100))
    after = run(clock, steady(1000, pts_ns=4 * S, arrival_ns=NOON - 3600 * S))
    assert sum(each.jumped for each in after) == 1
    assert_increasing([*before, *after])
    assert after[-1].t - after[0].t >= 999 * STEP * 0.998


def test_a_line_that_is_ahead_of_the_clock_comes_back_to_it_without_another_jump() -> None:
    clock = LiveClock()
    run(clock, steady(100))
    after = run(clock, [(4 * S + i * S, NOON - 3600 * S + i * S) for i in range(5 * 3600)])
    assert sum(each.jumped for each in after) == 1
    assert clock.offset_ns < 3590 * S


def test_missing_stamps_are_filled_from_the_arrival() -> None:
    placed = run(LiveClock(), [(None, NOON), (None, NOON + STEP), *steady(3, arrival_ns=NOON + 2 * STEP)])
    assert [each.t - NOON for each in placed] == [i * STEP for i in range(5)]


def test_a_stream_without_any_stamps_gets_its_arrivals() -> None:
    placed = run(LiveClock(), [(None, NOON), (None, NOON), (None, NOON + STEP)])
    assert [each.t - NOON for each in placed] == [0, 1, STEP]


def test_a_reconnect_begins_in_the_present_and_later_than_everything_before() -> None:
    clock = LiveClock()
    before = run(clock, steady(100))
    clock.reconnected()
    after = run(clock, steady(100, pts_ns=77 * S, arrival_ns=NOON + 10 * S))
    assert after[0] == Placed(after[0].t, jumped=False)
    assert after[0].t == NOON + 10 * S
    assert_increasing([*before, *after])


def test_packets_of_before_that_a_reconnect_sends_again_are_squeezed_until_the_present() -> None:
    clock = LiveClock()
    before = run(clock, steady(100))
    clock.reconnected(delay_ns=NOON + 2 * S)
    heap: list[tuple[int | None, int]] = [(i * STEP, NOON + 6 * S) for i in range(100)]
    after = run(clock, [*heap, *steady(10, pts_ns=4 * S, arrival_ns=NOON + 6 * S)])
    assert_increasing([*before, *after])
    assert not any(each.jumped for each in after)
    assert after[0].t - before[-1].t < 10 * MS
    assert [each.t - NOON for each in after[60:]] == [2 * S + i * STEP for i in range(60, 110)]


def test_a_run_goes_on_later_than_a_former_one() -> None:
    clock = LiveClock(not_before=NOON + S)
    placed = run(clock, steady(100))
    assert placed[0].t > NOON + S
    assert_increasing(placed)
    assert clock.last_t == placed[-1].t


def test_the_offset_says_how_far_media_time_is_from_the_clock() -> None:
    clock = LiveClock()
    clock.place(0, NOON, None)
    clock.place(STEP, NOON + STEP + 30 * MS, None)
    assert clock.offset_ns == -30 * MS


packet = st.one_of(
    st.tuples(st.just("goes on"), st.integers(1, 3 * S)),
    st.tuples(st.just("leaps"), st.one_of(st.integers(-(10**6) * S, -3 * S), st.integers(1000, 10**6 * S))),
    st.tuples(st.just("unstamped"), st.integers(0, S)),
    st.tuples(st.just("reconnects"), st.integers(-20 * S, 20 * S)),
    st.tuples(st.just("clock is put"), st.integers(-(10**5) * S, 10**5 * S)),
    st.tuples(st.just("sender"), st.integers(-7 * S, 7 * S)),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(packet, max_size=60))
def test_whatever_comes_time_increases(packets: list[tuple[str, int]]) -> None:
    clock = LiveClock()
    pts_ns, arrival_ns, last_t = 0, NOON, 0
    for what, by_ns in packets:
        moved_ns = max(1000, abs(by_ns) % (3 * S))
        pts_ns += by_ns if what == "leaps" else moved_ns
        arrival_ns += by_ns if what == "clock is put" else moved_ns
        if what == "reconnects":
            clock.reconnected(delay_ns=arrival_ns - pts_ns + by_ns)
        sender_ns = arrival_ns + by_ns if what == "sender" else None
        placed = clock.place(None if what == "unstamped" else pts_ns, arrival_ns, sender_ns)
        assert placed.t > last_t
        last_t = placed.t


@settings(deadline=None, max_examples=60)
@given(
    b_frames=st.integers(1, 7),
    step_ms=st.integers(10, 80),
    jitter=st.lists(st.integers(0, 300), min_size=5, max_size=5),
    sender_lead_ms=st.integers(-6000, 6000),
)
def test_pictures_that_come_out_of_order_get_times_in_the_order_of_their_stamps(
    b_frames: int, step_ms: int, jitter: list[int], sender_lead_ms: int
) -> None:
    clock = LiveClock()
    order = [0]
    for i in range(1, 60, b_frames + 1):
        order += [i + b_frames, *range(i, i + b_frames)]
    step_ns = step_ms * MS
    times = {}
    for n, i in enumerate(order):
        arrival_ns = NOON + n * step_ns + jitter[n % 5] * MS
        placed = clock.place(i * step_ns, arrival_ns, arrival_ns + sender_lead_ms * MS)
        times[i] = placed.t
        assert not placed.jumped
    in_order = [times[i] for i in sorted(times)]
    assert all(earlier < later for earlier, later in pairwise(in_order))
