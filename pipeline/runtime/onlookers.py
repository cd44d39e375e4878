"""Pictures for who looks on: made only while somebody asks, by one thread that gives way to the analysis.

What it may take of the machine is bounded: after each picture it rests so long that it never has more than its share of
one core, a quarter of that while the machine does less than the rules need, and other threads go before it. They do not
by far: a thread that holds the interpreter and never gets its turn would hold up all others.

A camera whose every packet it can afford to decode is shown a few times a second; of the others it shows what costs
next to nothing, the pictures that the analysis has decoded and keyframes.
"""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pipeline.errors import SmartAlertError
from pipeline.observation import CameraId, nanoseconds, seconds
from pipeline.runtime.clock import sleep, thread_cpu_s
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.shown_camera import Shown, ShownCamera, Size
from pipeline.runtime.stream import Stream

FORGOTTEN_AFTER_NS = nanoseconds(5.0)
"""A camera that nobody has asked for so long is no longer shown."""
MOST_CAMERAS = 96
"""More are not shown at a time: the latest to be asked for are told that there is no picture."""
_SHARE_OF_CORE = 0.25
"""Of each core; of one core at the most, for it is one thread."""
_LOADED_SHARE = 0.25
"""Of its share, while the machine is overloaded."""
_NICENESS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see.

    Attributes:
        camera: Which.
        size: How large.
    """

    camera: CameraId
    size: Size


class Onlookers:
    """Remembers who was asked for when, what each shows, and what showing it costs. Any thread may ask."""

    def __init__(
        self,
        streams_of: Callable[[CameraId], Sequence[Stream]],
        now_ns: Callable[[], int],
        events: EventsLog,
        *,
        is_overloaded: Callable[[], bool],
        share: float | None = None,
    ) -> None:
        """Nobody looks.

        Args:
            streams_of: A camera's streams, the main one first; none where it is not there.
            now_ns: A steady clock.
            events: Told of what goes wrong.
            is_overloaded: Whether the machine does less than the rules need.
            share: Of one core, in (0, 1]; None: a quarter of each core, one core at the most.
        """
        self._streams_of, self._now_ns, self._events = streams_of, now_ns, events
        self._is_overloaded = is_overloaded
        self._most = min(1.0, _SHARE_OF_CORE * (os.cpu_count() or 1)) if share is None else share
        self._shown: dict[Wanted, ShownCamera] = {}
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="onlookers", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(timeout=1.0)

    @property
    def n_shown(self) -> int:
        """How many pictures are being shown."""
        with self._changed:
            return len(self._shown)

    def ask(self, wanted: Wanted) -> Shown | None:
        """The newest picture there is, and that more of them are wanted; None: there is none yet."""
        with self._changed:
            one = self._shown.get(wanted)
            if one is None:
                if len(self._shown) < MOST_CAMERAS:
                    self._shown[wanted] = ShownCamera(wanted.size, self._now_ns())
                    self._changed.notify_all()
                return None
            one.asked_ns = self._now_ns()
            return one.shown

    def _work(self) -> None:
        with suppress(OSError):
            # Of this thread alone, on Linux.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while (due := self._next()) is not None:
            began_s, began_ns = thread_cpu_s(), self._now_ns()
            wanted, one = due
            try:
                one.show(self._streams_of(wanted.camera), began_ns)
            except SmartAlertError as error:
                self._events.warning("onlooker.no_picture", camera=wanted.camera, fault=str(error))
            # As in a camera's turn: a fault of the program with one camera is not the others'.
            except Exception as error:  # noqa: BLE001
                self._events.error("onlooker.failed", camera=wanted.camera, error=error)
            self._rest(thread_cpu_s() - began_s, seconds(self._now_ns() - began_ns))

    @property
    def _share(self) -> float:
        """Of one core, now."""
        return self._most * (_LOADED_SHARE if self._is_overloaded() else 1.0)

    def _rest(self, worked_s: float, passed_s: float) -> None:
        rest_s = worked_s / self._share - passed_s
        if rest_s > 0:
            sleep(rest_s)

    def _next(self) -> tuple[Wanted, ShownCamera] | None:
        """The one that is the most overdue, waiting for it; None: it is over."""
        with self._changed:
            while not self._is_closed:
                now_ns = self._now_ns()
                self._shown = {
                    wanted: one for wanted, one in self._shown.items() if now_ns - one.asked_ns < FORGOTTEN_AFTER_NS
                }
                if not self._shown:
                    self._changed.wait()
                    continue
                wanted, one = min(self._shown.items(), key=lambda item: item[1].due_ns)
                if one.due_ns <= now_ns:
                    self._admit()
                    return wanted, one
                self._changed.wait(seconds(one.due_ns - now_ns))
            return None

    def _admit(self) -> None:
        """Who may decode every packet: the large ones first, then the cheap ones, while the share lasts."""
        left = self._share - sum(one.least_cost for one in self._shown.values())
        for one in sorted(self._shown.values(), key=lambda one: (one.size is Size.SMALL, one.flow_cost)):
            more = max(0.0, one.flow_cost - one.least_cost)
            one.flows = more <= left
            left -= more if one.flows else 0.0
