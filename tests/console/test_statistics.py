"""Statistics by the console: figures of a period, filtered, as CSV, and drawn."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from pipeline.console.accounts import Role
from pipeline.dispatch.feedback import ledger_labels
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_words import Desk, Said
from pipeline.dispatch.standing import Word
from pipeline.replay.scoring import are_complete
from pipeline.replay.truth import Verdict, read_labels
from tests.console.browsers import DESK, PHONE, WALL, browsers, keep
from tests.console.rooms import Room, room
from tests.console.tried_site import tried_site
from tests.dispatch.samples import NOW, alert, incoming, office

EVENTS = 30


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Room]:
    """Thirty events on ten days in three cells, every third one acknowledged, every fifth one false."""
    with room(tried_site(tmp_path)) as found:
        alerts = [
            alert(f"event-{n}", grid=f"LZ-0{n % 3 + 1}", severity=("critical", "minor")[n % 2]).model_copy(
                update={"raised_at": NOW - timedelta(days=n // 3, hours=n % 5)}
            )
            for n in range(EVENTS)
        ]
        Ledger(found.console.database).take(incoming(*alerts), office())
        desk = Desk(found.console.database, "demo")
        for n in range(0, EVENTS, 3):
            desk.say(f"event-{n}", Word.ACKNOWLEDGE, Said("olivia"), office(60))
        for n in range(0, EVENTS, 5):
            desk.say(f"event-{n}", Word.DISMISS, Said("olivia"), office(120))
        yield found


@pytest.fixture
def operator(here: Room) -> Iterator[httpx.Client]:
    with here.client(Role.OPERATOR) as client:
        yield client


def test_without_a_period_the_week_of_the_newest_events_is_told(operator: httpx.Client) -> None:
    answer = operator.get("api/statistics").json()
    assert (answer["since"], answer["until"]) == ("2025-12-30", "2026-01-05")
    assert len(answer["days"]) == 7
    assert sum(one["events"] for one in answer["days"]) == answer["total"]["events"] == sum(answer["hours"]) == 21


def test_a_period_is_filtered_by_what_its_address_says(operator: httpx.Client) -> None:
    wanted = {"since": "2025-12-01", "until": "2026-01-05", "grid": "LZ-01", "severity": "critical"}
    answer = operator.get("api/statistics", params=wanted).json()
    assert answer["total"]["events"] == sum(n % 3 == 0 and n % 2 == 0 for n in range(EVENTS))
    assert [one["key"] for one in answer["groups"]["grid"]] == ["LZ-01"]
    assert answer["groups"]["category"][0]["name"] == {"zh": "消防通道", "en": "Fire lane"}
    assert answer["delays"][0]["acknowledge"] == {"events": 5, "median_s": 60.0, "p90_s": 60.0}


def test_a_table_comes_as_a_file_for_spreadsheets(operator: httpx.Client) -> None:
    wanted = {"since": "2025-12-01", "until": "2026-01-05"}
    answer = operator.get("api/statistics/grid.csv", params=wanted)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="grid-2025-12-01-2026-01-05.csv"' in answer.headers["content-disposition"]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("编号 Key")
    assert lines[1].startswith("LZ-01,LZ-01,LZ-01,10,2,")
    for table in ("category", "rule", "camera", "severity", "day", "hour", "delays", "uptime"):
        assert operator.get(f"api/statistics/{table}.csv", params=wanted).status_code == 200


def test_what_was_said_of_events_comes_as_the_labels_that_tuning_reads(
    here: Room, operator: httpx.Client, tmp_path: Path
) -> None:
    answer = operator.get("api/statistics/labels.csv")
    (tmp_path / "labels.csv").write_bytes(answer.content)
    labels = read_labels(tmp_path / "labels.csv", here.console.site.timezone)
    assert {one.event for one in labels} == {one.event for one in ledger_labels(here.console.database)}
    assert {one.verdict for one in labels} == {Verdict.FALSE}
    # A file and the ledger mean the same: what nobody has judged is no false alarm.
    assert not are_complete(labels)


def test_what_looks_like_a_formula_is_text_in_a_spreadsheet(here: Room, operator: httpx.Client) -> None:
    Ledger(here.console.database).take(incoming(alert("evil", grid="=cmd|'/c calc'!A1")), office())
    lines = operator.get("api/statistics/grid.csv").content.decode("utf-8-sig")
    assert "'=cmd" in lines
    assert ",=cmd" not in lines
    assert "\n=cmd" not in lines


@pytest.mark.parametrize(
    "wanted",
    [{"since": "2026-01-05", "until": "2026-01-01"}, {"since": "1000-01-01"}, {"since": "soon"}, {"table": "x"}],
)
def test_a_period_that_makes_no_sense_is_refused(operator: httpx.Client, wanted: dict[str, str]) -> None:
    path = "api/statistics/none.csv" if "table" in wanted else "api/statistics"
    answer = operator.get(path, params=wanted)
    assert answer.status_code == 422
    assert "error" in answer.json()


def test_uptime_is_read_from_the_logs(operator: httpx.Client) -> None:
    answer = operator.get("api/statistics/uptime", params={"since": "2026-01-05", "until": "2026-01-05"}).json()
    assert (answer["is_complete"], answer["done"], answer["total"]) == (True, 1, 1)
    assert [(one["id"], one["watched_s"], one["share"]) for one in answer["cameras"]] == [("gate", 900.0, 1.0)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "theme", "language"), [(WALL, "dark", "zh"), (DESK, "light", "en"), (PHONE, "dark", "zh")]
)
def test_the_page_fits_every_screen(
    here: Room, tmp_path: Path, size: tuple[int, int], theme: str, language: str
) -> None:
    with browsers(here) as them:
        page = them.page(
            Role.OPERATOR, "statistics?since=2025-12-25&until=2026-01-05", size, theme=theme, language=language
        )
        expect(page.locator("#figure-events strong")).to_have_text("30")
        expect(page.locator("#uptime svg")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        keep(page, f"statistics-{size[0]}-{theme}", tmp_path)


@pytest.mark.long
def test_a_bar_that_is_clicked_filters_and_the_address_says_so(here: Room, tmp_path: Path) -> None:
    with browsers(here) as them:
        page = them.page(Role.OPERATOR, "statistics?since=2025-12-25&until=2026-01-05", DESK)
        page.locator("[data-group=grid] .pick").first.click()
        expect(page.locator("#figure-events strong")).to_have_text("10")
        assert "grid=LZ-01" in page.url
        page.locator("[data-group=category] summary").click()
        expect(page.locator("[data-group=category] tbody tr")).to_have_count(1)
        with page.expect_download() as loaded:
            page.click("[data-group=category] a.button")
        path = tmp_path / "loaded.csv"
        loaded.value.save_as(path)
        assert "fire_lane,消防通道,Fire lane,10," in path.read_text(encoding="utf-8-sig")
        keep(page, "statistics-filtered", tmp_path)
        page.click("#all-filters-off")
        expect(page.locator("#figure-events strong")).to_have_text("21")
