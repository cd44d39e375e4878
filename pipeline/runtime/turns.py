"""Whose turn it is: of the cameras that have something new to look at, the one that is the most overdue."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Wish:
    """When a look is due, and how often they are.

    Attributes:
        due_ns: On the clock of `Turns`.
        interval_ns: Between two looks, above 0: how late a look is counts in intervals, so that under load the rates of
            all cameras sink by the same share.
    """

    due_ns: int
    interval_ns: int


class Turns(Generic[Key]):
    """Hands out turns, one at a time a camera. Nothing queues up: a camera waits at most once, whatever it has sent.

    All methods may be called from any thread.
    """

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._wishes: dict[Key, Wish] = {}
        self._running: set[Key] = set()
        lock = threading.Lock()
        self._lock = lock
        self._wished = threading.Condition(lock)
        self._freed = threading.Condition(lock)
        self._is_closed = False

    def wish(self, key: Key, wish: Wish) -> None:
        """There is something to look at; an earlier wish of the camera that waits stays as it is."""
        with self._lock:
            if key not in self._wishes:
                self._wishes[key] = wish
                if key not in self._running:
                    self._wished.notify()

    def take(self) -> Key | None:
        """The next turn, waiting for one; it lasts until `done`. None: there are no more."""
        with self._lock:
            while not self._is_closed:
                if (key := self._most_overdue()) is not None:
                    del self._wishes[key]
                    self._running.add(key)
                    return key
                self._wished.wait()
            return None

    def done(self, key: Key) -> None:
        """The turn is over."""
        with self._lock:
            self._running.discard(key)
            self._freed.notify_all()
            if key in self._wishes:
                self._wished.notify()

    def hold(self, key: Key) -> None:
        """Take a turn for something else than a look, when the camera's present one is over; it lasts until `done`."""
        with self._lock:
            while key in self._running:
                self._freed.wait()
            self._running.add(key)

    def forget(self, key: Key) -> None:
        """The camera goes away: its wish is dropped, and this returns when its turn, if it has one, is over."""
        with self._lock:
            self._wishes.pop(key, None)
            while key in self._running:
                self._freed.wait()
            self._wishes.pop(key, None)

    def close(self) -> None:
        """No more turns."""
        with self._lock:
            self._is_closed = True
            self._wished.notify_all()

    @property
    def waiting(self) -> int:
        """How many cameras wait for their turn."""
        with self._lock:
            return len(self._wishes)

    def _most_overdue(self) -> Key | None:
        now_ns = self._now_ns()

        def overdue(key: Key) -> float:
            return (now_ns - self._wishes[key].due_ns) / self._wishes[key].interval_ns

        return max((key for key in self._wishes if key not in self._running), key=overdue, default=None)
