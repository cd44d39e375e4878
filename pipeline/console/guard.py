"""Who may ask for what: nothing below `/api/` is answered without a session, whatever a route itself says."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.console.accounts import Role, User
from pipeline.console.context import Console
from pipeline.console.refusals import Refused
from pipeline.console.sessions import Session
from pipeline.errors import StateError

COOKIE = "smart_alert_session"
CSRF = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset({("GET", "/api/session"), ("POST", "/api/login")})
"""What is answered without a session: who one is, and the login."""
_MOST_BYTES = 8 * 1024 * 1024


class Guard:
    """Stands before the routes. Refuses what has no session, comes from another site's page, or is too large.

    Args:
        app: What it guards.
        console: Its sessions, and the address that browsers know.
    """

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app, self._console = app, console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, with the session in the request's state, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            if request.url.path.startswith("/api/"):
                request.state.session = await self._admitted(request)
        except Refused as refused:
            await JSONResponse({"error": refused.text}, refused.status)(scope, receive, send)
            return
        except StateError as error:
            await JSONResponse({"error": str(error)}, 503)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admitted(self, request: Request) -> Session | None:
        token = request.cookies.get(COOKIE)
        session = await run_in_threadpool(self._console.sessions.of, token) if token else None
        is_open = (request.method, request.url.path) in OPEN
        if session is None and not is_open:
            raise Refused(401, "not signed in (expected: sign in first)")
        if request.method not in SAFE_METHODS:
            self._refuse_foreign(request)
            if not is_open and session is not None and not session.says(request.headers.get(CSRF, "")):
                raise Refused(403, f"{CSRF}: missing or wrong (expected: load the page again)")
        return session

    def _refuse_foreign(self, request: Request) -> None:
        origin = request.headers.get("origin", "").lower()
        own = self._console.site.console.origin
        host = request.headers.get("host", "").lower()
        if not origin or origin not in (own, f"http://{host}", f"https://{host}"):
            raise Refused(403, f"origin: got {origin or 'none'}, allowed: the console's own pages")
        if "transfer-encoding" in request.headers:
            # Of such a body nobody knows the length before all of it has been read.
            raise Refused(411, "content-length: missing (expected: the length of the body)")
        if not request.headers.get("content-length", "0").isdigit():
            raise Refused(400, "content-length: no number")
        if int(request.headers.get("content-length", "0")) > _MOST_BYTES:
            raise Refused(413, f"too large (allowed: {_MOST_BYTES} bytes)")


def session_of(request: Request) -> Session:
    """The session of a request."""
    session = getattr(request.state, "session", None)
    if not isinstance(session, Session):
        raise Refused(401, "not signed in (expected: sign in first)")
    return session


SessionOf = Annotated[Session, Depends(session_of)]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Lets through who has that role or a higher one.

    Attributes:
        role: The lowest that may.
    """

    role: Role

    def __call__(self, session: SessionOf) -> User:
        """The user.

        Raises:
            Refused: A lower role.
        """
        if not session.user.may(self.role):
            raise Refused(403, f"needs the role {self.role} (you are {session.user.role})")
        return session.user


Operator = Annotated[User, Depends(AtLeast(Role.OPERATOR))]
Engineer = Annotated[User, Depends(AtLeast(Role.ENGINEER))]
Admin = Annotated[User, Depends(AtLeast(Role.ADMIN))]
"""What a route's parameter says of who may use it; its value is the user."""
