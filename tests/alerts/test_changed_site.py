"""Events whose rule or zone is no longer in the site file are cleared in the words of their last message."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.follow_up import closed, continued
from pipeline.alerts.message import Alert, parse
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import Geofence, Site
from pipeline.errors import StateError
from pipeline.observation import MediaNs, nanoseconds
from pipeline.rules.episode import ClearReason
from tests.alerts.samples import START, cleared, picture, raised, site_in, told


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path)


def without_rules(site: Site) -> Site:
    return replace(site, rules=())


def without_zones(site: Site) -> Site:
    camera = site.cameras[0]
    return replace(site, cameras=(replace(camera, geofence=Geofence(camera.geofence.file, ())),))


class Disk:
    """Keeps what it is given, unless it is full."""

    def __init__(self) -> None:
        self.is_full = False
        self.alerts: list[Alert] = []

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        del checkpoint
        if self.is_full:
            raise StateError("full")
        self.alerts.extend(alerts)

    def last_of(self, event: str) -> Alert | None:
        return next((alert for alert in reversed(self.alerts) if alert.id == event), None)


@pytest.mark.parametrize("change", [without_rules, without_zones])
def test_it_is_cleared_as_what_it_was_raised_as(site: Site, change: type) -> None:
    disk = Disk()
    Publisher(site, NoEvidence(), [disk], disk.last_of).publish(raised(), picture)
    after = Publisher(change(site), NoEvidence(), [disk], disk.last_of).publish(cleared(), picture)
    expected = told(cleared(), site).model_copy(update={"evidence": disk.alerts[0].evidence})
    assert after == expected
    assert parse(after.to_json()) == after


def test_of_an_event_that_nobody_has_heard_of_nothing_is_told(site: Site) -> None:
    disk = Disk()
    publisher = Publisher(without_rules(site), NoEvidence(), [disk], disk.last_of)
    assert publisher.publish_step([cleared()], picture, None) == []
    assert disk.alerts == []


def test_an_event_that_was_owed_as_the_rule_went_is_told_from_its_beginning(site: Site) -> None:
    disk = Disk()
    before = Publisher(site, NoEvidence(), [disk], disk.last_of)
    after = Publisher(without_rules(site), NoEvidence(), [disk], disk.last_of)
    disk.is_full = True
    with pytest.raises(StateError):
        before.publish_step([raised()], picture, None)
    after.adopt(before, raised().camera)
    disk.is_full = False
    after.publish_step([cleared()], picture, None)
    assert [(alert.state.value, alert.revision) for alert in disk.alerts] == [("raised", 0), ("cleared", 1)]
    assert not before.owes(raised().camera)


def test_what_one_publisher_owes_another_takes_over_camera_by_camera(site: Site) -> None:
    disk = Disk()
    disk.is_full = True
    before, after = (Publisher(site, NoEvidence(), [disk], disk.last_of) for _ in range(2))
    with pytest.raises(StateError):
        before.publish_step([raised()], picture, None)
    after.adopt(before, site.cameras[0].id)
    assert (before.owes(site.cameras[0].id), after.owes(site.cameras[0].id)) == (False, True)


def test_an_event_of_which_only_the_last_message_is_known_can_be_closed(site: Site) -> None:
    last = told(raised(), site)
    end = closed(last, ClearReason.CAMERA_REMOVED, MediaNs(START + nanoseconds(75)))
    assert (end.id, end.revision, end.state.value, end.reason) == ("e1", 1, "cleared", "camera_removed")
    assert (end.dwell_s, end.visible, end.zone) == (75.0, False, last.zone)
    assert parse(end.to_json()) == end
    assert closed(last, ClearReason.CAMERA_REMOVED, MediaNs(0)).ended_at == last.raised_at


def test_a_continued_event_has_the_numbers_of_the_change(site: Site) -> None:
    assert continued(cleared(), told(raised(), site)) == told(cleared(), site)
