"""Pictures for who looks on: those of full decoding, in order, and none of the analysis's business."""

from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.onlooker import Onlooker
from tests.media.clips import Clip, Codec, write_clip
from tests.media.live import Seen, add_all, arrivals_of, decoded, fully_decoded, seen

CODINGS: list[tuple[Codec, str, int]] = [("libx264", "ts", 0), ("libx264", "mp4", 3), ("libx265", "ts", 2)]


@pytest.fixture(scope="module", params=CODINGS, ids=lambda coding: f"{coding[0]}-{coding[1]}-b{coding[2]}")
def coded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Seen]]:
    """A clip and what full decoding sees in it."""
    codec, container, b_frames = request.param
    path = tmp_path_factory.mktemp("clips") / f"clip.{container}"
    write_clip(path, Clip(codec, range(0, 4000, 100), gop=12, b_frames=b_frames))
    return path, fully_decoded(path)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds, ten pictures a second, a keyframe every second."""
    return write_clip(tmp_path_factory.mktemp("live") / "clip.ts", Clip(times_ms=range(0, 10_000, 100)))


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_however_it_looks_on_the_pictures_are_those_of_full_decoding(
    coded: tuple[Path, list[Seen]], data: st.DataObject
) -> None:
    path, full = coded
    arrivals, pictures = arrivals_of(path)
    onlooker = Onlooker(pictures)
    last_t = analysed_t = -1
    while arrivals:
        n = data.draw(st.integers(1, 15))
        add_all(pictures, arrivals[:n])
        del arrivals[:n]
        way = data.draw(st.sampled_from(["flowing", "at hand", "keyframe", "newest"]))
        if way in ("keyframe", "newest"):
            # The analysis goes on as if nobody looked.
            analysed = pictures.keyframe() if way == "keyframe" else pictures.newest()
            assert analysed is None or (seen(analysed) in full and analysed.t > analysed_t)
            analysed_t = analysed_t if analysed is None else analysed.t
            continue
        frame = onlooker.flowing()[0] if way == "flowing" else onlooker.at_hand()
        assert frame is None or (seen(frame) in full and frame.t > last_t)
        last_t = last_t if frame is None else frame.t
    assert not pictures.damage


def test_flowing_shows_the_newest_picture_and_decodes_each_packet_once(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    onlooker = Onlooker(pictures)
    add_all(pictures, arrivals[:4])
    frame, n_packets = onlooker.flowing()
    assert (decoded(frame), n_packets) == (3, 4)
    assert onlooker.flowing() == (None, 0)
    add_all(pictures, arrivals[4:8])
    frame, n_packets = onlooker.flowing()
    assert (decoded(frame), n_packets) == (7, 4)
    # What it was late for is left out, from the newest keyframe back.
    add_all(pictures, arrivals[8:33])
    frame, n_packets = onlooker.flowing()
    assert (decoded(frame), n_packets) == (32, 3)


def test_a_long_row_is_caught_up_with_step_by_step(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "long.ts", Clip(times_ms=range(0, 12_000, 100), gop=200))
    arrivals, pictures = arrivals_of(path)
    add_all(pictures, arrivals)
    onlooker = Onlooker(pictures)
    numbers = []
    while (step := onlooker.flowing())[1]:
        assert step[1] <= 50
        numbers.append(decoded(step[0]))
    assert numbers == [49, 99, 119]


def test_what_is_at_hand_is_what_the_analysis_has_seen_and_costs_no_decoding(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    onlooker = Onlooker(pictures)
    assert onlooker.at_hand() is None
    add_all(pictures, arrivals[:16])
    analysed = pictures.newest()
    frame = onlooker.at_hand()
    assert decoded(frame) == decoded(analysed) == 15
    assert frame is not analysed
    assert onlooker.at_hand() is None


def test_a_keyframe_that_the_analysis_leaves_alone_is_shown_after_a_moment(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    onlooker = Onlooker(pictures)
    add_all(pictures, arrivals[:12])
    assert decoded(onlooker.at_hand()) == 10
    add_all(pictures, arrivals[12:16])
    assert decoded(pictures.newest()) == 15
    assert decoded(onlooker.at_hand()) == 15
    add_all(pictures, arrivals[16:22])
    # The analysis may be about to decode it.
    assert onlooker.at_hand() is None
    add_all(pictures, arrivals[22:28])
    assert decoded(onlooker.at_hand()) == 20


def test_a_connection_that_is_lost_leaves_its_last_picture(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    add_all(pictures, arrivals[:12])
    assert decoded(Onlooker(pictures).at_hand()) == 10


def test_two_threads_decode_the_same_packets(clip: Path) -> None:
    arrivals, pictures = arrivals_of(clip)
    onlooker = Onlooker(pictures)
    shown: list[Seen] = []
    is_over = False

    def look_on() -> None:
        while not is_over:
            frame = onlooker.flowing()[0]
            if frame is not None:
                shown.append(seen(frame))

    thread = Thread(target=look_on)
    thread.start()
    analysed = []
    for arrival in arrivals:
        pictures.add(arrival)
        frame = pictures.newest()
        assert frame is not None
        analysed.append(seen(frame))
    is_over = True
    thread.join()
    assert len(analysed) == len(arrivals)
    assert shown
    assert set(shown) <= set(analysed)
