"""All that belongs to one camera of a live run: streams, eyes, reasoning, log, and what it must not forget."""

from functools import partial

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.command_message import CommandMessage
from pipeline.alerts.publisher import NoPictureError, Publisher
from pipeline.config.resolved import Camera, LiveSource, RecordedSource, Site
from pipeline.errors import ModelError, StateError
from pipeline.media.frame import Bgr
from pipeline.observation import EndCause, MediaNs, nanoseconds
from pipeline.replay.live_log import LOG_FOLDER, LiveLog
from pipeline.rules.episode import Episode
from pipeline.rules.reasoner import Reasoner
from pipeline.runtime.back_off import BackOff
from pipeline.runtime.best_views import BestViews
from pipeline.runtime.connecting import connects_of
from pipeline.runtime.counted_log import CountedLog
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.eyes import attention_of, camera_eyes, camera_veil, camera_watch, wanted_of
from pipeline.runtime.intake import Intake, Picture
from pipeline.runtime.last_look import LastLook
from pipeline.runtime.live_camera import LiveCamera
from pipeline.runtime.metrics import CameraMetrics
from pipeline.runtime.need import LONGEST_INTERVAL_NS, need_of
from pipeline.runtime.orders import Orders
from pipeline.runtime.recall import Recall, Sight, name_of
from pipeline.runtime.shared import Shared
from pipeline.runtime.stream import Connect, Stream
from pipeline.runtime.turns import Wish

_CHECKPOINT_EVERY_NS = nanoseconds(4.0)


