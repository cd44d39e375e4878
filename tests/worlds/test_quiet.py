"""Looped footage: repeated, and yet no two pictures are the same."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.worlds.looped import CHUNK_S, Chunk, LoopedSource, Quiet
from benchmarks.worlds.quiet import chunks
from benchmarks.worlds.scene import area
from pipeline.media.frame import Frame
from pipeline.observation import MediaNs, nanoseconds, seconds
from pipeline.resources import data_folder

STREET = Quiet("street", data_folder("sample_videos") / "street.mp4", area((0, 0, 1, 1)), 1.0)


def frames_of(source: LoopedSource, *at_s: float) -> list[Frame]:
    found = [source.next_frame(MediaNs(source.info.start + nanoseconds(t_s))) for t_s in at_s]
    assert all(frame is not None for frame in found)
    return [frame for frame in found if frame is not None]


@pytest.fixture(scope="module")
def day() -> list[Frame]:
    """The same moment of the recording at noon and in the next loop, and one at night."""
    noon = LoopedSource(Chunk(STREET, 4, CHUNK_S))
    night = LoopedSource(Chunk(STREET, 0, CHUNK_S))
    return [*frames_of(noon, 10.0, 10.0 + noon.plays_s[1]), *frames_of(night, 10.0)]


def test_every_loop_has_light_and_noise_of_its_own(day: list[Frame]) -> None:
    first, again, night = (frame.full().astype(float) for frame in day)
    assert np.abs(first - again).mean() > 1.5
    assert np.corrcoef(first.ravel(), again.ravel())[0, 1] > 0.97
    assert night.mean() < 0.5 * first.mean()


def test_light_never_leaps_from_one_picture_to_the_next() -> None:
    source = LoopedSource(Chunk(STREET, 4, CHUNK_S))
    seen = [frame.full().astype(int) for frame in frames_of(source, *(200.0 + 5 * n for n in range(40)))]
    # The median over the places: what drives through the picture takes up less than half of it.
    assert max(abs(np.median(after - before)) for before, after in pairwise(seen)) < 4
    means = [picture.mean() for picture in seen]
    assert max(means) - min(means) > 1


def test_by_night_the_street_is_empty_for_most_of_the_time_and_nothing_stirs_there() -> None:
    noon, night = (LoopedSource(Chunk(STREET, number, CHUNK_S)) for number in (4, 0))
    by_day, by_night = (len(source.plays_s) * 79.5 / CHUNK_S for source in (noon, night))
    assert by_night < 0.2 < by_day < 0.5
    calm_s = night.plays_s[1] - 60.0
    seen = [frame.full().astype(float) for frame in frames_of(night, 40.0, 50.0, calm_s, calm_s + 10, calm_s + 20)]
    stirred = [np.quantile(np.abs(after - before), 0.999) for before, after in pairwise(seen)]
    assert max(stirred[2:]) < 0.7 * stirred[0]


def test_a_street_that_is_never_empty_plays_on() -> None:
    source = LoopedSource(Chunk(replace(STREET, has_calm=False), 0, 600.0))
    assert {round(b - a, 3) for a, b in pairwise(source.plays_s)} == {79.5}


def test_pictures_come_in_order_until_the_chunk_is_over() -> None:
    source = LoopedSource(Chunk(STREET, 1, 10.0))
    times: list[float] = []
    while (frame := source.next_frame(MediaNs(0), keyframes_only=True)) is not None:
        times.append(seconds(frame.t - source.info.start))
    assert times == [0, 2, 4, 6, 8]
    assert source.next_frame(MediaNs(source.info.start + nanoseconds(10))) is None


def test_days_are_shared_out_among_the_recordings() -> None:
    other = Quiet("other", Path("nowhere.mp4"), area((0, 0, 1, 1)), 0.5)
    found = chunks(3, [STREET, other])
    assert sum(chunk.length_s for chunk in found if not chunk.is_for_fire) / 86400 == pytest.approx(3)
    assert [chunk.quiet.name for chunk in found if not chunk.is_for_fire].count("street") == 16
    assert len({chunk.id for chunk in found}) == len(found)
