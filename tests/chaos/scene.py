"""A scene of four cameras that raises 504 alerts, and the pipeline that tells of it, from the reasoning to the stream.

The scene is a log made by hand; reasoning, evidence, publisher, outbox, delivery and pump are the real ones, put
together as a live run puts them: a thread a camera, a pump. What cannot be written is owed, and the watch goes on.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.delivery import Delivery
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.message import Alert, parse
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.publisher import NoPictureError, Publisher
from pipeline.alerts.server import Server
from pipeline.alerts.server_url import connector
from pipeline.alerts.snapshot import Picture
from pipeline.alerts.stream import RedisSink
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StateError
from pipeline.rules.reasoner import Reasoner
from pipeline.runtime.clock import sleep, wall_now_ns
from pipeline.runtime.pump import Pump
from tests.alerts.samples import FENCE, picture
from tests.dispatch.test_routing_file import DEADLINES
from tests.rules.scenes import PARKED, Thing, at, observation, shifted, stay

CAMERAS = [f"cam-{n}" for n in range(4)]
ROUNDS, ROUND_S = 42, 10
RAISED = len(CAMERAS) * 3 * ROUNDS
MESSAGES = 2 * RAISED
VOCABULARY = load_vocabulary()
WEEK_NS = 7 * 86_400 * 1_000_000_000
_SITE = """\
site: {{id: linzi, name: site, timezone: Asia/Shanghai}}
state: ./state
redis: {{url: "{url}"}}
dispatch: {{routing: routing.yaml}}
defaults: {{grace: 1s, clear_after: 1s}}
cameras:
{cameras}
rules:
  - {{id: each, algorithm: fire_lane_blocked, zones: {zones}, dwell: 3s, event_per: object}}
"""
_TABLE = "contacts: {boss: {name: boss}}\ngrid: {}\nfallback: boss\nescalation: []\n"
_REST_S = 0.05


def site_in(folder: Path, url: str) -> Site:
    """The site's files; the dispatcher reads them too."""
    folder.mkdir(parents=True, exist_ok=True)
    cameras, zones = [], []
    for camera in CAMERAS:
        (folder / f"{camera}.mp4").write_bytes(b"")
        zones.append(f"lane-{camera}")
        (folder / f"{camera}.geojson").write_text(FENCE.replace('"lane"', f'"{zones[-1]}"'), encoding="utf-8")
        cameras.append(
            f"  - {{id: {camera}, name: {camera}, source: {camera}.mp4, start: '2026-01-05T08:00:00+08:00',"
            f" geofence: {camera}.geojson}}"
        )
    text = _SITE.format(url=url, cameras="\n".join(cameras), zones=f"[{', '.join(zones)}]")
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    (folder / "routing.yaml").write_text(_TABLE + DEADLINES, encoding="utf-8")
    return load_site(folder / "site.yaml", {})


def moments(camera: Camera) -> Iterator[tuple[float, list[Thing]]]:
    """Two looks a second, and what is there: in three places things that stay for six seconds, one after the other."""
    offset_s = CAMERAS.index(camera.id) * 0.5
    things = [
        stay(shifted(PARKED, 0.15 * (place - 1)), begin_s, begin_s + 6, track=3 * n + place + 1, look=n % 15 + 1)
        for place in range(3)
        for n in range(ROUNDS)
        for begin_s in [2 + offset_s + place * 2.5 + n * ROUND_S]
    ]
    for n in range(2 * (ROUNDS * ROUND_S + 20)):
        t_s = n / 2
        yield t_s, [thing for thing in things if thing.box(t_s) is not None]


class CameraWatch:
    """One camera of the pipeline, from where its checkpoint left it to the end of the scene."""

    def __init__(self, site: Site, camera: Camera, outbox: Outbox, publisher: Publisher, pace_s: float) -> None:
        self._site, self._camera, self._outbox, self._publisher = site, camera, outbox, publisher
        self._pace_s = pace_s
        self._before = outbox.checkpoint(camera.id)
        parts = (site.id, camera.id, site.rules, camera.geofence, VOCABULARY)
        before = self._before
        self._reasoner = Reasoner(*parts) if before is None else Reasoner.resume(*parts, snapshot=before.reasoning)
        self._checkpoint = before

    def run(self) -> None:
        for n, (t_s, things) in enumerate(moments(self._camera)):
            if self._before is not None and at(t_s) <= self._before.t:
                continue
            sleep(self._pace_s)
            self._look(t_s, things, is_saved=n % 5 == 4)
        while self._publisher.owes(self._camera.id):
            sleep(_REST_S)
            with suppress(StateError):
                self._publisher.publish_step((), _no_picture, self._checkpoint)

    def _look(self, t_s: float, things: list[Thing], *, is_saved: bool) -> None:
        step = self._reasoner.feed(observation(t_s, things))
        owes = self._publisher.owes(self._camera.id)
        self._checkpoint = Checkpoint(self._camera.id, at(t_s), self._reasoner.snapshot())
        # A disk that is full is told of, and the watch goes on; messages that are owed go out first when they can.
        with suppress(StateError):
            if step.episodes or owes:
                self._publisher.publish_step(step.episodes, lambda: picture(160, 90), self._checkpoint)
            elif is_saved:
                self._outbox.save([self._checkpoint])


def run_pipeline(site: Site, url: str, pace_s: float) -> None:
    """All cameras to the end of the scene, and until everything is sent."""
    with Outbox(site.state, wall_now_ns) as outbox:
        sink = RedisSink(Server(connector(url, "redis"), "redis"), site.redis.stream, WEEK_NS)
        delivery = Delivery(outbox, sink, wall_now_ns, at_once=False)
        publisher = Publisher(site, EvidenceFolder(site.state, site.timezone, VOCABULARY.titles), [delivery])
        watches = [CameraWatch(site, camera, outbox, publisher, pace_s) for camera in site.cameras]
        threads = [threading.Thread(target=watch.run) for watch in watches]
        with Pump(delivery, lambda _: None):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            while outbox.waiting_count():
                sleep(_REST_S)


def untouched(site: Site) -> list[Alert]:
    """What a run says that nobody kills, in the order of its outbox."""
    with Outbox(site.state, wall_now_ns) as outbox:
        publisher = Publisher(site, EvidenceFolder(site.state, site.timezone, VOCABULARY.titles), [_Kept(outbox)])
        for camera in site.cameras:
            CameraWatch(site, camera, outbox, publisher, 0.0).run()
        return [parse(item.line) for item in outbox.waiting(1_000_000)]


class _Kept:
    """The outbox as a destination."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        self._outbox.append_step(alerts, checkpoint)


def _no_picture() -> Picture:
    raise NoPictureError("nothing is raised by a step that says nothing")
