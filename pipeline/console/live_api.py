"""The stream of server-sent events that every open page has, and what it reads where it has missed some."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool

from pipeline.console.context import Console, ConsoleOf
from pipeline.console.feed import Beat, NewsAnswer, read_news, sent
from pipeline.console.guard import Operator, SessionOf
from pipeline.runtime.clock import stopwatch

_BEAT_S = 2.0
_SEND_S = 20.0
"""A browser that takes nothing for so long is let go."""
_MOST_STEPS = 1000


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["live"])

    @routes.get("/live", response_class=EventSourceResponse)
    async def live(user: Operator, session: SessionOf, console: ConsoleOf) -> EventSourceResponse:
        """What happens, as it happens: `news` as `/api/news` has them, a `beat` every two seconds, `bye` at the end."""
        del user
        return EventSourceResponse(_stream(console, session.token), ping=0, send_timeout=_SEND_S)

    @routes.get("/news")
    def news(user: Operator, console: ConsoleOf, after: Annotated[int, Query(ge=0, lt=2**53)]) -> NewsAnswer:
        """What has happened since a line of the history; at most a thousand lines of it."""
        del user
        return read_news(console.database, after, console.live.around, _MOST_STEPS)

    return routes


async def _stream(console: Console, token: str) -> AsyncIterator[bytes]:
    feed = console.live.feed
    number, count = feed.last, feed.bell.count
    yield sent("beat", _beat(console))
    since_beat_s = stopwatch()
    while True:
        if since_beat_s() >= _BEAT_S:
            since_beat_s = stopwatch()
            # It counts as a sign of life: a page that stays open stays signed in.
            if await run_in_threadpool(console.sessions.of, token) is None:
                yield b"event: bye\ndata: {}\n\n"
                return
            yield sent("beat", _beat(console))
        # What is kept no longer the page reads anew: the next beat or news tell it what it lacks.
        number, contents = feed.after(number) or (feed.last, [])
        for content in contents:
            yield content
        count = await feed.bell.rung_after(count, max(0.01, _BEAT_S - since_beat_s()))


def _beat(console: Console) -> Beat:
    live = console.live
    return Beat(seq=live.feed.last, now=console.now, faults=live.faults, is_run_gone=live.run.is_gone)
