import gc
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from av.packet import Packet
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.arrival import Arrival
from pipeline.media.frame import Frame
from pipeline.media.kept_rows import MAX_ROW_BYTES
from pipeline.media.live_pictures import LivePictures
from pipeline.observation import NS_PER_S, MediaNs
from tests.media.clips import Clip, Codec, ms, write_clip
from tests.media.live import Seen, add_all, arrivals_of, decoded, fully_decoded, seen

CODINGS: list[tuple[Codec, str, int]] = [
    ("libx264", "mp4", 0),
    ("libx264", "ts", 3),
    ("libx264", "mkv", 2),
    ("libx265", "ts", 0),
    ("libx265", "mp4", 3),
    ("mpeg4", "mp4", 2),
    ("mjpeg", "avi", 0),
]


@pytest.fixture(scope="module", params=CODINGS, ids=lambda coding: f"{coding[0]}-{coding[1]}-b{coding[2]}")
def coded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Seen]]:
    """A clip and what full decoding sees in it."""
    codec, container, b_frames = request.param
    path = tmp_path_factory.mktemp("clips") / f"clip.{container}"
    write_clip(path, Clip(codec, range(0, 4000, 100), gop=12, b_frames=b_frames))
    return path, fully_decoded(path)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds, ten pictures a second, a keyframe every second, each with the parameters."""
    return write_clip(tmp_path_factory.mktemp("live") / "clip.ts", Clip(times_ms=range(0, 10_000, 100)))


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_whatever_is_asked_for_when_the_pictures_are_those_of_full_decoding(
    coded: tuple[Path, list[Seen]], data: st.DataObject
) -> None:
    path, full = coded
    arrivals, pictures = arrivals_of(path)
    last_t = -1
    while arrivals:
        n = data.draw(st.integers(1, 15))
        add_all(pictures, arrivals[:n])
        del arrivals[:n]
        way = data.draw(st.sampled_from(["keyframe", "newest", "at", "relax"]))
        if way == "relax":
            pictures.relax()
            continue
        if way == "at":
            frame = pictures.at(MediaNs(data.draw(st.integers(0, 4 * NS_PER_S))))
            assert frame is not None
        else:
            frame = pictures.keyframe() if way == "keyframe" else pictures.newest()
            assert frame is None or frame.t > last_t
            last_t = last_t if frame is None else frame.t
        assert frame is None or seen(frame) in full
    assert not pictures.damage


def test_the_newest_picture_is_that_of_the_newest_packet_where_none_comes_out_of_order(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    for number, arrival in enumerate(arrivals[:25]):
        pictures.add(arrival)
        assert pictures.newest_t == arrival.t
        if number % 4 == 3:
            assert decoded(pictures.newest()) == number


def test_the_newest_picture_lags_by_the_reordering_at_most(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.ts", Clip(times_ms=range(0, 4000, 100), gop=40, b_frames=3))
    arrivals, pictures = arrivals_of(path)
    for n in range(0, 40, 8):
        add_all(pictures, arrivals[n : n + 8])
        frame = pictures.newest()
        assert frame is not None
        assert pictures.newest_t is not None
        assert pictures.newest_t - frame.t <= ms(600)[0]


def test_each_picture_is_handed_out_once(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals[:12])
    assert decoded(pictures.keyframe()) == 10
    assert pictures.keyframe() is None
    assert decoded(pictures.newest()) == 11
    assert pictures.newest() is None
    assert pictures.keyframe() is None


def test_a_keyframe_that_was_handed_out_alone_does_not_come_again(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals[:11])
    assert decoded(pictures.keyframe()) == 10
    assert pictures.newest() is None


def test_a_keyframe_before_a_picture_that_was_handed_out_is_passed_over(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals[:15])
    assert decoded(pictures.newest()) == 14
    assert pictures.keyframe() is None


def test_decoding_on_begins_at_the_newest_keyframe_where_it_fell_behind(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals[:5])
    assert decoded(pictures.newest()) == 4
    add_all(pictures, arrivals[5:83])
    assert decoded(pictures.newest()) == 82


def test_nothing_comes_before_the_first_keyframe(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    assert pictures.newest_t is None
    assert (pictures.keyframe(), pictures.newest(), pictures.at(MediaNs(0))) == (None, None, None)
    add_all(pictures, arrivals[3:8])
    assert [pictures.newest_t, pictures.newest_key_t] == [arrivals[7].t, None]
    assert (pictures.keyframe(), pictures.newest(), pictures.at(MediaNs(0))) == (None, None, None)
    add_all(pictures, arrivals[8:12])
    assert pictures.newest_key_t == arrivals[10].t
    assert decoded(pictures.newest()) == 11


def test_the_picture_nearest_to_a_moment_is_found_among_what_is_kept(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals)
    assert [decoded(pictures.at(MediaNs(t))) for t in ms(7149, 7151, 9900, 20_000)] == [71, 72, 99, 99]
    assert decoded(pictures.at(MediaNs(0))) == 40  # five seconds before the newest keyframe
    assert decoded(pictures.newest()) == 99


def test_a_keyframe_near_enough_will_do_where_that_is_said(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals)
    t = MediaNs(ms(7600)[0])
    assert decoded(pictures.at(t, keyframe_within_ns=ms(399)[0])) == 76
    assert decoded(pictures.at(t, keyframe_within_ns=ms(400)[0])) == 80


def test_asking_for_a_moment_leaves_decoding_on_where_it_is(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    for n in range(0, 60, 5):
        add_all(pictures, arrivals[n : n + 5])
        assert decoded(pictures.newest()) == n + 4
        pictures.at(MediaNs(ms(100 * n)[0]))


def test_the_distance_of_keyframes_is_measured_with_the_unfinished_one(tmp_path: Path) -> None:
    arrivals, pictures = arrivals_of(write_clip(tmp_path / "clip.ts", Clip(times_ms=range(0, 10_000, 100), gop=30)))
    told = []
    for arrival in arrivals:
        pictures.add(arrival)
        told.append(pictures.keyframe_interval_s)
    assert told[:31:10] == [0, 1, 2, 3]
    assert set(told[30:]) == {3.0}
    pictures.add(replace(arrivals[-1], t=MediaNs(arrivals[-1].t + 60 * NS_PER_S)))
    assert pictures.keyframe_interval_s == pytest.approx(60.9)


def test_pictures_out_of_order_are_noticed(tmp_path: Path, clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals)
    assert not pictures.has_b_frames
    arrivals, pictures = arrivals_of(write_clip(tmp_path / "clip.ts", Clip(b_frames=2)))
    add_all(pictures, arrivals)
    assert pictures.has_b_frames


def test_a_picture_may_change_its_size_in_mid_stream(clip: Path, tmp_path: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    others, _ = arrivals_of(write_clip(tmp_path / "clip.ts", Clip(size=(320, 240))), start=2 * NS_PER_S)
    add_all(pictures, arrivals[:15])
    sizes = [frame.size for frame in (pictures.keyframe(), pictures.newest()) if frame is not None]
    add_all(pictures, others[:1])
    frames = [pictures.keyframe()]
    add_all(pictures, others[1:5])
    frames += [pictures.newest(), pictures.at(others[3].t), pictures.at(arrivals[12].t)]
    sizes += [frame.size for frame in frames if frame is not None]
    assert sizes == [(160, 112)] * 2 + [(320, 240)] * 3 + [(160, 112)]


def broken(arrival: Arrival, at: int, junk: bytes) -> Arrival:
    """The packet with some bytes replaced."""
    data = bytearray(bytes(arrival.packet))
    at %= len(data)
    data[at : at + len(junk)] = junk
    packet: Packet = Packet(bytes(data))  # type: ignore[type-arg]  # PyAV's types: no video packet can be made
    packet.pts, packet.time_base = arrival.packet.pts, arrival.packet.time_base
    packet.is_keyframe = arrival.is_key
    return replace(arrival, packet=packet)


def asked(pictures: LivePictures, way: int, t: MediaNs) -> list[Frame | None]:
    """What one of the ways to ask gives; the last is not to."""
    if way == 0:
        return [pictures.keyframe()]
    if way == 1:
        return [pictures.newest()]
    return [pictures.at(t)] if way == 2 else []


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_broken_packets_are_counted_and_never_stop_it(coded: tuple[Path, list[Seen]], data: st.DataObject) -> None:
    arrivals, pictures = arrivals_of(coded[0])
    draw = data.draw(st.randoms(use_true_random=False))
    for arrival in arrivals:
        is_broken = draw.random() < 0.3
        pictures.add(broken(arrival, draw.randrange(10_000), draw.randbytes(30)) if is_broken else arrival)
        for frame in asked(pictures, draw.randrange(4), arrival.t):
            assert frame is None or frame.full().size


def test_what_is_broken_is_counted(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, [*arrivals[:10], broken(arrivals[10], 0, bytes(10_000)), *arrivals[11:13]])
    assert pictures.keyframe() is None
    n_damages = pictures.damage.total
    assert n_damages > 0
    assert pictures.keyframe() is None
    assert pictures.damage.total == n_damages
    pictures.newest()
    add_all(pictures, arrivals[13:23])
    assert decoded(pictures.newest()) == 22


def heavy(arrivals: list[Arrival]) -> list[Arrival]:
    """The same packets, each as heavy as a hundredth of what is kept."""
    return [replace(arrival, n_bytes=MAX_ROW_BYTES // 50) for arrival in arrivals]


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds from one keyframe to the next."""
    path = tmp_path_factory.mktemp("endless") / "clip.ts"
    return write_clip(path, Clip(times_ms=range(0, 25_000, 100), gop=200))


