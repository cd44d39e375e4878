from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.config.camera_source import RecordedSource
from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.resolved import Camera, Geofence, Rule
from pipeline.observation import NS_PER_S, WHOLE_PICTURE, Command, CommandKind, Entry, Observation
from pipeline.replay.log import LogWriter
from pipeline.replay.log_blocks import read_blocks
from pipeline.replay.sweep import CameraSweep
from pipeline.rules.episode import Episode, RuleOrigin
from pipeline.rules.scene import read_scene
from tests.rules.logs import Stretch, histories, play
from tests.rules.scenes import (
    CAMERA,
    OUTSIDE,
    PARKED,
    SITE,
    VOCABULARY,
    at,
    close_look,
    line,
    moving,
    observation,
    reasoner,
    rule,
    since_start,
    source_end,
    stay,
    times,
    watch,
    zone,
)

ZONES = (zone(), line((0.5, 0.2), (0.5, 1.0)))
FENCE = Geofence(None, ZONES)
CONDITIONS = [one for one in Condition if one not in (Condition.CAMERA_FAULT, Condition.WRONG_WAY)]


def _camera(tmp: Path) -> Camera:
    return Camera(CAMERA, "", RecordedSource(tmp / "none.mp4", None, loop=False), FENCE)


def _under_settings(base: Rule, dwells_s: Sequence[float], confidences: Sequence[float]) -> list[Rule]:
    return [
        replace(base, dwell_ns=round(dwell_s * NS_PER_S), confidence=confidence)
        for dwell_s in dwells_s
        for confidence in confidences
    ]


def _swept(rules: Sequence[Rule], entries: Sequence[Entry], tmp: Path) -> list[list[Episode]]:
    path = tmp / "log.parquet"
    with LogWriter(path, CAMERA) as log:
        for entry in entries:
            log.append(entry)
    sweep = CameraSweep(SITE, _camera(tmp), rules, VOCABULARY)
    for block in read_blocks(path):
        sweep.feed(block)
    return sweep.told()


def _alone(rules: Sequence[Rule], entries: Sequence[Entry]) -> list[list[Episode]]:
    return [
        [
            one
            for entry, reasoning in (
                (entry, reasoning) for reasoning in [reasoner(one, zones=ZONES)] for entry in entries
            )
            for one in reasoning.feed(entry).episodes
            if isinstance(one.origin, RuleOrigin)
        ]
        for one in rules
    ]


@pytest.mark.parametrize("condition", CONDITIONS)
@given(history=histories, ends=st.booleans(), clear_after_s=st.sampled_from([0.0, 8.0]), per=st.sampled_from(EventPer))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_setting_tells_what_it_would_have_told_alone(
    condition: Condition, history: list[Stretch], *, ends: bool, clear_after_s: float, per: EventPer
) -> None:
    zones = ("line",) if condition is Condition.LINE_CROSSING else ("lane",)
    base = rule(condition, dwell_s=3, grace_s=2, clear_after_s=clear_after_s, cooldown_s=5, event_per=per, zones=zones)
    fed, _ = play(reasoner(base, zones=ZONES), history, ends=ends)
    rules = _under_settings(base, (0.5, 2, 3, 6), (0.3, 0.9))
    with TemporaryDirectory() as folder:
        assert _swept(rules, fed, Path(folder)) == _alone(rules, fed)


def test_settings_that_differ_in_more_than_dwell_and_confidence_are_reasoned_over_apart(tmp_path: Path) -> None:
    entries = watch([stay(PARKED, 0, 20), stay(PARKED, 30, 45, track=2, look=2)], times(60))
    rules = [rule(dwell_s=4, grace_s=grace_s, cooldown_s=cooldown_s) for grace_s in (1, 5) for cooldown_s in (0, 30)]
    told = _swept(rules, entries, tmp_path)
    assert told == _alone(rules, entries)
    assert [sum(one.revision == 0 for one in episodes) for episodes in told] == [2, 1, 2, 1]


