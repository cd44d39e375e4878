"""The sample footage is what its truth says, and the real network sees it."""

import json
from pathlib import Path as File
from typing import TypedDict

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.config.load import load_site
from pipeline.config.resolved import Provider, Rule, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.geofence.geometry import ZoneShape, ground_share
from pipeline.perception.detections import Detections, Floats
from pipeline.perception.detector import Detector
from pipeline.perception.registry import Registry
from sample_videos import make, stage, timeline

FOLDER = File(make.__file__).parent
CLIP = FOLDER / make.CLIP


class Event(TypedDict):
    algorithm: str
    zone: str
    start_s: float
    end_s: float


def events() -> list[Event]:
    truth = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
    found: list[Event] = truth[make.CLIP]["events"]
    return found


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(FOLDER / "site.yaml", {})


def test_the_footage_stays_small_in_git() -> None:
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file() and file.suffix != ".pyc") < 10e6


def test_the_clip_is_as_long_as_its_timeline_and_has_a_keyframe_every_two_seconds() -> None:
    with av.open(str(CLIP)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.dts is not None]
    assert len(packets) == round(timeline.DURATION_S * stage.FPS)
    assert [n for n, packet in enumerate(packets) if packet.is_keyframe] == list(range(0, len(packets), 2 * stage.FPS))


def test_the_truth_file_is_what_the_timeline_says() -> None:
    assert json.loads((FOLDER / "truth.json").read_text(encoding="utf-8")) == make.truth()


def test_every_event_has_its_rule_its_zone_and_time_to_be_raised_and_cleared(site: Site) -> None:
    (camera,) = site.cameras
    rules: dict[str, Rule] = {rule.algorithm.key: rule for rule in site.rules}
    assert {event["algorithm"] for event in events()} == {
        "fire_lane_blocked",
        "street_vendor",
        "construction_waste",
    }
    for event in events():
        rule = rules[event["algorithm"]]
        assert event["zone"] in rule.zones_by_camera[camera.id]
        assert event["end_s"] - event["start_s"] > rule.dwell_ns / 1e9 + 5
        assert 0 < event["start_s"] < event["end_s"] < timeline.DURATION_S - 15


def test_the_site_has_nothing_to_warn_of(site: Site) -> None:
    assert site.warnings == ()


def test_the_short_stop_is_shorter_than_the_dwell_of_the_fire_lane(site: Site) -> None:
    (dwell_s,) = (rule.dwell_ns / 1e9 for rule in site.rules if rule.algorithm.key == "fire_lane_blocked")
    assert timeline.SHORT_STOP.leaves - timeline.SHORT_STOP.stands < dwell_s - 2


def test_the_waste_is_put_down_and_taken_while_the_van_hides_it() -> None:
    put, taken = timeline.WASTE_LIES
    assert timeline.DUMPING_VAN.standing(put)
    assert timeline.FETCHING_VAN.standing(taken)


def test_a_missing_base_clip_is_told_with_the_package_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: File
) -> None:
    monkeypatch.setattr("sys.argv", ["make", "--base", str(tmp_path / "none.avi"), "--out", str(tmp_path / "out")])
    assert make.main() == 2
    assert "opencv-doc" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


Picture = NDArray[np.uint8]


def pictures(first_s: float, last_s: float, every_s: float) -> list[Picture]:
    wanted = {round(s * stage.FPS) for s in np.arange(first_s, last_s, every_s)}
    with av.open(str(CLIP)) as container:
        decoded = enumerate(container.decode(video=0))
        return [frame.to_ndarray(format="bgr24").astype(np.uint8) for n, frame in decoded if n in wanted]


@pytest.fixture(scope="module")
def network() -> Detector:
    return Detector.load(Registry.shipped(load_vocabulary()).card("yolov8n", FOLDER), Provider.CPU)


def inside(site: Site, zone: str, found: Detections, classes: frozenset[str]) -> Floats:
    """Scores of the objects of these classes that stand in a zone."""
    (camera,) = site.cameras
    (shape,) = (ZoneShape(one) for one in camera.geofence.zones if one.id == zone)
    wanted = np.isin(found.class_name, list(classes))
    shares = found.xyxy[wanted] / np.tile((stage.WIDTH, stage.HEIGHT), 2)
    return found.score[wanted][ground_share(shape, shares) > 0.4]


def share_seen(site: Site, network: Detector, span: tuple[float, float], zone: str, group: str) -> float:
    """Share of the looks at which something of a group was found in the zone."""
    classes = load_vocabulary().expand([group])
    looks = [network.detect(picture, 640, 0.3) for picture in pictures(*span, every_s=1.5)]
    return float(np.mean([inside(site, zone, found, classes).size > 0 for found in looks]))


@pytest.mark.long
def test_the_network_sees_the_car_that_blocks_the_fire_lane_and_none_before(site: Site, network: Detector) -> None:
    car = timeline.BLOCKING_CAR
    assert share_seen(site, network, (car.stands, car.leaves), "fire-lane", "motor_vehicle") > 0.95
    assert share_seen(site, network, (0.0, 2.4), "fire-lane", "motor_vehicle") == 0


@pytest.mark.long
def test_the_network_sees_the_vendor_and_the_stall(site: Site, network: Detector) -> None:
    cart = timeline.CART
    assert share_seen(site, network, (cart.stands, cart.leaves), "verge", "person") > 0.9
    # A parasol's box ends in the air; so it is looked for where the cart is, not in the zone.
    x, y = stage.to_picture(cart.ground(cart.stands))[0]
    classes = list(load_vocabulary().expand(["stall"]))
    looks = [network.detect(picture, 640, 0.3) for picture in pictures(cart.stands, cart.leaves, every_s=1.5)]
    found = [look.xyxy[np.isin(look.class_name, classes)] for look in looks]
    near = [
        np.any((boxes[:, 0] < x) & (boxes[:, 2] > x) & (boxes[:, 3] > y - 100) & (boxes[:, 1] < y)) for boxes in found
    ]
    assert np.mean(near) > 0.9


@pytest.mark.long
def test_the_network_takes_the_waste_for_no_vehicle(site: Site, network: Detector) -> None:
    assert share_seen(site, network, (40.0, 49.0), "kerb", "motor_vehicle") == 0


@pytest.mark.long
def test_the_waste_differs_from_the_empty_street_on_enough_of_the_picture() -> None:
    before, lying, after = (
        np.median(pictures(first, last, every_s=0.5), axis=0) for first, last in ((22.6, 26.6), (41, 50), (75, 79))
    )
    centre = stage.to_picture(stage.WASTE_SPOT)[0].astype(int)
    place = (slice(centre[1] - 60, centre[1] + 50), slice(centre[0] - 100, centre[0] + 100))
    changed, left_over = (np.abs(other - before)[place].max(axis=2) > 25 for other in (lying, after))
    assert changed.sum() > 0.004 * stage.WIDTH * stage.HEIGHT
    assert left_over.sum() < 0.1 * changed.sum()
