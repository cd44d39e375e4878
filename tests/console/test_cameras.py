"""The wall of cameras and the full view of one, in a real browser beside a real run."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from pipeline.config.load import load_site
from pipeline.config.resolved import ConsoleSettings, Site
from pipeline.console.accounts import Role
from tests.console.browsers import DESK, LONGEST_MS, PHONE, WALL, browsers, keep
from tests.console.rooms import room, site_in
from tests.live.footage import write_footage
from tests.live.live_run import LiveRun, SiteFile

N_CAMERAS = 24
NAMES = [f"cam-{number:02}" for number in range(N_CAMERAS)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRun]:
    """A run with many cameras, of which the first cannot be reached, and the second sees a car in the lane."""
    folder = tmp_path_factory.mktemp("wall")
    write_footage(folder / "car.mp4", 30, lambda _: True)
    write_footage(folder / "street.mp4", 30, lambda _: False)
    cameras = dict.fromkeys(NAMES, "source: street.mp4, loop: true")
    cameras["cam-00"] = "source: 'rtsp://127.0.0.1:1/nowhere'"
    cameras["cam-01"] = "source: car.mp4, loop: true"
    site = SiteFile(folder, cameras, more="  - {id: cameras, algorithm: camera_fault, dwell: 2s}\n")
    site.write()
    with LiveRun(site) as run:
        run.wait_for_alert("raised", "cam-01", 60)
        yield run


def site_of(run: LiveRun) -> Site:
    return replace(load_site(run.site.path, os.environ), console=ConsoleSettings(listen=("127.0.0.1", 0)))


def tile(camera: str) -> str:
    return f".tile[data-camera='{camera}']"


IS_DRAWN = """selector => {
  const canvas = document.querySelector(`${selector} canvas`);
  if (!canvas || canvas.width < 10) return false;
  return canvas.toDataURL().length > 5000;
}"""
PIXELS = """selector => {
  return document.querySelector(`${selector} canvas`).toDataURL();
}"""


IS_ABOVE = """([upper, lower]) =>
  document.querySelector(upper).getBoundingClientRect().bottom <=
  document.querySelector(lower).getBoundingClientRect().top"""


class Asked:
    """The cameras that a page has asked for pictures of."""

    def __init__(self, page: Page) -> None:
        self.requests: list[tuple[str, ...]] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path.endswith("/api/pictures"):
            self.requests.append(tuple(parse_qs(parts.query)["camera"]))

    @property
    def last(self) -> set[str]:
        return set(self.requests[-1]) if self.requests else set()


@pytest.mark.long
def test_only_cameras_on_screen_are_asked_for(running: LiveRun, tmp_path: Path) -> None:
    with room(site_of(running)) as here, browsers(here) as them:
        page = them.page(Role.OPERATOR, "cameras", DESK)
        asked = Asked(page)
        expect(page.locator(".tile")).to_have_count(N_CAMERAS)
        page.wait_for_function(IS_DRAWN, arg=tile("cam-01"))
        on_screen = set(page.evaluate(ON_SCREEN))
        assert 3 <= len(on_screen) < N_CAMERAS
        wait(page, lambda: asked.last == on_screen)
        # Further down other cameras are on screen, and only those are asked for.
        page.locator(".tile").last.scroll_into_view_if_needed()
        wait(page, lambda: set(page.evaluate(ON_SCREEN)) != on_screen)
        lower = set(page.evaluate(ON_SCREEN))
        wait(page, lambda: asked.last == lower)
        page.wait_for_function(IS_DRAWN, arg=tile(NAMES[-1]))
        # A page that is not seen asks for nothing.
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
        page.wait_for_timeout(1500)
        n_asked = len(asked.requests)
        page.wait_for_timeout(2000)
        assert len(asked.requests) == n_asked
        page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        wait(page, lambda: len(asked.requests) > n_asked)
        # Nor does the page of alerts.
        page.click("nav a:text-is('Alerts')")
        page.wait_for_timeout(1500)
        n_asked = len(asked.requests)
        page.wait_for_timeout(2000)
        assert len(asked.requests) == n_asked
        keep(page, "cameras-left", tmp_path)


ON_SCREEN = """() => [...document.querySelectorAll(".tile")].filter((one) => {
  const { top, bottom } = one.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}).map((one) => one.dataset.camera)"""


def wait(page: Page, holds: Callable[[], bool]) -> None:
    """Until something holds; the browser goes on meanwhile."""
    for _ in range(LONGEST_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not within {LONGEST_MS} ms")


@pytest.mark.long
def test_pictures_go_on_with_fences_and_boxes_and_what_is_not_well_comes_first(running: LiveRun) -> None:
    with room(site_of(running)) as here, browsers(here) as them:
        page = them.page(Role.OPERATOR, "cameras", DESK, theme="dark", language="zh")
        car = tile("cam-01")
        page.wait_for_function(IS_DRAWN, arg=car)
        before = page.evaluate(PIXELS, car)
        wait(page, lambda: page.evaluate(PIXELS, car) != before)
        expect(page.locator(f"{car} .scene-area polygon")).to_have_count(1)
        expect(page.locator(f"{car} .scene-raised rect")).to_have_count(1)
        expect(page.locator(f"{car} .badge")).to_have_text("正常")
        # The camera out of reach is first, says so, and has no picture.
        first = page.locator(".tile").first
        expect(first).to_have_attribute("data-camera", "cam-00")
        expect(first.locator(".badge")).to_have_text("连接不上")
        expect(first.locator(".tile-note")).to_have_text("没有画面")
        expect(page.locator("#only-unwell")).to_have_text("异常 1")
        page.click("#only-unwell")
        expect(page.locator(".tile")).to_have_count(1)
        assert "only=unwell" in page.url
        page.click("#only-unwell")
        page.fill("input[type=search]", "cam-1")
        expect(page.locator(".tile")).to_have_count(10)
        assert "q=cam-1" in page.url
        page.reload()
        expect(page.locator(".tile")).to_have_count(10)


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "theme", "language"), [(WALL, "dark", "zh"), (DESK, "light", "en"), (PHONE, "dark", "zh")]
)
def test_the_wall_and_the_full_view_fit_every_screen(
    running: LiveRun, tmp_path: Path, size: tuple[int, int], theme: str, language: str
) -> None:
    with room(site_of(running)) as here, browsers(here) as them:
        page = them.page(Role.ENGINEER, "cameras", size, theme=theme, language=language)
        page.wait_for_function(IS_DRAWN, arg=tile("cam-01"))
        if size is not PHONE:
            page.wait_for_function(IS_DRAWN, arg=tile("cam-02"))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        keep(page, f"cameras-wall-{size[0]}-{theme}", tmp_path)
        page.click(f"{tile('cam-01')} a")
        expect(page).to_have_url(re.compile(r"/cameras/cam-01$"))
        page.wait_for_function(IS_DRAWN, arg=".camera-stage")
        expect(page.locator(".camera-stage .scene-raised text")).to_contain_text("%")
        expect(page.locator("svg.camera-day .day-looks").last).to_be_attached()
        page.wait_for_timeout(2500)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        keep(page, f"cameras-view-{size[0]}-{theme}", tmp_path)
        assert page.evaluate(IS_ABOVE, [".camera-stage", ".camera-view-day"])
        page.locator("svg.camera-day").scroll_into_view_if_needed()
        keep(page, f"cameras-day-{size[0]}-{theme}", tmp_path)


@pytest.mark.long
def test_the_full_view_is_the_whole_picture_in_the_cameras_own_time(running: LiveRun, tmp_path: Path) -> None:
    with room(site_of(running)) as here, browsers(here) as them:
        page = them.page(Role.OPERATOR, "cameras/cam-01", DESK)
        page.wait_for_function(IS_DRAWN, arg=".camera-stage")
        assert page.evaluate("document.querySelector('.camera-stage canvas').width") == 320
        first = page.locator("#taken-at").inner_text()
        wait(page, lambda: page.locator("#taken-at").inner_text() > first)
        expect(page.locator(".camera-view")).to_contain_text("10.0")
        expect(page.locator("a.button:text-is('Edit fences')")).to_have_count(0)
        page.keyboard.press("x")
        expect(page.locator(".camera-stage .scene-area")).to_have_count(0)
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile(r"/cameras/cam-02$"))
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile(r"/cameras$"))
        keep(page, "cameras-back", tmp_path)


@pytest.mark.long
def test_pictures_that_come_no_more_are_not_taken_for_what_is_there_now(running: LiveRun, tmp_path: Path) -> None:
    with room(site_of(running)) as here, browsers(here) as them:
        for path, place, note in (
            ("cameras?q=cam-01", tile("cam-01"), f"{tile('cam-01')} .tile-note"),
            ("cameras/cam-01", ".camera-stage", "#stage-lost"),
        ):
            page = them.page(Role.OPERATOR, path, DESK)
            page.wait_for_function(IS_DRAWN, arg=place)
            expect(page.locator(f"{place} .scene-raised")).to_have_count(1)
            expect(page.locator(note)).to_have_count(0)
            page.route("**/api/pictures?**", lambda route: route.abort())
            expect(page.locator(note)).to_have_text("Connection lost: not what is there now")
            expect(page.locator(f"{place} .scene-dim")).to_have_count(1)
            expect(page.locator(f"{place} .scene-raised")).to_have_count(0)
            keep(page, f"cameras-lost-{place.strip('.')[:4]}", tmp_path)
            page.unroute("**/api/pictures?**")
            expect(page.locator(note)).to_have_count(0)
            page.context.close()
        them.errors.clear()


@pytest.mark.long
def test_fences_are_asked_for_again_after_a_failure_and_once_a_minute(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.page(Role.OPERATOR, "alerts", DESK)
        asked: list[str] = []

        def answer(route: Route) -> None:
            asked.append(route.request.url)
            if len(asked) == 1:
                route.fulfill(status=503, json={"error": "not now"})
            else:
                route.continue_()

        page.route("**/api/camera-fences?**", answer)
        page.clock.install()
        page.click("nav a[href$=cameras]")
        expect(page.locator(".tile .scene-area").first).to_be_attached()
        page.wait_for_timeout(500)
        n_asked = len(asked)
        page.clock.fast_forward(66_000)
        wait(page, lambda: len(asked) > n_asked)


@pytest.mark.long
def test_without_a_run_the_wall_says_so_and_shows_the_recording(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.page(Role.OPERATOR, "cameras", DESK)
        expect(page.locator(".wall-note")).to_contain_text("The pipeline is not running")
        expect(page.locator(".tile .badge").first).to_have_text("Not running")
        page.wait_for_function(IS_DRAWN, arg=".tile")
        expect(page.locator(".tile-note").first).to_have_text("An older picture: nothing runs")
        keep(page, "cameras-no-run", tmp_path)
        page.click(".tile a")
        page.wait_for_function(IS_DRAWN, arg=".camera-stage")
        keep(page, "camera-no-run", tmp_path)
        expect(page.locator("#run-gone")).to_have_count(0)
        page.keyboard.press("g")
        page.keyboard.press("a")
        expect(page.locator("#run-gone")).to_have_text("The pipeline is not running: no new alerts will come.")
        keep(page, "alerts-no-run", tmp_path)


@pytest.mark.long
def test_sixteen_hundred_cameras_are_a_page_that_scrolls(tmp_path: Path) -> None:
    rows = "\n".join(f"c{n:04},Gate {n},rtsp://10.1.{n // 250}.{n % 250}/1" for n in range(1600))
    (tmp_path / "cameras.csv").write_text(f"id,name,source\n{rows}\n", encoding="utf-8")
    written = "site: {id: big, name: Big, timezone: Asia/Shanghai}\ncameras_from: cameras.csv\n"
    with room(site_in(tmp_path, written)) as here, browsers(here) as them:
        page = them.page(Role.OPERATOR, "alerts", WALL)
        asked = Asked(page)
        page.route("**/api/cameras", as_if_a_run_were_up)
        page.click("nav a[href$=cameras]")
        expect(page.locator(".tile")).to_have_count(1600)
        took_ms = page.evaluate(SCROLL)
        assert took_ms < 30_000
        wait(page, lambda: bool(asked.requests))
        assert max(len(one) for one in asked.requests) <= 64
        page.fill("input[type=search]", "gate 1599")
        expect(page.locator(".tile")).to_have_count(1)


def as_if_a_run_were_up(route: Route) -> None:
    """Without one nobody is asked for pictures."""
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "is_run_up": True})


SCROLL = """async () => {
  const began = performance.now();
  for (let y = 0; y < document.documentElement.scrollHeight; y += 2000) {
    scrollTo(0, y);
    await new Promise((done) => requestAnimationFrame(done));
  }
  return performance.now() - began;
}"""
