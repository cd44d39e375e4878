"""Many cameras replayed at once, each in a process of its own; what a try that was broken off had done is kept.

OUT/<camera>/alerts.jsonl ...      results
OUT/.unfinished/                   what is done so far; gone when all is
"""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

from pipeline.alerts.durable_file import write_durably
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import SmartAlertError, StateError
from pipeline.media.damage import Damage
from pipeline.media.recorder_folder import RecorderFolder, recordings_in
from pipeline.media.recording_names import name_pattern, start_in
from pipeline.media.source import VideoSource
from pipeline.observation import CameraId, MediaNs
from pipeline.replay.log import is_log, log_files
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.intake import Summary
from pipeline.runtime.networks import load_beside, read_networks, with_scores
from pipeline.runtime.recordings import Watcher
from pipeline.runtime.replay_days import LoggedCamera, left_of, replay_days
from pipeline.runtime.replaying import Replay, make_folder, open_recording, replay_video

UNFINISHED = ".unfinished"
_TOLD_EVERY_NS = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """One camera's part.

    Attributes:
        site_file: The site, read anew in the process that does it.
        camera: Of the site.
        source: A video, a log, or a folder of recordings.
        out: Folder for its results.
        pattern: How names of recordings tell their time; empty: in a known way.
    """

    site_file: Path
    camera: CameraId
    source: Path
    out: Path
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class _Message:
    """What a process tells: it has begun, is so far, warns, is done, or has failed."""

    kind: str
    value: float = 0.0
    text: str = ""
    summary: Summary | None = None


def replay_all(
    works: Sequence[Work], out: Path, jobs: int, watcher: Watcher, warn: Callable[[str], None]
) -> Mapping[CameraId, Summary]:
    """Replay cameras, so many at a time.

    Args:
        works: One a camera.
        out: Folder of all results. Where an earlier call for the very same was broken off, it is gone on with.
        jobs: Processes, at least 1.
        watcher: Told how far they are.
        warn: Told what is wrong with a recording and no reason to stop.

    Returns:
        What came of each, in the order of `works`.

    Raises:
        SmartAlertError: Some failed; the others are done before it is told, a line each.
    """
    kept = out / UNFINISHED
    make_folder(out)
    for work in works:
        _keep_if_same(kept, work)
    summaries: dict[CameraId, Summary] = {}
    faults: dict[CameraId, str] = {}
    left = []
    for work in works:
        done = _done(kept / f"{work.camera}.done")
        if done is None:
            left.append(work)
        else:
            summaries[work.camera] = done
    with _Processes(kept, watcher, warn) as processes:
        while left or processes.running:
            while left and len(processes.running) < jobs:
                processes.start(left.pop(0))
            processes.hear(summaries, faults)
    if faults:
        told = [f"camera {work.camera}: {faults[work.camera]}" for work in works if work.camera in faults]
        raise SmartAlertError("\n".join(told))
    for work in works:
        _forget(kept, work)
    with suppress(OSError):
        # Another call's are still to be gone on with.
        kept.rmdir()
    return {work.camera: summaries[work.camera] for work in works}


def left_by_earlier(works: Sequence[Work], out: Path) -> str:
    """What a call that was broken off has left for `replay_all` to go on with, one line; empty: nothing.

    A camera's footage begins anew (an hour takes one to four minutes of a core): what its eyes remember is not kept.
    """
    kept = out / UNFINISHED
    known = [work for work in works if _plan_of(kept, work).exists()]
    if not known:
        return ""
    same = [work for work in known if _plan_of(kept, work).read_text() == _fingerprint(work)]
    left = [work for work in same if not (kept / f"{work.camera}.done").exists()]
    n_done, n_begun = len(same) - len(left), sum(any((kept / str(work.camera)).glob("*.day")) for work in left)
    n_other = len(known) - len(same)
    others = f"; {n_other} begin anew: their rules or recordings are others now" if n_other else ""
    return f"goes on where it was broken off: {n_done} cameras are done, {n_begun} were begun{others}"


class _Processes:
    """Those that run. Leaving the `with` block ends them."""

    def __init__(self, kept: Path, watcher: Watcher, warn: Callable[[str], None]) -> None:
        self._kept, self._watcher, self._warn = kept, watcher, warn
        self._context = multiprocessing.get_context("spawn")
        self.running: dict[Connection[_Message, _Message], tuple[Work, BaseProcess]] = {}

    def start(self, work: Work) -> None:
        """Start a camera."""
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run, args=(work, self._kept, theirs), daemon=True)
        process.start()
        theirs.close()
        self.running[ours] = (work, process)

    def hear(self, summaries: dict[CameraId, Summary], faults: dict[CameraId, str]) -> None:
        """Wait until one tells something."""
        for heard in wait(list(self.running)):
            if not isinstance(heard, Connection):
                continue
            work, process = self.running[heard]
            try:
                message: _Message = heard.recv()
            except EOFError:
                process.join()
                del self.running[heard]
                heard.close()
                if work.camera not in summaries and work.camera not in faults:
                    faults[work.camera] = f"its process ended with {process.exitcode}"
                continue
            self._take(work, message, summaries, faults)

    def _take(
        self, work: Work, message: _Message, summaries: dict[CameraId, Summary], faults: dict[CameraId, str]
    ) -> None:
        if message.kind == "opened":
            self._watcher.opened(work.camera, message.value)
        elif message.kind == "at":
            self._watcher.looked(work.camera, MediaNs(round(message.value)))
        elif message.kind == "warning":
            self._warn(f"camera {work.camera}: {message.text}")
        elif message.summary is not None:
            write_durably(self._kept / f"{work.camera}.done", json.dumps(asdict(message.summary)).encode())
            summaries[work.camera] = message.summary
        else:
            faults[work.camera] = message.text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        for _, process in self.running.values():
            process.kill()
            process.join()


