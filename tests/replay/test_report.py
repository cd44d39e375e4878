"""The page of a run."""

import re
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.evidence_keeper import EvidenceKeeper, NoEvidence
from pipeline.alerts.message import Alert
from pipeline.alerts.publisher import Publisher
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StateError
from pipeline.replay.report import Facts, write_report
from pipeline.rules.episode import Episode
from tests.alerts.samples import cleared, picture, raised, site_in
from tests.replay.pages import Page

SHANGHAI = ZoneInfo("Asia/Shanghai")


def messages(folder: Path, keeper: EvidenceKeeper, *episodes: Episode) -> list[Alert]:
    publisher = Publisher(site_in(folder), keeper, [])
    return [publisher.publish(episode, picture) for episode in episodes]


def page(folder: Path, alerts: Sequence[Alert], site: str = "临淄示范站") -> Page:
    write_report(folder / "index.html", alerts, Facts(site, 120, 90.0, 3.0), SHANGHAI)
    return Page(folder / "index.html")


def test_each_event_has_one_card_its_picture_within_the_page_and_its_bar(tmp_path: Path) -> None:
    keeper = EvidenceFolder(tmp_path, SHANGHAI, load_vocabulary().titles)
    alerts = messages(tmp_path, keeper, raised("e1"), raised("e2", 65), cleared("e1"), cleared("e2", 95))
    found = page(tmp_path, alerts)
    assert [src[:27] for src in found.pictures] == ["data:image/jpeg;base64,/9j/"] * 2
    assert found.links == ["#e1", "#e2"]
    assert found.ids == ["e1", "e2"]
    text = " ".join(found.words)
    assert "08:00:00" in text
    assert "08:01:27 · 已离开 left" in text
    # From five seconds before the first start to five after the last end, 102 s in all.
    assert found.bars == pytest.approx([4.902, 85.294, 9.804, 85.294], abs=0.002)


def test_an_event_that_goes_on_is_said_to_go_on(tmp_path: Path) -> None:
    text = " ".join(page(tmp_path, messages(tmp_path, NoEvidence(), raised())).words)
    assert "未结束 still open" in text


def test_a_run_without_an_alert_says_so(tmp_path: Path) -> None:
    found = page(tmp_path, [])
    assert "没有告警 No alert was raised." in " ".join(found.words)
    assert found.pictures == []


def test_names_are_text_and_nothing_else(tmp_path: Path) -> None:
    found = page(tmp_path, [], site='<script src="http://x"></script>')
    assert found.pictures == []
    assert '<script src="http://x"></script>' in " ".join(found.words)


def test_a_snapshot_that_is_gone_is_one_line(tmp_path: Path) -> None:
    keeper = EvidenceFolder(tmp_path, SHANGHAI, load_vocabulary().titles)
    alerts = messages(tmp_path, keeper, raised())
    (snapshot,) = (tmp_path / "evidence" / "e1").glob("snapshot-*.jpg")
    snapshot.unlink()
    with pytest.raises(StateError, match="evidence cannot be read: No such file or directory"):
        page(tmp_path, alerts)
    assert not (tmp_path / "index.html").exists()


@pytest.mark.parametrize("length_s", [0.0, 9.0, 101.0, 3600.0, 86_400.0, 7 * 86_400.0])
def test_the_scale_has_few_labels_however_long_the_run(tmp_path: Path, length_s: float) -> None:
    alerts = messages(tmp_path, NoEvidence(), raised("e1"), raised("e2", 60 + length_s))
    times = [word for word in page(tmp_path, alerts).scale if re.fullmatch(r"[0-9:]{8}", word)]
    assert 2 <= len(times) <= 11
    seconds = [
        sum(int(part) * unit for part, unit in zip(time.split(":"), (3600, 60, 1), strict=True)) for time in times
    ]
    # Round times of the clock, each as far from the one before.
    assert all(moment % (seconds[1] - seconds[0] or 86_400) == 0 for moment in seconds)
