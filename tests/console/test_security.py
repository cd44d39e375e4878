"""Who gets what: every route that the application has is asked, so one that is added later is covered."""

import http.client
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from pipeline.console.accounts import Role
from pipeline.console.app import create_app
from pipeline.console.guard import OPEN, SAFE_METHODS, AtLeast
from pipeline.console.headers import POLICY
from pipeline.console.login_limit import LoginLimit
from pipeline.console.refusals import Refused
from pipeline.console.shell import PAGES
from tests.console.rooms import NAMES, PASSWORD, Room, room, site_in

FOR_ALL = frozenset({"/api/logout", "/api/password"})
"""What everybody may who is signed in, whatever the role."""
EVIL = "https://evil.example"
OUTSIDE = (
    "../console.sqlite", "..%2fconsole.sqlite", "%2e%2e%2fconsole.sqlite", "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2fetc%2fpasswd", "/etc/passwd", "....%2f%2fconsole.sqlite", "..%5cconsole.sqlite", "%00", "%2e", "%2e%2e",
    "..%252fconsole.sqlite", "console.sqlite%00.jpg", "%ff%fe", "x" * 5000,
)  # fmt: skip
"""Names that try to leave a folder, as they are sent."""
SECRETS = (b"SQLite format", b"root:", b"argon2")


@dataclass(frozen=True, slots=True)
class Asked:
    """One route asked in one way."""

    method: str
    path: str
    role: Role | None

    @property
    def url(self) -> str:
        """With something in place of its parameters."""
        return re.sub(r"\{[^}]*\}", "x", self.path).removeprefix("/")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(site_in(tmp_path_factory.mktemp("console"))) as one:
        yield one


@pytest.fixture(scope="module")
def routes(here: Room) -> list[Asked]:
    """Every route below /api/ of the application that is served."""
    found = [
        Asked(method, route.path, _role(route.dependant))
        for route in _all_routes(create_app(here.console).routes)
        if isinstance(route, APIRoute) and route.path.startswith("/api/")
        for method in sorted(route.methods or ())
    ]
    assert len(found) > 8, "the routes are not found"
    return found


