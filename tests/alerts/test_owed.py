"""What a full disk refuses is owed: it goes out before whatever the camera says next."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.evidence_keeper import EvidenceKeeper, NoEvidence
from pipeline.alerts.message import Alert
from pipeline.alerts.publisher import MOST_PICTURES_HELD, NoPictureError, Publisher
from pipeline.config.resolved import Site
from pipeline.errors import StateError
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import Episode
from tests.alerts.samples import cleared, picture, raised, site_in

GATE = CameraId("gate")


class Disk:
    """A destination that may be full; takes a step whole or not at all."""

    def __init__(self) -> None:
        self.is_full = False
        self.alerts: list[Alert] = []
        self.checkpoints: list[Checkpoint | None] = []

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        if self.is_full:
            raise StateError("disk: cannot be written: it is full")
        self.alerts.extend(alerts)
        self.checkpoints.append(checkpoint)

    @property
    def story(self) -> list[tuple[str, int]]:
        return [(alert.id, alert.revision) for alert in self.alerts]


class Counting:
    """A picture that counts how often it is asked for."""

    def __init__(self, shade: int = 90) -> None:
        self.asked = 0
        self._shade = shade

    def __call__(self) -> NDArray[np.uint8]:
        self.asked += 1
        return picture(shade=self._shade)


def no_picture() -> NDArray[np.uint8]:
    raise NoPictureError("an entry without one")


def must_not_be_asked() -> NDArray[np.uint8]:
    raise AssertionError("no picture is needed here")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path / "site")


def folder_of(site: Site, path: Path) -> EvidenceFolder:
    return EvidenceFolder(path, site.timezone, {})


def checkpoint(t: int, camera: str = "gate") -> Checkpoint:
    return Checkpoint(CameraId(camera), MediaNs(t), b"")


def refused(publisher: Publisher, episodes: Sequence[Episode], give: Callable[[], NDArray[np.uint8]]) -> None:
    with pytest.raises(StateError):
        publisher.publish_step(episodes, give, checkpoint(1))


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_all_of_a_step_is_handed_on_at_once_with_one_picture(site: Site, tmp_path: Path, disk: Disk) -> None:
    give = Counting()
    alerts = Publisher(site, folder_of(site, tmp_path), [disk]).publish_step(
        [raised("e1"), raised("e2")], give, checkpoint(5)
    )
    assert disk.alerts == alerts
    assert [alert.id for alert in alerts] == ["e1", "e2"]
    assert disk.checkpoints == [checkpoint(5)]
    assert give.asked == 1


def test_what_was_refused_comes_first_and_once(site: Site, disk: Disk) -> None:
    publisher = Publisher(site, NoEvidence(), [disk])
    disk.is_full = True
    refused(publisher, [raised("e1")], no_picture)
    refused(publisher, [raised("e2")], no_picture)
    assert publisher.owes(GATE)
    assert disk.alerts == []
    disk.is_full = False
    publisher.publish_step([cleared("e1")], no_picture, checkpoint(9))
    assert disk.story == [("e1", 0), ("e2", 0), ("e1", 1)]
    assert disk.checkpoints == [checkpoint(9)]
    assert not publisher.owes(GATE)


def test_what_is_owed_can_be_handed_on_while_the_camera_says_nothing(site: Site, disk: Disk) -> None:
    publisher = Publisher(site, NoEvidence(), [disk])
    disk.is_full = True
    refused(publisher, [raised("e1")], no_picture)
    refused(publisher, [], no_picture)
    disk.is_full = False
    publisher.publish_step([], no_picture, checkpoint(7))
    assert (disk.story, disk.checkpoints) == ([("e1", 0)], [checkpoint(7)])


def test_nobody_else_waits_for_what_one_camera_owes(site: Site, disk: Disk) -> None:
    publisher = Publisher(site, NoEvidence(), [disk])
    disk.is_full = True
    refused(publisher, [raised("e1")], no_picture)
    disk.is_full = False
    publisher.publish_step([], no_picture, checkpoint(3, "other"))
    assert disk.checkpoints == [checkpoint(3, "other")]
    assert publisher.owes(GATE)
    assert not publisher.owes(CameraId("other"))


def test_evidence_that_could_not_be_written_shows_the_moment_it_is_of(site: Site, tmp_path: Path, disk: Disk) -> None:
    publisher = Publisher(site, folder_of(site, tmp_path), [disk])
    blocked = tmp_path / "evidence"
    blocked.write_text("a file in its place")
    give = Counting(shade=200)
    refused(publisher, [raised("e1")], give)
    refused(publisher, [], must_not_be_asked)
    assert disk.alerts == []
    blocked.unlink()
    publisher.publish_step([cleared("e1")], must_not_be_asked, checkpoint(2))
    assert give.asked == 1
    (alone,) = Publisher(site, folder_of(site, tmp_path / "alone"), []).publish_step(
        [raised("e1")], Counting(shade=200), None
    )
    assert disk.story == [("e1", 0), ("e1", 1)]
    assert [alert.evidence for alert in disk.alerts] == [alone.evidence] * 2


def test_evidence_that_was_made_is_not_made_again(site: Site, tmp_path: Path, disk: Disk) -> None:
    publisher = Publisher(site, folder_of(site, tmp_path), [disk])
    give = Counting()
    disk.is_full = True
    refused(publisher, [raised("e1")], give)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("evidence/*/*")}
    disk.is_full = False
    publisher.publish_step([], must_not_be_asked, checkpoint(2))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("evidence/*/*")} == before
    assert disk.alerts[0].evidence is not None


def test_few_pictures_are_held_however_much_is_owed(site: Site, tmp_path: Path, disk: Disk) -> None:
    publisher = Publisher(site, folder_of(site, tmp_path), [disk])
    blocked = tmp_path / "evidence"
    blocked.write_text("a file in its place")
    given = [Counting() for _ in range(3 * MOST_PICTURES_HELD)]
    for n, give in enumerate(given):
        refused(publisher, [raised(f"e{n}"), raised(f"f{n}")], give)
    blocked.unlink()
    publisher.publish_step([], must_not_be_asked, checkpoint(2))
    assert [alert.id for alert in disk.alerts] == [f"{letter}{n}" for n in range(len(given)) for letter in "ef"]
    shown = [alert.evidence is not None for alert in disk.alerts]
    assert shown == [True] * 2 * MOST_PICTURES_HELD + [False] * 4 * MOST_PICTURES_HELD
    assert sum(give.asked for give in given) == MOST_PICTURES_HELD


@pytest.mark.parametrize("episode", [raised(), cleared()])
def test_an_entry_without_a_picture_costs_the_picture_and_not_the_message(
    site: Site, tmp_path: Path, disk: Disk, episode: Episode
) -> None:
    keeper: EvidenceKeeper = folder_of(site, tmp_path)
    Publisher(site, keeper, [disk]).publish_step([episode], no_picture, None)
    assert [alert.evidence for alert in disk.alerts] == [None]


def test_a_step_in_which_nothing_is_said_and_nothing_owed_is_none(site: Site, disk: Disk) -> None:
    assert Publisher(site, NoEvidence(), [disk]).publish_step([], no_picture, None) == []
    assert disk.checkpoints == []
