"""Replay: one camera's recording, or its log, through the same code as a live run, into a folder of its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.alerts.alert_file import AlertFile
from pipeline.alerts.causes import joinings
from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.message import Alert, Evidence
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import Camera, RecordedSource, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import SourceError, StateError, UsageError
from pipeline.media.damage import Damage
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Bgr
from pipeline.media.source import VideoSource
from pipeline.observation import Entry, MediaNs
from pipeline.perception.detections import ObjectDetector
from pipeline.replay.log import LogWriter, is_log, read_log
from pipeline.rules.episode import Episode
from pipeline.rules.reasoner import Reasoner
from pipeline.runtime.best_views import BestViews
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.eyes import attention_of, camera_eyes, camera_veil, camera_watch, wanted_of
from pipeline.runtime.intake import EntrySink, Intake, Picture, Summary, Tell
from pipeline.runtime.need import need_of
from pipeline.runtime.networks import ALONE, Beside
from pipeline.runtime.recorded import RecordedRun
from pipeline.runtime.recorded_clips import RecordedClips

LOG_NAME = "observations.parquet"


@dataclass(frozen=True, slots=True)
class Replay:
    """What is to be replayed.

    Attributes:
        site: Its rules and fences; its state folder and its Redis are left alone.
        camera: Of the site.
        source: A video, or a log.
        out: Folder for everything that is written.
    """

    site: Site
    camera: Camera
    source: Path
    out: Path

    @property
    def is_of_log(self) -> bool:
        """Whether the source is a log rather than a video."""
        return is_log(self.source)


def open_recording(camera: Camera, path: Path) -> FileSource:
    """The video at `path` as this camera's.

    Raises:
        UsageError: It is no video that can be opened: the call names a wrong file.
    """
    source = camera.source
    try:
        return FileSource.open(path, source.start if isinstance(source, RecordedSource) else None)
    except SourceError as error:
        raise UsageError(str(error)) from error


def recording_of(camera: Camera, otherwise: str) -> Path:
    """The camera's recording.

    Args:
        camera: Of the site.
        otherwise: What may be done where it has none, for the message.

    Raises:
        UsageError: It has none.
    """
    if isinstance(camera.source, RecordedSource):
        return camera.source.path
    raise UsageError(f"camera {camera.id}: is live; {otherwise}")


def camera_run(
    site: Site,
    camera: Camera,
    source: VideoSource,
    *,
    detector: ObjectDetector,
    vocabulary: Vocabulary,
    log: EntrySink,
    tell: Tell,
    note_view: Callable[[Episode, Picture], None] | None = None,
    beside: Beside = ALONE,
) -> RecordedRun:
    """A run of one camera of the site over a video, with eyes and reasoning of its own."""
    views = None if note_view is None else BestViews(note_view)
    intake = Intake(reasoner(site, camera, vocabulary), log, tell, views)
    eyes = camera_eyes(site, vocabulary, detector, beside, intake.network_failed)
    wanted, veil = wanted_of(site.rules, camera, beside), camera_veil(site, vocabulary)
    examiner = Examiner(eyes, camera_watch(camera), intake, attention_of(site.rules, camera), wanted, veil=veil)
    return RecordedRun(source, examiner=examiner, intake=intake, need=need_of(site.rules, camera.id))


def tell_each(publisher: Publisher, clips: RecordedClips | None = None) -> Tell:
    """Publishes the episodes of an entry one after the other, and the clips of those that are raised."""

    def tell(episodes: tuple[Episode, ...], picture: Picture) -> None:
        for episode in episodes:
            publisher.publish(episode, picture)
            if clips is not None:
                clips.tell(publisher, episode)

    return tell


def replay_video(
    replay: Replay,
    source: VideoSource,
    detector: ObjectDetector,
    vocabulary: Vocabulary,
    *,
    progress: Callable[[MediaNs], None],
    announce: Callable[[Alert], None],
    beside: Beside = ALONE,
) -> Summary:
    """Replay a video: writes `alerts.jsonl`, `observations.parquet` and the evidence.

    Args:
        replay: Where from and where to.
        source: The video, at its beginning.
        detector: The site's first network.
        vocabulary: Names of the classes.
        progress: Told the time of every picture looked at.
        announce: Told every message once it is written.
        beside: The site's other networks.

    Raises:
        SourceError: The video failed.
        ModelError: The network failed.
        StateError: The folder cannot be written.
    """
    site, camera = replay.site, replay.camera
    make_folder(replay.out)
    keeper = EvidenceFolder(replay.out, site.timezone, vocabulary.titles)
    # The alerts come last: they are not put in the place of good ones unless all else has been written.
    with AlertFile(replay.out) as file, LogWriter(replay.out / LOG_NAME, camera.id) as log:
        told = Told(announce)
        clips = RecordedClips(replay.source, source.info.start, site.evidence, keeper)
        publisher = Publisher(site, keeper, (file, told), joining=joinings(site.noise))
        run = camera_run(
            site,
            camera,
            source,
            detector=detector,
            vocabulary=vocabulary,
            log=log,
            tell=tell_each(publisher, clips),
            note_view=publisher.note_view,
            beside=beside,
        )
        summary = run.run(progress)
    keeper.remove_all_but(told.evidence())
    return summary


def replay_log(
    replay: Replay, vocabulary: Vocabulary, *, progress: Callable[[MediaNs], None], announce: Callable[[Alert], None]
) -> Summary:
    """Replay a log: writes `alerts.jsonl`, whose messages have no evidence, and the log itself where it is not there.

    Pictures that an earlier replay left in the folder go: no message names them any more.

    Raises:
        UsageError: The log cannot be read.
        StateError: The folder cannot be written.
    """
    make_folder(replay.out)
    with AlertFile(replay.out) as file, _log_beside(replay) as log:
        tell = tell_each(Publisher(replay.site, NoEvidence(), (file, Told(announce))))
        intake = Intake(reasoner(replay.site, replay.camera, vocabulary), log, tell)
        for entry in read_log(replay.source):
            intake.enter(entry, _no_picture)
            progress(entry.t)
    EvidenceFolder(replay.out, replay.site.timezone, vocabulary.titles).remove_all_but(())
    return intake.summary(Damage())


@contextmanager
def _log_beside(replay: Replay) -> Iterator[EntrySink]:
    """The log of the folder, to be written anew, unless it is the very log that is read."""
    path = replay.out / LOG_NAME
    if path.exists() and path.samefile(replay.source):
        yield _Unwritten()
        return
    with LogWriter(path, replay.camera.id) as log:
        yield log


class _Unwritten:
    """Takes entries that are on disk already."""

    def append(self, entry: Entry) -> None:
        """Do nothing."""
        del entry


def _no_picture() -> Bgr:
    raise RuntimeError("a log holds no pictures, and nothing asks for one")


def reasoner(site: Site, camera: Camera, vocabulary: Vocabulary) -> Reasoner:
    """Fresh reasoning for one camera of the site."""
    return Reasoner(site.id, camera.id, site.rules, camera.geofence, vocabulary, noise=site.noise)


def make_folder(folder: Path) -> None:
    """Make a folder for results.

    Raises:
        UsageError: A file is in the way.
        StateError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{folder}: there is a file of this name (expected a folder, or none yet)") from error
    except OSError as error:
        raise StateError(f"{folder}: cannot be made: {error.strerror}") from error


class Told:
    """A destination that passes messages on to whoever watches, and remembers their evidence."""

    def __init__(self, announce: Callable[[Alert], None]) -> None:
        self._announce = announce
        self._alerts: list[Alert] = []

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        """Take the messages of one step."""
        del checkpoint
        for alert in alerts:
            self._alerts.append(alert)
            self._announce(alert)

    def evidence(self) -> list[Evidence]:
        """Of every message that has some."""
        return [alert.evidence for alert in self._alerts if alert.evidence is not None]
