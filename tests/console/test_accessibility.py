"""Every page is usable by keyboard, with labels and with contrast, as axe-core finds it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.console.accounts import Role
from pipeline.console.shell import PAGES
from tests.console.browsers import DESK, PHONE, Browsers, browsers
from tests.console.rooms import room, site_in

AXE = Path(__file__).with_name("axe") / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK = """async (tags) => (await axe.run(document, {runOnly: tags})).violations.map(
    (one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`)"""


@pytest.fixture(scope="module")
def them(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    with room(site_in(tmp_path_factory.mktemp("console"))) as here, browsers(here) as some:
        yield some


def complaints(page: Page) -> list[str]:
    """What axe-core finds wrong, a line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(ASK, RULES)
    return [str(line) for line in found]


def _at_rest(page: Page) -> None:
    expect(page.locator("main h1").first).to_be_visible()
    page.wait_for_timeout(500)


@pytest.mark.long
@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "zh")])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_labels_and_contrast(them: Browsers, name: str, theme: str, language: str) -> None:
    page = them.page(Role.ADMIN, name, DESK, theme=theme, language=language)
    _at_rest(page)
    assert complaints(page) == []
    page.context.close()


@pytest.mark.long
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_login_dialogs_and_notices_have_labels_and_contrast(them: Browsers, theme: str) -> None:
    page = them.stranger(theme=theme)
    expect(page.locator("button[type=submit]")).to_be_visible()
    assert complaints(page) == []
    page = them.page(Role.ADMIN, "admin", PHONE, theme=theme)
    expect(page.locator("main h1").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("dialog table.keys")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.click("#user")
    page.click(".menu button >> nth=0")
    page.fill("dialog input[name=old]", "wrong horse")
    page.fill("dialog input[name=new]", "another horse")
    page.fill("dialog input[name=again]", "another one")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .fault")).to_be_visible()
    assert complaints(page) == []


@pytest.mark.long
def test_axe_would_complain(them: Browsers) -> None:
    page = them.stranger()
    expect(page.locator("button[type=submit]")).to_be_visible()
    page.evaluate("document.querySelector('label').replaceWith(document.querySelector('input'))")
    assert any("label" in line for line in complaints(page))


@pytest.mark.long
def test_everything_is_reached_by_keyboard_alone(them: Browsers) -> None:
    page = them.stranger("admin")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse")
    page.keyboard.press("Enter")
    expect(page.locator("nav a[aria-current=page]")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.locator("nav a[aria-current=page]")).to_have_attribute("href", f"{them.room.url}cameras")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_contain_text("Administration")
