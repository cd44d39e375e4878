"""Whether the pipeline of the site runs: without it the list of alerts is quiet, and nothing else would say why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.runtime.run_line import NoRunError, RunLine
from pipeline.runtime.worker import Worker

_ASK_EVERY_S = 2.0
_REFUSALS = 2
"""One that is slow once, or is started anew, is not called gone."""


class RunWatch:
    """Asks again and again in a thread of its own while the `with` block lasts.

    Remembers how often nobody has answered.
    """

    def __init__(self, state: Path, told: Callable[[str], None]) -> None:
        """Nothing is known yet.

        Args:
            state: The site's state folder.
            told: Takes one line about a mistake of the program.
        """
        self._line = RunLine(state)
        self._refused = 0
        self._worker = Worker("run watch", self._turn, _ASK_EVERY_S, told)

    @property
    def is_gone(self) -> bool:
        """Whether no run answers; false too while it is not known yet."""
        return self._refused >= _REFUSALS

    @contextmanager
    def running(self) -> Iterator[None]:
        """For as long as the block lasts."""
        with self._worker:
            yield

    def _turn(self) -> None:
        try:
            self._line.cameras()
        except NoRunError:
            self._refused += 1
        else:
            self._refused = 0
