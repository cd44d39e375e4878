"""The console behind a reverse proxy, below its prefix."""

import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from pipeline.console.accounts import Role
from tests.console.browsers import browsers
from tests.console.reverse_proxy import CLIENT, reverse_proxy
from tests.console.rooms import PASSWORD, Room, room, site_in

PREFIX = "/city/smart-alert"


@pytest.mark.long
@pytest.mark.parametrize("strips", [True, False], ids=["prefix taken off", "prefix left on"])
def test_all_works_below_the_prefix_of_a_reverse_proxy(tmp_path: Path, *, strips: bool) -> None:
    site = site_in(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as outside:
        origin = f"http://127.0.0.1:{outside.getsockname()[1]}"
        settings = replace(site.console, origin=origin, prefix=PREFIX)
        with (
            room(site, settings=settings) as here,
            reverse_proxy(outside, httpx.URL(here.url).netloc.decode(), PREFIX, strips=strips),
            browsers(Room(here.console, f"{origin}{PREFIX}/")) as them,
        ):
            page = them.page(Role.ADMIN)
            assert page.url == f"{origin}{PREFIX}/alerts"
            page.click("nav a:text-is('Administration')")
            expect(page.locator("table.audit tbody tr").first).to_contain_text(CLIENT)
            page.reload()
            expect(page.locator("nav a[aria-current=page]")).to_have_text("Administration")
            with page.expect_request(f"{origin}{PREFIX}/api/live"):
                page.reload()
            expect(page.locator(".banner")).to_have_count(0)
            (cookie,) = page.context.cookies()
            assert cookie["path"] == f"{PREFIX}/"
            page.click("#user")
            page.click("#leave")
            expect(page.locator("input[name=password]")).to_be_visible()


@pytest.mark.parametrize(
    ("trusted", "address"), [(("127.0.0.1",), CLIENT), (("127.0.0.0/8",), CLIENT), (("192.0.2.1",), "127.0.0.1")]
)
def test_a_proxys_word_about_the_browsers_address_is_believed_where_the_proxy_is_trusted(
    tmp_path: Path, trusted: tuple[str, ...], address: str
) -> None:
    site = site_in(tmp_path)
    with room(site, settings=replace(site.console, trusted_proxies=trusted)) as here, here.stranger() as nobody:
        headers = {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https"}
        answer = nobody.post("api/login", json={"name": "ada", "password": PASSWORD}, headers=headers)
        assert answer.status_code == 200
        assert ("secure" in answer.headers["set-cookie"].lower()) == (address == CLIENT)
        assert here.console.audit.read(most=1)[0].address == address


def test_another_origin_than_the_one_that_browsers_know_is_refused(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    settings = replace(site.console, origin="https://control.example")
    with room(site, settings=settings) as here, here.stranger() as nobody:
        asked = {"name": "ada", "password": PASSWORD}
        told = {
            origin: nobody.post("api/login", json=asked, headers={"Origin": origin}).status_code
            for origin in ("https://control.example", "http://control.example", "https://control.example.evil.example")
        }
    assert list(told.values()) == [200, 403, 403]