class CameraRun:
    """One camera from its start to its stop. All but `review` and `state` belongs to the worker that has its turn.

    Attributes:
        camera: As the site file has it now.
        looked: What was found last, for who looks on.
        has_lost_reasoning: The last run left a checkpoint that cannot be read: its open events are nobody's.
    """

    def __init__(self, site: Site, camera: Camera, shared: Shared, publisher: Publisher) -> None:
        """Go on where the last run was broken off, or begin afresh. Nothing is opened yet.

        Raises:
            SourceError: The picture of a view cannot be read.
            StateError: The outbox cannot be read.
        """
        self.camera = camera
        self.has_lost_reasoning = False
        self._shared, self._publisher = shared, publisher
        self._events = shared.events.bind(camera=camera.id)
        self._metrics = shared.metrics.camera(camera.id)
        checkpoint = shared.outbox.checkpoint(camera.id)
        self._clips = shared.clips.of(camera.id)
        self._orders = Orders(shared.outbox, camera.id, shared.metrics, self._events)
        self._reasoner = self._resumed(site, checkpoint)
        log = LiveLog(site.state / LOG_FOLDER, camera.id, site.operation.keep_log_ns)
        self._entries = CountedLog(log, self._metrics, self._events)
        self._intake = Intake(self._reasoner, self._entries, self._tell, BestViews(self._note_view))
        detector = shared.detector.for_camera(self._metrics)
        beside = shared.beside.seen_by(partial(shared.detector.for_camera, self._metrics))
        self._eyes = camera_eyes(site, shared.vocabulary, detector, beside, self._network_failed)
        self._recall = Recall(site.state, camera, self._events)
        self._watch = camera_watch(camera) if checkpoint is None else self._recall.recalled(camera, self._eyes)
        self.looked = LastLook(shared.now_ns)
        wanted = wanted_of(site.rules, camera, shared.beside)
        veil = camera_veil(site, shared.vocabulary)
        attention = attention_of(site.rules, camera)
        examiner = Examiner(self._eyes, self._watch, self._intake, attention, wanted, veil=veil)
        self.live = LiveCamera(
            camera,
            examiner,
            need_of(site.rules, camera.id),
            wish=partial(shared.turns.wish, camera.id),
            now_ns=shared.now_ns,
            metrics=self._metrics,
            events=self._events,
        )
        self._kept_t = MediaNs(0)
        self._pending: Checkpoint | None = None
        if checkpoint is not None:
            self._go_on(examiner, checkpoint)

    @property
    def metrics(self) -> CameraMetrics:
        """Its numbers."""
        return self._metrics

    @property
    def looked_t(self) -> MediaNs | None:
        """Media time of the newest picture that was looked at; None before the first."""
        return None if self._intake.seen is None else self._intake.seen.t

    def start(self) -> None:
        """Open its streams."""
        main, sub = connects_of(self.camera.source, self._shared.now_ns, lambda: self.live.examiner.last)
        self.live.start(self._stream("main", main), None if sub is None else self._stream("sub", sub))

    def review(self) -> None:
        """See `LiveCamera.review`."""
        self.live.review()
        if self.live.media_now() is not None:
            self._shared.sent.offset(self.camera.id, self.live.offset_ns)

    def hear(self, command: CommandMessage) -> None:
        """Take an operator's word, and ask for a turn; any thread may call it."""
        self._orders.hear(command)
        self._shared.turns.wish(self.camera.id, Wish(self._shared.now_ns(), LONGEST_INTERVAL_NS))

    def turn(self) -> None:
        """Obey what was said, take one turn, then keep what must not be forgotten.

        Raises:
            SmartAlertError: See `LiveCamera.turn`.
        """
        try:
            self._orders.obey(self.live.examiner, self.live.offset_ns)
            self.live.turn()
            self.looked.note(self._intake.seen, self._reasoner)
            self._metrics.faults(self._reasoner.open_faults)
        finally:
            self._keep(is_last=False)

    def checkpoint(self) -> Checkpoint | None:
        """What the supervisor is to save, if there is something new."""
        pending, self._pending = self._pending, None
        return pending

    def reason(self, site: Site, camera: Camera, publisher: Publisher) -> None:
        """Take over other rules or fences; the streams go on. Only between turns."""
        snapshot = self._reasoner.snapshot()
        if name_of(camera.geofence) != name_of(self.camera.geofence):
            self._watch = camera_watch(camera)
            self.live.examiner.watch_with(self._watch)
        self.camera, self._publisher = camera, publisher
        self._reasoner = Reasoner.resume(
            site.id,
            camera.id,
            site.rules,
            camera.geofence,
            self._shared.vocabulary,
            noise=site.noise,
            snapshot=snapshot,
        )
        self._intake.reason_with(self._reasoner)
        self.live.examiner.attend(attention_of(site.rules, camera), wanted_of(site.rules, camera, self._shared.beside))
        self.live.needs(need_of(site.rules, camera.id))

    def speak_by(self, publisher: Publisher) -> None:
        """Only who hands on what it says is another one. Only between turns."""
        self._publisher = publisher

    def stop(self) -> None:
        """Tell its streams to end; does not wait."""
        self.live.stop()

    def close(self, *, is_removed: bool = False, is_hurried: bool = False) -> None:
        """The last of it, after its streams were stopped and its last turn was taken.

        Args:
            is_removed: The camera is no longer part of the site: its events are cleared.
            is_hurried: Leave what the next run can do as well.

        A live camera's events stay open, and the next run goes on with them; a recording starts anew with every run.
        """
        if is_removed:
            self.live.end(EndCause.CAMERA_REMOVED)
        elif isinstance(self.camera.source, RecordedSource):
            self.live.end(EndCause.SOURCE_ENDED)
        self._keep(is_last=True, is_hurried=is_hurried)
        self._entries.close(pack=self.live.is_over and not is_hurried)

    def _network_failed(self, network: str, error: ModelError) -> None:
        self._events.error("network.failed", network=network, error=error)

    def _resumed(self, site: Site, checkpoint: Checkpoint | None) -> Reasoner:
        camera = self.camera
        parts = (site.id, camera.id, site.rules, camera.geofence, self._shared.vocabulary)
        if checkpoint is not None:
            try:
                return Reasoner.resume(*parts, noise=site.noise, snapshot=checkpoint.reasoning)
            except StateError as error:
                self.has_lost_reasoning = True
                self._events.error("camera.checkpoint_lost", error=error)
        return Reasoner(*parts, noise=site.noise)

    def _go_on(self, examiner: Examiner, checkpoint: Checkpoint) -> None:
        if isinstance(self.camera.source, LiveSource):
            examiner.resume(checkpoint.t)
        else:
            examiner.go_on(checkpoint.t)
        self._events.info("camera.resumed", t=checkpoint.t)

    def _tell(self, episodes: tuple[Episode, ...], picture: Picture) -> None:
        """Hand on what was said; what cannot be written now is owed, and goes out first when it can."""
        self._clips.expect(episodes, self.live.footage)
        try:
            self._publisher.publish_step(episodes, picture, self._made_checkpoint(episodes[-1].t))
        except StateError as error:
            self._events.error("camera.cannot_write", error=error)
        else:
            self._orders.kept()
            self._pending, self._kept_t = None, episodes[-1].t
        self._clips.ask(episodes, self.live.footage)

    def _note_view(self, episode: Episode, picture: Picture) -> None:
        try:
            self._publisher.note_view(episode, picture)
        except StateError as error:
            self._events.error("camera.cannot_write", error=error)

    def _made_checkpoint(self, t: MediaNs) -> Checkpoint:
        return Checkpoint(self.camera.id, t, self._reasoner.snapshot(), self._orders.obeyed)

    def _keep(self, *, is_last: bool, is_hurried: bool = False) -> None:
        t = self.live.examiner.last
        if t is not None and self._orders.obeyed:
            self._pay(t)
        self._tell_more(is_last=is_last or self.live.is_over, is_hurried=is_hurried)
        if self.live.is_over:
            # Should the process be killed from now on, the next run is to begin with the recording's beginning.
            self._forget()
            return
        if t is None:
            return
        if self._publisher.owes(self.camera.id):
            self._pay(t)
        elif is_last or t - self._kept_t >= _CHECKPOINT_EVERY_NS:
            self._pending, self._kept_t = self._made_checkpoint(t), t
        sight = Sight(self._eyes, self._watch)
        self._recall.write_if_due(t, self.camera.geofence, sight, is_last=is_last and not is_hurried)

    def _tell_more(self, *, is_last: bool, is_hurried: bool) -> None:
        """Tell what no entry has led to: clips that are ready, events that speak for themselves again."""
        if not is_hurried:
            self._clips.hand_in(None if is_last else self.live.media_now(), at_once=is_last)
        try:
            self._clips.tell(self._publisher)
            self._publisher.catch_up(self.camera.id, self.live.examiner.last)
        except StateError as error:
            self._events.error("camera.cannot_write", error=error)

    def _pay(self, t: MediaNs) -> None:
        try:
            self._publisher.publish_step((), _no_picture, self._made_checkpoint(t))
        except StateError as error:
            self._events.error("camera.cannot_write", error=error)
        else:
            self._orders.kept()

    def _forget(self) -> None:
        self._pending = None
        try:
            self._shared.outbox.forget_checkpoint(self.camera.id)
            self._recall.forget()
        except (StateError, OSError) as error:
            self._events.error("camera.cannot_write", error=error)

    def _stream(self, name: str, connect: Connect) -> Stream:
        return Stream(
            name,
            connect,
            self.live,
            BackOff(f"{self.camera.id}/{name}"),
            can_end=isinstance(self.camera.source, RecordedSource),
            now_ns=self._shared.now_ns,
            metrics=self._metrics,
            events=self._events,
            footage_of=self._shared.clips.footage_of,
        )


def _no_picture() -> Bgr:
    raise NoPictureError("nothing is raised by a step that says nothing")
