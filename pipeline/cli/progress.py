"""Progress of long work, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.observation import NS_PER_S, MediaNs


@contextmanager
def media_progress(title: str, duration_s: float) -> Iterator[Callable[[MediaNs], None]]:
    """A bar that follows media time; nothing at all where stderr is no terminal.

    Args:
        title: What is being worked on.
        duration_s: Of the footage, s; 0 where it is not known.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=duration_s or None)
        first: list[MediaNs] = []

        def advance(t: MediaNs) -> None:
            first.append(t) if not first else None
            bar.update(task, completed=(t - first[0]) / NS_PER_S)

        yield advance
