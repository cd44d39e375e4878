"""What the newest look at a camera has found, and how that stands to the rules: for who looks on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.observation import Observation, nanoseconds
from pipeline.rules.reasoner import Reasoner
from pipeline.rules.rule_state import Dwell

_WATCHED_NS = nanoseconds(5.0)
"""How long after it was last asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look has found.

    Attributes:
        seen: The look.
        dwells: How its objects stand to the rules; empty also where nobody had asked before the look.
    """

    seen: Observation
    dwells: Sequence[Dwell] = ()


class LastLook:
    """Remembers it, and when it was last asked for: while nobody asks, keeping it costs next to nothing."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        """Nothing was looked at yet.

        Args:
            now_ns: A steady clock.
        """
        self._now_ns = now_ns
        self._asked_ns = -_WATCHED_NS
        self._found: Found | None = None

    def note(self, seen: Observation | None, reasoner: Reasoner) -> None:
        """Take in the newest look. In the camera's turn.

        Args:
            seen: None: there was none yet.
            reasoner: After it.
        """
        if seen is None or (self._found is not None and self._found.seen is seen):
            return
        is_watched = self._now_ns() - self._asked_ns < _WATCHED_NS
        self._found = Found(seen, reasoner.dwells() if is_watched else ())

    def asked(self) -> Found | None:
        """The newest look; None before the first. From any thread."""
        self._asked_ns = self._now_ns()
        return self._found
