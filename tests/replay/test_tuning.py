from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.config.ids import ZoneId
from pipeline.config.load import load_site
from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S, CameraId, MediaNs, TrackId
from pipeline.replay.contact_sheet import draw_contact_sheet
from pipeline.replay.events import Event
from pipeline.replay.front import draw_front
from pipeline.replay.intervals import rate_interval, share_interval
from pipeline.replay.scoring import Score, are_complete, on_front, score
from pipeline.replay.settings import parse_sweep, settings_of
from pipeline.replay.truth import Label, Verdict
from pipeline.rules.episode import ClearReason, Ended, EventId, EventObject
from tests.config.site_files import ENVIRON, write_site

CAMERA = CameraId("cam")


def _event(start_s: float, dwell_s: float = 60) -> Event:
    started, raised = (MediaNs(round(t_s * NS_PER_S)) for t_s in (start_s, start_s + dwell_s))
    objects = (EventObject("car", 0.9, (0.4, 0.5, 0.6, 0.7), TrackId(1)),)
    ending = Ended(raised, ClearReason.LEFT)
    return Event(EventId(f"{start_s}"), CAMERA, "lane", "fire", "z", "major", started, raised, ending, objects)


def _label(start_s: float, verdict: Verdict = Verdict.MISSED) -> Label:
    t = MediaNs(round(start_s * NS_PER_S))
    return Label(CAMERA, "lane", "", t, t, verdict)


def _score(hits: int, false_alarms: int, delay_s: float = 60.0) -> Score:
    return Score(hits + false_alarms, hits, false_alarms, 0, 10, 7.0, delay_s if hits else None, delay_s)


def test_a_sweep_is_a_list_of_values_or_a_range_with_both_ends() -> None:
    assert parse_sweep("dwell=30s,60s,120s").values == ("30s", "60s", "120s")
    assert parse_sweep("confidence=0.2:0.6:0.1").values == ("0.2", "0.3", "0.4", "0.5", "0.6")
    assert parse_sweep("dwell=30s:2m:30s").values == ("30s", "1m", "90s", "2m")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("zones=[lane-1],[lane-1,lane-2]", ("[lane-1]", "[lane-1,lane-2]")),
        ("zones={category: fire_lane},lane", ("{category: fire_lane}", "lane")),
        ("classes=[car, truck], bus", ("[car, truck]", "bus")),
        ("schedule='07:00-09:00, 16:00-18:00', always", ("'07:00-09:00, 16:00-18:00'", "always")),
        ("schedule=22:00-06:00", ("22:00-06:00",)),
        ("dwell_by_class={car: 30s, bus: 2m},{car: 60s}", ("{car: 30s, bus: 2m}", "{car: 60s}")),
    ],
)
def test_what_stands_in_quotes_and_brackets_is_one_value(text: str, values: tuple[str, ...]) -> None:
    assert parse_sweep(text).values == values


@pytest.mark.parametrize("text", ["dwell", "=3s", "dwell=", "dwell=30s,,60s", "dwell=1:2:0", "dwell=a:b:c", "x=5:1:1"])
def test_a_sweep_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--sweep"):
        parse_sweep(text)


def test_every_combination_becomes_the_rule_that_the_site_file_would_give(tmp_path: Path) -> None:
    path = write_site(tmp_path)
    site = load_site(path, ENVIRON)
    rule_id = site.rules[0].id
    sweeps = [parse_sweep("dwell=30s,90s"), parse_sweep("confidence=0.4,0.5"), parse_sweep("grace=7s")]
    found = settings_of(site, rule_id, sweeps, ENVIRON)
    assert [one.name for one in found] == [
        "dwell 30s, confidence 0.4, grace 7s",
        "dwell 30s, confidence 0.5, grace 7s",
        "dwell 90s, confidence 0.4, grace 7s",
        "dwell 90s, confidence 0.5, grace 7s",
    ]
    for one in found:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        document["rules"][0] = yaml.safe_load(one.text)[0]
        other = path.with_name("other.yaml")
        other.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        assert load_site(other, ENVIRON).rules[0] == one.rule


