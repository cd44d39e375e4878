"""Real Chromium looking at a console: what it says on its console is an error of the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from pipeline.console.accounts import Role
from tests.artefacts import kept
from tests.console.rooms import NAMES, PASSWORD, Room

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LONGEST_MS = 60_000
WALL, DESK, PHONE = (3840, 2160), (1440, 900), (390, 844)


@dataclass(frozen=True, slots=True)
class Browsers:
    """Browsers of several people, each with cookies of its own.

    Attributes:
        errors: What the pages complained of, and what they asked elsewhere.
    """

    browser: Browser
    room: Room
    errors: list[str] = field(default_factory=list)

    def page(
        self,
        role: Role,
        path: str = "",
        size: tuple[int, int] = DESK,
        *,
        language: str = "en",
        theme: str = "light",
    ) -> Page:
        """A page of somebody who is signed in."""
        page = self.stranger(path, size, language=language, theme=theme)
        page.fill("input[name=name]", NAMES[role])
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        expect(page.locator("#user")).to_have_text(NAMES[role])
        return page

    def stranger(
        self, path: str = "", size: tuple[int, int] = DESK, *, language: str = "en", theme: str = "light"
    ) -> Page:
        """A page of somebody who is not."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="dark" if theme == "dark" else "light",
        )  # fmt: skip
        context.set_default_timeout(LONGEST_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._hear(message))  # noqa: PLW0108 - a method of a slotted class is refused
        page.on("request", lambda request: self._follow(request.url))
        page.goto(self.room.url + path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # That something is away (no run is up) is an answer which the pages show, and Chromium an error.
        if message.type in ("error", "warning") and "status of 503" not in message.text:
            self.errors.append(message.text)

    def _follow(self, url: str) -> None:
        if not url.startswith((self.room.url, "data:", "blob:")):
            self.errors.append(f"asked elsewhere: {url}")


@contextmanager
def browsers(room: Room) -> Iterator[Browsers]:
    """Chromium, for pages of the room's console. At the end no page may have complained."""
    expect.set_options(timeout=LONGEST_MS)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        them = Browsers(browser, room)
        try:
            yield them
        finally:
            browser.close()
    assert them.errors == [], them.errors


def keep(page: Page, name: str, folder: Path) -> Path:
    """A screenshot, kept."""
    path = folder / f"{name}.png"
    page.screenshot(path=path)
    return kept(path)
