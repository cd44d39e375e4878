"""Clips, opened by a player that is none of ours."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypedDict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StateError
from pipeline.media.arrival import Arrival
from pipeline.media.clip import ClipSpan, decoding_times, write_clip
from pipeline.media.file_source import FileSource
from pipeline.media.footage import Footage, Take
from pipeline.media.live_decoder import Coding
from pipeline.media.paced_file import PacedFile
from pipeline.observation import NS_PER_S, MediaNs
from tests.media.clips import Clip, number_of
from tests.media.clips import write_clip as write_recording
from tests.media.live import NOON, Pace, until_end


class Packet(TypedDict):
    pts_time: str
    dts_time: str
    flags: str


def probe(path: Path) -> tuple[dict[str, str], list[Packet]]:
    """What ffprobe says of the stream and of its packets; an error of its own fails the test."""
    program = shutil.which("ffprobe")
    if program is None:
        pytest.skip("ffprobe is not installed")
    command = [program, "-v", "error", "-of", "json", "-show_streams", "-show_packets", "-show_format", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    [stream] = found["streams"]
    return {**stream, "creation_time": found["format"]["tags"]["creation_time"]}, found["packets"]


def played(path: Path, width: int, height: int) -> list[int]:
    """The numbers of the pictures that ffmpeg decodes; an error of its own fails the test."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    command = [program, "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo"]
    done = subprocess.run([*command, "-pix_fmt", "bgr24", "-"], capture_output=True, check=True)
    # An open group of pictures says what becomes of pictures before it; the decoder remarks that it never had them.
    assert [line for line in done.stderr.splitlines() if b"mmco: unref short failure" not in line] == []
    return [number_of(picture) for picture in np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)]


def opened(path: Path, start: int = NOON) -> PacedFile:
    return Pace().play(path, start)


def recorded(path: Path) -> tuple[Coding, list[Arrival]]:
    connection = opened(path)
    coding = connection.coding
    arrivals = list(until_end(connection))
    connection.close()
    return coding, arrivals


def taken(path: Path, since_s: float, until_s: float, *, before_s: float = 60) -> Take:
    """A clip that was asked for as the packet of its middle had just come."""
    coding, arrivals = recorded(path)
    footage = Footage(coding, round(before_s * NS_PER_S), 10_000_000)
    asked = NOON + round((since_s + until_s) / 2 * NS_PER_S)
    request = None
    for arrival in arrivals:
        footage.add(arrival)
        if request is None and arrival.t >= asked:
            request = footage.request(at(since_s), at(until_s))
    footage.end()
    assert request is not None
    take = request.take()
    assert take is not None
    return take


def at(t_s: float) -> MediaNs:
    return MediaNs(NOON + round(t_s * NS_PER_S))


Kind = Literal["libx264", "libx265"]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize(("b_frames", "is_open_gop"), [(0, False), (3, False), (2, True)])
def test_packets_are_copied_and_play_with_the_times_at_which_they_were_taken(
    tmp_path: Path, suffix: str, codec: Kind, b_frames: int, *, is_open_gop: bool
) -> None:
    clip = Clip(codec=codec, times_ms=range(0, 9000, 100), gop=10, b_frames=b_frames, is_open_gop=is_open_gop)
    source = write_recording(tmp_path / f"recording.{suffix}", clip)
    take = taken(source, 2.5, 6.0)
    span = write_clip(tmp_path / "clip.mp4", take)
    assert span.is_copied
    assert span.start == at(2.0)
    assert at(6.0) <= span.end <= at(6.5)
    stream, packets = probe(tmp_path / "clip.mp4")
    assert stream["codec_name"] == {"libx264": "h264", "libx265": "hevc"}[codec]
    shown = sorted(float(packet["pts_time"]) for packet in packets)
    assert shown == pytest.approx([0.1 * n for n in range(len(packets))], abs=0.001)
    decoded = [float(packet["dts_time"]) for packet in packets]
    assert all(earlier < later for earlier, later in pairwise(decoded))
    assert packets[0]["flags"].startswith("K")
    numbers = played(tmp_path / "clip.mp4", *clip.size)
    assert numbers == list(range(20, 20 + len(numbers)))
    assert len(numbers) == len(packets)


