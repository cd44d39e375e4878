"""A recording with everything drawn on it: looked at once for what is there, then drawn picture by picture."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import Title, Vocabulary
from pipeline.media.source import VideoSource
from pipeline.media.video_writer import VideoWriter
from pipeline.observation import CameraId, Entry, MediaNs, Observation
from pipeline.perception.detections import ObjectDetector
from pipeline.replay.annotation import Annotator
from pipeline.replay.events import Event, events_of_log
from pipeline.rules.episode import Episode
from pipeline.rules.scene import is_close_look
from pipeline.runtime.intake import Picture
from pipeline.runtime.networks import ALONE, Beside
from pipeline.runtime.replaying import camera_run


class Entries:
    """A log that is kept in memory."""

    def __init__(self) -> None:
        self.all: list[Entry] = []

    def append(self, entry: Entry) -> None:
        """Add the next entry."""
        self.all.append(entry)


def looked_at(
    site: Site,
    camera: Camera,
    video: VideoSource,
    detector: ObjectDetector,
    vocabulary: Vocabulary,
    *,
    progress: Callable[[MediaNs], None],
    beside: Beside = ALONE,
) -> list[Entry]:
    """What the pipeline sees in a recording.

    Raises:
        SourceError: The recording failed.
    """
    entries = Entries()
    run = camera_run(
        site,
        camera,
        video,
        detector=detector,
        vocabulary=vocabulary,
        log=entries,
        tell=_tell_nobody,
        beside=beside,
    )
    run.run(progress)
    return entries.all


def annotated(
    site: Site,
    camera: Camera,
    video: VideoSource,
    entries: Iterable[Entry],
    *,
    vocabulary: Vocabulary,
    out: Path,
    progress: Callable[[CameraId, MediaNs], None],
) -> tuple[Event, ...]:
    """Write the video.

    Args:
        site: Its rules count.
        camera: Its fences are drawn.
        video: At its beginning; every picture of it is drawn.
        entries: What was seen in it.
        vocabulary: Names of the classes.
        out: The MP4 file.
        progress: Told of every picture.

    Returns:
        The events that are drawn.

    Raises:
        SourceError: The recording failed.
        StateError: The video cannot be written.
        UsageError: supervision is not installed.
    """
    known = list(entries)
    looks = [one for one in known if isinstance(one, Observation) and one.looks and not is_close_look(one)]
    # A storm stands for events that have banners of their own.
    events = tuple(one for one in events_of_log(site, camera, known, vocabulary) if not one.is_storm)
    titles: dict[str, Title] = dict(vocabulary.titles)
    titles |= {str(rule.algorithm.key): rule.algorithm.title for rule in site.rules}
    annotator = Annotator(camera, looks, events, titles)
    with VideoWriter(out) as writer:
        t = MediaNs(-(1 << 62))
        while (frame := video.next_frame(t)) is not None:
            writer.add(annotator.drawn(frame.full(), frame.t), frame.t)
            progress(camera.id, frame.t)
            t = MediaNs(frame.t + 1)
    return events


def _tell_nobody(episodes: tuple[Episode, ...], picture: Picture) -> None:
    """The events are found anew from the entries."""
    del episodes, picture
