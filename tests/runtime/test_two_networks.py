"""A camera with two real networks, from pictures to events: the first knows cars, the specialist garbage."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.media.frame import Bgr
from pipeline.media.memory_source import MemorySource
from pipeline.observation import Entry, Look, LookKind, MediaNs, Observation, nanoseconds
from pipeline.rules.episode import Episode, State
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.intake import Summary
from pipeline.runtime.networks import load_beside, read_networks, with_scores
from pipeline.runtime.replaying import camera_run, reasoner
from tests.live.red_network import write_red_network
from tests.runtime.standing_car import START, VOCABULARY, since_start, street, write_site
from tests.runtime.two_networks import write_blue_network

LOOKS_S = [number / 2 for number in range(90)]


@dataclass
class Watched:
    """What came of one run."""

    entries: list[Entry] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)

    def append(self, entry: Entry) -> None:
        self.entries.append(entry)

    def tell(self, episodes: tuple[Episode, ...], picture: Callable[[], Bgr]) -> None:
        del picture
        self.episodes.extend(episodes)

    def looks(self, model: str) -> list[Look]:
        seen = [entry for entry in self.entries if isinstance(entry, Observation)]
        return [look for entry in seen for look in entry.looks if look.model == model]


def site_in(folder: Path, classes: str, specialists: str) -> Site:
    path = write_site(folder)
    write_red_network(folder)
    write_blue_network(folder)
    text = path.read_text(encoding="utf-8").replace("model: yolov8n", "model: tiny.yaml")
    path.write_text(f"{text.replace('dwell: 4s', f'dwell: 6s, classes: {classes}')}{specialists}", encoding="utf-8")
    site = load_site(path, {})
    return with_scores(site, read_networks(site, VOCABULARY))


def watch(site: Site, has_heap: Callable[[float], bool]) -> tuple[Watched, Summary]:
    """The street of the standing car, its colours exchanged: what stands there is blue."""
    pictures = [street(has_car=has_heap(t_s), grain=n % 13)[..., ::-1].copy() for n, t_s in enumerate(LOOKS_S)]
    times = [MediaNs(START + nanoseconds(t_s)) for t_s in LOOKS_S]
    source = MemorySource(list(zip(times, pictures, strict=True)), keyframe_every=1)
    watched = Watched()
    run = camera_run(
        site,
        site.cameras[0],
        source,
        detector=load_detector(site, VOCABULARY, threads=1),
        vocabulary=VOCABULARY,
        log=watched,
        tell=watched.tell,
        beside=load_beside(site, read_networks(site, VOCABULARY), threads=1),
    )
    return watched, run.run(lambda _: None)


SPECIALIST = "specialists: [{model: city.yaml, every: 3s}]\n"


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Watched]:
    """A heap lies there from 3 to 24 s."""
    site = site_in(tmp_path_factory.mktemp("site"), "[garbage, car]", SPECIALIST)
    return site, watch(site, lambda t_s: 3 <= t_s < 24)[0]


def test_what_the_specialist_finds_is_raised_once_and_cleared_when_it_is_gone(heap: tuple[Site, Watched]) -> None:
    _, watched = heap
    assert [one.state for one in watched.episodes] == [State.RAISED, State.CLEARED]
    raised, cleared = watched.episodes
    assert [one.class_name for one in raised.objects] == ["garbage"]
    assert 3 <= since_start(raised.started_at) <= 6.5
    assert 24 <= since_start(cleared.t) <= 40


def test_it_looks_less_often_than_the_camera_is_looked_at_and_names_what_it_knows(heap: tuple[Site, Watched]) -> None:
    _, watched = heap
    looks = [look for look in watched.looks("city") if look.kind is LookKind.OBJECTS]
    assert 3 <= len(looks) <= 15
    assert {look.classes for look in looks} == {frozenset({"garbage"})}


def test_the_second_look_before_the_alert_is_the_specialist_s(heap: tuple[Site, Watched]) -> None:
    _, watched = heap
    close = [
        look
        for entry in watched.entries
        if isinstance(entry, Observation)
        for look in entry.looks
        if look.kind is LookKind.CLOSE
    ]
    assert {look.model for look in close} == {"city"}


def test_the_alert_tells_looks_of_which_the_specialist_made_some(heap: tuple[Site, Watched]) -> None:
    _, watched = heap
    looks = watched.episodes[0].objects[0].looks
    assert looks is not None
    assert looks.of >= looks.seen > looks.detected >= 2


def test_its_log_gives_the_same_events_again(heap: tuple[Site, Watched]) -> None:
    site, watched = heap
    again = reasoner(site, site.cameras[0], VOCABULARY)
    assert [one for entry in watched.entries for one in again.feed(entry).episodes] == watched.episodes


def test_a_specialist_that_no_rule_needs_costs_nothing(tmp_path: Path) -> None:
    watched, _ = watch(site_in(tmp_path, "[car]", SPECIALIST), lambda t_s: t_s >= 3)
    assert watched.looks("city") == []
    assert watched.episodes == []
