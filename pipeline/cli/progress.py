"""Progress of long work, on a terminal only."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from pipeline.observation import NS_PER_S, CameraId, MediaNs


class FootageProgress:
    """A bar a camera that follows its media time; nothing at all where stderr is no terminal.

    Remembers each camera's bar and the first time it was told. May be told from several threads.
    """

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f} s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task_by_camera: dict[CameraId, TaskID] = {}
        self._first_by_camera: dict[CameraId, MediaNs] = {}

    def opened(self, camera: CameraId, duration_s: float) -> None:
        """A recording begins.

        Args:
            camera: Whose.
            duration_s: Of the footage, s; 0 where it is not known.
        """
        self._task_by_camera[camera] = self._bars.add_task(camera, total=duration_s or None)

    def looked(self, camera: CameraId, t: MediaNs) -> None:
        """A picture of an opened recording was looked at."""
        first = self._first_by_camera.setdefault(camera, t)
        self._bars.update(self._task_by_camera[camera], completed=(t - first) / NS_PER_S)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
