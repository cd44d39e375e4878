"""Tuning: logs of many cameras under many settings, on all cores, each log read once by one process."""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Camera, Rule, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StateError
from pipeline.observation import CameraId
from pipeline.replay.answers import Coverage
from pipeline.replay.events import Event, EventTable
from pipeline.replay.log_blocks import read_blocks
from pipeline.replay.sweep import CameraSweep


@dataclass(frozen=True, slots=True)
class Tuned:
    """What one camera's log says.

    Attributes:
        camera: Whose.
        events: By setting, in the order in which they were raised.
        coverage: How it was looked at.
    """

    camera: CameraId
    events: tuple[tuple[Event, ...], ...]
    coverage: Coverage


def tune_cameras(
    site: Site,
    rules: Sequence[Rule],
    log_by_camera: Mapping[CameraId, Path],
    *,
    processes: int,
    done: Callable[[CameraId], None],
) -> dict[CameraId, Tuned]:
    """Run every setting over every log.

    Args:
        site: Its cameras' fences count.
        rules: One a setting, all of one id; they may have different zones.
        log_by_camera: Cameras of the site, each with zones of the rule in some setting, and where its log is.
        processes: At least 1; with 1 all is done in this process.
        done: Told of each camera as its log has been read.

    Raises:
        UsageError: A log cannot be read.
        StateError: A process was ended from outside.
    """
    cameras = {camera.id: camera for camera in site.cameras}
    jobs = [_Job(site, cameras[camera], tuple(rules), path) for camera, path in sorted(log_by_camera.items())]
    found: dict[CameraId, Tuned] = {}
    for tuned in _results(jobs, processes):
        found[tuned.camera] = tuned
        done(tuned.camera)
    return found


@dataclass(frozen=True, slots=True)
class _Job:
    site: Site
    camera: Camera
    rules: tuple[Rule, ...]
    path: Path


def _results(jobs: Sequence[_Job], processes: int) -> Iterator[Tuned]:
    if processes == 1 or len(jobs) < 2:
        yield from map(_tune, jobs)
        return
    # Forked children would inherit threads' locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(jobs)), context) as pool:
        try:
            with _interrupts_held():
                waiting = [pool.submit(_tune, job) for job in jobs]
            for future in as_completed(waiting):
                yield future.result()
        except BrokenProcessPool as error:
            raise StateError("a process was ended from outside (expected some 350 MB of memory for each)") from error
        except BaseException:
            # Whoever stopped waiting does not wait for what has begun either.
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes that are started meanwhile never hear Ctrl-C, from their first moment: who started them tells of it.

    An interrupt meanwhile takes effect at the end: a process whose start is cut short would complain on stderr.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    # The mask is for the processes, which inherit it. It does not hold here: a library's thread may take the signal.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        # What waited behind the mask is delivered here, to the list.
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if heard:
        raise KeyboardInterrupt


def _tune(job: _Job) -> Tuned:
    sweeps = _sweeps(job)
    coverage = Coverage()
    for block in read_blocks(job.path):
        coverage.add(block)
        for _, sweep in sweeps:
            sweep.feed(block)
    events: list[tuple[Event, ...]] = [() for _ in job.rules]
    for places, sweep in sweeps:
        for place, told in zip(places, sweep.told(), strict=True):
            table = EventTable(job.site)
            table.add(told)
            events[place] = table.events()
    return Tuned(job.camera.id, tuple(events), coverage)


def _sweeps(job: _Job) -> list[tuple[list[int], CameraSweep]]:
    """Settings with the same zones together, with their places; those without any on this camera tell nothing."""
    places_by_zones: dict[tuple[ZoneId, ...], list[int]] = {}
    for place, rule in enumerate(job.rules):
        zones = tuple(rule.zones_by_camera.get(job.camera.id, ()))
        if zones:
            places_by_zones.setdefault(zones, []).append(place)
    vocabulary = load_vocabulary()
    return [
        (places, CameraSweep(job.site.id, job.camera, [job.rules[place] for place in places], vocabulary))
        for places in places_by_zones.values()
    ]
