"""The site as its files say now: pages change them while the console runs."""

import threading
from collections.abc import Callable
from pathlib import Path

from pipeline.config.resolved import Site
from pipeline.errors import ConfigError, Fault

_Stamps = tuple[tuple[int, int], ...]


class SiteNow:
    """Remembers the site as it was last read, and when its files were changed. May be asked from any thread.

    Attributes:
        faults: What is wrong with the files as they are now; empty: nothing. Then the site before holds.

    Args:
        site: As it was read at the start.
        read_again: Reads it anew.
    """

    def __init__(self, site: Site, read_again: Callable[[], Site]) -> None:
        self._site, self._read_again = site, read_again
        self._stamps = _stamps(site)
        self._one_reads = threading.Lock()
        self.faults: tuple[Fault, ...] = ()

    def now(self) -> Site:
        """The site; read again where the site file, or a fence file has changed."""
        with self._one_reads:
            stamps = _stamps(self._site)
            if stamps != self._stamps:
                self._stamps = stamps
                self._read()
            return self._site

    def _read(self) -> None:
        try:
            self._site, self.faults = self._read_again(), ()
            self._stamps = _stamps(self._site)
        except ConfigError as error:
            self.faults = error.faults


def _stamps(site: Site) -> _Stamps:
    files = [site.path]
    for camera in site.cameras:
        fences = [camera.geofence.file, *(view.file for view in camera.geofence.views)]
        files += [file for file in fences if file is not None]
    return tuple(stamp(file) for file in files)


def stamp(file: Path) -> tuple[int, int]:
    """What changes as a file is written anew: its time and its place on the disk; zeros where there is none."""
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino
