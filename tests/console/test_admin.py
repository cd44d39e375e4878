"""The administrators' page, in a real browser; and what its routes write down."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipeline.console.accounts import Role
from tests.console.browsers import DESK, PHONE, WALL, browsers, keep
from tests.console.rooms import NAMES, PASSWORD, room, site_in


def test_what_an_administrator_does_is_done_and_written_down(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, here.client(Role.ADMIN) as client:
        made = client.post("api/accounts", json={"name": "王工", "role": "engineer", "password": "another horse"})
        assert made.status_code == 201
        assert {one["name"]: one["role"] for one in made.json()} == {
            "ada": "admin", "emil": "engineer", "olivia": "operator", "王工": "engineer",
        }  # fmt: skip
        assert (
            client.post("api/accounts", json={"name": "ada", "role": "admin", "password": PASSWORD}).status_code == 409
        )
        assert client.put("api/accounts/王工/role", json={"role": "operator"}).status_code == 200
        assert client.put("api/accounts/ada/role", json={"role": "operator"}).status_code == 409
        assert client.put("api/accounts/nobody/role", json={"role": "operator"}).status_code == 404
        assert client.put("api/accounts/王工/password", json={"password": "short"}).status_code == 422
        assert client.delete("api/accounts/王工").status_code == 200
        assert client.delete("api/accounts/王工").status_code == 404
        deeds = [(one["user"], one["action"], one["subject"], one["detail"], one["address"])
                 for one in client.get("api/audit", params={"of": "ada"}).json()]  # fmt: skip
    assert deeds == [
        ("ada", "admin.remove", "王工", "", "127.0.0.1"),
        ("ada", "admin.role", "王工", "operator", "127.0.0.1"),
        ("ada", "admin.add", "王工", "engineer", "127.0.0.1"),
        ("ada", "session.begin", "ada", "", "127.0.0.1"),
    ]


@pytest.mark.long
def test_an_account_is_made_used_changed_and_removed_on_the_page(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.page(Role.ADMIN, "admin")
        page.click("button:text-is('Add an account')")
        page.fill("dialog input[name=name]", "wang")
        page.fill("dialog input[name=password]", "another horse")
        page.select_option("dialog select", "engineer")
        page.keyboard.press("Enter")
        row = page.locator("tr", has_text="wang").first
        expect(row.locator("select")).to_have_value("engineer")
        theirs = them.stranger("fences")
        theirs.fill("input[name=name]", "wang")
        theirs.fill("input[name=password]", "another horse")
        theirs.keyboard.press("Enter")
        expect(theirs.locator("nav a[aria-current=page]")).to_have_text("Fences")
        row.locator("select").select_option("operator")
        expect(page.locator(".notice.good").last).to_have_text("Saved.")
        theirs.reload()
        expect(theirs.locator("main")).to_contain_text("you may not see it")
        row.locator("button.danger").click()
        page.click("dialog button.danger")
        expect(page.locator("tr", has_text="wang")).to_have_count(0)
        expect(theirs.locator("input[name=password]")).to_be_visible()
        page.click("button:text-is('Refresh')")
        expect(page.locator("table.audit tbody tr").first).to_contain_text("removed an account")
        page.fill("section[aria-labelledby=audit] input", NAMES[Role.OPERATOR])
        page.keyboard.press("Tab")
        expect(page.locator("p.empty")).to_be_visible()
        assert page.url.endswith(f"?of={NAMES[Role.OPERATOR]}")


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(WALL, "light", "zh"), (DESK, "dark", "en"), (PHONE, "light", "en"), (PHONE, "dark", "zh")],
)
def test_the_page_fits_every_screen(tmp_path: Path, size: tuple[int, int], theme: str, language: str) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.page(Role.ADMIN, "admin", size, theme=theme, language=language)
        expect(page.locator("table.audit tbody tr")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        keep(page, f"admin-{size[0]}-{theme}-{language}", tmp_path)
