from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import SourceError
from pipeline.media.damage import Damage
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Frame
from pipeline.media.info import StreamInfo
from pipeline.observation import MediaNs
from tests.media.clips import Clip, Codec, ms, number_of, numbered, read_all, write_clip, write_sound

REGULAR = tuple(range(0, 4000, 100))
IRREGULAR = (0, 40, 80, 200, 260, 900, 1000, 1333, 2000, 2040)
CODINGS: list[tuple[Codec, str]] = [
    ("libx264", "mp4"),
    ("libx264", "mkv"),
    ("libx264", "avi"),
    ("libx264", "ts"),
    ("libx265", "mp4"),
    ("libx265", "mkv"),
    ("libx265", "ts"),
    ("mpeg4", "mp4"),
    ("mpeg4", "mkv"),
    ("mpeg4", "avi"),
    ("mpeg4", "ts"),
    ("mjpeg", "avi"),
]


def read(path: Path) -> tuple[list[int], list[int], Damage]:
    """Numbers of the pictures, their times and the damage."""
    with FileSource.open(path, MediaNs(0)) as source:
        frames = read_all(source)
        return [number_of(frame.full()) for frame in frames], [frame.t for frame in frames], source.damage


@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize(("codec", "container"), CODINGS)
def test_every_picture_comes_once_in_order_and_in_time(
    tmp_path: Path, codec: Codec, container: str, b_frames: int
) -> None:
    clip = Clip(codec, REGULAR, b_frames=b_frames if codec != "mjpeg" else 0)
    path = write_clip(tmp_path / f"clip.{container}", clip)
    assert read(path) == (list(range(40)), ms(*REGULAR), Damage())


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize(
    ("codec", "container"),
    [("libx264", "mp4"), ("libx264", "mkv"), ("libx264", "ts"), ("libx265", "mkv"), ("mpeg4", "mp4")],
)
def test_an_irregular_rate_is_told_by_stamps(tmp_path: Path, codec: Codec, container: str, b_frames: int) -> None:
    path = write_clip(tmp_path / f"clip.{container}", Clip(codec, IRREGULAR, b_frames=b_frames))
    assert read(path) == (list(range(10)), ms(*IRREGULAR), Damage())


@pytest.mark.parametrize("keyframes_only", [False, True])
@pytest.mark.parametrize("container", ["mp4", "mkv"])
@pytest.mark.parametrize("gop", [1, 12])
@pytest.mark.parametrize(
    "times_ms",
    [
        range(0, 30 * 14_000, 14_000),
        range(0, 30 * 45_000, 45_000),
        range(0, 30 * 700_000, 700_000),
        range(0, 30 * 3_600_000, 3_600_000),
        [*range(0, 600, 40), *range(3_600_000, 3_600_600, 40)],
        [*range(0, 3_600_000, 200_000), *range(3_600_000, 3_600_600, 40)],
    ],
    ids=["14 s", "45 s", "700 s", "an hour", "an hour of sleep", "slow and then fast"],
)
def test_steps_of_up_to_an_hour_are_kept_with_and_without_reordering(
    tmp_path: Path, container: str, times_ms: Sequence[int], gop: int, *, keyframes_only: bool
) -> None:
    path = write_clip(tmp_path / f"clip.{container}", Clip(times_ms=times_ms, b_frames=3, gop=gop))
    with FileSource.open(path, MediaNs(0)) as source:
        frames = read_all(source, keyframes_only=keyframes_only)
        numbers = [number_of(frame.full()) for frame in frames]
        assert keyframes_only or numbers == list(range(len(times_ms)))
        assert numbers[:1] == [0]
        assert [frame.t for frame in frames] == ms(*(times_ms[number] for number in numbers))
        assert source.damage == Damage()


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mjpeg"])
def test_pictures_that_a_recorder_left_out_of_an_avi_take_their_time(tmp_path: Path, codec: Codec) -> None:
    path = write_clip(tmp_path / "clip.avi", Clip(codec, IRREGULAR))
    assert read(path) == (list(range(10)), ms(*IRREGULAR), Damage())


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_media_time_begins_at_the_start_whatever_the_first_stamp(tmp_path: Path, container: str) -> None:
    times = tuple(range(7000, 9000, 100))
    path = write_clip(tmp_path / f"clip.{container}", Clip(times_ms=times, b_frames=2))
    with FileSource.open(path, MediaNs(5)) as source:
        assert source.info.start == 5
        assert [frame.t for frame in read_all(source)] == [5 + t for t in ms(*range(0, 2000, 100))]


