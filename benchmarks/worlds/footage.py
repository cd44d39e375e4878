"""Recordings with a truth file (`../shared/footage`), replayed and held against it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.worlds.networks import detector, vocabulary
from benchmarks.worlds.play import Account, Told, Unkept, judge
from benchmarks.worlds.scene import Expected
from benchmarks.worlds.tally import Result, RunId, Watch, results_of
from pipeline.config.load import load_site
from pipeline.observation import seconds
from pipeline.runtime.replaying import camera_run, open_recording, recording_of

FOOTAGE = Path(__file__).resolve().parents[2].parent / "shared" / "footage"
TRUTHS = ("truth.json", "truth-later.json")


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording and what is true of it.

    Attributes:
        site: Its site file.
        expected: What must be told, by algorithm.
    """

    site: Path
    expected: Mapping[str, tuple[Expected, ...]]

    @property
    def id(self) -> RunId:
        """Unique among the clips."""
        return RunId(f"footage.{self.site.stem}")


def clips() -> list[Clip]:
    """All of both truth files; none where the footage is not beside the checkout."""
    if not FOOTAGE.is_dir():
        return []
    return [
        Clip(FOOTAGE / entry["site"], _expected(entry["events"]))
        for name in TRUTHS
        for entry in json.loads((FOOTAGE / name).read_text(encoding="utf-8")).values()
    ]


def replay_clip(clip: Clip) -> list[Result]:
    """Replay a recording and judge each algorithm by itself."""
    site = load_site(clip.site, {})
    camera = site.cameras[0]
    with open_recording(camera, recording_of(camera, "nothing to replay")) as source:
        account = Account(site.rules, source.info.start)
        run = camera_run(
            site, camera, source, detector=detector(), vocabulary=vocabulary(), log=Unkept(), tell=account.tell
        )
        summary = run.run(lambda _: None)
    keys = [str(rule.algorithm.key) for rule in site.rules]
    told_by_key: dict[str, list[Told]] = {key: [] for key in (*keys, *clip.expected)}
    for one in account.told:
        told_by_key.setdefault(one.algorithm, []).append(one)
    watch = Watch(clip.id, "footage", seconds(summary.media_ns), summary.looks)
    return [
        one
        for key, told in told_by_key.items()
        for one in results_of(watch, [key], judge(clip.expected.get(key, ()), told))
    ]


def _expected(events: list[dict[str, str | float | None]]) -> dict[str, tuple[Expected, ...]]:
    by_key: dict[str, tuple[Expected, ...]] = {}
    for event in events:
        end_s = event.get("end_s")
        one = Expected(
            zone=str(event["zone"]),
            start_s=float(event["start_s"] or 0),
            end_s=None if end_s is None else float(end_s),
            start_tolerance_s=float(event["tolerance_s"] or 0),
            end_tolerance_s=float(event.get("end_tolerance_s") or 0),
        )
        key = str(event["algorithm"])
        by_key[key] = (*by_key.get(key, ()), one)
    return by_key