def test_a_long_row_is_decoded_on_although_its_beginning_is_forgotten(endless: Path) -> None:
    arrivals, pictures = arrivals_of(endless)
    for number, arrival in enumerate(heavy(arrivals)):
        pictures.add(arrival)
        if number % 10 == 9:
            assert decoded(pictures.newest()) == number % 256
    assert not pictures.damage


def test_a_long_row_that_nobody_decoded_is_given_up_until_the_next_keyframe(endless: Path) -> None:
    arrivals, pictures = arrivals_of(endless)
    arrivals = heavy(arrivals)
    add_all(pictures, arrivals[:150])
    assert pictures.newest() is None
    assert decoded(pictures.keyframe()) == 0
    add_all(pictures, arrivals[150:205])
    assert decoded(pictures.newest()) == 204


def test_a_long_row_that_nobody_decoded_on_is_given_up_too(endless: Path) -> None:
    arrivals, pictures = arrivals_of(endless)
    arrivals = heavy(arrivals)
    add_all(pictures, arrivals[:20])
    assert decoded(pictures.newest()) == 19
    add_all(pictures, arrivals[20:175])
    assert pictures.newest() is None
    add_all(pictures, arrivals[175:195])
    assert pictures.newest() is None
    add_all(pictures, arrivals[195:205])
    assert decoded(pictures.newest()) == 204


