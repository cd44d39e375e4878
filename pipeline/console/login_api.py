"""Signing in and out, who one is, and one's own password."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from pipeline.console.accounts import MOST_LETTERS, Role, User
from pipeline.console.context import Console, ConsoleOf
from pipeline.console.guard import COOKIE, SessionOf
from pipeline.console.login_limit import LoginLimit
from pipeline.console.refusals import Refused
from pipeline.console.sessions import Session
from pipeline.errors import UsageError

Password = Annotated[str, Field(max_length=MOST_LETTERS)]


class LoginRequest(BaseModel):
    """Who wants in."""

    name: Annotated[str, Field(max_length=64)]
    password: Password


class PasswordRequest(BaseModel):
    """A new password for oneself."""

    old: Password
    new: Password


class UserAnswer(BaseModel):
    """Who is signed in."""

    name: str
    role: Role


class SiteAnswer(BaseModel):
    """What the console is about."""

    id: str
    name: str
    timezone: str


class SessionAnswer(BaseModel):
    """Who one is. Without a session all is null.

    Attributes:
        csrf: What to say as `X-CSRF-Token` with everything that changes something.
    """

    user: UserAnswer | None
    csrf: str | None
    site: SiteAnswer | None


def router(limit: LoginLimit) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["session"])

    @routes.get("/session")
    def session(request: Request, console: ConsoleOf) -> SessionAnswer:
        found = getattr(request.state, "session", None)
        return _answer(console, found if isinstance(found, Session) else None)

    @routes.post("/login")
    def login(asked: LoginRequest, request: Request, response: Response, console: ConsoleOf) -> SessionAnswer:
        address = address_of(request)
        limit.count(address, asked.name)
        user = console.accounts.checked(asked.name, asked.password)
        if user is None:
            console.audit.write(asked.name, "session.refused", asked.name, address=address)
            raise Refused(401, "name or password is wrong")
        limit.forget(address, asked.name)
        begun = console.sessions.begin(user)
        console.audit.write(user, "session.begin", user.name, address=address)
        _give_cookie(response, request, console, begun)
        return _answer(console, begun)

    @routes.post("/logout")
    def logout(session: SessionOf, request: Request, response: Response, console: ConsoleOf) -> SessionAnswer:
        console.sessions.end(session)
        console.audit.write(session.user, "session.end", session.user.name, address=address_of(request))
        response.delete_cookie(COOKIE, path=_cookie_path(console))
        return _answer(console, None)

    @routes.post("/password")
    def password(
        asked: PasswordRequest, session: SessionOf, request: Request, response: Response, console: ConsoleOf
    ) -> SessionAnswer:
        address = address_of(request)
        limit.count(address, session.user.name)
        if console.accounts.checked(session.user.name, asked.old) is None:
            console.audit.write(session.user, "session.refused_password", session.user.name, address=address)
            raise Refused(403, "the old password is wrong")
        limit.forget(address, session.user.name)
        try:
            console.accounts.give_password(session.user.name, asked.new)
        except UsageError as error:
            raise Refused(422, str(error)) from error
        console.audit.write(session.user, "session.password", session.user.name, address=address)
        begun = console.sessions.begin(session.user)
        _give_cookie(response, request, console, begun)
        return _answer(console, begun)

    return routes


def address_of(request: Request) -> str:
    """The browser's address; a trusted proxy's word about it is in the request already."""
    return request.client.host if request.client else ""


def _give_cookie(response: Response, request: Request, console: Console, session: Session) -> None:
    is_https = request.url.scheme == "https" or console.site.console.origin.startswith("https:")
    response.set_cookie(
        COOKIE, session.token, path=_cookie_path(console), httponly=True, samesite="strict", secure=is_https
    )


def _cookie_path(console: Console) -> str:
    return console.site.console.prefix + "/"


def _answer(console: Console, session: Session | None) -> SessionAnswer:
    if session is None:
        return SessionAnswer(user=None, csrf=None, site=None)
    site, user = console.site, session.user
    return SessionAnswer(
        user=_user(user),
        csrf=session.csrf,
        site=SiteAnswer(id=site.id, name=site.name, timezone=site.timezone.key),
    )


def _user(user: User) -> UserAnswer:
    return UserAnswer(name=user.name, role=user.role)
