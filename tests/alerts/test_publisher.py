"""Evidence first, then the message; files that are whole or not there."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.alerts.alert_file import NAME, PART_NAME, AlertFile
from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.durable_file import write_durably
from pipeline.alerts.evidence import EvidenceFolder, absolute_uri
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.evidence_legend import in_words
from pipeline.alerts.message import Alert
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import Site
from pipeline.errors import StateError
from pipeline.rules.episode import Episode, EventId, State
from tests.alerts.samples import cleared, picture, raised, site_in


class Checking:
    """A destination that looks, at each message, whether the pictures are there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.alerts: list[Alert] = []

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        del checkpoint
        for alert in alerts:
            self.check(alert)
            self.alerts.append(alert)

    def check(self, alert: Alert) -> None:
        assert alert.evidence is not None
        for uri, digest in (
            (alert.evidence.snapshot, alert.evidence.snapshot_sha256),
            (alert.evidence.frame, alert.evidence.frame_sha256),
        ):
            assert hashlib.sha256((self.folder / uri).read_bytes()).hexdigest() == digest


def no_picture() -> NDArray[np.uint8]:
    raise AssertionError("no picture is needed here")


def evidence_folder(site: Site, folder: Path, *, absolute: bool = False) -> EvidenceFolder:
    return EvidenceFolder(folder, site.timezone, {}, absolute_uri if absolute else None)


def updated() -> Episode:
    return dataclasses.replace(raised(), revision=1, state=State.UPDATED)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path / "site")


def test_the_pictures_are_there_before_the_message(site: Site, tmp_path: Path) -> None:
    destination = Checking(tmp_path)
    publisher = Publisher(site, evidence_folder(site, tmp_path), [destination])
    published = publisher.publish(raised(), picture)
    assert destination.alerts == [published]


def test_all_messages_of_an_event_show_the_picture_of_the_moment_it_was_raised(site: Site, tmp_path: Path) -> None:
    publisher = Publisher(site, evidence_folder(site, tmp_path), [Checking(tmp_path)])
    first = publisher.publish(raised(), picture)
    second = publisher.publish(updated(), no_picture)
    third = publisher.publish(cleared(revision=2), no_picture)
    assert first.evidence == second.evidence == third.evidence


def test_a_run_that_was_killed_goes_on_with_the_pictures_it_made(site: Site, tmp_path: Path) -> None:
    first = Publisher(site, evidence_folder(site, tmp_path), []).publish(raised(), picture)
    after = Publisher(site, evidence_folder(site, tmp_path), []).publish(cleared(), no_picture)
    assert after.evidence == first.evidence


def test_an_update_whose_pictures_were_deleted_gets_new_ones(site: Site, tmp_path: Path) -> None:
    destination = Checking(tmp_path)
    Publisher(site, evidence_folder(site, tmp_path), [destination]).publish(updated(), picture)
    assert len(destination.alerts) == 1


def test_a_second_run_leaves_the_pictures_of_the_first_as_its_messages_say(site: Site, tmp_path: Path) -> None:
    first = Publisher(site, evidence_folder(site, tmp_path), []).publish(raised(), picture)
    destination = Checking(tmp_path)
    second = Publisher(site, evidence_folder(site, tmp_path), [destination]).publish(
        raised(), lambda: picture(shade=200)
    )
    assert first.evidence != second.evidence
    Checking(tmp_path).check(first)


def test_what_no_message_names_any_more_is_removed(site: Site, tmp_path: Path) -> None:
    folder = evidence_folder(site, tmp_path)
    Publisher(site, folder, []).publish(raised("old"), picture)
    Publisher(site, folder, []).publish(raised("e1"), lambda: picture(shade=10))
    kept = Publisher(site, folder, []).publish(raised("e1"), picture)
    (tmp_path / "evidence" / "notes").mkdir()
    (tmp_path / "evidence" / "notes" / "mine.jpg").write_bytes(b"mine")
    assert kept.evidence is not None
    folder.remove_all_but([kept.evidence])
    files = sorted(path.relative_to(tmp_path / "evidence").as_posix() for path in tmp_path.glob("evidence/*/*"))
    assert files == sorted(
        [
            "e1/evidence.json",
            Path(kept.evidence.frame).relative_to("evidence").as_posix(),
            Path(kept.evidence.snapshot).relative_to("evidence").as_posix(),
            "notes/mine.jpg",
        ]
    )


def test_uris_are_relative_to_the_file_of_messages_or_absolute(site: Site, tmp_path: Path) -> None:
    relative = Publisher(site, evidence_folder(site, tmp_path), []).publish(raised(), picture)
    absolute = Publisher(site, evidence_folder(site, tmp_path, absolute=True), []).publish(raised(), picture)
    assert relative.evidence is not None
    assert absolute.evidence is not None
    assert relative.evidence.snapshot.startswith("evidence/e1/snapshot-")
    assert absolute.evidence.snapshot == (tmp_path / relative.evidence.snapshot).as_uri()


