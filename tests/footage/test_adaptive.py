"""Looking no more than needed costs no event: real recordings and the sample, analysed at full rate and adaptively."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.adaptive import Comparison, Event, Outcome, compare
from pipeline.config.ids import RuleId, ZoneId
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.observation import nanoseconds
from pipeline.resources import data_folder
from pipeline.rules.episode import ClearReason
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.need import Need
from tests.cli.shell import ROOT

FOOTAGE = ROOT.parent / "shared" / "footage"
FULL_RATE = Need(nanoseconds(0.2))
"""The benchmark takes every picture; here five a second have to do."""
BEFORE = Event(RuleId("r"), ZoneId("z"), 10.0, 20.0, ClearReason.LEFT)


def recordings() -> Iterator[Path]:
    yield data_folder("sample_videos") / "site.yaml"
    if FOOTAGE.is_dir():
        truth = json.loads((FOOTAGE / "truth.json").read_text(encoding="utf-8"))
        yield from sorted(FOOTAGE / expected["site"] for expected in truth.values())


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", list(recordings()), ids=lambda path: path.parent.name + "/" + path.stem)
def test_the_same_events_are_told_at_full_rate_and_adaptively(path: Path) -> None:
    site: Site = load_site(path, os.environ)
    vocabulary = load_vocabulary()
    both = compare(site, vocabulary, load_detector(site, vocabulary), FULL_RATE)
    assert (both.missed, both.invented, both.late) == ((), (), ())
    assert both.adaptive.looks < 0.6 * both.full.looks


def outcome(*events: Event) -> Outcome:
    return Outcome(events, 10, 5, 0, 10, longest_s=2.0)


@pytest.mark.parametrize(
    ("after", "is_same"),
    [
        ([BEFORE], True),
        ([Event(RuleId("r"), ZoneId("z"), 12.5, 26.5, ClearReason.SOURCE_ENDED)], True),
        ([Event(RuleId("r"), ZoneId("z"), 13.0, 20.0, ClearReason.LEFT)], False),
        ([Event(RuleId("r"), ZoneId("z"), 10.0, 28.0, ClearReason.LEFT)], False),
        ([Event(RuleId("r"), ZoneId("other"), 10.0, 20.0, ClearReason.LEFT)], False),
        ([], False),
        ([BEFORE, BEFORE], False),
    ],
)
def test_events_are_the_same_where_rule_zone_start_and_end_agree(after: list[Event], is_same: bool) -> None:  # noqa: FBT001  # a column of the table
    assert Comparison.of(outcome(BEFORE), outcome(*after)).is_same == is_same
