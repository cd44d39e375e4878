"""What happened and was not told: said in the console, read by tuning."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pipeline.console.accounts import Role
from pipeline.dispatch.feedback import ledger_labels
from pipeline.observation import seconds
from pipeline.replay.truth import Verdict
from tests.console.browsers import browsers, keep
from tests.console.rooms import NAMES, Room, room, site_in


def asked(here: Room, **changes: object) -> dict[str, object]:
    """A request that is right, but for the changes."""
    camera = here.console.site.cameras[0]
    rule = next(one for one in here.console.site.rules if camera.id in one.zones_by_camera)
    return {
        "camera": camera.id,
        "rule": rule.id,
        "zone": rule.zones_by_camera[camera.id][0],
        "start": "2026-01-05T08:00",
        "end": "2026-01-05T08:04:30+08:00",
        "note": "a van behind the tree",
    } | changes


def test_what_is_said_is_a_label_on_the_sites_clock_and_can_be_taken_back(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, here.client(Role.OPERATOR) as client:
        told = client.post("api/missed", json=asked(here))
        assert told.status_code == 201
        assert told.json()["by"] == NAMES[Role.OPERATOR]
        assert client.get("api/missed").json()["missed"] == [told.json()]
        (label,) = ledger_labels(here.console.database)
        assert (label.verdict, label.note) == (Verdict.MISSED, "a van behind the tree")
        # The site's clock is eight hours ahead.
        assert datetime.fromtimestamp(seconds(label.start), UTC) == datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
        assert label.end - label.start == 270 * 10**9
        assert ",missed,," in client.get("api/statistics/labels.csv").text
        assert client.delete(f"api/missed/{told.json()['number']}").status_code == 204
        assert client.delete(f"api/missed/{told.json()['number']}").status_code == 404
        assert client.get("api/missed").json() == {"missed": []}
    deeds = [deed.action for deed in here.console.audit.read() if deed.action.startswith("missed")]
    assert deeds == ["missed.take_back", "missed.say"]


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"camera": "nobody"}, 404, "camera nobody: the site has none of this id"),
        ({"rule": "nothing"}, 404, "rule nothing: none of this id looks at camera"),
        ({"zone": "nowhere"}, 404, "zone nowhere: rule"),
        ({"start": "yesterday"}, 422, "start: got 'yesterday', expected ISO 8601"),
        ({"end": "2026-01-05T07:59"}, 422, "end: expected a time that is not before the start, and not to come"),
        ({"start": "2150-01-01", "end": ""}, 422, "end: expected a time that is not before the start, and not to come"),
        ({"note": "a\x00b"}, 422, "note"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(
    tmp_path: Path, changes: dict[str, object], status: int, text: str
) -> None:
    with room(site_in(tmp_path)) as here, here.client(Role.OPERATOR) as client:
        answer = client.post("api/missed", json=asked(here, **changes))
        assert answer.status_code == status
        assert text in answer.json()["error"]
        assert client.get("api/missed").json() == {"missed": []}


@pytest.mark.long
def test_a_missed_event_is_recorded_on_the_cameras_page_and_listed_beside_the_labels(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        camera = here.console.site.cameras[0]
        page = them.page(Role.OPERATOR, f"cameras/{camera.id}")
        expect(page.locator("#say-missed")).to_be_visible()
        page.keyboard.press("m")
        expect(page.locator("#missed select[name=rule]")).to_be_focused()
        page.fill("#missed input[name=note]", "a van behind the tree")
        keep(page, "camera-missed", tmp_path)
        page.keyboard.press("Enter")
        expect(page.locator(".notice.good")).to_contain_text("The missed event is recorded")
        expect(page.locator("dialog")).to_have_count(0)
        (label,) = ledger_labels(here.console.database)
        ago = here.console.now - datetime.fromtimestamp(seconds(label.start), UTC)
        assert timedelta(minutes=9) < ago < timedelta(minutes=15)
        page.click("nav a[href$=statistics]")
        expect(page.locator("#missed-events")).to_contain_text("a van behind the tree")
        keep(page, "statistics-missed", tmp_path)
        page.click("#missed-events button")
        expect(page.locator("#missed-events")).to_contain_text("Nobody has recorded one")
        assert ledger_labels(here.console.database) == ()
