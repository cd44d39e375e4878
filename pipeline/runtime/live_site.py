"""A site's cameras, live: workers that take turns with them, and a supervisor that looks after all."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from pipeline.alerts.causes import joinings
from pipeline.alerts.command_message import CommandMessage
from pipeline.alerts.evidence_keeper import EvidenceKeeper
from pipeline.alerts.publisher import Destination, Publisher
from pipeline.config.resolved import Camera, Site
from pipeline.errors import SmartAlertError, StateError
from pipeline.observation import CameraId, nanoseconds, seconds
from pipeline.runtime.allocator import give_back
from pipeline.runtime.camera_run import CameraRun
from pipeline.runtime.eyes import camera_watch
from pipeline.runtime.load import Load
from pipeline.runtime.orphans import last_alert, open_alerts, orphans
from pipeline.runtime.shared import Shared
from pipeline.runtime.site_change import refuse_restart_only, rules_of
from pipeline.runtime.status_server import CameraState, Liveness, Readiness
from pipeline.runtime.stream import Stream

_REVIEW_EVERY_S = 0.5
_SAVE_EVERY_NS = nanoseconds(5.0)
_GIVE_BACK_EVERY_NS = nanoseconds(60.0)
_STUCK_AFTER_NS = nanoseconds(60.0)
_JOIN_NS = nanoseconds(1.0)
"""For all threads together, as the run ends: those that hang are left behind."""
_UNHURRIED_NS = nanoseconds(1.5)
"""From the word to stop on; cameras that are closed later leave to the next run what it can do."""


@dataclass(frozen=True, slots=True)
class Crew:
    """How many threads look at the cameras, and where what they find goes.

    Attributes:
        workers: Threads.
        keeper: Makes the evidence.
        destinations: Where every message goes.
    """

    workers: int
    keeper: EvidenceKeeper
    destinations: Sequence[Destination]


class LiveSite:
    """Runs from the start of a `with` block to its end, within five seconds of which all is kept.

    Remembers its cameras.

    Attributes:
        site: As it is now.
    """

    def __init__(self, site: Site, shared: Shared, crew: Crew) -> None:
        """Nothing runs yet.

        Raises:
            SourceError: The picture of a view cannot be read.
            StateError: The outbox cannot be read.
        """
        self.site, self._shared, self._crew = site, shared, crew
        self._joining = joinings(site.noise, open_alerts(shared.outbox))
        self._publisher = self._new_publisher(site)
        self._runs = {camera.id: CameraRun(site, camera, shared, self._publisher) for camera in site.cameras}
        self._clear_orphans()
        self._stopping = threading.Event()
        self._changing = threading.Lock()
        self._workers = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True) for number in range(crew.workers)
        ]
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._saved_ns = self._turned_ns = self._gave_back_ns = shared.now_ns()
        self._load = Load(shared.now_ns, shared.metrics, shared.events)

    def __enter__(self) -> Self:
        for thread in (*self._workers, self._supervisor):
            thread.start()
        for run in self._runs.values():
            run.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for run in self._runs.values():
            run.stop()
        self._stopping.set()
        self._shared.turns.close()
        now_ns = self._shared.now_ns
        stopped_ns = now_ns()
        for thread in (*self._workers, self._supervisor):
            thread.join(timeout=seconds(max(0, stopped_ns + _JOIN_NS - now_ns())))
        for run in self._runs.values():
            self._close(run, is_removed=False, is_hurried=now_ns() > stopped_ns + _UNHURRIED_NS)
        self._save()

    @property
    def is_over(self) -> bool:
        """Whether every camera was a recording that has come to its end or cannot be read."""
        return all(run.live.is_over or run.live.fault for run in self._runs.values())

    @property
    def failures(self) -> tuple[str, ...]:
        """Cameras that cannot be read, a line each."""
        return tuple(f"camera {run.camera.id}: {run.live.fault}" for run in self._runs.values() if run.live.fault)

    def reload(self, site: Site) -> None:
        """Take over another site: cameras that did not change go on untouched.

        Raises:
            UsageError: Something changed that only a new start can take over.
            SourceError: The picture of a view cannot be read; nothing has changed.
        """
        refuse_restart_only(self.site, site)
        for camera in site.cameras:
            # What can fail is tried before anything changes.
            camera_watch(camera)
        with self._changing:
            before = _Before(self.site, self._publisher)
            self.site, self._publisher = site, self._new_publisher(site)
            after = {camera.id: camera for camera in site.cameras}
            for camera_id in [camera_id for camera_id in self._runs if camera_id not in after]:
                self._remove(camera_id, is_removed=True)
            for camera in site.cameras:
                self._take_over(before, camera)

    def hand_on(self, command: CommandMessage) -> None:
        """Give a command to its camera; one that has just left the site does not hear it."""
        with self._changing:
            run = self._runs.get(CameraId(command.camera))
            if run is not None:
                run.hear(command)

    def runs(self) -> tuple[CameraRun, ...]:
        """Its cameras, in the site's order."""
        with self._changing:
            return tuple(self._runs[camera.id] for camera in self.site.cameras if camera.id in self._runs)

    def run_of(self, camera: CameraId) -> CameraRun | None:
        """One of its cameras; None: it has none of this id."""
        return self._runs.get(camera)

    def streams_of(self, camera: CameraId) -> Sequence[Stream]:
        """The streams of one of its cameras; none where it is not there."""
        run = self._runs.get(camera)
        return () if run is None else run.live.streams

    @property
    def is_overloaded(self) -> bool:
        """Whether the machine does less than the rules need."""
        return self._load.is_overloaded

    def readiness(self) -> Readiness:
        """Whether every camera has been tried."""
        with self._changing:
            states = {run.camera.id: run.live.state for run in self._runs.values()}
        return Readiness({id_: CameraState(is_tried=not text, text=text or "tried") for id_, text in states.items()})

    def liveness(self) -> Liveness:
        """Whether turns are taken."""
        idle_ns = self._shared.now_ns() - self._turned_ns
        if self._shared.turns.waiting and idle_ns > _STUCK_AFTER_NS:
            return Liveness((f"no camera was looked at for {idle_ns // 1_000_000_000} s, and some wait",))
        dead = [thread.name for thread in (*self._workers, self._supervisor) if _has_died(thread)]
        return Liveness((f"threads have ended: {', '.join(dead)}",) if dead and not self._stopping.is_set() else ())

    def _clear_orphans(self) -> None:
        """End the events of cameras that have gone, or whose reasoning is lost, since the last run."""
        lost = {camera_id for camera_id, run in self._runs.items() if run.has_lost_reasoning}
        for orphan in tuple(orphans(self._shared.outbox, self.site, lost)):
            for destination in self._crew.destinations:
                destination.accept_step([orphan.ending], None)
            self._joining.note(orphan.ending)
            if orphan.camera not in self._runs:
                self._shared.outbox.forget_checkpoint(orphan.camera)

    def _new_publisher(self, site: Site) -> Publisher:
        last = partial(last_alert, self._shared.outbox)
        return Publisher(site, self._crew.keeper, self._crew.destinations, last, self._joining)

    def _take_over(self, before: "_Before", camera: Camera) -> None:
        run = self._runs.get(camera.id)
        if run is not None and (run.camera.source, run.camera.geofence.views) != (camera.source, camera.geofence.views):
            self._remove(camera.id, is_removed=False)
            run = None
        if run is None:
            self._publisher.adopt(before.publisher, camera.id)
            run = self._runs[camera.id] = CameraRun(self.site, camera, self._shared, self._publisher)
            run.start()
            return
        turns = self._shared.turns
        turns.hold(camera.id)
        try:
            self._publisher.adopt(before.publisher, camera.id)
            if run.camera != camera or rules_of(before.site, camera.id) != rules_of(self.site, camera.id):
                run.reason(self.site, camera, self._publisher)
            else:
                run.speak_by(self._publisher)
        finally:
            turns.done(camera.id)

    def _remove(self, camera_id: CameraId, *, is_removed: bool) -> None:
        run = self._runs.pop(camera_id)
        run.stop()
        self._shared.turns.forget(camera_id)
        self._close(run, is_removed=is_removed)
        self._keep([run])
        if is_removed:
            self._shared.sent.forget(camera_id)
            self._shared.metrics.forget(camera_id)

    def _close(self, run: CameraRun, *, is_removed: bool, is_hurried: bool = False) -> None:
        try:
            run.close(is_removed=is_removed, is_hurried=is_hurried)
        # One camera's fault must not keep the others from being closed.
        except Exception as error:  # noqa: BLE001
            self._shared.events.error("camera.cannot_close", camera=run.camera.id, error=error)

    def _work(self) -> None:
        turns = self._shared.turns
        while (camera_id := turns.take()) is not None:
            run = self._runs.get(CameraId(camera_id))
            try:
                if run is not None:
                    run.turn()
            except SmartAlertError as error:
                self._failed(camera_id, error)
            # A fault of the program in one camera's turn must not end the watch over all others: told, and counted.
            except Exception as error:  # noqa: BLE001
                self._failed(camera_id, error)
            finally:
                self._turned_ns = self._shared.now_ns()
                turns.done(camera_id)

    def _failed(self, camera_id: str, error: Exception) -> None:
        self._shared.metrics.camera(CameraId(camera_id)).failed()
        self._shared.events.error("camera.turn_failed", camera=camera_id, error=error)

    def _supervise(self) -> None:
        while not self._stopping.wait(_REVIEW_EVERY_S):
            # Not while the site is changed: what a removed camera knew must not be kept after it was forgotten.
            with self._changing:
                for run in self._runs.values():
                    self._review(run)
                self._load.note([run.live.achieved_share for run in self._runs.values()])
                self._save_if_due()
            self._give_back_if_due()

    def _review(self, run: CameraRun) -> None:
        try:
            run.review()
        # As in a turn: a fault with one camera is not the others'.
        except Exception as error:  # noqa: BLE001
            self._failed(run.camera.id, error)

    def _give_back_if_due(self) -> None:
        now_ns = self._shared.now_ns()
        if now_ns - self._gave_back_ns >= _GIVE_BACK_EVERY_NS:
            self._gave_back_ns = now_ns
            give_back()

    def _save_if_due(self) -> None:
        now_ns = self._shared.now_ns()
        if now_ns - self._saved_ns >= _SAVE_EVERY_NS:
            self._saved_ns = now_ns
            self._save()

    def _save(self) -> None:
        self._keep(self._runs.values())
        try:
            self._shared.metrics.outbox(self._shared.outbox.waiting_count())
        except StateError as error:
            self._shared.events.error("outbox.cannot_read", error=error)

    def _keep(self, runs: Iterable[CameraRun]) -> None:
        checkpoints = [found for run in runs if (found := run.checkpoint()) is not None]
        try:
            self._shared.outbox.save(checkpoints)
        except StateError as error:
            self._shared.events.error("checkpoint.cannot_write", error=error)


@dataclass(frozen=True, slots=True)
class _Before:
    """What a changed site file takes the place of."""

    site: Site
    publisher: Publisher


def _has_died(thread: threading.Thread) -> bool:
    return thread.ident is not None and not thread.is_alive()