def test_an_event_that_is_over_is_called_false_under_the_settings_alone_that_told_of_it(tmp_path: Path) -> None:
    stays = [stay(PARKED, start_s, start_s + long_s) for start_s, long_s in ((0, 4), (30, 12), (60, 12))]
    rules = _under_settings(rule(dwell_s=2, grace_s=2), (2, 6, 20), (0.3, 0.9))
    seen = watch(stays, times(90))
    first = _alone(rules, seen)[0][0]
    words = [entry for entry in seen if entry.t < at(50)]
    word = Command(at(50), CommandKind.DISMISS, first.id, at(50))
    entries = [*words, word, *(entry for entry in seen if entry.t > at(50))]
    told = _alone(rules, entries)
    # Dwell 2 s tells of the first two visits and is silent at the third; dwell 6 s has never told of the first.
    raised_s = [[round((one.t - at(0)) / NS_PER_S) for one in each[::2]] for each in told]
    assert raised_s == [[2, 32], [], [36, 66], [], [], []]
    assert _swept(rules, entries, tmp_path) == told


def test_a_close_look_that_one_confidence_believes_and_another_does_not_parts_them(tmp_path: Path) -> None:
    flame, close = stay(class_name="fire", score=0.95), stay(class_name="fire", score=0.5)
    rules = _under_settings(rule(Condition.DRIFTING, params={"seen_share": 0.4}), (2, 5), (0.3, 0.9))
    entries = [
        entry for t_s in times(20) for entry in (observation(t_s, [flame]), close_look(t_s, [close], WHOLE_PICTURE))
    ]
    told = _alone(rules, entries)
    assert [len(episodes) for episodes in told] == [1, 0, 1, 0]
    assert _swept(rules, entries, tmp_path) == told


def test_what_moved_while_nothing_was_there_does_not_take_the_place_of_what_came(tmp_path: Path) -> None:
    came = stay(PARKED, 40, 40.4, track=1)
    other = moving(stay(track=9, missed=lambda t_s: t_s == 40), lambda t_s: PARKED if t_s >= 40 else OUTSIDE)
    entries = watch([came, other], times(80, 0.5))
    rules = _under_settings(rule(), (2, 5, 20), (0.3, 0.9))
    told = _swept(rules, entries, tmp_path)
    assert told == _alone(rules, entries)
    assert [since_start(one.started_at) for one in told[0]] == [40.5]


def test_a_scene_made_of_columns_equals_the_scene_of_the_entry(tmp_path: Path) -> None:
    entries = [
        observation(1, [stay(look=0), stay(OUTSIDE, class_name="person", look=5, hidden=lambda _: True)]),
        observation(2),
        close_look(2.5, [stay()]),
    ]
    path = tmp_path / "log.parquet"
    with LogWriter(path, CAMERA) as log:
        for entry in entries:
            log.append(entry)
    (block,) = read_blocks(path)
    nothing = np.zeros(len(block.objects.xyxy), np.bool_)
    for row, entry in enumerate(entries):
        assert isinstance(entry, Observation)
        expected, got = read_scene(entry, ()), block.scene(row, nothing, {})
        for a, b in zip(expected.sightings, got.sightings, strict=True):
            assert a[:5] == b[:5]
            assert np.array_equal(a.appearance, b.appearance)
        assert np.array_equal(expected.grid, got.grid)
        assert expected._replace(sightings=(), grid=got.grid) == got._replace(sightings=())
    assert block.looks.are_close().tolist() == [False, False, True]


def test_a_log_in_many_pieces_reads_as_one(tmp_path: Path) -> None:
    entries = [*watch([stay(PARKED, 10, 60), stay(OUTSIDE, track=2)], times(100)), source_end(101)]
    rules = _under_settings(rule(), (5, 20), (0.3, 0.9))
    folder = tmp_path / "log"
    folder.mkdir()
    for n in range(0, len(entries), 7):
        with LogWriter(folder / f"{n:04}.parquet", CAMERA) as log:
            for entry in entries[n : n + 7]:
                log.append(entry)
    sweep = CameraSweep(SITE, _camera(tmp_path), rules, VOCABULARY)
    for block in read_blocks(folder):
        sweep.feed(block)
    assert sweep.told() == _alone(rules, entries)
    assert [since_start(one.t) for one in sweep.told()[0] if one.revision == 0] == [15.5]
