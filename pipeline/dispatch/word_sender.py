"""Sends people's words to the pipeline at once, whoever keeps the ledger: one that is sent twice counts once."""

from collections.abc import Callable
from datetime import datetime

from pipeline.dispatch.client import AlertClient
from pipeline.dispatch.ledger_words import Desk


def send_words(desk: Desk, client: AlertClient, now: Callable[[], datetime]) -> int:
    """Send the words that wait in the ledger, in order; how many were sent.

    Args:
        desk: Knows which wait.
        client: Of the site's Redis.
        now: The wall clock.

    Raises:
        ServerAwayError: Not all could be sent; the others wait.
        StreamError: The server refuses.
        LedgerAwayError: The database cannot be used now: they may be sent again.
    """
    sent: list[int] = []
    try:
        for number, command in desk.unsent():
            client.send(command)
            sent.append(number)
    finally:
        if sent:
            desk.mark_sent(sent, now())
    return len(sent)
