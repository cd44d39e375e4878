"""A real recording whose writer marked its fillers as keyframes."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.media.file_source import FileSource
from pipeline.observation import MediaNs, nanoseconds

CLIP = Path(__file__).resolve().parents[2].parent / "shared" / "footage" / "road-60fps.avi"


@pytest.mark.skipif(not CLIP.is_file(), reason="the footage is not beside this checkout")
def test_after_keyframes_the_pictures_are_those_of_full_decoding() -> None:
    with FileSource.open(CLIP) as whole, FileSource.open(CLIP) as mixed:
        start = whole.info.start
        keyframe = mixed.next_frame(MediaNs(start + nanoseconds(2.0)), keyframes_only=True)
        assert keyframe is not None
        for step_s in (0.5, 1.0, 2.0):
            due = MediaNs(keyframe.t + nanoseconds(step_s))
            expected, got = whole.next_frame(due), mixed.next_frame(due)
            assert expected is not None
            assert got is not None
            assert got.t == expected.t
            np.testing.assert_array_equal(got.full(), expected.full())
