"""Many cameras fail at once: the first few are told one by one, the others as one, and none is lost."""

from dataclasses import replace

import pytest

from pipeline.alerts.causes import joinings
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.message import Alert
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import NoiseSettings, Site
from pipeline.observation import CameraId, MediaNs, nanoseconds
from pipeline.rules.episode import ClearReason, Ended, EventId, FaultKind, State
from tests.alerts.samples import START, picture, site_in
from tests.alerts.test_camera_fault_alerts import fault
from tests.alerts.test_owed import Disk

CAMERAS = 12
ABOVE = 3
SETTINGS = NoiseSettings(storm_cameras=ABOVE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    base = site_in(tmp_path_factory.mktemp("site"))
    cameras = tuple(replace(base.cameras[0], id=CameraId(str(number))) for number in range(CAMERAS))
    return replace(base, cameras=cameras, rules=())


def at(t_s: float) -> MediaNs:
    return MediaNs(START + nanoseconds(t_s))


class Told:
    """A publisher of the site, and what it told: camera by number, whose event has the same name."""

    def __init__(self, site: Site, settings: NoiseSettings = SETTINGS, before: tuple[Alert, ...] = ()) -> None:
        self.disk = Disk()
        last = {alert.id: alert for alert in before}
        self.publisher = Publisher(site, NoEvidence(), [self.disk], last.get, joinings(settings, before))

    def fails(self, camera: int, t_s: float, kind: FaultKind = FaultKind.NO_SIGNAL) -> None:
        episode = replace(fault(kind), id=EventId(str(camera)), camera=CameraId(str(camera)))
        self.publisher.publish(replace(episode, t=at(t_s), started_at=at(t_s - 10), raised_at=at(t_s)), picture)

    def is_well(self, camera: int, t_s: float) -> None:
        episode = replace(
            fault(FaultKind.NO_SIGNAL, State.CLEARED), id=EventId(str(camera)), camera=CameraId(str(camera))
        )
        ended = Ended(at(t_s), ClearReason.LEFT)
        self.publisher.publish(replace(episode, t=at(t_s + 10), ending=ended), picture)

    def turn(self, t_s: float, *cameras: int) -> None:
        """Every camera has its turn, or these."""
        for camera in cameras or range(CAMERAS):
            self.publisher.catch_up(CameraId(str(camera)), at(t_s))

    def since(self, count: int) -> list[tuple[str, str, str | None]]:
        return [(alert.id, alert.state.value, alert.merged_into) for alert in self.disk.alerts[count:]]

    @property
    def leads(self) -> list[str | None]:
        return [alert.merged_into for alert in self.disk.alerts]


def test_beyond_so_many_the_first_speaks_for_the_others_and_counts_them(site: Site) -> None:
    told = Told(site)
    for camera in range(8):
        told.fails(camera, 100 + camera)
    assert told.leads == [None, None, None, "0", "0", "0", "0", "0"]
    told.turn(110)
    assert told.since(8) == []
    told.turn(161)
    (alert,) = told.disk.alerts[8:]
    assert (alert.id, alert.state, alert.merged_count, alert.merged) == (
        "0",
        State.UPDATED,
        5,
        ("3", "4", "5", "6", "7"),
    )
    told.turn(240)
    assert told.since(9) == []
    told.is_well(0, 300)
    assert told.disk.alerts[-1].merged_count == 5


def test_faults_of_another_kind_or_of_another_time_are_told_one_by_one(site: Site) -> None:
    told = Told(site)
    for camera in range(3):
        told.fails(camera, 100)
    told.fails(3, 100, FaultKind.COVERED)
    told.fails(4, 161)
    assert told.leads == [None] * 5


def test_where_it_goes_on_those_that_were_merged_count_too(site: Site) -> None:
    told = Told(site)
    for camera in range(10):
        told.fails(camera, 100 + 15 * camera)
    assert told.leads == [None, None, None, *["0"] * 7]


def test_as_all_are_well_again_one_after_the_other_nobody_speaks_up(site: Site) -> None:
    told = Told(site)
    for camera in range(8):
        told.fails(camera, 100)
    for camera in range(8):
        told.is_well(camera, 130 + camera)
        told.turn(140 + camera)
    assert told.since(8) == [(str(n), "cleared", "0" if n >= ABOVE else None) for n in range(8)]


def test_where_only_the_one_that_spoke_is_well_another_speaks_for_many(site: Site) -> None:
    told = Told(site)
    for camera in range(8):
        told.fails(camera, 100)
    told.is_well(0, 120)
    told.turn(131)
    told.turn(190)
    assert told.since(9) == []
    told.turn(192)
    told.turn(193)
    assert told.since(9) == [("3", "updated", None), *((str(n), "updated", "3") for n in (4, 5, 6, 7))]
    assert (told.disk.alerts[9].merged, told.disk.alerts[9].merged_count) == (("4", "5", "6", "7"), 4)
    told.is_well(7, 200)
    assert told.since(14) == [("7", "cleared", "3")]
    # The next run has one voice, too.
    open_now = {alert.id: alert for alert in told.disk.alerts}
    again = Told(site, before=tuple(one for one in open_now.values() if one.state is not State.CLEARED))
    for t_s in (210, 300, 400):
        again.turn(t_s)
    assert again.since(0) == []


def test_where_few_are_left_each_speaks_for_itself(site: Site) -> None:
    told = Told(site)
    for camera in range(6):
        told.fails(camera, 100)
    told.is_well(0, 120)
    told.turn(131)
    told.turn(200)
    assert told.since(7) == [(str(n), "updated", None) for n in (3, 4, 5)]
    told.fails(6, 201)
    assert told.since(10) == [("6", "raised", None)]


def test_one_that_is_well_before_it_could_speak_for_itself_is_told_to_nobody(site: Site) -> None:
    told = Told(site)
    for camera in range(6):
        told.fails(camera, 100)
    told.is_well(0, 120)
    told.turn(131)
    told.turn(200, 3)
    told.is_well(4, 195)
    told.turn(206)
    assert told.since(7) == [("3", "updated", None), ("4", "cleared", "0"), ("5", "updated", None)]


def test_a_camera_whose_time_is_ahead_does_not_speak_up_for_the_others(site: Site) -> None:
    told = Told(site)
    for camera in range(6):
        told.fails(camera, 100)
    told.is_well(0, 120)
    told.turn(131)
    told.turn(10_000, 1, 2, 11)
    assert told.since(7) == []


def test_the_next_run_knows_what_was_told_before(site: Site) -> None:
    first = Told(site)
    for camera in range(6):
        first.fails(camera, 100)
    second = Told(site, before=tuple(first.disk.alerts))
    second.fails(6, 110)
    second.is_well(4, 115)
    assert second.since(0) == [("6", "raised", "0"), ("4", "cleared", "0")]
    second.turn(170)
    # The first run was gone before it could count.
    assert (second.disk.alerts[-1].merged, second.disk.alerts[-1].merged_count) == (("3", "4", "5", "6"), 4)
    # The one that spoke is no longer known to be open: the others wait as they do in one run.
    third = Told(site, before=tuple(first.disk.alerts[3:]))
    third.turn(300)
    assert third.since(0) == []
    third.turn(361)
    assert third.since(0) == [(str(n), "updated", None) for n in (3, 4, 5)]


def test_a_site_may_have_every_fault_told_by_itself(site: Site) -> None:
    told = Told(site, NoiseSettings(storm_cameras=0))
    for camera in range(12):
        told.fails(camera, 100)
    assert told.leads == [None] * 12