def test_a_replayed_log_has_no_evidence(site: Site) -> None:
    assert Publisher(site, NoEvidence(), []).publish(raised(), no_picture).evidence is None


def test_an_id_that_would_leave_the_folder_is_refused(site: Site, tmp_path: Path) -> None:
    episode = dataclasses.replace(raised(), id=EventId("../../etc"))
    with pytest.raises(ValueError, match="event id"):
        Publisher(site, evidence_folder(site, tmp_path), []).publish(episode, picture)


def test_a_folder_that_cannot_be_written_is_one_line(site: Site, tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file in its place")
    with pytest.raises(StateError, match=r"^[^\n]*evidence[^\n]*cannot be written: [^\n]*$"):
        Publisher(site, evidence_folder(site, tmp_path), []).publish(raised(), picture)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux' /dev/full")
def test_a_full_disk_leaves_the_old_file_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "picture.jpg"
    write_durably(path, b"old")
    monkeypatch.setattr(os, "getpid", lambda: 7)
    (tmp_path / ".picture.jpg.7.part").symlink_to("/dev/full")
    with pytest.raises(StateError, match="No space left on device"):
        write_durably(path, b"new" * 100_000)
    assert [file.name for file in tmp_path.iterdir()] == ["picture.jpg"]
    assert path.read_bytes() == b"old"


def test_alerts_can_be_read_as_they_come_and_get_their_name_at_the_end(site: Site, tmp_path: Path) -> None:
    with AlertFile(tmp_path) as file:
        alert = Publisher(site, NoEvidence(), [file]).publish(raised(), no_picture)
        assert (tmp_path / PART_NAME).read_text(encoding="utf-8") == alert.to_json() + "\n"
        assert not (tmp_path / NAME).exists()
    assert (tmp_path / NAME).read_text(encoding="utf-8") == alert.to_json() + "\n"
    assert not (tmp_path / PART_NAME).exists()


def test_a_run_without_alerts_leaves_an_empty_file(tmp_path: Path) -> None:
    with AlertFile(tmp_path / "new" / "folder"):
        pass
    assert (tmp_path / "new" / "folder" / NAME).read_bytes() == b""


def test_a_run_that_fails_leaves_the_last_good_result(site: Site, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("good\n")
    file = AlertFile(tmp_path)
    Publisher(site, NoEvidence(), [file]).publish(raised(), no_picture)

    def fail() -> None:
        with file:
            raise RuntimeError("power")

    with pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / NAME).read_text() == "good\n"
    assert len((tmp_path / PART_NAME).read_text(encoding="utf-8").splitlines()) == 1


def test_two_runs_over_the_same_episodes_write_the_same_bytes(site: Site, tmp_path: Path) -> None:
    def run(folder: Path) -> bytes:
        with AlertFile(folder) as file:
            publisher = Publisher(site, evidence_folder(site, folder), [file])
            publisher.publish(raised(), picture)
            publisher.publish(cleared(), no_picture)
        return (folder / NAME).read_bytes()

    assert run(tmp_path / "a") == run(tmp_path / "b") == run(tmp_path / "a")


def test_the_snapshot_and_the_clean_frame_lie_side_by_side(site: Site, tmp_path: Path) -> None:
    Publisher(site, evidence_folder(site, tmp_path), []).publish(raised(), picture)
    names = sorted(path.name.split("-")[0] for path in (tmp_path / "evidence" / "e1").iterdir())
    assert names == ["evidence.json", "frame", "snapshot"]
    stored = json.loads((tmp_path / "evidence" / "e1" / "evidence.json").read_text())
    assert (tmp_path / stored["snapshot"]).is_file()


@given(content=st.lists(st.binary(max_size=2000), min_size=1, max_size=5))
@settings(deadline=None, max_examples=20)
def test_a_file_holds_what_was_written_last(content: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("files") / "a" / "b.bin"
    for data in content:
        write_durably(path, data)
    assert path.read_bytes() == content[-1]
    assert [file.name for file in path.parent.iterdir()] == ["b.bin"]


@pytest.mark.parametrize(
    ("duration_s", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (7260, "2 h 01 min")]
)
def test_durations_in_words(duration_s: int, words: str) -> None:
    assert in_words(duration_s * 1_000_000_000) == words


def test_the_picture_is_asked_for_once_and_only_when_raised(site: Site, tmp_path: Path) -> None:
    asked: list[str] = []

    def counting(name: str) -> Callable[[], NDArray[np.uint8]]:
        def give() -> NDArray[np.uint8]:
            asked.append(name)
            return picture()

        return give

    publisher = Publisher(site, evidence_folder(site, tmp_path), [])
    publisher.publish(raised(), counting("raised"))
    publisher.publish(updated(), counting("updated"))
    publisher.publish(cleared(revision=2), counting("cleared"))
    assert asked == ["raised"]
