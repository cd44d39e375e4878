"""The log of one camera through its rules, day by day: what is done of it survives a replay that is broken off.

The days follow one another and are not replayed side by side: over a midnight the reasoning takes what stands there,
how long it has stood, what was dismissed, what is usual and what is wrong with the camera; of a street with parked
cars that is never nothing. A day takes some ten seconds of a core; cameras are what is replayed side by side.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Self

from pipeline.alerts.alert_file import NAME
from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.durable_file import write_durably
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.message import Alert
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.media.damage import Damage
from pipeline.media.frame import Bgr
from pipeline.observation import NS_PER_S, Entry, MediaNs, seconds
from pipeline.replay.log import read_log, span_of
from pipeline.rules.reasoner import Reasoner
from pipeline.runtime.intake import Intake, Summary
from pipeline.runtime.replaying import make_folder, reasoner, tell_each

_DAY_NS = 86_400 * NS_PER_S


@dataclass(frozen=True, slots=True)
class DoneDay:
    """What came of a day (UTC).

    Attributes:
        day: Its number, from 1970-01-01.
        lines: Its messages.
        snapshot: The reasoning at its end.
        looks: Pictures that were looked at.
        network_looks: Those, and closer looks, for which the network ran.
        raised: Events that were raised.
        media_ns: From its first entry to its last.
    """

    day: int
    lines: tuple[str, ...]
    snapshot: bytes
    looks: int
    network_looks: int
    raised: int
    media_ns: int

    def to_bytes(self) -> bytes:
        """As it lies on disk."""
        plain = {name: getattr(self, name) for name in ("day", "looks", "network_looks", "raised", "media_ns")}
        told = {"lines": list(self.lines), "snapshot": base64.b64encode(self.snapshot).decode()}
        return json.dumps(plain | told, ensure_ascii=False).encode()

    @classmethod
    def of(cls, content: bytes) -> Self:
        """What was written."""
        told = json.loads(content)
        told["lines"], told["snapshot"] = tuple(told["lines"]), base64.b64decode(told["snapshot"])
        return cls(**told)


@dataclass(frozen=True, slots=True)
class LoggedCamera:
    """What is to be replayed.

    Attributes:
        site: Its rules and fences.
        camera: Of the site.
        log: Of the camera.
        out: Folder for the results.
        kept: Folder for what is done until all of it is; empty or of an earlier try at the very same.
    """

    site: Site
    camera: Camera
    log: Path
    out: Path
    kept: Path


def replay_days(
    work: LoggedCamera, vocabulary: Vocabulary, progress: Callable[[MediaNs], None], *, most_days: int | None = None
) -> Summary:
    """Replay a log: writes `alerts.jsonl`, whose messages have no evidence.

    Args:
        work: What. Days that were done before are not done again.
        vocabulary: Names of the classes.
        progress: Told the time of every entry.
        most_days: To stop after so many; None: to the end.

    Raises:
        UsageError: The log cannot be read.
        StateError: A folder cannot be written.
    """
    make_folder(work.out)
    make_folder(work.kept)
    done = _done(work)
    reasoning, since = reasoner(work.site, work.camera, vocabulary), None
    if done:
        since = _after(done[-1])
        camera, site = work.camera, work.site
        parts = (site.id, camera.id, site.rules, camera.geofence, vocabulary)
        reasoning = Reasoner.resume(*parts, noise=site.noise, snapshot=done[-1].snapshot)
    for day, entries in groupby(read_log(work.log, since), key=lambda entry: entry.t // _DAY_NS):
        if most_days is not None and len(done) >= most_days:
            break
        done.append(_replayed(work, reasoning, day, list(entries), progress))
        write_durably(work.kept / f"{day:08d}.day", done[-1].to_bytes())
    lines = [f"{line}\n" for one in done for line in one.lines]
    write_durably(work.out / NAME, "".join(lines).encode())
    return Summary(
        looks=sum(one.looks for one in done),
        network_looks=sum(one.network_looks for one in done),
        media_ns=sum(one.media_ns for one in done),
        raised=sum(one.raised for one in done),
        damage=Damage(),
    )


def left_of(work: LoggedCamera) -> float:
    """Seconds of media time that are still to be replayed.

    Raises:
        UsageError: The log cannot be read.
    """
    first, last = span_of(work.log)
    done = _done(work)
    return max(0.0, seconds(last - max(first, _after(done[-1]) if done else first)))


def _done(work: LoggedCamera) -> list[DoneDay]:
    return [DoneDay.of(path.read_bytes()) for path in sorted(work.kept.glob("*.day"))]


def _after(one: DoneDay) -> MediaNs:
    return MediaNs((one.day + 1) * _DAY_NS)


def _replayed(
    work: LoggedCamera, reasoning: Reasoner, day: int, entries: Sequence[Entry], progress: Callable[[MediaNs], None]
) -> DoneDay:
    lines = _Lines()
    intake = Intake(reasoning, lines, tell_each(Publisher(work.site, NoEvidence(), (lines,))))
    for entry in entries:
        intake.enter(entry, _no_picture)
        progress(entry.t)
    found = intake.summary(Damage())
    return DoneDay(
        day, tuple(lines.told), reasoning.snapshot(), found.looks, found.network_looks, found.raised, found.media_ns
    )


class _Lines:
    """Remembers messages; entries are in a log already."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        """Take the messages of one step."""
        del checkpoint
        self.told.extend(alert.to_json() for alert in alerts)

    def append(self, entry: Entry) -> None:
        """Do nothing."""
        del entry


def _no_picture() -> Bgr:
    raise RuntimeError("a log holds no pictures, and nothing asks for one")