@pytest.mark.parametrize(
    ("made", "start"),
    [
        ("2026-01-05T08:00:00+08:00", 1_767_571_200_000_000_000),
        ("2026-01-05T00:00:00.250000Z", 1_767_571_200_250_000_000),
        ("1904-01-01T00:00:00.000000Z", 0),
        ("soon", 0),
    ],
)
def test_without_a_start_the_creation_time_is_taken(tmp_path: Path, made: str, start: int) -> None:
    path = write_clip(tmp_path / "clip.mkv", Clip(times_ms=(0, 100), metadata={"creation_time": made}))
    with FileSource.open(path) as source:
        assert source.info.start == start
        assert [frame.t for frame in read_all(source)] == [start, start + 100_000_000]


def test_without_either_time_begins_in_1970(tmp_path: Path) -> None:
    with FileSource.open(write_clip(tmp_path / "clip.mp4", Clip())) as source:
        assert source.info.start == 0


def test_a_stream_without_any_stamps_takes_the_nominal_rate_and_says_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.h264", Clip(times_ms=range(0, 400, 40), b_frames=2))
    numbers, times, damage = read(path)
    assert numbers == list(range(10))
    assert times == ms(*range(0, 400, 40))
    assert damage == Damage(missing_times=10)


@pytest.mark.parametrize(
    ("first", "second", "expected", "damage"),
    [
        (range(0, 2000, 100), range(0, 2000, 100), range(0, 4000, 100), {"jumps_back": 1}),
        (range(0, 2000, 100), range(10**7, 10**7 + 2000, 100), range(0, 4000, 100), {"jumps_ahead": 1}),
        (
            range(0, 2000, 100),
            range(60_000, 62_000, 100),
            [*range(0, 2000, 100), *range(60_000, 62_000, 100)],
            {},
        ),
    ],
    ids=["back", "far ahead", "a minute ahead"],
)
def test_recordings_put_together_go_on_in_time(
    tmp_path: Path, first: Sequence[int], second: Sequence[int], expected: Sequence[int], damage: dict[str, int]
) -> None:
    parts = [write_clip(tmp_path / "part.ts", Clip(times_ms=times)).read_bytes() for times in (first, second)]
    (tmp_path / "whole.ts").write_bytes(b"".join(parts))
    numbers, times, counted = read(tmp_path / "whole.ts")
    assert numbers == 2 * list(range(20))
    assert times == ms(*expected)
    # The counter in the packets of the second part begins anew, which the container marks.
    assert counted.by_kind() == {"broken_packets": 1, **damage}


