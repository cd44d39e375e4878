from pathlib import Path

import numpy as np
import pytest

from pipeline.media.damage import Damage
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Bgr
from pipeline.media.memory_source import MemorySource
from pipeline.media.source import VideoSource
from pipeline.observation import MediaNs
from tests.media.clips import Clip, ms, number_of, numbered, read_all, write_clip

SIZE = (160, 112)


def pictures(*times_ms: int) -> list[tuple[MediaNs, Bgr]]:
    return [(MediaNs(t), numbered(number, SIZE)) for number, t in enumerate(ms(*times_ms))]


def answers(source: VideoSource) -> list[tuple[int, bool, int] | None]:
    """What a source answers to one and the same row of questions."""
    asked = [
        (0, False),
        (0, True),
        (1500, False),
        (1700, True),
        (2600, True),
        (3600, True),
        (0, False),
        (9000, False),
        (0, False),
    ]
    frames = [source.next_frame(MediaNs(t * 1_000_000), keyframes_only=keys) for t, keys in asked]
    return [(frame.t, frame.is_key, number_of(frame.full())) if frame else None for frame in frames]


def test_it_answers_as_a_file_with_the_same_pictures(tmp_path: Path) -> None:
    times = range(0, 3800, 100)
    memory = MemorySource(pictures(*times), keyframe_every=10)
    with FileSource.open(write_clip(tmp_path / "clip.mp4", Clip(times_ms=times)), MediaNs(0)) as file:
        assert answers(memory) == answers(file)
        assert (memory.info.width, memory.info.height, memory.info.start) == (*SIZE, file.info.start)
        assert (memory.keyframe_interval_s, memory.damage) == (file.keyframe_interval_s, Damage())


def test_pictures_are_copied_and_read_only() -> None:
    pixels = numbered(3, SIZE)
    source = MemorySource([(MediaNs(0), pixels)])
    pixels[:] = 0
    frame = read_all(source)[0]
    assert number_of(frame.full()) == 3
    assert frame.scaled(80, 56).shape == (56, 80, 3)
    with pytest.raises(ValueError, match="read-only"):
        frame.full()[:] = 0


@pytest.mark.parametrize("times_ms", [(), (0, 0), (100, 50)])
def test_times_that_do_not_increase_are_refused(times_ms: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="strictly increasing"):
        MemorySource(pictures(*times_ms))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(4, 4\) uint8: expected \(height, width, 3\)"):
        MemorySource([(MediaNs(0), np.zeros((4, 4), np.uint8))])
