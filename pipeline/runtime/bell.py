"""Wakes coroutines from threads."""

import asyncio
import threading


class Bell:
    """Counts how often it was rung, and wakes all who wait for the next time. Any thread may ring, any loop wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    @property
    def count(self) -> int:
        """How often it was rung."""
        return self._count

    def ring(self) -> None:
        """Wake all who wait."""
        with self._lock:
            self._count += 1
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            # A loop that has ended has nobody left who waits.
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def rung_after(self, count: int, longest_s: float) -> int:
        """Wait until it has been rung more often than that, or for so long; how often it was rung by then."""
        mine = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            if self._count > count:
                return self._count
            self._waiting.append(mine)
        try:
            async with asyncio.timeout(longest_s):
                await mine[1].wait()
        except TimeoutError:
            pass
        finally:
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)
        return self._count
