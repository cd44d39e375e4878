"""Names that are scripts are shown, and never run."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipeline.console.accounts import Role
from pipeline.console.shell import PAGES
from tests.console.browsers import browsers
from tests.console.rooms import ROOT, room, site_in

SCRIPT = '<img src=x onerror="window.taken=1"></script><script>window.taken=1</script>${window.taken=1}'


@pytest.mark.long
def test_a_script_in_a_name_is_shown_and_never_run(tmp_path: Path) -> None:
    samples = ROOT / "sample_videos"
    quoted = SCRIPT.replace("'", "''")
    written = (samples / "site.yaml").read_text(encoding="utf-8")
    written = written.replace("闻韶社区示范站", f"'{quoted}'").replace("name: 闻韶社区东门", f"name: '{quoted}'")
    fences = (samples / "street.geojson").read_text(encoding="utf-8")
    (tmp_path / "street.geojson").write_text(fences.replace('"name": "', '"name": "' + SCRIPT.replace('"', '\\"')))
    written = written.replace("street.mp4", str(samples / "street.mp4"))
    with room(site_in(tmp_path, written)) as here, browsers(here) as them:
        here.console.audit.write(SCRIPT, SCRIPT, SCRIPT, SCRIPT, SCRIPT)
        page = them.page(Role.ADMIN)
        expect(page.locator(".top .site")).to_have_text(SCRIPT)
        for name in PAGES:
            page.goto(f"{here.url}{name}")
            expect(page.locator("main h1").first).to_be_visible()
            page.wait_for_load_state()
            page.wait_for_timeout(500)
            assert page.evaluate("window.taken") is None, name
        expect(page.locator("table.audit")).to_contain_text(SCRIPT)
        page.goto(f"{here.url}cameras")
        expect(page.locator("main")).to_contain_text(SCRIPT)
