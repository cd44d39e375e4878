"""What reaches the browsers that are open: one stream of server-sent events each."""

from collections.abc import AsyncIterator

import anyio
from fastapi import APIRouter
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from pipeline.console.context import Console, ConsoleOf
from pipeline.console.guard import Operator, SessionOf
from pipeline.console.sessions import Session

_BEAT_S = 2.0


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["live"])

    @routes.get("/live", response_class=EventSourceResponse)
    async def live(user: Operator, session: SessionOf, console: ConsoleOf) -> EventSourceResponse:
        del user
        return EventSourceResponse(_beats(console, session))

    return routes


async def _beats(console: Console, session: Session) -> AsyncIterator[ServerSentEvent]:
    while await run_in_threadpool(console.sessions.of, session.token) is not None:
        yield ServerSentEvent(data="{}", event="beat")
        await anyio.sleep(_BEAT_S)
    yield ServerSentEvent(data="{}", event="bye")
