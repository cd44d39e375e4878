"""A camera fault as a message and as a picture: no fence, no objects, its kind by name."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.message import parse
from pipeline.alerts.publisher import Publisher
from pipeline.alerts.snapshot import draw_snapshot
from pipeline.alerts.topic import CAMERA_FAULT, CAMERA_FAULT_TITLE, FAULT_TITLES, topic_of
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.ids import AlgorithmKey, RuleId
from pipeline.config.resolved import Site
from pipeline.observation import CameraId, MediaNs, nanoseconds
from pipeline.rules.episode import ClearReason, Ended, Episode, EventId, FaultKind, FaultOrigin, Open, Review, State
from tests.alerts.samples import START, cleared, picture, raised, site_in
from tests.alerts.test_snapshot import LEGEND, decoded


def fault(kind: FaultKind, state: State = State.RAISED, rule: str | None = None) -> Episode:
    """Ten seconds of it; a minute later it is over."""
    t = MediaNs(START + nanoseconds(10 if state is State.RAISED else 80))
    ended = Ended(MediaNs(START + nanoseconds(70)), ClearReason.LEFT)
    return Episode(
        id=EventId("f1"),
        revision=int(state is not State.RAISED),
        state=state,
        t=t,
        camera=CameraId("gate"),
        origin=FaultOrigin(kind, None if rule is None else RuleId(rule)),
        started_at=START,
        raised_at=MediaNs(START + nanoseconds(10)),
        ending=Open() if state is State.RAISED else ended,
        dwell_ns=nanoseconds(10 if state is State.RAISED else 70),
        visible=state is State.RAISED,
        objects=(),
        severity="major",
        review=Review.NONE,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


def publisher(site: Site, folder: Path) -> Publisher:
    return Publisher(site, EvidenceFolder(folder, site.timezone, {}), [])


def test_a_fault_says_what_is_wrong_with_which_camera_and_names_no_zone(site: Site, tmp_path: Path) -> None:
    alert = publisher(site, tmp_path).publish(fault(FaultKind.NO_SIGNAL), picture)
    written = json.loads(alert.to_json())
    del written["evidence"]
    assert written == {
        "schema": "smart-alert/1",
        "id": "f1",
        "revision": 0,
        "state": "raised",
        "reason": None,
        "source": "health",
        "algorithm": "camera_fault",
        "rule": None,
        "severity": "major",
        "title": {"zh": "摄像机异常：无信号", "en": "Camera fault: no signal"},
        "site": {"id": "linzi", "name": "临淄示范站"},
        "camera": {"id": "gate", "name": "闻韶社区东门"},
        "zone": None,
        "started_at": "2026-01-05T00:00:00.000Z",
        "raised_at": "2026-01-05T00:00:10.000Z",
        "ended_at": None,
        "dwell_s": 10.0,
        "visible": True,
        "objects": [],
        "review": "none",
        "codes": None,
        "fault": "no_signal",
        "report": None,
        "merged_into": None,
        "merged": [],
        "merged_count": 0,
    }
    assert parse(alert.to_json()) == alert


def test_the_rule_that_names_faults_is_named_and_its_codes_go_along(site: Site, tmp_path: Path) -> None:
    named = dataclasses.replace(site.rules[0], id=RuleId("cameras"), codes={"linzi": 7})
    with_rule = dataclasses.replace(site, rules=(*site.rules, named))
    alert = publisher(with_rule, tmp_path).publish(fault(FaultKind.MOVED, rule="cameras"), picture)
    assert (alert.rule, alert.codes, alert.fault) == ("cameras", {"linzi": 7}, "moved")


def test_an_event_goes_on_whose_rule_has_left_the_site_file(site: Site, tmp_path: Path) -> None:
    """A fault belongs to the camera: it is told though the rule that named it is gone."""
    assert publisher(site, tmp_path).publish(fault(FaultKind.MOVED, rule="gone"), picture).rule is None


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_fault_has_a_name_in_both_languages_and_a_picture(site: Site, tmp_path: Path, kind: FaultKind) -> None:
    told = publisher(site, tmp_path)
    first = told.publish(fault(kind), picture)
    last = told.publish(fault(kind, State.CLEARED), _no_picture)
    assert first.title.zh.startswith("摄像机异常：")
    assert first.title.en.startswith("Camera fault: ")
    assert first.evidence is not None
    assert (tmp_path / first.evidence.snapshot).is_file()
    assert (last.evidence, last.fault, last.reason) == (first.evidence, kind.value, "left")


def test_titles_tell_the_faults_apart_and_agree_with_the_catalogue() -> None:
    entry = load_catalogue().algorithms[AlgorithmKey(CAMERA_FAULT)]
    assert entry.title == CAMERA_FAULT_TITLE
    assert set(FAULT_TITLES) == set(FaultKind)
    assert len({title.zh for title in FAULT_TITLES.values()}) == len(FaultKind)
    assert len({title.en for title in FAULT_TITLES.values()}) == len(FaultKind)


def test_the_picture_of_a_fault_is_as_the_camera_showed_it() -> None:
    shown = decoded(draw_snapshot(picture(shade=90), None, [], LEGEND))[:360].astype(int)
    assert int(np.abs(shown - 90).max()) <= 1


def test_an_event_of_a_rule_has_no_fault(site: Site, tmp_path: Path) -> None:
    told = publisher(site, tmp_path)
    assert [told.publish(one, picture).fault for one in (raised(), cleared())] == [None, None]


def test_an_episode_of_a_rule_that_the_site_does_not_have_is_refused(site: Site) -> None:
    with pytest.raises(ValueError, match="camera gate: got rule fire-lane, the site has"):
        topic_of(raised(), site.cameras[0], {})


def _no_picture() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    raise AssertionError("an event has one picture")
