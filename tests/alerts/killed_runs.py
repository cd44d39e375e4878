"""A run of one camera that is killed again and again, and goes on each time where it was: a program of its own.

The reasoning is the real one, on a log made by hand; so are evidence, publisher and outbox. Run as a program, for what
is killed must have no threads: `python -m tests.alerts.killed_runs FOLDER HOW SEED KILLS`. HOW is one of

    moments   SIGKILL at a random moment, from outside
    lines     SIGKILL before a random line of Python of the modules that write
    live      like `moments`, but what happens while nothing runs is not seen, as with a camera

It prints the messages of each pass through the log as a JSON array of strings, one pass a line, the first of which was
never killed; and fails where two different messages had one id and revision.
"""

import itertools
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.publisher import Publisher
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.observation import Entry, Gap, GapCause, MediaNs
from pipeline.rules.reasoner import Reasoner
from pipeline.runtime.clock import sleep
from tests.alerts.samples import FENCE, picture
from tests.killed_lines import Lines
from tests.rules.scenes import PARKED, Thing, at, observation, shifted, stay

SITE = """\
site: {id: linzi, name: site, timezone: Asia/Shanghai}
cameras:
  - {id: gate, name: gate, source: gate.mp4, start: "2026-01-05T08:00:00+08:00", geofence: gate.geojson}
defaults: {grace: 2s, clear_after: 2s}
rules:
  - {id: lane, algorithm: fire_lane_blocked, zones: [lane], dwell: 4s, remind_every: 70s}
  - {id: each, algorithm: fire_lane_blocked, zones: [lane], dwell: 3s, event_per: object}
"""
LENGTH_S = 150
VOCABULARY = load_vocabulary()
WRITERS = ("publisher.py", "outbox.py", "outbox_file.py", "group_commit.py", "evidence.py", "durable_file.py")
THINGS: tuple[Thing, ...] = (
    stay(PARKED, 2, 30, track=1, look=1),
    stay(shifted(PARKED, -0.15), 5, 100, track=2, look=2),
    stay(shifted(PARKED, 0.15), 20, 41, track=3, look=3),
    stay(PARKED, 45, 60, track=4, look=4),
    stay(PARKED, 70, 130, track=5, look=5),
)


class Strict:
    """The outbox as the one destination; a message that is there already with another text ends the process."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        if self._outbox.append_step(alerts, checkpoint) != len(alerts):
            os._exit(9)


def site_in(folder: Path) -> Site:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.mp4").write_bytes(b"")
    (folder / "gate.geojson").write_text(FENCE, encoding="utf-8")
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    return load_site(folder / "site.yaml", {})


def run(site: Site, state: Path, *, unseen_s: float) -> None:
    """Go on from the checkpoint to the end of the log; the entries of so many seconds after it are not seen."""
    camera = site.cameras[0]
    with Outbox(state, lambda: 0) as outbox:
        before = outbox.checkpoint(camera.id)
        parts = (site.id, camera.id, site.rules, camera.geofence, VOCABULARY)
        reasoner = Reasoner(*parts) if before is None else Reasoner.resume(*parts, snapshot=before.reasoning)
        keeper = EvidenceFolder(state, site.timezone, VOCABULARY.titles)
        publisher = Publisher(site, keeper, [Strict(outbox)])
        for n, entry in enumerate(entries(before, unseen_s)):
            step = reasoner.feed(entry)
            checkpoint = Checkpoint(camera.id, entry.t, reasoner.snapshot())
            if step.episodes:
                publisher.publish_step(step.episodes, lambda: picture(160, 90), checkpoint)
            elif n % 5 == 4:
                outbox.save([checkpoint])


def entries(before: Checkpoint | None, unseen_s: float) -> list[Entry]:
    moments = [n * 0.5 for n in range(2 * LENGTH_S)]
    if before is None:
        return [observation(t_s, THINGS) for t_s in moments]
    left = [t_s for t_s in moments if at(t_s) > before.t]
    if not unseen_s or not left:
        return [observation(t_s, THINGS) for t_s in left]
    back_s = min(left[0] + unseen_s, LENGTH_S - 10)
    closed = Gap(MediaNs(max(at(back_s), before.t)), before.t, is_open=False, cause=GapCause.NO_SIGNAL)
    return [closed, *(observation(t_s, THINGS) for t_s in left if t_s > back_s)]


def one_child(site: Site, state: Path, how: str, draw: np.random.Generator) -> int:
    """Run in a process of its own that may be killed; how it ended."""
    lines, wait_s = int(draw.integers(1, 250)), float(draw.uniform(0, 0.12))
    pid = os.fork()
    if pid == 0:
        if how == "lines":
            sys.settrace(Lines(lines, WRITERS).enter)
        run(site, state, unseen_s=5.0 if how == "live" else 0.0)
        os._exit(0)
    if how != "lines":
        sleep(wait_s)
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def told(state: Path) -> list[str]:
    with Outbox(state, lambda: 0) as outbox:
        return [item.line for item in outbox.waiting(10_000)]


def main(folder: Path, how: str, seed: int, kills: int) -> None:
    site, draw = site_in(folder / "site"), np.random.default_rng(seed)
    run(site, folder / "whole", unseen_s=0.0)
    say(json.dumps(told(folder / "whole")))
    done = 0
    for n in itertools.count():
        state = folder / f"pass-{n}"
        while (end := one_child(site, state, how, draw)) == -signal.SIGKILL:
            done += 1
        if end:
            sys.exit(end)
        say(json.dumps(told(state)))
        if done >= kills:
            return


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