def _run(work: Work, kept: Path, pipe: "Connection[_Message, _Message]") -> None:
    """A process from its start to its end. Ctrl-C is for the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        summary = _replayed(work, kept / str(work.camera), pipe)
    except SmartAlertError as error:
        pipe.send(_Message("failed", text=str(error)))
    except BrokenPipeError:
        return
    else:
        pipe.send(_Message("done", summary=summary))


def _replayed(work: Work, kept: Path, pipe: "Connection[_Message, _Message]") -> Summary:
    site, vocabulary = load_site(work.site_file, os.environ), load_vocabulary()
    networks = read_networks(site, vocabulary)
    site = with_scores(site, networks)
    camera = next(one for one in site.cameras if one.id == work.camera)
    progress = _Told(pipe)
    if is_log(work.source):
        logged = LoggedCamera(site, camera, work.source, work.out, kept)
        pipe.send(_Message("opened", left_of(logged)))
        return replay_days(logged, vocabulary, progress)
    # One thread a camera: there are as many cameras at a time as cores.
    detector, beside = load_detector(site, vocabulary, threads=1), load_beside(site, networks)
    with _opened(work, site, camera, pipe) as source:
        pipe.send(_Message("opened", source.info.duration_s))
        replay = Replay(site, camera, work.source, work.out)
        return replay_video(
            replay, source, detector, vocabulary, progress=progress, announce=lambda _: None, beside=beside
        )


def _opened(work: Work, site: Site, camera: Camera, pipe: "Connection[_Message, _Message]") -> VideoSource:
    if not work.source.is_dir():
        return open_recording(camera, work.source)
    pattern = name_pattern(work.pattern) if work.pattern else None

    def warn(text: str) -> None:
        pipe.send(_Message("warning", text=text))

    start_of = partial(start_in, timezone=site.timezone, pattern=pattern)
    return RecorderFolder(recordings_in(work.source, start_of, warn), warn)


class _Told:
    """Tells once a minute of media time how far it is. Remembers when it did."""

    def __init__(self, pipe: "Connection[_Message, _Message]") -> None:
        self._pipe = pipe
        self._next = MediaNs(-(2**62))

    def __call__(self, t: MediaNs) -> None:
        if t >= self._next:
            self._next = MediaNs(t + _TOLD_EVERY_NS)
            self._pipe.send(_Message("at", float(t)))


def _done(path: Path) -> Summary | None:
    if not path.exists():
        return None
    told = json.loads(path.read_bytes())
    failures = tuple(told["network_failures"])
    return Summary(**told | {"damage": Damage(**told["damage"]), "network_failures": failures})


def _keep_if_same(kept: Path, work: Work) -> None:
    """Keep what is done of a camera if it is of this very work."""
    plan, told = _plan_of(kept, work), _fingerprint(work)
    if not plan.exists() or plan.read_text() != told:
        _forget(kept, work)
        write_durably(plan, told.encode())


def _forget(kept: Path, work: Work) -> None:
    # The plan last: without it nothing of the rest counts.
    shutil.rmtree(kept / str(work.camera), ignore_errors=True)
    (kept / f"{work.camera}.done").unlink(missing_ok=True)
    _plan_of(kept, work).unlink(missing_ok=True)


def _plan_of(kept: Path, work: Work) -> Path:
    return kept / f"{work.camera}.plan"


def _fingerprint(work: Work) -> str:
    """What makes it another work: camera, rules, fences, and the files that are replayed."""
    told = hashlib.sha256()
    told.update(repr((work.camera, str(work.source.absolute()), str(work.out.absolute()), work.pattern)).encode())
    for path in _inputs(work):
        try:
            found = path.stat()
        except OSError as error:
            raise StateError(f"{path}: cannot be read: {error.strerror or error}") from error
        told.update(repr((str(path), found.st_size, found.st_mtime_ns)).encode())
    return told.hexdigest()


def _inputs(work: Work) -> list[Path]:
    site = load_site(work.site_file, os.environ)
    fences = [one.geofence.file for one in site.cameras if one.id == work.camera and one.geofence.file is not None]
    if is_log(work.source):
        sources = log_files(work.source)
    else:
        sources = sorted(work.source.rglob("*")) if work.source.is_dir() else [work.source]
    return [work.site_file, *fences, *sources]
