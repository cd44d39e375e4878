"""Two cameras see one object: one event speaks for both, and none is lost."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.message import Alert
from pipeline.alerts.publisher import Publisher
from pipeline.alerts.same_ground import SameGround
from pipeline.config.ground import GroundMap, GroundUnit, fit_ground
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import NoiseSettings, Site
from pipeline.observation import CameraId
from pipeline.rules.episode import Episode
from tests.alerts.samples import cleared, picture, raised, site_in
from tests.alerts.test_owed import Disk

GATE, ROOF, YARD = CameraId("gate"), CameraId("roof"), CameraId("yard")
LANE = ZoneId("lane")
DECLARED = NoiseSettings(same_ground=(frozenset({(GATE, LANE), (ROOF, LANE)}),))
CORNERS = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])


def ground(offset_m: float, unit: GroundUnit = GroundUnit.METRES) -> GroundMap:
    """A picture that shows twenty by twenty metres, so far to the east."""
    metres = CORNERS * 20 + np.array((offset_m, 0.0))
    if unit is GroundUnit.METRES:
        return fit_ground(CORNERS, metres, unit)
    # At 36 degrees north a degree is some 90,000 m wide and 111,195 m high.
    return fit_ground(CORNERS, np.array((118.3, 36.8)) + metres / np.array((89_030.0, 111_195.0)), unit)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


def site_of(base: Site, **grounds: GroundMap | None) -> Site:
    """Cameras of these names, all with the fences of the gate."""
    camera = base.cameras[0]
    cameras = tuple(
        replace(camera, id=CameraId(name), geofence=replace(camera.geofence, ground=known))
        for name, known in grounds.items()
    )
    rule = replace(base.rules[0], zones_by_camera={one.id: (LANE,) for one in cameras})
    return replace(base, cameras=cameras, rules=(rule,))


class Told:
    """A publisher of a site, and what it told."""

    def __init__(self, site: Site, settings: NoiseSettings, before: tuple[Alert, ...] = ()) -> None:
        self.disk = Disk()
        last = {alert.id: alert for alert in before}
        ground = SameGround(settings, before)
        self.publisher = Publisher(site, NoEvidence(), [self.disk], last.get, ground)

    def say(self, episode: Episode, camera: CameraId) -> Alert:
        return self.publisher.publish(replace(episode, camera=camera), picture)

    @property
    def story(self) -> list[tuple[str, str, str | None]]:
        return [(alert.id, alert.state.value, alert.merged_into) for alert in self.disk.alerts]


def test_in_zones_that_are_declared_one_ground_the_first_speaks_for_the_other(base: Site) -> None:
    told = Told(site_of(base, gate=None, roof=None), DECLARED)
    told.say(raised("a"), GATE)
    told.say(raised("b", 62), ROOF)
    told.say(cleared("b"), ROOF)
    told.say(cleared("a"), GATE)
    assert told.story == [
        ("a", "raised", None), ("b", "raised", "a"), ("b", "cleared", "a"), ("a", "cleared", None),
    ]  # fmt: skip


def test_as_the_first_is_over_the_other_says_that_it_speaks_for_itself(base: Site) -> None:
    told = Told(site_of(base, gate=None, roof=None, yard=None), DECLARED)
    told.say(raised("a"), GATE)
    told.say(raised("b"), ROOF)
    told.say(cleared("a"), GATE)
    told.publisher.catch_up(GATE, None)
    told.publisher.catch_up(ROOF, None)
    told.publisher.catch_up(ROOF, None)
    told.say(raised("c", 200), GATE)
    told.say(cleared("b", revision=1), ROOF)
    assert told.story[3:] == [("b", "updated", None), ("c", "raised", "b"), ("b", "cleared", None)]
    assert [alert.revision for alert in told.disk.alerts if alert.id == "b"] == [0, 1, 2]


def test_one_that_is_over_before_it_could_say_that_it_speaks_for_itself_is_told_to_nobody(base: Site) -> None:
    told = Told(site_of(base, gate=None, roof=None), DECLARED)
    told.say(raised("a"), GATE)
    told.say(raised("b"), ROOF)
    told.say(cleared("a"), GATE)
    told.say(cleared("b"), ROOF)
    told.publisher.catch_up(ROOF, None)
    assert told.story[2:] == [("a", "cleared", None), ("b", "cleared", "a")]


def test_what_is_over_speaks_for_nobody(base: Site) -> None:
    told = Told(site_of(base, gate=None, roof=None), DECLARED)
    told.say(raised("a"), GATE)
    told.say(cleared("a"), GATE)
    told.say(raised("b", 100), ROOF)
    assert told.story[-1] == ("b", "raised", None)


@pytest.mark.parametrize("settings", [NoiseSettings(), NoiseSettings(merge=False, same_ground=DECLARED.same_ground)])
def test_without_a_declaration_or_where_nothing_is_to_be_merged_each_speaks_for_itself(
    base: Site, settings: NoiseSettings
) -> None:
    told = Told(site_of(base, gate=None, roof=None), settings)
    told.say(raised("a"), GATE)
    told.say(raised("b"), ROOF)
    assert [lead for _, _, lead in told.story] == [None, None]


def test_what_is_graver_speaks_for_itself_and_so_does_a_second_object(base: Site) -> None:
    told = Told(site_of(base, gate=None, roof=None), DECLARED)
    told.say(replace(raised("a"), severity="minor"), GATE)
    told.say(raised("b"), ROOF)
    told.say(replace(raised("c"), severity="minor"), ROOF)
    told.say(replace(raised("d"), severity="minor"), ROOF)
    assert [lead for _, _, lead in told.story] == [None, None, "a", None]


@pytest.mark.parametrize("unit", list(GroundUnit))
@pytest.mark.parametrize(("offset_m", "is_one"), [(1.0, True), (2.5, True), (3.5, False), (12.0, False)])
def test_on_calibrated_ground_what_stands_in_one_place_is_one(
    base: Site, unit: GroundUnit, offset_m: float, *, is_one: bool
) -> None:
    told = Told(site_of(base, gate=ground(0, unit), roof=ground(offset_m, unit)), NoiseSettings())
    told.say(raised("a"), GATE)
    told.say(raised("b"), ROOF)
    assert told.story[-1][2] == ("a" if is_one else None)


def test_a_calibrated_camera_and_one_that_is_not_share_no_ground(base: Site) -> None:
    told = Told(site_of(base, gate=ground(0), roof=None), NoiseSettings())
    told.say(raised("a"), GATE)
    told.say(raised("b"), ROOF)
    assert told.story[-1][2] is None


def test_after_a_restart_who_speaks_for_whom_is_known(base: Site) -> None:
    site = site_of(base, gate=None, roof=None)
    first = Told(site, DECLARED)
    first.say(raised("a"), GATE)
    first.say(raised("b"), ROOF)
    second = Told(site, DECLARED, tuple(first.disk.alerts))
    second.say(cleared("b"), ROOF)
    second.say(raised("c", 300), ROOF)
    assert second.story == [("b", "cleared", "a"), ("c", "raised", "a")]


def test_what_the_reasoning_of_one_camera_has_merged_is_left_to_it(base: Site) -> None:
    site = site_of(base, gate=None, roof=None)
    first = Told(site, DECLARED)
    first.say(raised("a"), GATE)
    first.say(replace(raised("b"), merged_into=raised("a").id), GATE)
    second = Told(site, DECLARED, tuple(first.disk.alerts))
    second.say(cleared("a"), GATE)
    second.publisher.catch_up(GATE, None)
    assert second.story == [("a", "cleared", None)]
