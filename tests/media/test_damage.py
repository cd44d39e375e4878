from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.media.damage import Damage
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Frame
from pipeline.observation import MediaNs, seconds
from tests.media.clips import Clip, Codec, number_of, read_all, write_clip

CODINGS: list[tuple[Codec, str, int]] = [
    ("libx264", "mp4", 2),
    ("libx264", "mkv", 2),
    ("libx264", "avi", 0),
    ("libx264", "ts", 2),
    ("libx265", "mp4", 2),
    ("libx265", "mkv", 2),
    ("libx265", "ts", 2),
    ("mpeg4", "mp4", 2),
    ("mpeg4", "mkv", 2),
    ("mpeg4", "avi", 2),
    ("mpeg4", "ts", 2),
]
MP4_FOR_STREAMING = {"movflags": "faststart"}


def clip_bytes(folder: Path, codec: Codec, container: str, b_frames: int) -> bytes:
    options = MP4_FOR_STREAMING if container == "mp4" else {}
    clip = Clip(codec, range(0, 6000, 100), b_frames=b_frames, container_options=options)
    return write_clip(folder / f"sound.{container}", clip).read_bytes()


@pytest.fixture(scope="module", params=CODINGS, ids=lambda coding: f"{coding[0]}-{coding[1]}")
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A path for damaged files, and the bytes of a sound one of 60 pictures."""
    codec, container, b_frames = request.param
    folder = tmp_path_factory.mktemp("clips")
    return folder / f"damaged.{container}", clip_bytes(folder, codec, container, b_frames)


def read(path: Path, data: bytes, *, keyframes_only: bool = False) -> tuple[list[Frame], Damage]:
    path.write_bytes(data)
    with FileSource.open(path, MediaNs(0)) as source:
        return read_all(source, keyframes_only=keyframes_only), source.damage


def test_a_cut_off_end_is_survived(sound: tuple[Path, bytes]) -> None:
    path, data = sound
    frames, damage = read(path, data[: len(data) * 2 // 3])
    assert [number_of(frame.full()) for frame in frames[:15]] == list(range(15))
    assert len(frames) < 55
    # A transport stream states no length and ends anywhere.
    assert damage or path.suffix == ".ts"


def test_a_truncated_last_packet_costs_no_more_than_the_last_pictures(sound: tuple[Path, bytes]) -> None:
    path, data = sound
    whole, _ = read(path, data)
    cut = data[: len(data) - (100 if path.suffix == ".mp4" else len(data) // 50)]
    frames, _ = read(path, cut)
    assert [frame.t for frame in frames[:50]] == [frame.t for frame in whole[:50]]
    assert len(frames) <= len(whole)


def test_a_damaged_middle_is_survived_and_counted(sound: tuple[Path, bytes]) -> None:
    path, data = sound
    middle, hole = len(data) // 2, len(data) // 8
    frames, damage = read(path, data[:middle] + bytes(hole) + data[middle + hole :])
    numbers = [number_of(frame.full()) for frame in frames]
    assert numbers[0] == 0
    assert numbers[-1] == 59 or damage.cut_off, "it did not find its way back"
    assert damage or path.suffix == ".avi", "which has no stamps that would tell what is missing"
    assert damage.damaged_frames == sum(frame.is_damaged for frame in frames)


@pytest.mark.parametrize(("codec", "container"), [("libx264", "mp4"), ("libx265", "ts")])
def test_what_is_fed_again_is_not_counted_again(tmp_path: Path, codec: Codec, container: str) -> None:
    data = bytearray(clip_bytes(tmp_path, codec, container, 2))
    for at in range(len(data) * 9 // 10, len(data) - 60, 150):
        data[at : at + 30] = bytes(30)
    path = tmp_path / f"damaged.{container}"
    path.write_bytes(data)
    with FileSource.open(path, MediaNs(0)) as source:
        read_all(source)
        in_full = source.damage
        assert in_full
        for _ in range(2):
            read_all(source, keyframes_only=True)
            assert read_all(source) == []  # feeds everything since the last keyframe again
        assert source.damage == in_full


def test_a_file_without_any_sound_picture_is_a_clear_error(tmp_path: Path) -> None:
    data = clip_bytes(tmp_path, "libx264", "mp4", 0)
    begin = data.index(b"mdat") + 4
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data[:begin] + bytes(len(data) - begin))
    with pytest.raises(SourceError, match=r"damaged\.mp4: no picture can be decoded \(damage: broken_packets 60\)"):
        FileSource.open(path)


def test_an_unfinished_mp4_is_a_clear_error(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Clip())
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(SourceError, match=r"clip\.mp4: no video of a known format"):
        FileSource.open(path)


def test_a_recording_that_was_never_closed_is_read(tmp_path: Path) -> None:
    options = {"movflags": "frag_keyframe+empty_moov"}
    data = write_clip(tmp_path / "clip.mp4", Clip(container_options=options)).read_bytes()
    frames, _ = read(tmp_path / "cut.mp4", data[: len(data) * 3 // 4])
    assert len(frames) >= 20


def test_a_file_that_ends_before_its_stated_length_is_cut_off(tmp_path: Path) -> None:
    clip = Clip(times_ms=range(0, 6000, 100))
    data = write_clip(tmp_path / "clip.mkv", clip).read_bytes()
    frames, damage = read(tmp_path / "cut.mkv", data[: len(data) // 2])
    assert seconds(frames[-1].t) < 4.9
    assert damage == Damage(cut_off=1)
    assert read(tmp_path / "cut.mkv", data)[1] == Damage()


def test_damage_reads_as_its_kinds() -> None:
    damage = Damage(broken_packets=2, jumps_back=1)
    assert (str(damage), damage.total, bool(damage)) == ("broken_packets 2, jumps_back 1", 3, True)
    assert (str(Damage()), bool(Damage())) == ("none", False)


MUTATIONS = st.lists(st.tuples(st.integers(0, 9_999), st.binary(min_size=1, max_size=40)), max_size=12)


@given(kept_percent=st.integers(2, 100), mutations=MUTATIONS, keyframes_only=st.booleans())
@settings(deadline=None, max_examples=12)
def test_no_damage_gives_anything_but_an_error_or_times_that_increase(
    sound: tuple[Path, bytes], kept_percent: int, mutations: list[tuple[int, bytes]], *, keyframes_only: bool
) -> None:
    path, whole = sound
    damaged = bytearray(whole[: len(whole) * kept_percent // 100])
    for place, junk in mutations:
        at = place * len(damaged) // 10_000
        damaged[at : at + len(junk)] = junk
    try:
        frames, _ = read(path, bytes(damaged), keyframes_only=keyframes_only)
    except SourceError:
        return
    assert all(earlier.t < later.t for earlier, later in pairwise(frames))
    assert len(frames) <= 120
    for frame in frames[::7]:
        assert frame.scaled(32, 24).shape == (24, 32, 3)
