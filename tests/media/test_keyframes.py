from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.damage import Damage
from pipeline.media.file_source import FileSource
from pipeline.observation import MediaNs, seconds
from tests.media.clips import Clip, Codec, ms, number_of, read_all, write_clip
from tests.media.live import Seen, seen

CODINGS: list[tuple[Codec, str, bool]] = [
    ("libx264", "mp4", False),
    ("libx264", "mkv", True),
    ("libx264", "ts", True),
    ("libx264", "avi", False),
    ("libx265", "mp4", False),
    ("libx265", "mkv", True),
    ("libx265", "ts", True),
    ("mpeg4", "mp4", True),
    ("mpeg4", "avi", True),
]


@pytest.fixture(scope="module", params=CODINGS, ids=lambda coding: f"{coding[0]}-{coding[1]}-open{coding[2]}")
def coded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Seen], list[int]]:
    """A clip with B-frames, what full decoding sees in it, and the times of its keyframes."""
    codec, container, is_open_gop = request.param
    clip = Clip(codec, range(0, 4000, 100), gop=12, b_frames=3, is_open_gop=is_open_gop)
    path = write_clip(tmp_path_factory.mktemp("clips") / f"clip.{container}", clip)
    with FileSource.open(path, MediaNs(0)) as source:
        frames = read_all(source)
    return path, [seen(frame) for frame in frames], [frame.t for frame in frames if frame.is_key]


def test_keyframes_are_the_pictures_that_full_decoding_gives(coded: tuple[Path, list[Seen], list[int]]) -> None:
    path, full, key_times = coded
    with FileSource.open(path, MediaNs(0)) as source:
        keyframes = read_all(source, keyframes_only=True)
        assert len(keyframes) >= 3
        assert all(frame.is_key for frame in keyframes)
        assert [seen(frame) for frame in keyframes] == [one for one in full if one[0] in key_times]
        assert source.damage == Damage()


@given(st.data())
@settings(deadline=None, max_examples=25)
def test_any_way_between_keyframes_and_all_gives_the_same_pictures(
    coded: tuple[Path, list[Seen], list[int]], data: st.DataObject
) -> None:
    path, full, key_times = coded
    steps = st.tuples(st.booleans(), st.sampled_from([0, 0, 0, 150, 900, 1500]))
    with FileSource.open(path, MediaNs(0)) as source:
        reached = -1
        for keyframes_only, ahead_ms in data.draw(st.lists(steps, max_size=25)):
            not_before = reached + 1 + ahead_ms * 1_000_000
            frame = source.next_frame(MediaNs(not_before), keyframes_only=keyframes_only)
            due = [one for one in full if one[0] >= not_before and (not keyframes_only or one[0] in key_times)]
            assert (None if frame is None else seen(frame)) == (due[0] if due else None)
            reached = not_before - 1 if frame is None else frame.t
        assert source.damage == Damage()


def test_behind_the_last_keyframe_the_rest_can_still_be_had(coded: tuple[Path, list[Seen], list[int]]) -> None:
    path, full, key_times = coded
    with FileSource.open(path, MediaNs(0)) as source:
        read_all(source, keyframes_only=True)
        assert [seen(frame) for frame in read_all(source)] == [one for one in full if one[0] > key_times[-1]]


def test_a_keyframe_is_handed_out_before_the_packets_behind_it_are_read(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", Clip("libx265", range(0, 8000, 100), gop=10, b_frames=4))
    with FileSource.open(path, MediaNs(0)) as source:
        assert source.next_frame(MediaNs(0), keyframes_only=True) is not None
        for expected in range(1000, 8000, 1000):
            frame = source.next_frame(MediaNs(0), keyframes_only=True)
            assert frame is not None
            assert frame.t == expected * 1_000_000
            newest = source._pictures._kept._packets[-1].stamp
            assert newest.is_key, "packets behind the keyframe were needed"
        assert source.keyframe_interval_s == 1.0


def test_keyframes_before_the_asked_time_are_not_decoded(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", Clip(times_ms=range(0, 8000, 100), gop=10))
    with FileSource.open(path, MediaNs(0)) as source:
        frame = source.next_frame(MediaNs(4_500_000_000), keyframes_only=True)
        assert frame is not None
        assert seconds(frame.t) == 5.0
        assert source._pictures._decoder._counted_seq == 50
        assert number_of(frame.full()) == 50
        following = source.next_frame(MediaNs(0))
        assert following is not None
        assert seconds(following.t) == 5.1


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_where_keyframes_are_far_apart_it_decodes_on(tmp_path: Path, codec: Codec) -> None:
    path = write_clip(tmp_path / "clip.mkv", Clip(codec, range(0, 24_000, 100), gop=60, b_frames=2))
    with FileSource.open(path, MediaNs(0)) as source:
        assert source.keyframe_interval_s > 4
        due = ms(*range(0, 24_000, 2500))
        frames = [source.next_frame(MediaNs(t), keyframes_only=True) for t in due]
        assert [frame and frame.t for frame in frames] == due
        assert [number_of(frame.full()) for frame in frames if frame] == list(range(0, 240, 25))


def test_far_keyframes_in_the_middle_are_bridged_and_near_ones_used_again(tmp_path: Path) -> None:
    near = write_clip(tmp_path / "near.ts", Clip(times_ms=range(0, 1000, 100), gop=10)).read_bytes()
    far = write_clip(tmp_path / "far.ts", Clip(times_ms=range(0, 9000, 100), gop=90)).read_bytes()
    (tmp_path / "whole.ts").write_bytes(3 * near + far + 12 * near)
    with FileSource.open(tmp_path / "whole.ts", MediaNs(0)) as source:
        frames = [source.next_frame(MediaNs(t), keyframes_only=True) for t in ms(*range(0, 23_000, 1000))]
        assert [seconds(frame.t) for frame in frames if frame] == list(range(23))
        # Far keyframes are told by the pictures between them; when eight near ones have passed, they are used again.
        assert [bool(frame and frame.is_key) for frame in frames] == 4 * [True] + 8 * [False] + 11 * [True]
        assert source.keyframe_interval_s == 1.0


def test_what_is_kept_does_not_grow_with_the_distance_of_keyframes(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", Clip(times_ms=range(0, 60_000, 100), gop=10_000, b_frames=2))
    with FileSource.open(path, MediaNs(0)) as source:
        longest = 0
        while source.next_frame(MediaNs(0), keyframes_only=True) is not None:
            longest = max(longest, len(source._pictures._kept._packets) + len(source._packets._ahead))
        assert longest <= 90


def test_keyframes_have_the_times_of_full_decoding_where_stamps_jump(tmp_path: Path) -> None:
    part = write_clip(tmp_path / "part.ts", Clip(b_frames=2)).read_bytes()
    (tmp_path / "whole.ts").write_bytes(3 * part)
    with FileSource.open(tmp_path / "whole.ts", MediaNs(0)) as source:
        full = [(frame.t, number_of(frame.full())) for frame in read_all(source) if frame.is_key]
    with FileSource.open(tmp_path / "whole.ts", MediaNs(0)) as source:
        assert [(frame.t, number_of(frame.full())) for frame in read_all(source, keyframes_only=True)] == full
    assert np.diff([t for t, _ in full]).tolist() == 11 * ms(1000)
