"""A script becomes the log that a camera would have made of it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.worlds.performance import Performance
from benchmarks.worlds.script import (
    SPECIAL,
    Ghosts,
    Lamp,
    Outage,
    Script,
    Swap,
    Word,
    moves,
    paces,
    parks,
    passes,
    place,
    stands,
)
from pipeline.observation import (
    Command,
    CommandKind,
    End,
    Entry,
    Gap,
    GapCause,
    LookKind,
    MediaNs,
    Observation,
    Sight,
    nanoseconds,
    seconds,
)

START = MediaNs(1_767_571_200_000_000_000)


def log_of(script: Script, interval_s: float = 1.0, seed: int = 0) -> list[Entry]:
    return list(Performance(script, START, interval_s, seed).entries())


def looks_of(script: Script, interval_s: float = 1.0, seed: int = 0) -> list[tuple[float, Observation]]:
    return [(seconds(one.t - START), one) for one in log_of(script, interval_s, seed) if isinstance(one, Observation)]


def sights(script: Script, row: int = 0) -> dict[float, Sight]:
    """How the actor of this track was reported, by the time."""
    return {
        t_s: Sight(int(seen.objects.sight[seen.objects.track == row + 1][0]))
        for t_s, seen in looks_of(script)
        if row + 1 in seen.objects.track
    }


def boxes_during(
    script: Script, from_s: float, to_s: float
) -> Sequence[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return [box for t_s, seen in looks_of(script) if from_s <= t_s < to_s for box in seen.objects.xyxy]


def test_the_same_script_gives_the_same_log_and_another_seed_another() -> None:
    script = Script(60, (parks("car", 0.5, 0.7, 10, 40), paces("person", 5, 50, (0.3, 0.6), 0.8, stride_s=7, look=2)))
    one, same, other = (
        [(seen.t, seen.objects.xyxy.tolist(), seen.objects.score.tolist()) for _, seen in looks_of(script, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_times_are_irregular_and_never_go_back() -> None:
    times = [entry.t for entry in log_of(Script(300, (), outages=(Outage(100, 130, GapCause.FROZEN),)))]
    assert times == sorted(times)
    steps = {round(seconds(after - before), 3) for before, after in pairwise(times)}
    assert len(steps) > 50


def test_a_thing_is_where_the_script_says_but_for_the_jitter() -> None:
    found = boxes_during(Script(60, (stands("car", 0.5, 0.7, 10, 50),)), 12, 48)
    assert len(found) > 20
    middle = np.mean(found, axis=0)
    assert middle == pytest.approx(np.array(place("car", 0.5, 0.7)), abs=0.003)
    assert 0 < np.std(found, axis=0).max() < 0.01


def test_what_comes_and_goes_is_there_from_its_first_moment_to_its_last() -> None:
    seen_at = sorted(sights(Script(60, (stands("car", 0.5, 0.7, 10, 50).lit(0.8, 0),))))
    assert 10 <= seen_at[0] < 12
    assert 47 < seen_at[-1] < 50


def test_a_moving_thing_is_between_its_stations() -> None:
    script = Script(60, (moves("car", (10, 0.2, 0.7), (20, 0.8, 0.7), (60, 0.8, 0.7)).lit(0.8, 0),), jitter=0)
    for t_s, seen in looks_of(script):
        for box in seen.objects.xyxy.tolist():
            assert (box[0] + box[2]) / 2 == pytest.approx(0.2 + 0.6 * min(1, (t_s - 10) / 10), abs=1e-6)


def test_a_bus_hides_the_parked_car_behind_it_and_the_car_is_neither_seen_nor_gone() -> None:
    script = Script(60, (stands("car", 0.5, 0.7, 0, 60).lit(0.8, 0), passes("bus", 30, 34, 0.9)))
    during = {sight for t_s, sight in sights(script).items() if 31.8 <= t_s <= 32.2}
    before = {sight for t_s, sight in sights(script).items() if t_s < 30}
    assert during <= {Sight.HIDDEN}
    assert any(sight is Sight.HIDDEN for sight in sights(script).values())
    assert Sight.HIDDEN not in before


def test_where_nothing_moves_places_are_compared_and_the_network_looks_ever_more_seldom() -> None:
    looks = looks_of(Script(400, (stands("car", 0.5, 0.7, 0, 400).lit(0.8, 0),)))
    asked = [t_s for t_s, seen in looks if any(look.kind is LookKind.OBJECTS for look in seen.looks)]
    assert len(asked) < 14
    assert all(Sight.VERIFIED in seen.objects.sight for t_s, seen in looks if t_s not in asked)


def test_what_the_network_misses_is_verified_or_absent_and_people_are_not_hit_by_it_for_ever() -> None:
    script = Script(400, (paces("person", 0, 400, (0.4, 0.6), 0.7, stride_s=10).lit(0.6, 0.3),))
    share = len(sights(script)) / len(looks_of(script))
    assert share == pytest.approx(0.7, abs=0.08)


def test_a_spell_in_which_it_is_not_found_is_kept() -> None:
    script = Script(60, (paces("person", 0, 60, (0.4, 0.6), 0.7, stride_s=10).lit(0.6, 0).unseen((20, 30)),))
    assert [t_s for t_s in sights(script) if 20 <= t_s < 30] == []


def test_ids_break_and_are_exchanged_when_the_script_says() -> None:
    pair = (stands("car", 0.3, 0.7, 0, 60, look=1).lit(0.8, 0), stands("car", 0.7, 0.7, 0, 60, look=2).lit(0.8, 0))
    broken = Script(60, (pair[0].renumbered(30),))
    assert {t_s < 30 for t_s, seen in looks_of(broken) if 1 in seen.objects.track} == {True}
    swapped = looks_of(Script(60, pair, swaps=(Swap(30, 0, 1),)))
    left = [(t_s, int(seen.objects.track[np.argmin(seen.objects.xyxy[:, 0])])) for t_s, seen in swapped]
    assert {track for t_s, track in left if t_s < 30} == {1}
    assert {track for t_s, track in left if t_s >= 30} == {2}


def test_two_looks_at_one_thing_are_alike_and_at_another_are_not() -> None:
    pair = (stands("car", 0.3, 0.7, 0, 60, look=1).lit(0.8, 0), stands("car", 0.7, 0.7, 0, 60, look=2).lit(0.8, 0))
    rows = [seen.objects.appearance[np.argsort(seen.objects.track)] for _, seen in looks_of(Script(60, pair))]
    first, second = np.stack([row[0] for row in rows]), np.stack([row[1] for row in rows])
    assert (first @ first[0]).min() > 0.9
    assert (first @ second[0]).max() < 0.7


def test_ghosts_come_as_often_as_the_script_says_and_stay_in_their_region() -> None:
    region = (0.3, 0.4, 0.7, 0.9)
    looks = looks_of(Script(3600, ghosts=(Ghosts("car", region, 2, (5, 10)),)), interval_s=1)
    tracks = {int(track) for _, seen in looks for track in seen.objects.track}
    assert 90 < len(tracks) < 150
    boxes = np.concatenate([seen.objects.xyxy for _, seen in looks])
    assert boxes[:, 0].min() > region[0] - 0.01
    assert boxes[:, 3].max() < region[3] + 0.01


def test_what_only_a_further_network_knows_is_told_by_its_looks() -> None:
    looks = looks_of(Script(60, (stands("fire", 0.5, 0.7, 0, 60).lit(0.7, 0),)))
    special = [t_s for t_s, seen in looks if any(look.classes == SPECIAL for look in seen.looks)]
    detected = [t_s for t_s, seen in looks if Sight.DETECTED in seen.objects.sight]
    assert detected == special
    assert 10 < len(special) < 17


def test_an_outage_is_a_gap_from_its_first_moment_to_its_last_with_nothing_seen_in_it() -> None:
    log = log_of(Script(60, (stands("car", 0.5, 0.7, 0, 60),), outages=(Outage(20, 30, GapCause.COVERED),)))
    gaps = [entry for entry in log if isinstance(entry, Gap)]
    assert {seconds(gap.blind_from - START) for gap in gaps} == {20}
    assert [gap.is_open for gap in gaps] == [True] * (len(gaps) - 1) + [False]
    assert seconds(gaps[-1].t - START) == 30
    seen = [seconds(entry.t - START) for entry in log if isinstance(entry, Observation)]
    assert [t_s for t_s in seen if 20 < t_s < 30] == []


def test_words_are_said_in_time_and_the_source_ends() -> None:
    log = log_of(Script(60, words=(Word(20, CommandKind.MUTE, 50),)))
    said = [entry for entry in log if isinstance(entry, Command)]
    assert [(seconds(one.t - START), one.kind, seconds(one.until - START)) for one in said] == [
        (20, CommandKind.MUTE, 50)
    ]
    assert isinstance(log[-1], End)


def test_a_lamp_has_a_brightness_of_its_own() -> None:
    lamp = Lamp((0.5, 0.5, 0.5625, 0.5556), ((0, 200.0), (30, 20.0)))
    looks = looks_of(Script(60, ambient=((0, 60.0),), lamps=(lamp,)))
    assert all(abs(int(seen.brightness[9, 16]) - (200 if t_s < 30 else 20)) < 8 for t_s, seen in looks)
    assert all(abs(int(seen.brightness[0, 0]) - 60) < 8 for _, seen in looks)


def test_a_close_look_shows_what_is_there_and_no_ghost() -> None:
    script = Script(60, (stands("car", 0.5, 0.7, 0, 60),), ghosts=(Ghosts("truck", (0, 0, 1, 1), 60, (20, 40)),))
    close = Performance(script, START, 1.0).close_look(MediaNs(START + nanoseconds(30)), (0.3, 0.3, 0.7, 0.8))
    assert close.objects.class_name.tolist() == ["car"]
    assert [look.kind for look in close.looks] == [LookKind.CLOSE]
