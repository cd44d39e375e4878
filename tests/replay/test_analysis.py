import csv
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import sync_playwright

from pipeline.alerts.alert_file import AlertFile
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.publisher import Publisher
from pipeline.config.vocabulary import load_vocabulary
from pipeline.observation import Gap, GapCause, MediaNs, Tick, nanoseconds
from pipeline.replay.analysis import Analysis, analysed, events_in, logs_in
from pipeline.replay.analysis_page import write_page
from pipeline.replay.analysis_tables import write_tables
from pipeline.replay.footprints import Footprints
from pipeline.replay.log import LogWriter
from pipeline.replay.log_blocks import read_blocks
from pipeline.rules.episode import Open
from tests.alerts.samples import START, cleared, picture, raised, site_in
from tests.artefacts import kept
from tests.rules.scenes import PARKED, observation, pass_by, shifted, stay

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def _t(t_s: float) -> MediaNs:
    return MediaNs(START + nanoseconds(t_s))


def _results(folder: Path) -> Analysis:
    """A run of some minutes on one camera, with two events, an outage and a log."""
    site = site_in(folder)
    keeper = EvidenceFolder(folder / "run", site.timezone, load_vocabulary().titles)
    with AlertFile(folder / "run") as file:
        publisher = Publisher(site, keeper, [file])
        for episode in (raised("e1"), raised("e2", 65), cleared("e1"), cleared("e2", 95)):
            publisher.publish(episode, picture)
    things = [stay(track=1), stay(shifted(PARKED, -0.3), 20, 60, class_name="person", track=2), pass_by(10, 90)]
    with LogWriter(folder / "run" / "observations.parquet", site.cameras[0].id) as log:
        for t_s in range(0, 200, 2):
            log.append(replace(observation(t_s, things), t=_t(t_s)))
        log.append(Gap(_t(200), _t(199), is_open=True, cause=GapCause.COVERED))
        log.append(Gap(_t(249), _t(199), is_open=False, cause=GapCause.COVERED))
        log.append(Tick(_t(250)))
    return analysed(site, events_in(folder / "run"), logs_in(site, folder / "run"))


def test_an_event_that_is_open_reaches_to_the_end_of_what_was_analysed(tmp_path: Path) -> None:
    found = _results(tmp_path)
    (first, second) = found.events
    still = replace(second, event=replace(second.event, ending=Open()))
    write_page(tmp_path / "index.html", replace(found, events=(first, still)))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    ends = {
        event: float(left) + float(width)
        for event, left, width in re.findall(
            r'<a href="#(\w+)" class="bar \w+" style="left:([\d.]+)%;width:([\d.]+)%', page
        )
    }
    assert ends["e2"] == pytest.approx(100, abs=0.01)
    assert ends["e1"] < 50


def test_a_stretch_that_was_exported_beside_the_log_is_not_counted_twice(tmp_path: Path) -> None:
    site, log = _results(tmp_path).site, tmp_path / "run" / "observations.parquet"
    (tmp_path / "run" / "stretch.parquet").write_bytes(log.read_bytes())
    assert logs_in(site, tmp_path / "run") == {site.cameras[0].id: log}
    assert logs_in(site, tmp_path / "nothing") == {}


def test_days_and_hours_count_the_events_of_a_run(tmp_path: Path) -> None:
    found = _results(tmp_path)
    assert sum(found.counts_by_day().values()) == sum(found.counts_by_hour()) == 2
    assert found.counts_by_hour()[found.local(found.events[0].event.raised_at).hour] == 2
    assert found.end - found.begin >= timedelta(seconds=250).total_seconds() * 1e9 - 1


def test_uptime_leaves_out_what_the_camera_did_not_see(tmp_path: Path) -> None:
    found = _results(tmp_path)
    (footprints,) = found.footprints.values()
    assert [(one.begin, one.end, one.cause) for one in footprints.blind] == [(_t(199), _t(249), GapCause.COVERED)]
    assert footprints.uptime == pytest.approx(1 - 50 / 250)
    assert footprints.looks == 100


def test_heat_lies_where_things_stood_and_for_as_long(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    with LogWriter(path, site_in(tmp_path).cameras[0].id) as log:
        for t_s in range(0, 102, 2):
            log.append(observation(t_s, [stay(PARKED, 0, 60)]))
    footprints = Footprints()
    for block in read_blocks(path):
        footprints.add(block)
    row, column = np.unravel_index(int(footprints.stayed_s.argmax()), footprints.stayed_s.shape)
    assert (int(row), int(column)) == (int(0.7 * 54), int(0.5 * 96))
    assert footprints.stayed_s.sum() == pytest.approx(60)


def test_the_tables_have_every_event_and_no_formula(tmp_path: Path) -> None:
    found = _results(tmp_path)
    (camera,) = found.cameras
    found = replace(found, cameras=(replace(camera, name="=1+1"),))
    write_tables(tmp_path / "out", found)
    with (tmp_path / "out" / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == ["e1", "e2"]
    with (tmp_path / "out" / "cameras.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(row for row in csv.reader(file) if row[0] == camera.id)[1] == "'=1+1"
    book = load_workbook(tmp_path / "out" / "report.xlsx")
    assert book.sheetnames == ["events", "days", "hours", "cameras"]
    assert [cell.value for cell in book["events"]["A"]][1:] == ["e1", "e2"]
    assert book["cameras"]["B2"].data_type == "s"


@pytest.mark.long
def test_the_page_opens_in_a_browser_without_network_and_without_error(tmp_path: Path) -> None:
    write_page(tmp_path / "index.html", _results(tmp_path))
    asked: list[str] = []
    errors: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto((tmp_path / "index.html").as_uri())
        assert page.locator("article.event").count() == 2
        assert page.locator("h1").inner_text().endswith("分析报告")
        assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.screenshot(path=tmp_path / "report-zh-light.png", full_page=True)
        kept(tmp_path / "report-zh-light.png")
        page.click("#lang")
        page.click("#theme")
        assert page.locator("h1").inner_text().endswith("Analysis")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=tmp_path / "report-en-dark.png", full_page=True)
        kept(tmp_path / "report-en-dark.png")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=tmp_path / "report-phone.png", full_page=True)
        kept(tmp_path / "report-phone.png")
        browser.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    for name in ("report-zh-light", "report-en-dark", "report-phone"):
        assert ink_share(tmp_path / f"{name}.png") > 0.01


def ink_share(path: Path) -> float:
    """The share of a picture that stands out from its commonest colour: nothing on an empty page."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("L"), np.int64)
    paper = np.bincount(pixels.ravel()).argmax()
    return float((abs(pixels - paper) > 60).mean())
