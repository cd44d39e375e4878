"""What becomes of a camera's pictures, and of the time without any: the entries of its log. It reads no clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

import numpy as np

from pipeline.geofence.boxes import Box, as_boxes, shared_areas
from pipeline.media.frame import Bgr, Frame
from pipeline.observation import (
    REMOVED_OBJECT,
    Command,
    CommandKind,
    End,
    EndCause,
    Gap,
    GapCause,
    MediaNs,
    Objects,
    Observation,
    Tick,
    nanoseconds,
)
from pipeline.perception.camera_watch import CameraWatch, Sees, Sightline
from pipeline.perception.detections import DetectorBusyError
from pipeline.perception.looker import Looker
from pipeline.perception.veil import Veil
from pipeline.rules.episode import CloseLookRequest
from pipeline.runtime.intake import Intake

TICK_EVERY_NS = nanoseconds(2.0)
HOLE_NS = nanoseconds(5.0)
"""What shows nothing for longer was blind; a shorter hole is a low frame rate."""
_MOST_TICKS = 2000
"""For a machine that was off over the weekend."""
_STIRRED_SHARE = 0.001
_UNSEEN_SIZE = (360, 640, 3)
_NOWHERE: Mapping[str, Sequence[Box]] = MappingProxyType({})
_NONE_WANTED: Mapping[str, Mapping[str, Sequence[Box]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Blindness:
    """The camera sees nothing.

    Attributes:
        cause: Why.
        since: The first moment that was not seen.
    """

    cause: GapCause
    since: MediaNs


class Eyes(Protocol):
    """Looks at pictures for one camera; a `Looker` for each of its views."""

    def of(self, view: str) -> Looker:
        """The looker of a view; empty: of a camera that has one."""
        ...


class Examiner:
    """Remembers when the last entry was made, the last picture, and why the camera is blind, if it is."""

    def __init__(
        self,
        eyes: Eyes,
        watch: CameraWatch,
        intake: Intake,
        attention: Mapping[str, Sequence[Box]],
        wanted: Mapping[str, Mapping[str, Sequence[Box]]] = _NONE_WANTED,
        *,
        veil: Veil | None = None,
    ) -> None:
        """Nothing has been seen yet.

        Args:
            eyes: Of this camera.
            watch: Of this camera.
            intake: Gets the entries.
            attention: Where the rules look, by view: boxes in shares of the picture.
            wanted: Where rules look that need a further network, by view and by its name: likewise.
            veil: Of the pictures that are kept; None: they show all.
        """
        self._veil = veil
        self._found: Objects | None = None
        self._eyes, self._watch, self._intake = eyes, watch, intake
        self._attention, self._wanted = attention, wanted
        self._last: MediaNs | None = None
        self._frame: Frame | None = None
        self._blindness: Blindness | None = None
        self._is_idle = False

    @property
    def last(self) -> MediaNs | None:
        """Time of the last entry; None before the first."""
        return self._last

    @property
    def blindness(self) -> Blindness | None:
        """Why the camera sees nothing; None: it sees."""
        return self._blindness

    @property
    def is_idle(self) -> bool:
        """Whether the last picture showed nothing where the rules look, and nothing that moved."""
        return self._is_idle

    def attend(
        self,
        attention: Mapping[str, Sequence[Box]],
        wanted: Mapping[str, Mapping[str, Sequence[Box]]] = _NONE_WANTED,
    ) -> None:
        """The rules look elsewhere from now on."""
        self._attention, self._wanted = attention, wanted

    def watch_with(self, watch: CameraWatch) -> None:
        """Another reference view counts from now on."""
        self._watch = watch

    def examine(self, frame: Frame, full: Callable[[], Frame], frame_rate: float = 0.0) -> None:
        """Look at the next picture.

        Args:
            frame: Later than the last entry.
            full: Gives the picture of this moment at the best resolution there is.
            frame_rate: Pictures per second that the camera sent of late; 0: not measured.
        """
        self.pass_time(frame.t)
        sightline = self._watch.look(frame)
        if sightline.sees is Sees.BLIND and sightline.cause is not None:
            self._keep(frame)
            self._stay_blind(frame.t, Blindness(sightline.cause, sightline.since))
        elif sightline.sees is Sees.DOUBTFUL:
            self._tick(frame.t)
        else:
            self._keep(frame)
            self._see_again(frame.t)
            self._look(frame, full, sightline, frame_rate)

    def lose(self, cause: GapCause, since: MediaNs, t: MediaNs) -> None:
        """The camera is blind.

        Args:
            cause: Why.
            since: The first moment that was not seen.
            t: Now; not before the last entry.
        """
        if self._blindness is not None and self._blindness.cause is cause:
            return
        if self._blindness is not None:
            if self._blindness.cause is not GapCause.NOT_WATCHED:
                since = min(since, self._blindness.since)
            self._close(t)
        self._blindness = Blindness(cause, since)
        self._enter_gap(t)

    def pass_time(self, now: MediaNs) -> None:
        """Let time pass up to just before a moment: a tick every two seconds, fewer where it was hours."""
        if self._last is None:
            return
        step_ns = max(TICK_EVERY_NS, (now - self._last) // _MOST_TICKS)
        while self._last + step_ns < now:
            self._tick(MediaNs(self._last + step_ns))

    def start(self, t: MediaNs) -> None:
        """Time begins, though there is no picture yet."""
        self._tick(t)

    def go_on(self, last: MediaNs) -> None:
        """Go on after a recording that was broken off at `last`: nothing has passed since."""
        self._last = last

    def resume(self, last: MediaNs) -> None:
        """Go on after a run that ended at `last` and was not finished: since then nobody watched."""
        self._last = last
        self.lose(GapCause.NOT_WATCHED, last, last)

    def jump(self, t: MediaNs) -> None:
        """The camera's clock jumped: what passed is not known."""
        since = t if self._last is None else self._last
        self.lose(GapCause.CLOCK_JUMPED, since, t)

    def obey(self, kind: CommandKind, target: str, until: MediaNs) -> MediaNs | None:
        """An operator has spoken: it takes effect now, after all that was logged.

        Args:
            kind: What is asked.
            target: An event's id, or a rule's, or empty: the whole camera.
            until: When a mute or a maintenance ends.

        Returns:
            When it took effect; None: time has not begun, and nothing has happened.
        """
        t = self._last
        if t is not None:
            self._intake.enter(Command(t, kind, target, max(t, until)), self._picture)
        return t

    def end(self, t: MediaNs, cause: EndCause) -> None:
        """Nothing more will come."""
        self._intake.enter(End(t, cause), self._picture)

    def _look(self, frame: Frame, full: Callable[[], Frame], sightline: Sightline, frame_rate: float) -> None:
        looker = self._eyes.of(sightline.view)
        attention = self._attention.get(sightline.view, ())
        seen = looker.look(frame, attention, self._wanted.get(sightline.view, _NOWHERE))
        seen = replace(seen, health=replace(seen.health, frame_rate=round(frame_rate, 1), view=sightline.view))
        self._is_idle = seen.health.change <= _STIRRED_SHARE and not _is_anything_in(attention, seen)
        best = _Once(full)
        self._found = seen.objects

        def shown() -> Bgr:
            return best.bgr() if self._veil is None else self._veil.over(best.bgr(), seen.objects)

        for request in self._enter(seen, shown):
            try:
                close = looker.look_closely(best.frame(), request.region, request.classes)
            except DetectorBusyError:
                # The rule makes up its mind without, or asks again; another may be asked about another network's find.
                continue
            self._enter(replace(close, t=seen.t, health=seen.health), shown)

    def _enter(self, observation: Observation, picture: Callable[[], Bgr]) -> tuple[CloseLookRequest, ...]:
        self._last = observation.t
        return self._intake.enter(observation, picture).wanted

    def _stay_blind(self, t: MediaNs, blindness: Blindness) -> None:
        if self._blindness is not None and self._blindness.cause is blindness.cause:
            self._tick(t)
        else:
            self.lose(blindness.cause, blindness.since, t)

    def _see_again(self, t: MediaNs) -> None:
        if self._blindness is not None:
            self._close(t)

    def _close(self, t: MediaNs) -> None:
        if self._blindness is not None:
            blindness, self._blindness, self._last = self._blindness, None, t
            self._intake.enter(Gap(t, blindness.since, is_open=False, cause=blindness.cause), self._picture)

    def _tick(self, t: MediaNs) -> None:
        self._last = t
        self._intake.enter(Tick(t), self._picture)
        if self._blindness is not None:
            self._enter_gap(t)

    def _enter_gap(self, t: MediaNs) -> None:
        if self._blindness is not None:
            self._last = t
            gap = Gap(t, self._blindness.since, is_open=True, cause=self._blindness.cause)
            self._intake.enter(gap, self._picture)

    def _keep(self, frame: Frame) -> None:
        self._frame, self._found = frame, None

    def _picture(self) -> Bgr:
        """The last picture the camera has shown; black where it never has."""
        if self._frame is None:
            return np.zeros(_UNSEEN_SIZE, np.uint8)
        picture = self._frame.full()
        if self._veil is None:
            return picture
        return self._veil.whole(picture) if self._found is None else self._veil.over(picture, self._found)


class _Once:
    """Asks for the best picture of a moment when it is first needed."""

    def __init__(self, full: Callable[[], Frame]) -> None:
        self._full = full
        self._frame: Frame | None = None

    def frame(self) -> Frame:
        if self._frame is None:
            self._frame = self._full()
        return self._frame

    def bgr(self) -> Bgr:
        return self.frame().full()


def _is_anything_in(attention: Sequence[Box], seen: Observation) -> bool:
    """Whether an object touches one of the boxes. A place where something was taken away holds nothing that stirs."""
    there = seen.objects[seen.objects.class_name != REMOVED_OBJECT]
    if not len(there) or not attention:
        return bool(len(there))
    found = there.xyxy.astype(np.float64)
    return bool((shared_areas(found, as_boxes(list(attention))) > 0).any())
