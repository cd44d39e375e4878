"""Every recording of a site, once, each in a thread of its own, into the site's stream."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.alerts.evidence import EvidenceKeeper
from pipeline.alerts.publisher import Destination, Publisher
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.media.frame import Bgr
from pipeline.observation import CameraId, MediaNs
from pipeline.perception.detections import ObjectDetector
from pipeline.replay.log import LogWriter
from pipeline.rules.episode import Episode
from pipeline.runtime.eyes import looker
from pipeline.runtime.need import look_interval_ns
from pipeline.runtime.recorded import RecordedRun, Summary
from pipeline.runtime.replaying import make_folder, open_recording, reasoner, source_of


@dataclass(frozen=True, slots=True)
class Tools:
    """What the cameras of one run share.

    Attributes:
        detector: The site's network; it may be used by several threads.
        vocabulary: Names of the classes.
        keeper: Makes the evidence.
        destinations: Where every message goes, in this order.
        logs: Folder for the observation logs, one a camera.
    """

    detector: ObjectDetector
    vocabulary: Vocabulary
    keeper: EvidenceKeeper
    destinations: Sequence[Destination]
    logs: Path


def run_recordings(
    site: Site, tools: Tools, progress: Callable[[CameraId, MediaNs], None]
) -> Mapping[CameraId, Summary]:
    """Run every camera of the site to the end of its recording.

    Args:
        site: All of its cameras have recordings.
        tools: What they share.
        progress: Told the time of every picture that was looked at, from any thread.

    Returns:
        What came of each.

    Raises:
        UsageError: A camera is live.
        SmartAlertError: A camera failed; the others are run to their ends before it is told.
    """
    make_folder(tools.logs)
    for camera in site.cameras:
        source_of(camera)
    speaking = threading.Lock()
    publisher = Publisher(site, tools.keeper, tools.destinations)

    def tell(episode: Episode, picture: Callable[[], Bgr]) -> None:
        # Evidence and outbox are one at a time; looking, which is what costs, is not.
        with speaking:
            publisher.publish(episode, picture)

    def run_one(camera: Camera) -> Summary:
        with (
            open_recording(camera, source_of(camera)) as source,
            LogWriter(tools.logs / f"{camera.id}.parquet", camera.id) as log,
        ):
            run = RecordedRun(
                source,
                looker=looker(site, tools.vocabulary, tools.detector),
                reasoner=reasoner(site, camera, tools.vocabulary),
                log=log,
                tell=tell,
                interval_ns=look_interval_ns(site.rules, camera.id),
            )
            return run.run(lambda t: progress(camera.id, t))

    with ThreadPoolExecutor(max_workers=min(len(site.cameras), os.cpu_count() or 1)) as pool:
        running = {camera.id: pool.submit(run_one, camera) for camera in site.cameras}
    return {camera: future.result() for camera, future in running.items()}
