"""What is done about evidence behind the cameras' backs: clips are written, old ones removed, all of it counted."""

import shutil
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.durable_file import cannot_write
from pipeline.alerts.evidence_keeper import MadeClip, seal_clip
from pipeline.alerts.retention import Swept
from pipeline.errors import SmartAlertError, StateError
from pipeline.media.clip import write_clip
from pipeline.media.footage import Take
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.metrics import Metrics

MOST_WAITING = 16
"""Clips that wait to be written: each holds its packets in memory."""
LEAST_FREE_BYTES = 512 * 1024 * 1024
"""On a disk with less room no clip is begun: what is left belongs to pictures, the log and, last of all, alerts."""
_LONGEST_END_S = 2.0


@dataclass(frozen=True, slots=True)
class ClipJob:
    """A clip to be written.

    Attributes:
        take: Its packets.
        part: Where, before it has its name.
        done: Told of the clip once it is on disk.
        lost: Told where it never will be.
    """

    take: Take
    part: Path
    done: Callable[[MadeClip], None]
    lost: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that comes round.

    Attributes:
        every_ns: How often.
        work: Does it; what it raises is told, and it comes round all the same.
    """

    every_ns: int
    work: Callable[[], Swept | None]


class EvidenceDesk:
    """Works in a thread of its own for as long as the `with` block lasts. Nobody ever waits for it.

    Remembers the clips that wait, and when each chore was last done.
    """

    def __init__(
        self, chores: tuple[Chore, ...], now_ns: Callable[[], int], *, metrics: Metrics, events: EventsLog
    ) -> None:
        """Nothing is done yet.

        Args:
            chores: Done in turn, between clips.
            now_ns: A steady clock.
            metrics: Counts.
            events: Told of what went wrong.
        """
        self._chores, self._now_ns = chores, now_ns
        self._metrics, self._events = metrics, events
        self._jobs: deque[ClipJob] = deque()
        self._woken = threading.Condition()
        self._is_stopping = False
        self._done_ns = [now_ns() - chore.every_ns for chore in chores]
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)

    def submit(self, job: ClipJob) -> bool:
        """Let a clip be written. False: too many wait, and this one is lost; that is counted."""
        with self._woken:
            is_room = len(self._jobs) < MOST_WAITING and not self._is_stopping
            if is_room:
                self._jobs.append(job)
                self._woken.notify()
        if not is_room:
            self._lost(job, "too many clips wait to be written")
        return is_room

    def write(self, job: ClipJob) -> None:
        """Write a clip at once, in the thread that calls."""
        try:
            _refuse_if_nearly_full(job.part)
            span = write_clip(job.part, job.take)
            job.done(seal_clip(job.part, span.start, span.end))
        except SmartAlertError as error:
            job.part.unlink(missing_ok=True)
            self._lost(job, str(error))
        else:
            self._metrics.clip(is_lost=False)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._woken:
            self._is_stopping = True
            self._woken.notify()
        self._thread.join(_LONGEST_END_S)

    def _run(self) -> None:
        while True:
            with self._woken:
                if not self._jobs and not self._is_stopping:
                    self._woken.wait(self._idle_s())
                job = self._jobs.popleft() if self._jobs else None
                if job is None and self._is_stopping:
                    return
            try:
                self._work(job)
            # One clip or one chore that fails must not end all others: told, and counted where a clip is lost.
            except Exception as error:  # noqa: BLE001
                self._events.error("evidence.failed", error=error)
                if job is not None:
                    self._metrics.clip(is_lost=True)
                    job.lost()

    def _work(self, job: ClipJob | None) -> None:
        if job is not None:
            self.write(job)
        for n, chore in enumerate(self._chores):
            if self._now_ns() - self._done_ns[n] >= chore.every_ns and not self._is_stopping:
                self._done_ns[n] = self._now_ns()
                self._do(chore)

    def _do(self, chore: Chore) -> None:
        try:
            swept = chore.work()
        except SmartAlertError as error:
            self._events.warning("evidence.chore_failed", fault=str(error))
            return
        if swept is not None:
            self._metrics.evidence(swept.kept_bytes, swept.removed_events, swept.removed_bytes)
            if swept.removed_events:
                self._events.info("evidence.removed", events=swept.removed_events, size=swept.removed_bytes)

    def _idle_s(self) -> float:
        now_ns = self._now_ns()
        left_ns = [chore.every_ns - (now_ns - done) for chore, done in zip(self._chores, self._done_ns, strict=True)]
        return max(0.05, min([*left_ns, 60 * 1_000_000_000]) / 1_000_000_000)

    def _lost(self, job: ClipJob, fault: str) -> None:
        job.lost()
        self._metrics.clip(is_lost=True)
        self._events.warning("evidence.clip_lost", fault=fault)


def _refuse_if_nearly_full(part: Path) -> None:
    """Leave the last room of the disk alone.

    Raises:
        StateError: There is too little.
    """
    try:
        free = shutil.disk_usage(part.parent).free
    except OSError as error:
        raise cannot_write(part, error) from error
    if free < LEAST_FREE_BYTES:
        left = f"{free >> 20} MB are left, expected {LEAST_FREE_BYTES >> 20}"
        raise StateError(f"{part.parent}: no clip is begun on a disk that is nearly full ({left})")