@pytest.mark.parametrize(("degrees", "rotation"), [(0, 0), (-90, 90), (180, 180), (90, 270)])
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_turned_video_is_turned_upright(tmp_path: Path, container: str, degrees: int, rotation: int) -> None:
    path = write_clip(tmp_path / f"clip.{container}", Clip(times_ms=(0, 100), display_degrees=degrees))
    plain = write_clip(tmp_path / f"plain.{container}", Clip(times_ms=(0, 100)))
    with FileSource.open(path) as turned, FileSource.open(plain) as stored:
        frame, expected = one(turned), np.rot90(one(stored).full(), -rotation // 90)
        assert (turned.info.rotation, turned.info.height, turned.info.width) == (rotation, *expected.shape[:2])
        assert frame.size == (turned.info.width, turned.info.height)
        assert np.array_equal(frame.full(), expected)
        assert frame.scaled(40, 30).shape == (30, 40, 3)


@pytest.mark.parametrize("size", [(321, 241), (161, 114), (320, 241)])
@pytest.mark.parametrize(("codec", "container"), [("mpeg4", "mp4"), ("mpeg4", "avi"), ("mjpeg", "mkv")])
def test_odd_sizes_are_read_to_the_last_pixel(
    tmp_path: Path, codec: Codec, container: str, size: tuple[int, int]
) -> None:
    path = write_clip(tmp_path / f"clip.{container}", Clip(codec, (0, 100, 200), size=size))
    with FileSource.open(path) as source:
        frame = one(source)
        assert frame.size == (source.info.width, source.info.height) == size
        corner = frame.full()[-8:, -8:].astype(int) - numbered(0, size)[-8:, -8:]
        assert np.abs(corner).mean() < 12
        assert frame.scaled(63, 47).shape == (47, 63, 3)


@pytest.mark.parametrize("container", ["mp4", "mkv", "avi", "ts"])
def test_sound_is_ignored(tmp_path: Path, container: str) -> None:
    path = write_clip(tmp_path / f"clip.{container}", Clip(with_sound=True))
    assert read(path) == (list(range(40)), ms(*REGULAR), Damage())


def test_the_stream_is_described(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip(b_frames=2))
    with FileSource.open(path, MediaNs(7)) as source:
        assert source.info == StreamInfo("h264", 160, 112, 0, 10.0, 4.0, has_b_frames=True, start=MediaNs(7))
        assert source.keyframe_interval_s == 1.0


def test_pictures_before_the_asked_time_are_passed_over(tmp_path: Path) -> None:
    with FileSource.open(write_clip(tmp_path / "clip.mp4", Clip(b_frames=2))) as source:
        asked = [950, 950, 0, 3900, 3900]
        frames = [source.next_frame(MediaNs(t)) for t in ms(*asked)]
        assert [frame and frame.t for frame in frames] == [*ms(1000, 1100, 1200, 3900), None]
        assert source.next_frame(MediaNs(0)) is None


def test_colours_are_right(tmp_path: Path) -> None:
    with FileSource.open(write_clip(tmp_path / "clip.mp4", Clip())) as source:
        difference = one(source).full().astype(int) - numbered(0, (160, 112))
        assert np.abs(difference).mean() < 4


def test_a_scaled_picture_averages_areas(tmp_path: Path) -> None:
    with FileSource.open(write_clip(tmp_path / "clip.mkv", Clip("ffv1"))) as source:
        for frame in read_all(source)[:4]:
            small = frame.scaled(40, 28).astype(int)
            expected = frame.full().reshape(28, 4, 40, 4, 3).mean(axis=(1, 3))
            assert np.abs(small - expected).max() <= 2


@pytest.mark.parametrize("codec", ["libx264", "ffv1"])
def test_a_picture_does_not_change_after_it_was_handed_out(tmp_path: Path, codec: Codec) -> None:
    with FileSource.open(write_clip(tmp_path / "clip.mkv", Clip(codec))) as source:
        frame = one(source)
        early = frame.full().copy()
        held = frame.full()
        later = read_all(source)
    assert np.array_equal(held, early)
    assert number_of(later[-1].full()) == 39  # readable after its source was closed
    assert frame.full() is held
    with pytest.raises(ValueError, match="read-only"):
        held[0, 0, 0] = 1


def test_two_readings_give_the_same_bytes(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip(b_frames=3))
    with FileSource.open(path) as first, FileSource.open(path, threads=2) as second:
        for one_frame, other in zip(read_all(first), read_all(second), strict=True):
            assert one_frame.t == other.t
            assert one_frame.scaled(80, 56).tobytes() == other.scaled(80, 56).tobytes()


def test_a_size_without_pixels_is_refused(tmp_path: Path) -> None:
    with FileSource.open(write_clip(tmp_path / "clip.mp4", Clip())) as source, pytest.raises(ValueError, match="0x5"):
        one(source).scaled(0, 5)


def test_a_name_is_never_taken_for_an_address(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip(times_ms=(0, 100)))
    odd = path.rename(tmp_path / "http:12:30 %d.mp4")
    assert read(odd)[0] == [0, 1]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("missing.mp4", None, "no such file"),
        ("empty.mp4", b"", "the file is empty"),
        ("words.txt", b"not a video\n" * 500, "no video of a known format"),
        ("words.mp4", b"not a video\n" * 500, "no video of a known format"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n", "no video of a known format"),
        ("list.mp4", b"ffconcat version 1.0\nfile other.mp4\n", "no video of a known format"),
    ],
)
def test_what_is_no_video_is_a_clear_error(tmp_path: Path, name: str, content: bytes | None, fault: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert fault in refusal(path)


def test_a_folder_is_a_clear_error(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: not a file, expected a video file"


def test_sound_alone_is_a_clear_error(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "sound.mkv")
    assert refusal(path) == f"{path}: no video in it (got audio)"


def one(source: FileSource) -> Frame:
    frame = source.next_frame(MediaNs(0))
    assert frame is not None
    return frame


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        FileSource.open(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)