def test_classes_and_schedules_become_what_the_site_file_would_give(tmp_path: Path) -> None:
    path = write_site(tmp_path)
    site = load_site(path, ENVIRON)
    sweeps = [parse_sweep("classes=[car,truck],bus"), parse_sweep("schedule='07:00-09:00, 16:00-18:00',always")]
    found = settings_of(site, site.rules[0].id, sweeps, ENVIRON)
    assert [sorted(one.rule.classes) for one in found] == [["car", "truck"]] * 2 + [["bus"]] * 2
    for one in found:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        document["rules"][0] = yaml.safe_load(one.text)[0]
        other = path.with_name("other.yaml")
        other.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        assert load_site(other, ENVIRON).rules[0] == one.rule


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dwel=30s", 'did you mean "dwell"'),
        ("dwell=30", "--sweep dwell=30"),
        ("dwell=0.1s", "outside the bounds"),
        ("confidence=1.5", "--sweep confidence=1.5"),
        ("zones=alley", "unknown zone"),
        ("zones=[lane", "--sweep zones=\\[lane: "),
        ("classes=[car,lorryy]", "--sweep classes="),
        ("enabled=true,false", "enabled cannot be tried: a rule that is off tells nothing"),
        ("algorithm=loitering", "algorithm cannot be tried: with another one it is another rule"),
        ("cameras=[cam]", "cameras cannot be tried: each camera is tried by itself"),
        ("params.speed=3", "unknown key"),
    ],
)
def test_a_value_that_the_site_file_would_not_take_is_refused(tmp_path: Path, text: str, told: str) -> None:
    site = load_site(write_site(tmp_path), ENVIRON)
    with pytest.raises(UsageError, match=told):
        settings_of(site, site.rules[0].id, [parse_sweep(text)], ENVIRON)


def test_an_unknown_rule_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path), ENVIRON)
    with pytest.raises(UsageError, match=f'did you mean "{site.rules[0].id}"'):
        settings_of(site, f"{site.rules[0].id}x", [], ENVIRON)


def test_events_are_held_against_labels_one_to_one() -> None:
    labels = [_label(100), _label(500), _label(900, Verdict.FALSE)]
    events = [_event(103), _event(104), _event(905), _event(2000)]
    found = score(events, labels, 2.0, 30 * NS_PER_S, are_complete=True)
    assert (found.hits, found.false_alarms, found.unjudged, found.happened) == (1, 3, 0, 2)
    assert (found.precision, found.recall, found.false_alarms_a_day) == (0.25, 0.5, 1.5)
    assert found.delay_median_s == 63
    assert found.recall_interval == share_interval(1, 2)
    assert found.false_alarms_interval == rate_interval(3, 2.0)
    part = score(events, labels, 2.0, 30 * NS_PER_S, are_complete=False)
    assert (part.hits, part.false_alarms, part.unjudged) == (1, 1, 2)


def test_labels_of_which_some_are_partial_do_not_claim_to_be_all_though_one_was_missed() -> None:
    labels = [_label(100), _label(500, Verdict.MISSED)]
    assert are_complete(labels)
    assert not are_complete([*labels, replace(_label(900), is_partial=True)])


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10), st.floats(1, 300)), max_size=12))
def test_no_setting_beats_one_on_the_front_and_every_other_is_beaten(points: list[tuple[int, int, float]]) -> None:
    scores = [_score(*point) for point in points]
    front = on_front(scores)

    def beats(a: Score, b: Score) -> bool:
        mine = (-(a.recall or 0), a.false_alarms, a.delay_median_s or float("inf"))
        other = (-(b.recall or 0), b.false_alarms, b.delay_median_s or float("inf"))
        return mine != other and all(x <= y for x, y in zip(mine, other, strict=True))

    for n, one in enumerate(scores):
        assert (n not in front) == any(beats(other, one) for other in scores)


def test_the_front_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "front.png"
    scores = [_score(9, 8, 30), _score(8, 2, 60), _score(5, 0, 120), _score(4, 6, 60)]
    path.write_bytes(draw_front(["dwell 30s", "dwell 60s", "dwell 120s", "other"], scores, "西门 · fire-lane"))
    with Image.open(path) as image:
        colours = image.convert("RGB").getcolors(1 << 24) or []
        assert image.size == (1280, 760)
    red = sum(count for count, colour in colours if colour == (198, 47, 61))
    assert red > 3 * 120


def test_a_contact_sheet_shows_every_event(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path), ENVIRON)
    camera = site.cameras[0]
    zone = camera.geofence.zones[0].id
    one = _event(0)
    events = [
        Event(
            one.id,
            camera.id,
            "lane",
            "fire",
            ZoneId(zone),
            "major",
            one.started_at,
            one.raised_at,
            one.ending,
            one.objects,
        )
    ] * 7
    path = tmp_path / "sheet.jpg"
    path.write_bytes(draw_contact_sheet(events, {camera.id: camera}, {}, site.timezone))
    with Image.open(path) as image:
        assert image.size[1] > 2 * 144