def test_a_decoder_that_cannot_begin_again_is_not_let_go(endless: Path) -> None:
    arrivals, pictures = arrivals_of(endless)
    arrivals = heavy(arrivals)
    add_all(pictures, arrivals[:40])
    pictures.newest()
    add_all(pictures, arrivals[40:60])
    pictures.newest()
    add_all(pictures, [replace(arrival, n_bytes=1) for arrival in arrivals[60:190]])
    pictures.relax()
    assert decoded(pictures.newest()) == 189


def test_it_goes_on_after_its_decoders_were_let_go(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals[:15])
    pictures.keyframe()
    pictures.newest()
    pictures.add(replace(arrivals[20], t=MediaNs(100 * NS_PER_S)))
    assert (pictures._keys, pictures._full) == (None, None)
    assert decoded(pictures.keyframe()) == 20
    pictures.add(replace(arrivals[21], t=MediaNs(101 * NS_PER_S)))
    assert decoded(pictures.newest()) == 21


def test_packets_come_in_while_pictures_are_asked_for(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    reader = Thread(target=lambda: add_all(pictures, arrivals))
    reader.start()
    last_t = -1
    while reader.is_alive() or pictures.newest_t != last_t:
        frame = pictures.newest()
        if frame is not None:
            assert decoded(frame) * 100_000_000 == frame.t
            assert frame.t > last_t
            last_t = frame.t
    reader.join()


def test_pictures_that_are_passed_over_are_let_go_at_once(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    gc.collect()
    gc.disable()
    try:
        others = sum(isinstance(each, VideoFrame) for each in gc.get_objects())
        for n in range(0, 100, 10):
            add_all(pictures, arrivals[n : n + 10])
            pictures.newest()
            pictures.keyframe()
            pictures.at(arrivals[n].t)
        held = sum(isinstance(each, VideoFrame) for each in gc.get_objects())
    finally:
        gc.enable()
    assert held - others <= 3


def test_closing_forgets_the_packets(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals)
    frame = pictures.newest()
    pictures.close()
    gc.collect()
    assert decoded(frame) == 99
    assert pictures.at(MediaNs(0)) is None