def test_pictures_that_are_shown_before_the_first_keyframe_are_left_out(tmp_path: Path) -> None:
    take = taken(write_recording(tmp_path / "recording.mp4", Clip(times_ms=range(0, 6000, 100))), 2.0, 4.0)
    key, second, *rest = take.arrivals
    leading = replace(second, t=MediaNs(key.t - 100_000_000))
    span = write_clip(tmp_path / "clip.mp4", replace(take, arrivals=(key, leading, second, *rest)))
    assert span.start == key.t
    _, packets = probe(tmp_path / "clip.mp4")
    assert len(packets) == len(take.arrivals)


def test_the_clip_tells_when_it_begins(tmp_path: Path) -> None:
    source = write_recording(tmp_path / "recording.mp4", Clip(times_ms=range(0, 6000, 100)))
    write_clip(tmp_path / "clip.mp4", taken(source, 2.0, 4.0))
    stream, _ = probe(tmp_path / "clip.mp4")
    assert stream["creation_time"].startswith("2026-09-21T14:13:22")


@pytest.mark.parametrize(("codec", "suffix"), [("mjpeg", "mkv"), ("mpeg4", "mp4")])
def test_what_browsers_do_not_play_is_coded_anew(tmp_path: Path, codec: Literal["mjpeg", "mpeg4"], suffix: str) -> None:
    source = write_recording(tmp_path / f"recording.{suffix}", Clip(codec=codec, times_ms=range(0, 6000, 100)))
    span = write_clip(tmp_path / "clip.mp4", taken(source, 2.0, 4.0))
    assert not span.is_copied
    stream, _ = probe(tmp_path / "clip.mp4")
    assert stream["codec_name"] == "h264"
    numbers = played(tmp_path / "clip.mp4", 160, 112)
    assert numbers[0] == 20
    assert numbers == list(range(20, 20 + len(numbers)))
    assert span == ClipSpan(at(2.0), at(numbers[-1] / 10), is_copied=False)


def test_b_frames_of_a_container_that_does_not_tell_when_they_are_shown_are_coded_anew(tmp_path: Path) -> None:
    source = write_recording(tmp_path / "recording.avi", Clip(times_ms=range(0, 6000, 100), b_frames=2))
    span = write_clip(tmp_path / "clip.mp4", taken(source, 2.0, 4.0))
    assert not span.is_copied
    numbers = played(tmp_path / "clip.mp4", 160, 112)
    # Cut in the order of decoding: of the last group of B-frames some are missing.
    assert numbers[:-3] == list(range(20, 20 + len(numbers) - 3))
    assert len(numbers) > 20


def test_a_recording_that_is_turned_becomes_an_upright_clip(tmp_path: Path) -> None:
    source = write_recording(tmp_path / "recording.mp4", Clip(times_ms=range(0, 4000, 100), display_degrees=90))
    assert not write_clip(tmp_path / "clip.mp4", taken(source, 1.0, 3.0)).is_copied
    with FileSource.open(source) as before, FileSource.open(tmp_path / "clip.mp4") as after:
        assert (before.info.width, before.info.height) == (after.info.width, after.info.height) == (112, 160)


def test_a_clip_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    source = write_recording(tmp_path / "recording.mp4", Clip(times_ms=range(0, 4000, 100)))
    with pytest.raises(StateError, match=r"clip.mp4: the clip cannot be written: ") as refused:
        write_clip(tmp_path / "nowhere" / "clip.mp4", taken(source, 1.0, 3.0))
    assert "\n" not in str(refused.value)


@given(order=st.lists(st.integers(0, 10_000), min_size=1, max_size=60, unique=True))
def test_decoding_times_rise_and_none_is_after_its_picture(order: Sequence[int]) -> None:
    times = decoding_times(order)
    assert all(earlier < later for earlier, later in pairwise(times))
    assert all(dts <= pts for dts, pts in zip(times, order, strict=True))
    assert any(dts == pts for dts, pts in zip(times, order, strict=True))
