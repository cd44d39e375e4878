"""The labels file, and which events are meant by which label."""

from datetime import UTC, timedelta, timezone
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.observation import NS_PER_S, CameraId, MediaNs
from pipeline.replay.events import Event
from pipeline.replay.matching import fits, matched
from pipeline.replay.truth import Label, Verdict, read_labels, write_labels
from pipeline.rules.episode import EventId, Open

SHANGHAI = timezone(timedelta(hours=8))
GATE = CameraId("gate")
NOON_S = 1_767_571_200
_IN_ONE_FOLDER = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=8)
_MOMENTS = st.integers(0, 4_000_000_000_000).map(lambda ms: MediaNs(ms * 1_000_000))


def at(t_s: float) -> MediaNs:
    return MediaNs(round((NOON_S + t_s) * NS_PER_S))


def label(t_s: float = 0, *, rule: str = "lane", zone: str = "a", camera: CameraId = GATE) -> Label:
    return Label(camera, rule, zone, at(t_s), at(t_s + 60), Verdict.TRUE)


def event(t_s: float = 0, *, rule: str = "lane", zone: str = "a", camera: CameraId = GATE) -> Event:
    times = (at(t_s), at(t_s + 10))
    return Event(
        EventId(f"{camera}-{rule}-{t_s}"), camera, rule, "fire_lane_blocked", zone, "major", *times, Open(), ()
    )


@st.composite
def labels(draw: st.DrawFn) -> Label:
    start = draw(_MOMENTS)
    end = MediaNs(start + draw(st.integers(0, 100_000)) * 1_000_000)
    names = st.tuples(_TEXTS.filter(bool), _TEXTS.filter(bool), _TEXTS)
    camera, rule, zone = draw(names)
    verdict = draw(st.sampled_from(Verdict))
    return Label(CameraId(camera), rule, zone, start, end, verdict, draw(_TEXTS), draw(_TEXTS), draw(st.booleans()))


@_IN_ONE_FOLDER
@given(st.lists(labels(), max_size=6), st.sampled_from([UTC, SHANGHAI]))
def test_labels_are_read_back_as_they_were_whatever_the_zone_they_are_written_in(
    tmp_path: Path, written: list[Label], zone: timezone
) -> None:
    path = tmp_path / "labels.csv"
    write_labels(path, written, zone)
    assert sorted(read_labels(path, UTC), key=repr) == sorted(written, key=repr)


def test_the_same_labels_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    many = [label(0), label(0, zone="b"), label(-30), label(0, camera=CameraId("yard"))]
    written = []
    for order in permutations(many):
        write_labels(tmp_path / "labels.csv", order, SHANGHAI)
        written.append((tmp_path / "labels.csv").read_bytes())
    first, *others = written
    assert set(others) == {first}
    assert first.decode().splitlines()[:2] == [
        "camera,rule,zone,start,end,verdict,event,note",
        "gate,lane,a,2026-01-05T07:59:30.000+08:00,2026-01-05T08:00:30.000+08:00,true,,",
    ]


def test_a_short_table_of_an_algorithm_in_local_time_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "verdict, start, algorithm, camera\n\nmissed,2026-01-05 08:00,fire_lane_blocked,gate\n", encoding="utf-8-sig"
    )
    assert read_labels(path, SHANGHAI) == (Label(GATE, "fire_lane_blocked", "", at(0), at(0), Verdict.MISSED),)


def test_every_mistake_is_told_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "camera,rule,start,end,verdict\n"
        "gate,lane,2026-01-05T08:00:00,2026-01-05T07:00:00,true\n"
        ",lane,yesterday,,maybe\n"
        "gate,lane\n"
    )
    with pytest.raises(ConfigError) as refusal:
        read_labels(path, UTC)
    assert str(refusal.value).splitlines() == [
        f"{path}:2: end: got 2026-01-05T07:00:00, expected a time not before 2026-01-05T08:00:00",
        f"{path}:3: camera: is empty",
        f'{path}:3: verdict: got "maybe", expected true, false, missed',
        f'{path}:3: start: got "yesterday", expected ISO 8601, such as 2026-01-05T08:00:00+08:00, from 1970 to 2199',
        f"{path}:4: got 2 cells, expected 5",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no column camera, rule, start, verdict"),
        ("camera,rule,start,verdict,zoen\n", 'unknown column (got "zoen", did you mean "zone"?)'),
        ("camera,rule,start,verdict,algorithm\n", 'column given twice (got "rule")'),
        ('camera,rule,start,verdict\n"gate', "not CSV"),
    ],
)
def test_a_table_that_is_none_is_refused_whole(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(ConfigError) as refusal:
        read_labels(path, UTC)
    assert expected in str(refusal.value).splitlines()[0]


def test_a_labels_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"labels\.csv: no such file"):
        read_labels(tmp_path / "labels.csv", UTC)


def test_a_label_speaks_of_the_event_of_its_camera_rule_and_zone_that_begins_when_it_does() -> None:
    meant = event(3)
    others = [event(3, zone="b"), event(3, rule="other"), event(3, camera=CameraId("yard")), event(31)]
    found = matched([*others, meant], [label(0)], 30 * NS_PER_S)
    assert [(pair.event, pair.label) for pair in found.pairs] == [(meant, label(0))]
    assert (found.events, found.labels) == (tuple(others), ())


def test_the_tolerance_itself_is_within_it() -> None:
    assert matched([event(30)], [label(0)], 30 * NS_PER_S).pairs
    assert not matched([event(30.001)], [label(0)], 30 * NS_PER_S).pairs
    assert matched([event(-30)], [label(0)], 30 * NS_PER_S).pairs


def test_an_algorithm_and_any_zone_will_do_for_a_name() -> None:
    assert matched([event()], [label(rule="fire_lane_blocked", zone="")], 0).pairs


def test_a_second_event_for_one_label_and_a_second_label_for_one_event_are_left_over() -> None:
    found = matched([event(0), event(4)], [label(1)], 10 * NS_PER_S)
    assert ([pair.event for pair in found.pairs], found.events) == ([event(0)], (event(4),))
    found = matched([event(1)], [label(0), label(4)], 10 * NS_PER_S)
    assert ([pair.label for pair in found.pairs], found.labels) == ([label(0)], (label(4),))


def test_a_near_pair_does_not_cost_another_event_its_label() -> None:
    found = matched([event(0), event(10)], [label(9), label(20)], 10 * NS_PER_S)
    assert [(pair.event, pair.label) for pair in found.pairs] == [(event(0), label(9)), (event(10), label(20))]


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), max_size=4), st.lists(st.integers(0, 60), max_size=4), st.integers(0, 20))
def test_no_other_way_to_pair_has_more_pairs(events_s: list[int], labels_s: list[int], tolerance_s: int) -> None:
    events, labels_ = [event(t_s) for t_s in events_s], [label(t_s) for t_s in labels_s]
    tolerance_ns = tolerance_s * NS_PER_S
    found = matched(events, labels_, tolerance_ns)
    assert all(fits(pair.event, pair.label, tolerance_ns) for pair in found.pairs)
    assert len(found.pairs) + len(found.events) == len(events)
    assert len(found.pairs) + len(found.labels) == len(labels_)
    few, many = sorted((len(events), len(labels_)))
    most = max(
        sum(
            fits(events[a if few == len(events) else b], labels_[b if few == len(events) else a], tolerance_ns)
            for a, b in enumerate(order)
        )
        for order in permutations(range(many), few)
    )
    assert len(found.pairs) == most
