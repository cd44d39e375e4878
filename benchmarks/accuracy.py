"""How often alerts are right: event precision, recall and delay by algorithm, and false alarms per camera-day.

    python -m benchmarks.accuracy [--out FOLDER] [--parts scripted,pixels,footage,quiet] [--days 3] [--seeds 5]
                                  [--processes 2] [--quick]

Four parts, counted apart and named as what they are:

- scripted: observations written by hand, with missed detections, jitter, exchanged ids and occlusion, through the
  rules alone.
- pixels: composed pictures through everything a recording goes through but the decoder, the real network included.
- footage: real recordings with a truth file beside the checkout (`../shared/footage`), from the file on.
- quiet: real recordings without an event, looped with noise and light of their own, faster than real time.

What is done is kept in FOLDER/results.jsonl, line by line: the same call goes on where it was broken off. Writes
FOLDER/accuracy.json and FOLDER/accuracy.md. Exit code 1: a target was missed, or a part has nothing to run.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from benchmarks.worlds import footage, quiet
from benchmarks.worlds.composition import Composition
from benchmarks.worlds.looped import Chunk
from benchmarks.worlds.networks import Networks, specialists
from benchmarks.worlds.pixels import all as pixels
from benchmarks.worlds.pixels import pictured
from benchmarks.worlds.play import play_pixels, play_script
from benchmarks.worlds.report import absences, markdown, misses
from benchmarks.worlds.scene import Scene
from benchmarks.worlds.scripted import all as scripted
from benchmarks.worlds.sites import CONFIDENCE, site_of
from benchmarks.worlds.tally import Result, ResultFile, RunId, Watch, results_of, table
from pipeline.config.catalogue import Catalogue
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.ids import AlgorithmKey
from pipeline.runtime.clock import stopwatch

PARTS = ("scripted", "pixels", "footage", "quiet")
_QUICK_EVERY, _QUICK_S = 8, 600.0


@dataclass(frozen=True, slots=True)
class Task:
    """One scene, recording or chunk.

    Attributes:
        id: What it is known by in the file of results.
        what: To be played.
        seed: Of a scripted scene.
    """

    id: RunId
    what: Scene | footage.Clip | Chunk
    seed: int = 0


def tasks(parts: Sequence[str], days: float, seeds: int, *, is_quick: bool) -> list[Task]:
    """All that is to be done, the longest first; scenes of algorithms that have no condition yet are left out."""
    catalogue, found = _catalogue(), list[Task]()
    if "quiet" in parts:
        chunks = quiet.chunks(days, quiet.recordings())
        if is_quick:
            chunks = [replace(chunk, length_s=_QUICK_S) for chunk in chunks if chunk.number in (4, 6)]
        found += [Task(chunk.id, chunk) for chunk in chunks]
    if "footage" in parts:
        clips = footage.clips()
        found += [Task(clip.id, clip) for clip in (clips[:1] if is_quick else clips)]
    step = _QUICK_EVERY if is_quick else 1
    if "pixels" in parts:
        scenes = (*pixels.SCENES, *(pictured.scenes() if specialists() else ()))
        found += [Task(RunId(one.id), one) for one in able(scenes, catalogue)[::step]]
    if "scripted" in parts:
        acts = able(scripted.SCENES, catalogue)[::step]
        found += [Task(RunId(f"{one.id}.{seed}"), one, seed) for one in acts for seed in range(seeds)]
    return found


def able(scenes: Sequence[Scene], catalogue: Catalogue) -> list[Scene]:
    """The scenes whose algorithm has a condition in this version."""
    return [one for one in scenes if catalogue.algorithms[AlgorithmKey(one.algorithm)].condition is not None]


def perform(task: Task) -> list[Result]:
    """Play one task, in whichever process."""
    what = task.what
    if isinstance(what, footage.Clip):
        return footage.replay_clip(what)
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(what, Chunk):
            return quiet.watch_quietly(what, Path(folder), _catalogue())
        site = site_of([what], Path(folder), specialists() if isinstance(what.act, Composition) else ())
    if isinstance(what.act, Composition):
        verdict, summary = play_pixels(what, site, _networks())
        return results_of(Watch(task.id, "pixels", what.act.length_s, summary.looks), [what.algorithm], verdict)
    verdict = play_script(what, site, seed=task.seed)
    return results_of(Watch(task.id, "scripted", what.act.length_s), [what.algorithm], verdict)


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


@cache
def _networks() -> Networks:
    return Networks()


def main(arguments: Sequence[str]) -> int:
    """Do what is left to do, print and write the table."""
    options = _options(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    file = ResultFile(options.out / "results.jsonl")
    parts = options.parts.split(",")
    wanted = tasks(parts, options.days, options.seeds, is_quick=options.quick)
    left = [task for task in wanted if task.id not in file.runs]
    elapsed = stopwatch()
    with ProcessPoolExecutor(options.processes) as pool:
        for number, done in enumerate(as_completed([pool.submit(perform, task) for task in left]), 1):
            file.add(done.result())
            print(f"\r{number} of {len(left)}, {elapsed():.0f} s", end="", file=sys.stderr, flush=True)
    if left:
        print(file=sys.stderr)
    results = [one for one in file.results if one.run in {task.id for task in wanted}]
    absent = [] if options.quick else absences(table(results), parts, options.days)
    return _tell(results, absent, options.out, elapsed())


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("accuracy"), help="folder for the results")
    parser.add_argument("--parts", default=",".join(PARTS), help="which, between commas")
    parser.add_argument("--days", type=float, default=3.0, help="camera-days of quiet footage")
    parser.add_argument("--seeds", type=int, default=5, help="how often each scripted scene is played")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--quick", action="store_true", help="an eighth of the scenes and minutes of quiet footage")
    return parser.parse_args(arguments)


def _tell(results: Sequence[Result], absent: Sequence[str], out: Path, wall_s: float) -> int:
    rows = table(results)
    missed = [*misses(rows), *absent]
    without = sorted(str(key) for key, one in _catalogue().algorithms.items() if one.condition is None)
    report = {
        "wall_s": round(wall_s),
        "confidence": CONFIDENCE,
        "without_condition": without,
        "targets_missed": missed,
        "rows": [asdict(row) | {part: list(getattr(row, part)) for part in _INTERVALS} for row in rows],
        "wrong": [{"run": one.run, "notes": list(one.notes)} for one in results if one.notes],
    }
    (out / "accuracy.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = markdown(rows)
    (out / "accuracy.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    for one in results:
        for note in one.notes:
            print(f"{one.run}: {note}")
    if without:
        print(f"not run, no condition yet: {', '.join(without)}")
    for line in missed:
        print(f"TARGET MISSED {line}")
    return 1 if missed else 0


_INTERVALS = ("recall_interval", "precision_interval", "false_interval")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
