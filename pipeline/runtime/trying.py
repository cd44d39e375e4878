"""Changes of a site tried on its logs, in a process of its own that leaves the others their processor time."""

import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from uuid import uuid4

from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import SmartAlertError
from pipeline.replay.trial import CameraTrial, TrialJob, try_camera

_MOST_KEPT = 32
_NICE = 10


@dataclass(frozen=True, slots=True)
class TrialState:
    """How far a trial is.

    Attributes:
        total: Cameras.
        done: Those whose log has been read.
        found: What came of them, in their order; only as all are done.
        fault: Why it failed or was given up; empty: it did not.
    """

    total: int
    done: int
    found: tuple[CameraTrial, ...]
    fault: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.fault) or self.done == self.total


@dataclass(slots=True)
class _Trial:
    """What one trial waits for.

    Attributes:
        owner: Whose a new trial gives this one up.
        futures: One a camera, in their order.
        is_given_up: Somebody began another one.
    """

    owner: str
    futures: list[Future[CameraTrial]] = field(default_factory=list)
    is_given_up: bool = False


class Trials:
    """Runs trials one after the other. Remembers the last ones. Any thread may call it.

    The process is there only while something is to be done.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._trials: OrderedDict[str, _Trial] = OrderedDict()
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, jobs: Sequence[TrialJob], owner: str) -> str:
        """Begin a trial; an earlier one of the same owner that is not over is given up.

        Args:
            jobs: One a camera.
            owner: Who asks.

        Returns:
            The trial's id.
        """
        trial, number = _Trial(owner), uuid4().hex
        with self._lock:
            for other in self._trials.values():
                if other.owner == owner:
                    _give_up(other)
            self._trials[number] = trial
            while len(self._trials) > _MOST_KEPT:
                _give_up(self._trials.popitem(last=False)[1])
            self._waiting += len(jobs)
            trial.futures = self._submitted(jobs)
        # Outside the lock: what is done already calls back at once.
        for future in trial.futures:
            future.add_done_callback(self._one_less)
        return number

    def state(self, number: str) -> TrialState | None:
        """How far a trial is; None: there is none of that id, or it is long over."""
        with self._lock:
            trial = self._trials.get(number)
        if trial is None:
            return None
        done = sum(future.done() for future in trial.futures)
        fault = "given up for another trial" if trial.is_given_up else _fault(trial.futures)
        is_whole = not fault and done == len(trial.futures)
        found = tuple(future.result() for future in trial.futures) if is_whole else ()
        return TrialState(len(trial.futures), done, found, fault)

    def close(self) -> None:
        """Give up what is not over."""
        with self._lock:
            for trial in self._trials.values():
                _give_up(trial)
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _submitted(self, jobs: Sequence[TrialJob]) -> list[Future[CameraTrial]]:
        try:
            return [self._running().submit(_try, job) for job in jobs]
        except BrokenProcessPool:
            # Its process has just been ended, and what waited for it is being told.
            self._pool = None
            return [self._running().submit(_try, job) for job in jobs]

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Forked children would inherit threads' locks.
            self._pool = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), initializer=os.nice, initargs=(_NICE,)
            )
        return self._pool

    def _one_less(self, future: Future[CameraTrial]) -> None:
        del future
        with self._lock:
            self._waiting -= 1
            pool = self._pool if self._waiting == 0 else None
            if pool is not None:
                self._pool = None
        if pool is not None:
            pool.shutdown(wait=False)


def _give_up(trial: _Trial) -> None:
    if not all(future.done() for future in trial.futures):
        trial.is_given_up = True
    for future in trial.futures:
        future.cancel()


def _fault(futures: Sequence[Future[CameraTrial]]) -> str:
    for future in futures:
        if future.done() and not future.cancelled():
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                return "the process that reads the logs was ended; it may have been too much for this machine's memory"
            if isinstance(error, SmartAlertError):
                return str(error)
            if error is not None:
                raise error
    return ""


def _try(job: TrialJob) -> CameraTrial:
    return try_camera(job, load_vocabulary())
