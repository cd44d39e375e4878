"""One recording from its first picture to its last."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.resolved import Site
from pipeline.errors import SourceError, StateError
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Frame
from pipeline.media.memory_source import MemorySource
from pipeline.observation import (
    End,
    EndCause,
    Entry,
    Gap,
    GapCause,
    LookKind,
    MediaNs,
    Observation,
    Tick,
    nanoseconds,
    seconds,
)
from pipeline.rules.episode import State
from pipeline.runtime.need import LONGEST_IDLE_NS
from tests.runtime.standing_car import START, Run, memory_street, since_start, site_in, street, write_video

ROUNDING_S = 1e-6


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


def at(t_s: float) -> MediaNs:
    return MediaNs(START + nanoseconds(t_s))


def looked_at(run: Run) -> list[float]:
    """Times of the looks, closer looks left out, seconds."""
    return [
        since_start(entry.t)
        for entry in run.entries
        if isinstance(entry, Observation) and all(look.kind is not LookKind.CLOSE for look in entry.looks)
    ]


def every(step_s: float, until_s: float) -> list[float]:
    return [n * step_s for n in range(round(until_s / step_s) + 1)]


@pytest.mark.parametrize("fps", [2.0, 7.3, 12.5, 23.976, 25.0, 29.97, 60.0])
@pytest.mark.parametrize("interval_s", [0.5, 0.7, 2.0])
def test_looks_keep_to_their_grid_whatever_the_frame_rate(site: Site, fps: float, interval_s: float) -> None:
    run = Run()
    # Keyframes too far apart to be of use.
    run.over(site, memory_street(every(1 / fps, 40.0), keyframe_every=10_000), interval_s)
    looks = looked_at(run)
    if 1 / fps <= interval_s:
        assert abs(len(looks) - (40.0 / interval_s + 1)) <= 1
    for n, t_s in enumerate(looks):
        # A picture at most a tenth of the interval early, at most one picture late.
        assert -0.1 * interval_s - ROUNDING_S <= t_s - n * max(interval_s, 1 / fps) <= 1 / fps + ROUNDING_S


@settings(deadline=None, max_examples=40)
@given(
    step_s=st.floats(0.02, 1.2),
    keyframe_every=st.integers(1, 60),
    interval_s=st.floats(0.5, 2.0),
)
def test_looks_are_never_further_apart_than_asked_where_there_are_pictures(
    site: Site, step_s: float, keyframe_every: int, interval_s: float
) -> None:
    run = Run()
    times = every(step_s, 12.0)
    run.over(site, memory_street(times, keyframe_every=keyframe_every), interval_s)
    # While nothing is going on, keyframes up to four seconds apart suffice.
    key_s = step_s * keyframe_every
    idle_s = max(interval_s, key_s) if key_s <= seconds(LONGEST_IDLE_NS) else interval_s
    longest = 1.1 * idle_s + step_s + ROUNDING_S
    assert all(later - earlier <= longest for earlier, later in pairwise([*looked_at(run), times[-1]]))


def test_keyframes_alone_are_looked_at_where_they_are_near_enough(site: Site, tmp_path: Path) -> None:
    path = write_video(tmp_path / "gate.mp4", 9.5, lambda _: False, fps=10, gop=9)
    run = Run()
    with FileSource.open(path, START) as source:
        run.over(site, source, interval_s=2.0)
    # Keyframes are 0.9 s apart: every second one; behind the last, the picture that is due.
    assert looked_at(run) == pytest.approx([0.0, 1.8, 3.6, 5.4, 7.2, 9.0], abs=0.001)


def test_pictures_behind_the_last_keyframe_are_looked_at_when_due(site: Site, tmp_path: Path) -> None:
    path = write_video(tmp_path / "gate.mp4", 6.0, lambda _: False, fps=10, gop=20)
    run = Run()
    with FileSource.open(path, START) as source:
        run.over(site, source, interval_s=1.9)
    assert looked_at(run) == pytest.approx([0.0, 2.0, 4.0, 5.8], abs=0.001)


def test_keyframes_that_lie_further_apart_than_the_interval_are_not_enough_where_something_stands(
    site: Site, tmp_path: Path
) -> None:
    path = write_video(tmp_path / "gate.mp4", 4.05, lambda _: True, fps=20, gop=40)
    run = Run()
    with FileSource.open(path, START) as source:
        run.over(site, source, interval_s=0.5)
    assert looked_at(run) == pytest.approx(every(0.5, 4.0), abs=0.051)


def test_an_idle_street_is_looked_at_by_its_keyframes_and_closely_once_something_comes(
    site: Site, tmp_path: Path
) -> None:
    path = write_video(tmp_path / "gate.mp4", 9.05, lambda t_s: t_s >= 5.0, fps=20, gop=40)
    run = Run()
    with FileSource.open(path, START) as source:
        run.over(site, source, interval_s=0.5)
    looks = looked_at(run)
    assert looks[:4] == pytest.approx([0.0, 2.0, 4.0, 6.0], abs=0.051)
    assert looks[4:] == pytest.approx([6.5, 7.0, 7.5, 8.0, 8.5, 9.0], abs=0.101)


def test_a_hole_in_a_recording_is_a_gap_that_is_told_again_with_every_tick_and_closes(site: Site) -> None:
    run = Run()
    run.over(site, memory_street([0.0, 0.5, 7.0, 7.5]))

    def gap(t_s: float, *, is_open: bool) -> Gap:
        return Gap(at(t_s), at(0.5), is_open=is_open, cause=GapCause.NO_SIGNAL)

    assert [entry for entry in run.entries if not isinstance(entry, Observation)] == [
        gap(0.5, is_open=True),
        Tick(at(2.5)),
        gap(2.5, is_open=True),
        Tick(at(4.5)),
        gap(4.5, is_open=True),
        Tick(at(6.5)),
        gap(6.5, is_open=True),
        gap(7.0, is_open=False),
        End(at(7.5), EndCause.SOURCE_ENDED),
    ]
    assert looked_at(run) == [0.0, 0.5, 7.0, 7.5]


def test_a_low_frame_rate_is_no_gap_but_time_passes(site: Site) -> None:
    run = Run()
    run.over(site, memory_street([0.0, 5.0, 10.0]))
    assert [entry for entry in run.entries if not isinstance(entry, Observation)] == [
        *(Tick(at(t_s)) for t_s in (2.0, 4.0, 7.0, 9.0)),
        End(at(10.0), EndCause.SOURCE_ENDED),
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0.01, 30.0), min_size=0, max_size=12), st.floats(0.5, 2.0))
def test_time_never_stands_still_nor_goes_back_and_the_end_comes_last(
    site: Site, steps_s: list[float], interval_s: float
) -> None:
    times = [0.0]
    for step_s in steps_s:
        times.append(times[-1] + step_s)
    run = Run()
    run.over(site, memory_street(times), interval_s)
    moments = [entry.t for entry in run.entries]
    assert all(0 <= later - earlier <= nanoseconds(2.0) for earlier, later in pairwise(moments))
    assert [type(entry) for entry in run.entries].count(End) == 1
    assert isinstance(run.entries[-1], End)
    opened = [entry for entry in run.entries if isinstance(entry, Gap)]
    assert not opened or not opened[-1].is_open


def test_a_close_look_that_is_asked_for_is_taken_on_the_same_picture_and_fed_back(site: Site) -> None:
    run = Run()
    summary = run.over(site, memory_street(every(0.1, 12.0), lambda t_s: 2.0 <= t_s < 8.0, keyframe_every=1000))
    assert [episode.state for _, episode in run.told] == [State.RAISED, State.CLEARED]
    heard, raised = run.told[0]
    close, before = run.entries[heard - 1], run.entries[heard - 2]
    assert isinstance(close, Observation)
    assert [look.kind for look in close.looks] == [LookKind.CLOSE]
    assert close.t == before.t == raised.t
    assert raised.raised_at - raised.started_at >= nanoseconds(4.0)
    assert close.objects.class_name.tolist() == ["car"]
    assert summary.raised == 1
    assert summary.looks == len(looked_at(run))
    assert summary.media_ns == nanoseconds(12.0)


def test_an_event_is_told_only_when_its_entry_is_in_the_log(site: Site) -> None:
    class FullDisk(Run):
        def append(self, entry: Entry) -> None:
            if len(self.entries) == raised_after - 1:
                raise StateError("log: disk full")
            super().append(entry)

    whole, broken = Run(), FullDisk()
    whole.over(site, memory_street(every(0.1, 12.0), lambda t_s: t_s >= 2.0))
    raised_after = whole.told[0][0]
    with pytest.raises(StateError, match="disk full"):
        broken.over(site, memory_street(every(0.1, 12.0), lambda t_s: t_s >= 2.0))
    assert broken.told == []


def test_a_source_that_fails_is_not_a_source_that_ends(site: Site) -> None:
    class Failing(MemorySource):
        """Its disk fails after the second picture."""

        given = 0

        def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
            self.given += 1
            if self.given > 2:
                raise SourceError("gate.mp4: cannot be read on: Input/output error")
            return super().next_frame(not_before, keyframes_only=keyframes_only)

    run = Run()
    with pytest.raises(SourceError, match="cannot be read on"):
        run.over(site, Failing([(at(t_s), street(has_car=False)) for t_s in (0.0, 0.5, 1.0)]))
    assert len(run.entries) == 2
    assert all(isinstance(entry, Observation) for entry in run.entries)


def test_the_same_pictures_give_the_same_run(site: Site) -> None:
    first, second = Run(), Run()
    for run in (first, second):
        run.over(site, memory_street(every(0.1, 12.0), lambda t_s: 2.0 <= t_s < 8.0))
    assert first.told == second.told
    assert [repr(entry) for entry in first.entries] == [repr(entry) for entry in second.entries]
