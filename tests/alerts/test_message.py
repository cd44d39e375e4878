"""The message keeps its contract."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.alerts.message import Evidence, build, parse, utc
from pipeline.alerts.topic import topic_of
from pipeline.config.ground import GroundUnit, fit_ground
from pipeline.config.resolved import Site
from pipeline.errors import UsageError
from pipeline.observation import MediaNs
from pipeline.rules.episode import EventObject
from tests.alerts.samples import cleared, raised, site_in, told

FIELDS = [
    *("schema", "id", "revision", "state", "reason", "source", "algorithm", "rule", "severity", "title", "site"),
    *("camera", "zone", "started_at", "raised_at", "ended_at", "dwell_s", "visible", "objects", "evidence", "review"),
    *("codes", "fault", "report", "merged_into", "merged", "merged_count"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


def test_every_field_of_the_contract_is_there_and_in_order(site: Site) -> None:
    evidence = Evidence(snapshot="a.jpg", snapshot_sha256="0", frame="b.jpg", frame_sha256="1")
    written = json.loads(told(raised(), site, evidence=evidence).to_json())
    assert list(written) == FIELDS
    assert written == {
        "schema": "smart-alert/1",
        "id": "e1",
        "revision": 0,
        "state": "raised",
        "reason": None,
        "source": "rule",
        "algorithm": "fire_lane_blocked",
        "rule": "fire-lane",
        "severity": "critical",
        "title": {"zh": "消防通道占用", "en": "Fire lane blocked"},
        "site": {"id": "linzi", "name": "临淄示范站"},
        "camera": {"id": "gate", "name": "闻韶社区东门"},
        "zone": {
            "id": "lane",
            "name": "北侧消防通道",
            "category": "fire_lane",
            "grid": "LZ-01",
            "responsible": "desk",
            "location": None,
        },
        "started_at": "2026-01-05T00:00:00.000Z",
        "raised_at": "2026-01-05T00:01:00.000Z",
        "ended_at": None,
        "dwell_s": 60.0,
        "visible": True,
        "objects": [
            {
                "class": "car",
                "confidence": 0.877,
                "box": [0.3, 0.5, 0.6, 0.8],
                "track": 7,
                "looks": {"of": 121, "seen": 120, "detected": 9},
            }
        ],
        "evidence": {
            "snapshot": "a.jpg",
            "snapshot_sha256": "0",
            "frame": "b.jpg",
            "frame_sha256": "1",
            "clip": None,
            "clip_sha256": None,
            "clip_started_at": None,
            "clip_ended_at": None,
            "best": None,
            "best_sha256": None,
        },
        "review": "none",
        "codes": None,
        "fault": None,
        "report": None,
        "merged_into": None,
        "merged": [],
        "merged_count": 0,
    }


def test_only_what_is_over_has_an_end_and_a_reason(site: Site) -> None:
    written = json.loads(told(cleared(), site).to_json())
    assert (written["state"], written["reason"], written["ended_at"]) == ("cleared", "left", "2026-01-05T00:01:27.000Z")
    assert written["evidence"] is None


def test_a_citys_codes_go_along_in_the_order_of_their_names(site: Site) -> None:
    rule = dataclasses.replace(site.rules[0], codes={"linzi": 1179649, "a": "7"})
    line = told(raised(), site, rule=rule).to_json()
    assert '"codes":{"a":"7","linzi":1179649},"fault":null,' in line


def test_a_calibrated_zone_tells_where_it_lies(site: Site) -> None:
    camera = site.cameras[0]
    zone = dataclasses.replace(camera.geofence.zones[0], location=(118.30812345678, 36.82))
    camera = dataclasses.replace(camera, geofence=dataclasses.replace(camera.geofence, zones=(zone,)))
    alert = told(raised(), site, camera=camera)
    assert alert.zone is not None
    assert alert.zone.location == (118.3081235, 36.82)


def test_an_episode_of_another_site_file_is_refused(site: Site) -> None:
    camera = dataclasses.replace(site.cameras[0], geofence=dataclasses.replace(site.cameras[0].geofence, zones=()))
    with pytest.raises(ValueError, match="camera gate: got zone lane"):
        told(raised(), site, camera=camera)


@given(name=st.text(st.characters(codec=None, exclude_categories=[]), max_size=20))
@settings(deadline=None, max_examples=200)
def test_whatever_a_thing_is_called_the_message_is_one_line_of_utf8_and_reads_back(site: Site, name: str) -> None:
    camera = dataclasses.replace(site.cameras[0], name=name)
    alert = told(raised(), site, camera=camera)
    line = alert.to_json()
    assert len(line.splitlines()) == 1
    assert json.loads(line.encode("utf-8"))["camera"]["name"] == name


@given(t=st.integers(0, 4_000_000_000_000_000_000), later=st.integers(0, 10_000_000_000_000))
@settings(deadline=None, max_examples=200)
def test_times_keep_their_order_and_their_distance_to_a_millisecond(t: int, later: int) -> None:
    first, second = utc(MediaNs(t)), utc(MediaNs(t + later))
    assert abs((second - first).total_seconds() - later / 1e9) <= 0.001


@given(
    box=st.tuples(*[st.floats(0, 1, width=32)] * 4),
    confidence=st.floats(0, 1, width=32),
    revision=st.integers(0, 1000),
)
@settings(deadline=None, max_examples=100)
def test_what_is_read_back_and_written_again_is_the_same_line(
    site: Site, box: tuple[float, float, float, float], confidence: float, revision: int
) -> None:
    thing = EventObject("car", confidence, box, raised().objects[0].track)
    episode = dataclasses.replace(cleared(revision=revision), objects=(thing,))
    line = told(episode, site).to_json()
    assert parse(line).to_json() == line


def test_a_consumer_ignores_what_later_versions_add(site: Site) -> None:
    line = told(cleared(), site).to_json()
    later = json.loads(line) | {"weather": "rain", "reason": "merged"}
    later["zone"] |= {"floor": 3}
    assert parse(json.dumps(later)).to_json() == line.replace('"reason":"left"', '"reason":"merged"')


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("", "the line"),
        ("[]", "the line"),
        ('{"schema": "smart-alert/2"}', "schema"),
        ("{}", "id"),
    ],
)
def test_what_is_no_alert_is_refused_in_one_line(line: str, place: str) -> None:
    with pytest.raises(UsageError, match=rf"^alert: {place}: .*smart-alert/1\)$"):
        parse(line)


def test_a_time_of_another_offset_is_told_in_utc(site: Site) -> None:
    line = told(raised(), site).to_json()
    moved = line.replace('"started_at":"2026-01-05T00:00:00.000Z"', '"started_at":"2026-01-05T08:00:00+08:00"')
    assert parse(moved).to_json() == line


def test_the_sample_is_a_site_file(tmp_path: Path) -> None:
    assert site_in(tmp_path).rules[0].dwell_ns == 60_000_000_000


def test_on_calibrated_ground_an_object_has_a_place_on_earth_and_a_speed(site: Site) -> None:
    corners = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    earth = np.array([[118.0, 36.0], [118.001, 36.0], [118.001, 36.001], [118.0, 36.001]])
    camera = site.cameras[0]
    ground = fit_ground(corners, earth, GroundUnit.DEGREES)
    calibrated = dataclasses.replace(camera, geofence=dataclasses.replace(camera.geofence, ground=ground))
    episode = raised()
    fast = dataclasses.replace(episode, objects=(dataclasses.replace(episode.objects[0], speed_kmh=31.26),))

    topic = topic_of(fast, calibrated, {rule.id: rule for rule in site.rules})
    (thing,) = json.loads(build(fast, site, calibrated, topic, None).to_json())["objects"]

    # The middle of the lower edge of (0.3, 0.5, 0.6, 0.8), looked at from above.
    assert thing["location"] == pytest.approx([118.00045, 36.0002], abs=1e-6)
    assert thing["speed_kmh"] == 31.3
