"""The frame around every page, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipeline.console.accounts import Role
from tests.console.browsers import DESK, PHONE, WALL, browsers, keep
from tests.console.rooms import room, site_in

PAGES = {
    Role.OPERATOR: ["Alerts", "Cameras", "Rules", "Statistics"],
    Role.ENGINEER: ["Alerts", "Cameras", "Fences", "Rules", "Statistics"],
    Role.ADMIN: ["Alerts", "Cameras", "Fences", "Rules", "Statistics", "Administration"],
}
WHOLE = {
    "Statistics": ["#figure-events", "#uptime[aria-busy=false]"],
    "Administration": ["table:not(.audit) tbody tr", "table.audit tbody tr"],
}


@pytest.mark.long
def test_each_role_sees_its_pages_and_signs_out(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        for role, names in PAGES.items():
            page = them.page(role)
            expect(page.locator("nav a")).to_have_text(names)
            for name in names:
                page.click(f"nav a:text-is('{name}')")
                expect(page.locator("nav a[aria-current=page]")).to_have_text(name)
            # What a page still asks for as the session ends is refused, and Chromium tells of that as an error.
            for part in WHOLE[names[-1]]:
                expect(page.locator(part).first).to_be_visible()
            page.click("#user")
            page.click("#leave")
            expect(page.locator("input[name=password]")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "theme", "language"), [(WALL, "dark", "zh"), (DESK, "light", "en"), (PHONE, "dark", "zh")]
)
def test_the_frame_fits_every_screen(tmp_path: Path, size: tuple[int, int], theme: str, language: str) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.stranger(size=size, theme=theme, language=language)
        expect(page.locator("button[type=submit]")).to_be_visible()
        keep(page, f"login-{size[0]}-{theme}", tmp_path)
        page = them.page(Role.ADMIN, "admin", size, theme=theme, language=language)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        keep(page, f"frame-{size[0]}-{theme}", tmp_path)


@pytest.mark.long
def test_language_and_theme_are_switched_and_kept(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.page(Role.OPERATOR)
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.click("#language")
        expect(page.locator("nav a").first).to_have_text("告警")
        page.click("#theme")
        page.reload()
        expect(page.locator("nav a").first).to_have_text("告警")
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