def _all_routes(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Those of included routers too, which FastAPI keeps as they are."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _all_routes(included.routes)


def _role(dependant: Dependant) -> Role | None:
    if isinstance(dependant.call, AtLeast):
        return dependant.call.role
    roles = [role for one in dependant.dependencies if (role := _role(one)) is not None]
    return max(roles, key=lambda role: role.rank, default=None)


def _status(client: httpx.Client, asked: Asked, **headers: str) -> int:
    """The status alone: a stream of events has no end."""
    with client.stream(asked.method, asked.url, headers=headers) as answer:
        if answer.status_code >= 400:
            answer.read()
            assert list(answer.json()) == ["error"], asked
        return answer.status_code


def test_the_application_has_api_routes_pages_and_files_and_nothing_else(here: Room) -> None:
    others = [route for route in _all_routes(create_app(here.console).routes)
              if not (isinstance(route, APIRoute) and route.path.startswith("/api/"))]  # fmt: skip
    mounts = [route.path for route in others if isinstance(route, Mount)]
    pages = {getattr(route, "path", "") for route in others if not isinstance(route, Mount)}
    assert mounts == ["/static"]
    assert pages == {"/"} | {f"/{name}" for name in PAGES} | {f"/{name}/{{rest:path}}" for name in PAGES}


def test_every_route_says_who_may_use_it(routes: list[Asked]) -> None:
    silent = [asked for asked in routes if asked.role is None]
    assert {(one.method, one.path) for one in silent if one.path not in FOR_ALL} == OPEN


def test_without_a_session_nothing_is_answered(here: Room, routes: list[Asked]) -> None:
    with here.stranger() as nobody:
        nobody.cookies.set("smart_alert_session", "made-up")
        nobody.headers["X-CSRF-Token"] = "made-up"
        told = {asked: _status(nobody, asked) for asked in routes if (asked.method, asked.path) not in OPEN}
    assert {asked: status for asked, status in told.items() if status != 401} == {}


def test_a_lower_role_is_refused(here: Room, routes: list[Asked]) -> None:
    told: dict[tuple[Role, Asked], int] = {}
    for role in (Role.OPERATOR, Role.ENGINEER):
        with here.client(role) as client:
            told |= {(role, asked): _status(client, asked) for asked in routes if asked.role and not _may(role, asked)}
    assert len({asked.path for _, asked in told}) >= 4
    assert {which: status for which, status in told.items() if status != 403} == {}


def _may(role: Role, asked: Asked) -> bool:
    return asked.role is not None and role.rank >= asked.role.rank


@pytest.mark.long
def test_the_role_that_is_needed_is_enough_to_look(here: Room, routes: list[Asked]) -> None:
    told: dict[tuple[Role, Asked], int] = {}
    for role in Role:
        with here.client(role) as client:
            told |= {(role, one): _status(client, one) for one in routes if one.method == "GET" and _may(role, one)}
    assert len(told) > 4
    assert {which: status for which, status in told.items() if status in (401, 403) or status >= 500} == {}


def test_what_changes_something_is_refused_from_another_sites_page(here: Room, routes: list[Asked]) -> None:
    unsafe = [asked for asked in routes if asked.method not in SAFE_METHODS]
    assert len(unsafe) >= 6
    foreign = (EVIL, "null", here.origin + ".evil.example", here.origin.replace("http", "ftp"), "")
    with here.client(Role.ADMIN) as client:
        told = {(asked, origin): _status(client, asked, Origin=origin) for asked in unsafe for origin in foreign}
        assert _status(client, Asked("GET", "/api/session", None)) == 200
    assert {which: status for which, status in told.items() if status != 403} == {}


def test_what_changes_something_is_refused_without_the_pages_token(here: Room, routes: list[Asked]) -> None:
    unsafe = [one for one in routes if one.method not in SAFE_METHODS and (one.method, one.path) not in OPEN]
    with here.client(Role.ADMIN) as client, here.client(Role.ADMIN) as other:
        tokens = ("", "made-up", other.headers["X-CSRF-Token"])
        told = {
            (asked, token): _status(client, asked, **{"X-CSRF-Token": token}) for asked in unsafe for token in tokens
        }
    assert {which: status for which, status in told.items() if status != 403} == {}


@pytest.mark.long
def test_no_name_in_a_path_leads_out_of_its_folder(here: Room, routes: list[Asked]) -> None:
    paths = [asked.path for asked in routes if asked.method == "GET" and "{" in asked.path]
    paths += ["/static/{name}", "/alerts/{name}"]
    with here.client(Role.ADMIN) as client:
        cookie = f"smart_alert_session={client.cookies['smart_alert_session']}"
        for path in paths:
            for name in OUTSIDE:
                status, body = _as_sent(here, re.sub(r"\{[^}]*\}", name.replace("\\", "\\\\"), path), cookie)
                assert status < 500, (path, name, body)
                assert not any(secret in body for secret in SECRETS), (path, name)
                if path.startswith("/static"):
                    assert status in (404, 405), (path, name)


def _as_sent(here: Room, path: str, cookie: str) -> tuple[int, bytes]:
    """An answer's status and body; the path goes out as it is, where a client of any comfort would tidy it."""
    connection = http.client.HTTPConnection(here.origin.removeprefix("http://"), timeout=60)
    try:
        connection.putrequest("GET", path, skip_accept_encoding=True)
        connection.putheader("Cookie", cookie)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read(1_000_000)
    finally:
        connection.close()


def test_every_answer_forbids_scripts_from_elsewhere_and_frames(here: Room) -> None:
    assert "unsafe" not in POLICY
    with here.stranger() as nobody:
        for path in ("alerts", "static/app.js", "static/nothing.js", "api/session", "api/accounts", "nowhere"):
            headers = nobody.get(path).headers
            assert headers["content-security-policy"] == POLICY, path
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["x-frame-options"] == "DENY", path
            assert headers["cache-control"] in ("no-store", "no-cache"), path
            assert "server" not in headers


def test_a_wrong_password_and_a_wrong_name_are_told_alike_and_written_down(here: Room) -> None:
    with here.stranger() as nobody:
        wrong = nobody.post("api/login", json={"name": NAMES[Role.ADMIN], "password": "wrong horse"})
        unknown = nobody.post("api/login", json={"name": "nobody", "password": "wrong horse"})
    assert (
        (wrong.status_code, wrong.json())
        == (unknown.status_code, unknown.json())
        == (
            401,
            {"error": "name or password is wrong"},
        )
    )
    assert [(one.user, one.action) for one in here.console.audit.read(most=2)] == [
        ("nobody", "session.refused"),
        (NAMES[Role.ADMIN], "session.refused"),
    ]


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(here: Room) -> None:
    with here.stranger() as nobody:
        answer = nobody.post("api/login", json={"name": NAMES[Role.OPERATOR], "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/;" in cookie + ";"


def test_signing_out_ends_that_session_alone(here: Room) -> None:
    with here.client(Role.OPERATOR) as one, here.client(Role.OPERATOR) as other:
        kept = dict(one.cookies)
        assert one.post("api/logout").json()["user"] is None
        with here.stranger() as nobody:
            nobody.cookies.update(kept)
            assert nobody.get("api/session").json()["user"] is None
        assert other.get("api/session").json()["user"]["name"] == NAMES[Role.OPERATOR]


@pytest.mark.long
def test_a_new_password_signs_out_every_other_browser(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, here.client(Role.OPERATOR) as one, here.client(Role.OPERATOR) as other:
        refused = one.post("api/password", json={"old": "wrong horse", "new": "another horse"})
        assert (refused.status_code, refused.json()["error"]) == (403, "the old password is wrong")
        assert one.post("api/password", json={"old": PASSWORD, "new": "short"}).status_code == 422
        changed = one.post("api/password", json={"old": PASSWORD, "new": "another horse"})
        assert changed.status_code == 200
        assert one.get("api/session").json()["user"] is not None
        assert other.get("api/session").json()["user"] is None
        with here.stranger() as nobody:
            name = NAMES[Role.OPERATOR]
            assert nobody.post("api/login", json={"name": name, "password": PASSWORD}).status_code == 401
            assert nobody.post("api/login", json={"name": name, "password": "another horse"}).status_code == 200


@pytest.mark.long
def test_guessing_is_slowed_down_and_the_right_password_is_not(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, here.stranger() as nobody:
        told = [nobody.post("api/login", json={"name": "ada", "password": f"guess {n}"}) for n in range(7)]
        assert [answer.status_code for answer in told] == [401] * 5 + [429] * 2
        assert int(told[-1].headers["retry-after"]) > 0
        assert nobody.post("api/login", json={"name": "ada", "password": PASSWORD}).status_code == 429
        for _ in range(12):
            assert nobody.post("api/login", json={"name": "emil", "password": PASSWORD}).status_code == 200


def test_one_address_cannot_try_many_names_nor_many_addresses_one_name() -> None:
    limit = LoginLimit()
    for number in range(30):
        limit.count("192.0.2.1", f"name-{number}")
    with pytest.raises(Refused, match="too many tries"):
        limit.count("192.0.2.1", "another")
    for number in range(100):
        limit.count(f"198.51.100.{number}", "ada")
    with pytest.raises(Refused, match="too many tries"):
        limit.count("203.0.113.1", "ada")
    limit.count("203.0.113.1", "emil")


def test_too_large_a_body_is_refused_before_it_is_read(here: Room) -> None:
    with here.stranger() as nobody:
        answer = nobody.post("api/login", content=b" " * (9 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_body_of_unknown_length_is_refused_before_it_is_read(here: Room) -> None:
    with here.stranger() as nobody:
        answer = nobody.post("api/login", content=(b" " * 1024 for _ in range(4)))
    assert answer.status_code == 411
    assert answer.json() == {"error": "content-length: missing (expected: the length of the body)"}
