"""The site that a run has in force: whoever asks it to read its file again learns what came of it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from pipeline.alerts.message import utc
from pipeline.config.resolved import Site
from pipeline.observation import MediaNs
from pipeline.runtime.site_change import fences_print
from pipeline.runtime.wake import Wake

RELOAD, SITE = "/reload", "/site"
"""Paths at which a console asks."""
_LONGEST_ANSWER_S = 4.0


class ReloadTold(BaseModel):
    """What came of reading the site again."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    is_taken_over: bool
    faults: tuple[str, ...] = Field(description="Why it was refused, a line each.")


class SiteTold(BaseModel):
    """The site that a run has in force."""

    model_config = ConfigDict(frozen=True)

    since: datetime = Field(description="When it was taken over; the run's start where it has not changed since.")
    fences: dict[str, str] = Field(description="By camera what tells one set of fences from another.")
    last: ReloadTold | None = Field(description="The last time it was read again; null: it has not been.")


@dataclass(frozen=True, slots=True)
class _InForce:
    site: Site
    since: datetime


class Reloads:
    """Between those who ask, in any thread, and the one that reads.

    Remembers the site in force and the last reading.
    """

    def __init__(self, site: Site, ring: Callable[[Wake], None], now_ns: Callable[[], int]) -> None:
        """Nothing has been read again yet.

        Args:
            site: In force from the start.
            ring: Wakes who reads.
            now_ns: The time, ns since 1970.
        """
        self._ring, self._now_ns = ring, now_ns
        self._changed = threading.Condition()
        self._begun = self._done = 0
        self._last: ReloadTold | None = None
        self._in_force = _InForce(site, self._now())

    def ask(self, longest_s: float) -> ReloadTold | None:
        """Have the site read again, and wait for what comes of it.

        Args:
            longest_s: So long at most.

        Returns:
            None: nothing came of it in that time.
        """
        with self._changed:
            # A reading that has begun may have read the file as it was before.
            mine = self._begun + 1
            self._ring(Wake.RELOAD)
            is_done = self._changed.wait_for(lambda: self._done >= mine, longest_s)
            return self._last if is_done else None

    def pages(self) -> Mapping[tuple[str, str], Callable[[], bytes]]:
        """What a console beside the run may ask, by method and path; `null`: nothing came of it yet."""
        return {("POST", RELOAD): self._asked, ("GET", SITE): lambda: self.told().model_dump_json().encode()}

    def _asked(self) -> bytes:
        told = self.ask(_LONGEST_ANSWER_S)
        return b"null" if told is None else told.model_dump_json().encode()

    def told(self) -> SiteTold:
        """The site in force."""
        with self._changed:
            in_force, last = self._in_force, self._last
        fences = {camera.id: fences_print(camera.geofence) for camera in in_force.site.cameras}
        return SiteTold(since=in_force.since, fences=dict(fences), last=last)

    def begin(self) -> None:
        """The file is about to be read."""
        with self._changed:
            self._begun += 1

    def taken_over(self, site: Site) -> None:
        """It is in force."""
        with self._changed:
            self._in_force = _InForce(site, self._now())
        self._end(())

    def refused(self, faults: tuple[str, ...]) -> None:
        """It is wrong, and the one before goes on."""
        self._end(faults)

    def _end(self, faults: tuple[str, ...]) -> None:
        with self._changed:
            self._last = ReloadTold(at=self._now(), is_taken_over=not faults, faults=faults)
            self._done = self._begun
            self._changed.notify_all()

    def _now(self) -> datetime:
        return utc(MediaNs(self._now_ns()))
