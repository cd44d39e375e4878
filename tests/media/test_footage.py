"""What is kept for clips, and what a clip gets of it."""

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.arrival import Arrival
from pipeline.media.footage import Footage
from pipeline.media.live_decoder import Coding
from pipeline.media.packet_kind import video_packet
from pipeline.observation import NS_PER_S, MediaNs

CODING = Coding("h264", b"", 160, "test")
NOON_S = 1_790_000_000


def at(t_s: float) -> MediaNs:
    return MediaNs(round((NOON_S + t_s) * NS_PER_S))


def arrival(t_s: float, *, key: bool = False, n_bytes: int = 10, jumped: bool = False) -> Arrival:
    return Arrival(video_packet(b"x"), at(t_s), key, 0, jumped, n_bytes)


def footage(before_s: float = 10, max_bytes: int = 10**9) -> Footage:
    return Footage(CODING, round(before_s * NS_PER_S), max_bytes)


def play(kept: Footage, since_s: int, until_s: int, *, gop_s: int = 2, n_bytes: int = 10) -> None:
    """Two packets a second, a keyframe every `gop_s`."""
    for n in range(2 * since_s, 2 * until_s):
        kept.add(arrival(n / 2, key=n % (2 * gop_s) == 0, n_bytes=n_bytes))


def times(kept: Footage, since_s: float, until_s: float, *, then_until_s: int = 0, from_s: int = 0) -> list[float]:
    request = kept.request(at(since_s), at(until_s))
    assert request is not None
    play(kept, from_s, then_until_s) if then_until_s else None
    take = request.take() if not then_until_s else request.take(at(then_until_s))
    assert take is not None
    return [each.t / NS_PER_S - NOON_S for each in take.arrivals]


def test_a_clip_begins_with_the_keyframe_before_and_ends_after_its_end() -> None:
    kept = footage()
    play(kept, 0, 30)
    assert times(kept, 19.0, 33.0, then_until_s=40, from_s=30) == [n / 2 for n in range(36, 68)]


def test_a_clip_that_is_wanted_now_is_what_is_there() -> None:
    kept = footage()
    play(kept, 0, 30)
    request = kept.request(at(21), at(50))
    assert request is not None
    assert request.take(at(30)) is None
    take = request.take()
    assert take is not None
    assert take.is_cut_short
    assert [each.t for each in take.arrivals] == [at(n / 2) for n in range(40, 60)]


def test_a_clip_whose_packets_do_not_come_any_more_is_over_some_seconds_after_its_end() -> None:
    kept = footage()
    play(kept, 0, 10)
    request = kept.request(at(5), at(12))
    assert request is not None
    assert request.take(at(15)) is None
    take = request.take(at(17))
    assert take is not None
    assert take.is_cut_short


def test_nothing_is_kept_before_the_first_keyframe() -> None:
    kept = footage()
    kept.add(arrival(0))
    assert kept.request(at(0), at(1)) is None


def test_where_the_time_line_breaks_off_a_clip_ends_and_nothing_before_counts() -> None:
    kept = footage()
    play(kept, 0, 10)
    request = kept.request(at(5), at(20))
    kept.add(arrival(500, key=True, jumped=True))
    assert request is not None
    take = request.take(at(10))
    assert take is not None
    assert take.arrivals[-1].t == at(9.5)
    later = kept.request(at(0), at(600))
    assert later is not None
    found = later.take()
    assert found is not None
    assert [each.t for each in found.arrivals] == [at(500)]


def test_a_lost_connection_ends_the_clip() -> None:
    kept = footage()
    play(kept, 0, 10)
    request = kept.request(at(5), at(20))
    kept.end()
    assert request is not None
    assert request.is_over
    take = request.take(at(10))
    assert take is not None
    assert take.is_cut_short


@given(
    gop_s=st.integers(1, 12), before_s=st.integers(0, 20), n_bytes=st.integers(1, 100), max_bytes=st.integers(1, 4000)
)
def test_what_is_kept_stays_within_its_bounds(gop_s: int, before_s: int, n_bytes: int, max_bytes: int) -> None:
    kept = footage(before_s, max_bytes)
    play(kept, 0, 60, gop_s=gop_s, n_bytes=n_bytes)
    request = kept.request(at(0), at(59))
    take = None if request is None else request.take()
    if take is None:
        assert gop_s * 2 * n_bytes > max_bytes
        return
    assert take.arrivals[0].is_key
    assert sum(each.n_bytes for each in take.arrivals) <= max_bytes
    span_s = (take.arrivals[-1].t - take.arrivals[0].t) / NS_PER_S
    assert span_s < before_s + gop_s + 1
    if 2 * (before_s + gop_s + 1) * n_bytes <= max_bytes:
        assert span_s >= before_s


def test_a_clip_grows_no_larger_than_its_bound_and_says_so() -> None:
    kept = footage(max_bytes=1000)
    play(kept, 0, 10)
    request = kept.request(at(5), at(1000))
    play(kept, 10, 300)
    assert request is not None
    take = request.take(at(300))
    assert take is not None
    assert take.is_cut_short
    assert sum(each.n_bytes for each in take.arrivals) <= 3000


def test_packets_are_held_once_however_many_clips_grow() -> None:
    kept = footage()
    play(kept, 0, 10)
    one, other = kept.request(at(2), at(12)), kept.request(at(2), at(12))
    play(kept, 10, 14)
    assert one is not None
    assert other is not None
    first, second = one.take(at(14)), other.take(at(14))
    assert first is not None
    assert second is not None
    assert all(a is b for a, b in zip(first.arrivals, second.arrivals, strict=True))
    assert isinstance(first.arrivals[0].packet, av.Packet)
    assert first.arrivals[-1].t == pytest.approx(at(12), abs=NS_PER_S)
