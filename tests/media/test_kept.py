import av
import pytest

from pipeline.media.kept import KeptPackets
from pipeline.media.packets import StampedPacket
from pipeline.media.timeline import Stamp
from pipeline.observation import NS_PER_S


def packet(seq: int, *, is_key: bool = False, n_bytes: int = 10) -> StampedPacket:
    stamp = Stamp(seq, seq * NS_PER_S, None, NS_PER_S, is_key)
    return StampedPacket(av.Packet(n_bytes), stamp)  # type: ignore[arg-type]  # typed as of any stream when made by hand


def row(*packets: StampedPacket) -> KeptPackets:
    kept = KeptPackets()
    for one in packets:
        kept.add(one)
    return kept


def numbers(kept: KeptPackets) -> list[int]:
    found = []
    while (one := kept.take()) is not None:
        found.append(one.stamp.seq)
    return found


def test_packets_come_again_from_the_first_kept() -> None:
    kept = row(packet(0, is_key=True), packet(1), packet(2))
    assert numbers(kept) == []
    kept.rewind()
    assert numbers(kept) == [0, 1, 2]
    kept.rewind(after_seq=1)
    assert numbers(kept) == [2]


def test_dropping_what_was_passed_keeps_the_place_reached() -> None:
    kept = row(*(packet(seq, is_key=seq % 2 == 0) for seq in range(6)))
    kept.rewind()
    assert [one.stamp.seq for one in (kept.take(), kept.take(), kept.take()) if one] == [0, 1, 2]
    kept.drop_before(2)
    assert numbers(kept) == [3, 4, 5]
    assert (kept.holds(1), kept.holds(2)) == (False, True)


@pytest.mark.parametrize(("last", "is_long"), [(packet(8), False), (packet(9), True), (packet(1, n_bytes=2**26), True)])
def test_a_row_is_long_by_time_or_by_bytes(last: StampedPacket, is_long: bool) -> None:  # noqa: FBT001 - a table
    assert row(packet(0, is_key=True), last).is_long is is_long


def test_a_row_that_was_given_up_begins_anew_with_the_next_keyframe() -> None:
    kept = row(packet(0, is_key=True), packet(1))
    kept.give_up()
    kept.add(packet(2))
    assert (kept.is_whole, kept.is_read, kept.is_long) == (False, True, False)
    kept.add(packet(3, is_key=True))
    kept.rewind()
    assert (kept.is_whole, numbers(kept)) == (True, [3])
