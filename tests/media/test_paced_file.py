from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.media.arrival import Arrival
from pipeline.media.file_source import FileSource
from pipeline.media.paced_file import Pace as SharedPace
from pipeline.media.paced_file import PacedFile
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, MediaNs, seconds
from tests.media.clips import Clip, ms, number_of, read_all, write_clip
from tests.media.live import NOON, Pace, until_end

UNEVEN = (0, 100, 200, 1900, 2000, 2030, 2100, 4000)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds, a keyframe every second."""
    return write_clip(tmp_path_factory.mktemp("paced") / "clip.mp4", Clip())


def take(connection: PacedFile, n: int) -> list[Arrival]:
    return [connection.next() for _ in range(n)]


@pytest.mark.parametrize(("codec", "container"), [("libx264", "mp4"), ("libx264", "mkv"), ("libx265", "ts")])
@pytest.mark.parametrize("b_frames", [0, 3])
def test_packets_have_the_times_that_the_file_source_gives_their_pictures(
    tmp_path: Path, codec: str, container: str, b_frames: int
) -> None:
    clip = Clip("libx264" if codec == "libx264" else "libx265", gop=12, b_frames=b_frames)
    path = write_clip(tmp_path / f"clip.{container}", clip)
    with FileSource.open(path, MediaNs(5)) as source:
        times = [frame.t for frame in read_all(source)]
    assert sorted(arrival.t for arrival in until_end(Pace().play(path, 5))) == times


def test_each_packet_comes_at_its_moment_and_it_waits_five_times_a_second_at_most(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip(times_ms=UNEVEN))
    pace = Pace()
    arrivals = until_end(pace.play(path))
    late_ns = [arrival.arrival_ns - NOON - arrival.t for arrival in arrivals]
    assert [arrival.t for arrival in arrivals] == ms(*UNEVEN)
    assert all(0 <= late < 0.2 * NS_PER_S + 1000 for late in late_ns)
    assert min(pace.slept_s) >= 0.2


def test_an_overslept_reader_gets_what_is_due_at_once(clip: Path) -> None:
    pace = Pace()
    connection = pace.play(clip)
    connection.next()
    pace.now += 2 * NS_PER_S
    assert [arrival.t for arrival in take(connection, 20)] == ms(*range(100, 2100, 100))
    assert not pace.slept_s


def test_the_end_of_a_recording_is_told_as_such(clip: Path) -> None:
    connection = Pace().play(clip)
    take(connection, 40)
    for _ in range(2):
        with pytest.raises(StreamLostError, match="the recording is over") as caught:
            connection.next()
        assert caught.value.kind is StreamFault.ENDED


def test_it_stops_while_it_waits(clip: Path) -> None:
    connection = Pace(stop_at_ns=NOON + NS_PER_S).play(clip)
    with pytest.raises(StreamLostError) as caught:
        take(connection, 40)
    assert caught.value.kind is StreamFault.STOPPED


def test_a_loop_goes_on_in_time_without_a_seam(clip: Path) -> None:
    connection = Pace().play(clip, start=7, loop=True)
    pictures = connection.pictures()
    arrivals = take(connection, 130)
    assert [arrival.t - 7 for arrival in arrivals] == ms(*range(0, 13000, 100))
    assert not any(arrival.jumped for arrival in arrivals)
    for arrival in arrivals[:85]:
        pictures.add(arrival)
    keyframe, newest = pictures.keyframe(), pictures.newest()
    assert keyframe is not None
    assert newest is not None
    assert (number_of(keyframe.full()), number_of(newest.full())) == (0, 4)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 12_000), st.booleans())
def test_it_goes_on_where_a_former_run_was(clip: Path, at_ms: int, loop: bool) -> None:  # noqa: FBT001 - drawn
    at = at_ms * 1_000_000
    pace = Pace()
    if not loop and at_ms > 3900:
        with pytest.raises(StreamLostError, match="is over"):
            pace.play(clip, begin_at=at)
        return
    connection = pace.play(clip, loop=loop, begin_at=at)
    first = connection.next()
    assert first.is_key
    assert first.t <= at
    assert at - first.t < NS_PER_S
    later = [arrival for arrival in take(connection, 10) if arrival.t > at] if loop else []
    assert not [arrival for arrival in later if arrival.arrival_ns - NOON < arrival.t - at]
    assert connection.offset_ns == at - NOON


def test_going_on_gives_the_very_pictures(clip: Path) -> None:
    connection = Pace().play(clip, loop=True, begin_at=ms(6350)[0])
    pictures = connection.pictures()
    for arrival in take(connection, 6):
        pictures.add(arrival)
    frame = pictures.newest()
    assert frame is not None
    assert (frame.t, number_of(frame.full())) == (ms(6500)[0], 25)


def test_the_first_packets_before_the_first_shown_picture_do_not_shift_the_rest(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip(times_ms=range(700, 4000, 100)))
    assert until_end(Pace().play(path))[0].t == 0


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("no video")
    with pytest.raises(SourceError, match=r"clip\.mp4: no video of a known format"):
        Pace().play(path)


def test_a_damaged_file_is_read_to_its_end(clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 200] = bytes(200)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    connection = Pace().play(path)
    pictures = connection.pictures()
    n = 0
    for arrival in until_end(connection):
        pictures.add(arrival)
        n += pictures.newest() is not None
    assert 20 < n <= 40


def test_what_is_known_of_it(clip: Path) -> None:
    info = Pace().play(clip, start=9).info
    assert (info.codec, info.width, info.height, info.fps, info.start) == ("h264", 160, 112, 10.0, 9)
    assert seconds(round(info.duration_s * NS_PER_S)) == pytest.approx(4, abs=0.2)


def test_a_recording_that_was_stored_turned_is_upright(tmp_path: Path) -> None:
    connection = Pace().play(write_clip(tmp_path / "clip.mp4", Clip(display_degrees=90)))
    pictures = connection.pictures()
    pictures.add(connection.next())
    frame = pictures.keyframe()
    assert frame is not None
    assert frame.size == (112, 160) == (connection.info.width, connection.info.height)


def test_a_closed_recording_can_be_opened_many_times_without_handles_growing(clip: Path) -> None:
    def handles() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = handles()
    for _ in islice(range(20), 20):
        connection = Pace().play(clip, loop=True)
        take(connection, 100)
        connection.close()
    assert handles() <= before + 1


def test_a_camera_s_second_stream_shows_the_moment_of_the_first_however_late_it_is_opened(clip: Path) -> None:
    watch, shared = Pace(), SharedPace()
    first = PacedFile(clip, MediaNs(0), loop=False, now_ns=watch.now_ns, sleep=watch.sleep, pace=shared)
    take(first, 20)
    second = PacedFile(clip, MediaNs(0), loop=False, now_ns=watch.now_ns, sleep=watch.sleep, pace=shared)
    opened_ns = watch.now
    behind = take(second, 20)
    assert behind[-1].t == first.next().t - (behind[-1].t - behind[-2].t)
    assert behind[-1].arrival_ns == opened_ns
    assert first.offset_ns == second.offset_ns
