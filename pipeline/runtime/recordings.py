"""Every recording of a site, once, each in a thread of its own, into the site's stream."""

import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from pipeline.alerts.causes import joinings
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.publisher import Destination, Publisher
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import SmartAlertError
from pipeline.observation import CameraId, MediaNs
from pipeline.perception.detections import ObjectDetector
from pipeline.replay.log import LogWriter
from pipeline.rules.episode import Episode
from pipeline.runtime.intake import Picture, Summary
from pipeline.runtime.networks import ALONE, Beside
from pipeline.runtime.recorded_clips import RecordedClips
from pipeline.runtime.replaying import camera_run, make_folder, open_recording, recording_of, tell_each

_AWAKE_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Tools:
    """What the cameras of one run share.

    Attributes:
        detector: The site's first network; it may be used by several threads.
        vocabulary: Names of the classes.
        keeper: Keeps the evidence.
        destinations: Where every message goes, in this order.
        logs: Folder for the observation logs, one a camera.
        beside: The site's other networks; likewise.
    """

    detector: ObjectDetector
    vocabulary: Vocabulary
    keeper: EvidenceFolder
    destinations: Sequence[Destination]
    logs: Path
    beside: Beside = ALONE


class Watcher(Protocol):
    """Is told how far the cameras are, from any thread."""

    def opened(self, camera: CameraId, duration_s: float) -> None:
        """A recording begins; its length is 0 where it is not known."""
        ...

    def looked(self, camera: CameraId, t: MediaNs) -> None:
        """A picture of this time was looked at."""
        ...


def recordings_of(site: Site) -> Mapping[CameraId, Path]:
    """Every camera's recording.

    Raises:
        UsageError: A camera is live.
    """
    return {camera.id: recording_of(camera, "only live runs can have it") for camera in site.cameras}


def run_recordings(site: Site, tools: Tools, watcher: Watcher) -> Mapping[CameraId, Summary]:
    """Run every camera of the site to the end of its recording.

    Args:
        site: All of its cameras have recordings.
        tools: What they share.
        watcher: Told how far they are.

    Returns:
        What came of each.

    Raises:
        UsageError: A camera is live.
        SmartAlertError: Cameras failed; the others are run to their ends before it is told, a line each.
    """
    recordings = recordings_of(site)
    make_folder(tools.logs)
    speaking, stopping = threading.Lock(), threading.Event()
    publisher = Publisher(site, tools.keeper, tools.destinations, joining=joinings(site.noise))

    def run_one(camera: Camera) -> Summary:
        with (
            open_recording(camera, recordings[camera.id]) as source,
            LogWriter(tools.logs / f"{camera.id}.parquet", camera.id) as log,
        ):
            watcher.opened(camera.id, source.info.duration_s)
            clips = RecordedClips(recordings[camera.id], source.info.start, site.evidence, tools.keeper)
            tell_all = tell_each(publisher, clips)

            def tell(episodes: tuple[Episode, ...], picture: Picture) -> None:
                # Evidence and outbox are one at a time; looking, which is what costs, is not.
                with speaking:
                    publisher.catch_up(camera.id, episodes[0].t)
                    tell_all(episodes, picture)

            def note_view(episode: Episode, picture: Picture) -> None:
                with speaking:
                    publisher.note_view(episode, picture)

            run = camera_run(
                site,
                camera,
                source,
                detector=tools.detector,
                vocabulary=tools.vocabulary,
                log=log,
                tell=tell,
                note_view=note_view,
                beside=tools.beside,
            )
            return run.run(partial(advance, camera.id))

    def advance(camera: CameraId, t: MediaNs) -> None:
        if stopping.is_set():
            raise _StoppedError
        watcher.looked(camera, t)

    with ThreadPoolExecutor(max_workers=min(len(site.cameras), os.cpu_count() or 1)) as pool:
        running = {camera.id: pool.submit(run_one, camera) for camera in site.cameras}
        try:
            # Now and then awake: where another thread takes the signal, nothing would end a wait without a limit.
            while wait(running.values(), timeout=_AWAKE_EVERY_S).not_done:
                pass
        finally:
            # Ctrl-C reaches this thread alone: the others end at their next picture, and leave no half-written log.
            stopping.set()
            pool.shutdown(cancel_futures=True)
    return _results(running)


class _StoppedError(Exception):
    """The run was broken off."""


def _results(running: Mapping[CameraId, "Future[Summary]"]) -> Mapping[CameraId, Summary]:
    faults: list[str] = []
    summaries: dict[CameraId, Summary] = {}
    for camera, future in running.items():
        try:
            summaries[camera] = future.result()
        except SmartAlertError as error:
            faults.append(f"camera {camera}: {error}")
    if faults:
        raise SmartAlertError("\n".join(faults))
    return summaries
