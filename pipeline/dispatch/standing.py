"""Where an event stands in the ledger, and which word leads where. Pure: no clock, no database.

::

    held ──confirm──► open ──acknowledge──► acknowledged ──dispose──► disposed ──verify──► verified ──close──► closed
      │                │                        │                        │                    │
      └────────────────┴──────── dismiss ───────┴────────────────────────┘                    │
                       ▲                                                                      │
                       └───────────── reopen (from disposed, verified, closed, dismissed) ────┘

Being late is no standing of its own: an event that is late is escalated, whatever it waits for.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipeline.errors import UsageError


class Standing(StrEnum):
    """Where an event stands."""

    HELD = "held"
    """An operator must confirm it before anybody is sent."""
    OPEN = "open"
    """Somebody is responsible and has been told."""
    ACKNOWLEDGED = "acknowledged"
    """The responsible person has it."""
    DISPOSED = "disposed"
    """The matter is said to be dealt with."""
    VERIFIED = "verified"
    """Somebody has seen that it is."""
    CLOSED = "closed"
    """Nothing is left to do."""
    DISMISSED = "dismissed"
    """It was a false alarm."""


class Word(StrEnum):
    """What is said of an event, by a person or by the pipeline."""

    CONFIRM = "confirm"
    ACKNOWLEDGE = "acknowledge"
    DISPOSE = "dispose"
    VERIFY = "verify"
    CLOSE = "close"
    DISMISS = "dismiss"
    REOPEN = "reopen"


_S, _W = Standing, Word
TRANSITIONS: Mapping[tuple[Standing, Word], Standing] = MappingProxyType(
    {
        (_S.HELD, _W.CONFIRM): _S.OPEN,
        (_S.HELD, _W.CLOSE): _S.CLOSED,
        (_S.HELD, _W.DISMISS): _S.DISMISSED,
        (_S.OPEN, _W.ACKNOWLEDGE): _S.ACKNOWLEDGED,
        (_S.OPEN, _W.DISPOSE): _S.DISPOSED,
        (_S.OPEN, _W.DISMISS): _S.DISMISSED,
        (_S.ACKNOWLEDGED, _W.DISPOSE): _S.DISPOSED,
        (_S.ACKNOWLEDGED, _W.DISMISS): _S.DISMISSED,
        (_S.DISPOSED, _W.VERIFY): _S.VERIFIED,
        (_S.DISPOSED, _W.DISMISS): _S.DISMISSED,
        (_S.DISPOSED, _W.REOPEN): _S.OPEN,
        (_S.VERIFIED, _W.CLOSE): _S.CLOSED,
        (_S.VERIFIED, _W.REOPEN): _S.OPEN,
        (_S.CLOSED, _W.REOPEN): _S.OPEN,
        (_S.DISMISSED, _W.REOPEN): _S.OPEN,
    }
)
"""What each word does where it is allowed."""
BY_LEFT: Mapping[tuple[Standing, Word], Standing] = MappingProxyType(
    {(_S.OPEN, _W.VERIFY): _S.VERIFIED, (_S.ACKNOWLEDGED, _W.VERIFY): _S.VERIFIED}
)
"""What is allowed besides once the camera has seen that the matter is gone: that is its verification."""
WORKED_ON = frozenset({Standing.OPEN, Standing.ACKNOWLEDGED, Standing.DISPOSED})
"""Somebody still has to do something about it, and is reminded."""
OVER = frozenset({Standing.CLOSED, Standing.DISMISSED})


def after(standing: Standing, word: Word, *, has_left: bool) -> Standing:
    """Where an event stands after a word.

    Args:
        standing: Before it.
        word: What is said.
        has_left: Whether the camera has seen that the matter is gone.

    Raises:
        UsageError: The word does not fit; the message says which do.
    """
    found = TRANSITIONS.get((standing, word)) or (BY_LEFT.get((standing, word)) if has_left else None)
    if found is None:
        fitting = words(standing, has_left=has_left)
        raise UsageError(
            f"{word}: does not fit an event that is {standing} (allowed: {', '.join(fitting) or 'nothing'})"
        )
    return found


def words(standing: Standing, *, has_left: bool) -> tuple[Word, ...]:
    """The words that fit an event, in the order in which they come in its life."""
    return tuple(word for word in Word if (standing, word) in TRANSITIONS or (has_left and (standing, word) in BY_LEFT))


def way(start: Standing, end: Standing, *, has_left: bool) -> tuple[Word, ...]:
    """The fewest words that lead from one standing to another; none where none do, or it stands there already."""
    ways: dict[Standing, tuple[Word, ...]] = {start: ()}
    for standing in (waiting := [start]):
        for word in words(standing, has_left=has_left):
            after_it = after(standing, word, has_left=has_left)
            if after_it not in ways and word is not Word.DISMISS:
                ways[after_it] = (*ways[standing], word)
                waiting.append(after_it)
    return ways.get(end, ())
