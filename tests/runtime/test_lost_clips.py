"""An event whose clip is lost says so: nobody waits for it for ever."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from pipeline.alerts.delivery import Delivery
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.memory_stream import MemorySink
from pipeline.alerts.message import Alert, parse
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import Site
from pipeline.media.footage import Footage, Take
from pipeline.observation import NS_PER_S, CameraId, MediaNs
from pipeline.rules.episode import Episode
from pipeline.runtime.camera_clips import CameraClips
from pipeline.runtime.clip_maker import ClipMaker
from pipeline.runtime.clock import steady_clock, wall_now_ns
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.evidence_desk import MOST_WAITING, ClipJob, EvidenceDesk
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.orphans import last_alert
from tests.alerts.samples import cleared, picture, raised, site_in
from tests.media.clips import Clip, write_clip
from tests.media.live import Pace, until_end

GATE = CameraId("gate")


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    path = write_clip(tmp_path_factory.mktemp("clip") / "a.mp4", Clip(times_ms=range(0, 2000, 100)))
    connection = Pace().play(path, 0)
    coding, arrivals = connection.coding, tuple(until_end(connection))
    connection.close()
    return Take(coding, arrivals, is_cut_short=False)


class Run:
    """One run of a camera: what tells of its events, and what looks after its clips. Its desk does not work."""

    def __init__(self, site: Site, outbox: Outbox, take: Take) -> None:
        clock = steady_clock()
        events = EventsLog.open(io.StringIO(), LogFormat.TEXT, LogLevel.INFO, clock)
        self.desk = EvidenceDesk((), clock, metrics=Metrics(), events=events)
        keeper = EvidenceFolder(site.state, site.timezone, {})
        delivery = Delivery(outbox, MemorySink(), wall_now_ns, at_once=False)
        self.publisher = Publisher(site, keeper, [delivery], partial(last_alert, outbox))
        self.clips: CameraClips = ClipMaker(site.evidence, keeper, self.desk, 1).of(GATE)
        self.footage = Footage(take.coding, 10 * NS_PER_S, 10_000_000)
        for arrival in take.arrivals:
            self.footage.add(arrival)

    def tell(self, episode: Episode) -> None:
        """As a camera's turn does."""
        self.clips.expect([episode], self.footage)
        self.publisher.publish_step([episode], picture, None)
        self.clips.ask([episode], self.footage)


@contextmanager
def outbox_of(site: Site) -> Iterator[Outbox]:
    with Outbox(site.state, wall_now_ns) as outbox:
        yield outbox


def told(outbox: Outbox) -> list[tuple[int, str, str | None]]:
    messages: list[Alert] = [parse(item.line) for item in outbox.waiting(100)]
    return [(one.revision, one.state.value, one.evidence.clip_lost if one.evidence else "") for one in messages]


@pytest.mark.parametrize("is_over", [False, True], ids=["open", "over"])
def test_a_clip_that_a_killed_run_had_begun_is_told_as_lost_by_the_next_and_once(
    tmp_path: Path, take: Take, *, is_over: bool
) -> None:
    site = site_in(tmp_path)
    with outbox_of(site) as outbox:
        run = Run(site, outbox, take)
        run.tell(raised())
        if is_over:
            run.tell(cleared())
    before = [(0, "raised", None), *([(1, "cleared", None)] if is_over else [])]
    with outbox_of(site) as outbox:
        run = Run(site, outbox, take)
        run.clips.tell(run.publisher)
        after = [*before, (len(before), "cleared" if is_over else "updated", "interrupted")]
        assert told(outbox) == after
        Run(site, outbox, take).clips.tell(run.publisher)
        assert told(outbox) == after


def test_a_run_that_was_killed_before_it_told_of_the_event_leaves_nothing_to_say(tmp_path: Path, take: Take) -> None:
    site = site_in(tmp_path)
    with outbox_of(site) as outbox:
        run = Run(site, outbox, take)
        run.clips.expect([raised()], run.footage)
        again = Run(site, outbox, take)
        again.clips.tell(again.publisher)
        assert told(outbox) == []
        assert not list(site.state.glob("evidence/*/.clip-of-*"))


def test_a_clip_that_cannot_be_written_is_told_as_lost(tmp_path: Path, take: Take) -> None:
    site = site_in(tmp_path)
    with outbox_of(site) as outbox:
        run = Run(site, outbox, take)
        for n in range(MOST_WAITING):
            run.desk.submit(ClipJob(take, tmp_path / str(n), lambda _: None))
        run.tell(raised())
        run.clips.hand_in(MediaNs(raised().t + 60 * NS_PER_S))
        run.clips.tell(run.publisher)
        assert told(outbox) == [(0, "raised", None), (1, "updated", "not_written")]


def test_an_event_whose_clip_has_come_says_nothing_of_a_lost_one(tmp_path: Path, take: Take) -> None:
    site = site_in(tmp_path)
    with outbox_of(site) as outbox:
        run = Run(site, outbox, take)
        run.tell(raised())
        run.clips.hand_in(None, at_once=True)
        run.clips.tell(run.publisher)
        again = Run(site, outbox, take)
        again.clips.tell(again.publisher)
        assert told(outbox) == [(0, "raised", None), (1, "updated", None)]
