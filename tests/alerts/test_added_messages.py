"""Messages beside those of the reasoning: clips that are ready, and events that speak for themselves again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.message import Alert, Evidence
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import Site
from pipeline.errors import StateError
from pipeline.observation import CameraId
from pipeline.rules.episode import EventId, State
from pipeline.runtime.orphans import last_alert
from tests.alerts.samples import cleared, picture, raised, site_in
from tests.alerts.servers import Clock
from tests.alerts.test_owed import Disk

GATE, EVENT = CameraId("gate"), EventId("e1")
CLIP = Evidence(snapshot="a", snapshot_sha256="0", frame="b", frame_sha256="1", clip="c.mp4", clip_sha256="2")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


def with_clip(last: Alert) -> Alert:
    return last.model_copy(update={"evidence": CLIP})


def story(alerts: list[Alert]) -> list[tuple[int, str, bool]]:
    return [(one.revision, one.state.value, one.evidence is not None) for one in alerts]


def test_a_clip_comes_as_an_update_and_what_follows_counts_on(site: Site) -> None:
    disk = Disk()
    publisher = Publisher(site, NoEvidence(), [disk])
    publisher.publish(raised(), picture)
    publisher.add(GATE, EVENT, with_clip)
    publisher.publish(cleared(), picture)
    assert story(disk.alerts) == [(0, "raised", False), (1, "updated", True), (2, "cleared", False)]


def test_a_clip_that_is_late_does_not_open_what_is_over(site: Site) -> None:
    disk = Disk()
    publisher = Publisher(site, NoEvidence(), [disk])
    publisher.publish(raised(), picture)
    publisher.publish(cleared(), picture)
    added = publisher.add(GATE, EVENT, with_clip)
    assert story(disk.alerts) == [(0, "raised", False), (1, "cleared", False), (2, "cleared", True)]
    assert added is not None
    assert (added.reason, added.ended_at) == (disk.alerts[1].reason, disk.alerts[1].ended_at)


def test_after_a_restart_what_was_added_is_counted_all_the_same(site: Site, tmp_path: Path) -> None:
    with Outbox(tmp_path, Clock()) as outbox:

        def started() -> Publisher:
            return Publisher(site, NoEvidence(), [_In(outbox)], lambda event: last_alert(outbox, event))

        publisher = started()
        publisher.publish(raised(), picture)
        publisher.add(GATE, EVENT, with_clip)
        publisher = started()
        publisher.publish(replace(raised(), revision=1, state=State.UPDATED), picture)
        publisher = started()
        publisher.add(GATE, EVENT, lambda last: last.model_copy(update={"merged_into": "other"}))
        publisher.publish(cleared(revision=2), picture)
        assert [item.state for item in outbox.waiting(10)] == ["raised", "updated", "updated", "updated", "cleared"]
        last = last_alert(outbox, EVENT)
    assert last is not None
    assert last.revision == 4


def test_a_run_that_begins_anew_repeats_its_messages_and_adds_none(site: Site, tmp_path: Path) -> None:
    with Outbox(tmp_path, Clock()) as outbox:
        for _ in range(2):
            publisher = Publisher(site, NoEvidence(), [_In(outbox)], lambda event: last_alert(outbox, event))
            publisher.publish(raised(), picture)
            publisher.add(GATE, EVENT, with_clip)
            publisher.publish(cleared(), picture)
        assert [item.state for item in outbox.waiting(10)] == ["raised", "updated", "cleared"]


def test_of_an_event_that_nobody_has_heard_of_and_without_news_nothing_is_told(site: Site) -> None:
    disk = Disk()
    publisher = Publisher(site, NoEvidence(), [disk])
    assert publisher.add(GATE, EVENT, with_clip) is None
    publisher.publish(raised(), picture)
    assert publisher.add(GATE, EVENT, lambda last: last) is None
    assert len(disk.alerts) == 1


def test_a_clip_waits_for_what_comes_before_it(site: Site) -> None:
    disk = Disk()
    publisher = Publisher(site, NoEvidence(), [disk])
    publisher.publish(raised(), picture)
    disk.is_full = True
    with pytest.raises(StateError):
        publisher.publish(cleared(), picture)
    disk.is_full = False
    with pytest.raises(StateError, match="messages that come first"):
        publisher.add(GATE, EVENT, with_clip)
    assert len(disk.alerts) == 1


class _In:
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        self._outbox.append_step(alerts, checkpoint)
