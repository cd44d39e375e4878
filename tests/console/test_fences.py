"""The fence editor in a real browser: the mouse draws, keys change, and what is saved is what rules look at."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from pipeline.console.accounts import Role
from tests.cli.shell import smart_alert
from tests.console.browsers import DESK, PHONE, WALL, Browsers, browsers, keep
from tests.console.fence_rooms import ELSEWHERE, fence_room, fence_text
from tests.console.rooms import Room

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@contextmanager
def editors(folder: Path, *, has_log: bool = False) -> Iterator[tuple[Room, Browsers]]:
    with fence_room(folder, has_log=has_log, corners=ELSEWHERE) as here, browsers(here) as them:
        yield here, them


def opened(them: Browsers, size: tuple[int, int] = DESK, role: Role = Role.ENGINEER, **how: str) -> Page:
    page = them.page(role, "fences/cam-0", size, **how)
    expect(page.locator(".fence-shape.area")).to_have_count(1)
    # The picture gives the drawing its shape.
    expect(page.locator("canvas.scene-picture")).not_to_have_attribute("width", "1")
    return page


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the picture, in px of the page."""
    box = page.locator(".scene-drawing").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def draw(page: Page, corners: Sequence[tuple[float, float]]) -> None:
    for x, y in corners:
        page.mouse.move(*at(page, x, y))
        page.mouse.down()
        page.mouse.up()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    page.mouse.move(*at(page, *end))
    page.mouse.up()


def saved(page: Page, folder: Path) -> list[dict[str, object]]:
    """Saves, and what is in the file then."""
    page.click("#save")
    expect(page.locator(".saving .state")).not_to_have_class("state unsaved")
    features: list[dict[str, object]] = json.loads((folder / "gate.geojson").read_text(encoding="utf-8"))["features"]
    return features


def corners_of(page: Page, shape: int = 0) -> list[tuple[float, float]]:
    """The corners of a shape as they are drawn, in shares of the picture."""
    width = float(page.locator(".ground").get_attribute("width") or 0)
    height = float(page.locator(".ground").get_attribute("height") or 0)
    points = page.locator(f"[data-part=shape][data-shape='{shape}'] .outline").get_attribute("points") or ""
    pairs = [tuple(map(float, pair.split(","))) for pair in points.split()]
    return [(round(x / width, 2), round(y / height, 2)) for x, y in pairs]


def replayed(folder: Path) -> list[tuple[str, str]]:
    """The events of the camera's log under the fences as they are: rule and zone."""
    log = folder / "state" / "log" / "cam-0.parquet"
    out = folder / "replayed"
    run = smart_alert("replay", folder / "site.yaml", "--camera", "cam-0", "--source", log, "--out", out)
    assert run.returncode == 0, run.stderr
    lines = (out / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    return [(one["rule"], one["zone"]["id"]) for one in told if one["state"] == "raised" and one["source"] == "rule"]


def test_a_fence_drawn_with_the_mouse_fires_the_rule_on_the_next_replay(tmp_path: Path) -> None:
    with editors(tmp_path, has_log=True) as (_, them):
        assert replayed(tmp_path) == []
        page = opened(them)
        page.click("#tool-area")
        draw(page, [(0.2, 0.45), (0.8, 0.45), (0.8, 0.9), (0.2, 0.9), (0.2, 0.45)])
        page.select_option("select[name=category]", "fire_lane")
        page.fill("input[name=name]", "画出来的通道")
        # What it would have raised is told before anything is saved.
        expect(page.locator("#objects")).to_contain_text("1 × car")
        expect(page.locator("#trial .fence-event.appeared")).to_contain_text("zone-1", timeout=300_000)
        page.click("#trial .fence-event.appeared")
        expect(page.locator(".scene-box")).to_have_count(1)
        keep(page, "fences-drawn", tmp_path)
        drawn = saved(page, tmp_path)[1]
        assert drawn["properties"] == {"id": "zone-1", "category": "fire_lane", "name": "画出来的通道"}
        assert replayed(tmp_path) == [("fire-lane", "zone-1")]


def test_shapes_are_changed_by_mouse_and_by_keys_and_every_step_is_undone(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        page = opened(them)
        square = corners_of(page)
        page.mouse.click(*at(page, 0.1, 0.1))
        drag(page, (0.2, 0.2), (0.5, 0.5))
        assert corners_of(page)[2] == (0.5, 0.5)
        drag(page, (0.02, 0.11), (0.3, 0.3))
        assert corners_of(page)[-1] == (0.3, 0.3)
        assert len(corners_of(page)) == 5
        page.keyboard.press("Delete")
        assert len(corners_of(page)) == 4
        drag(page, (0.2, 0.2), (0.25, 0.3))
        moved = corners_of(page)
        assert moved[0] == (0.07, 0.12)
        for _ in range(3):
            page.keyboard.press("Shift+ArrowRight")
        nudged = corners_of(page)
        assert nudged[0][0] > moved[0][0]
        page.keyboard.press("i")
        page.keyboard.press("ArrowDown")
        assert len(corners_of(page)) == 5
        # Nudges in a row are one step.
        for _ in range(7):
            page.keyboard.press("Control+z")
        assert corners_of(page) == square
        expect(page.locator("#undo")).to_be_disabled()
        for _ in range(7):
            page.keyboard.press("Control+y")
        assert len(corners_of(page)) == 5
        feature = saved(page, tmp_path)[0]
        assert feature["properties"] == json.loads(fence_text(ELSEWHERE))["features"][0]["properties"]


def test_a_shape_is_drawn_by_keys_alone_and_escape_takes_back_what_is_not_done(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        page = opened(them)
        page.focus(".fence-stage")
        page.keyboard.press("l")
        page.keyboard.press("Space")
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator(".fence-shape.line")).to_have_count(1)
        line = corners_of(page, 1)
        assert line[0] == (0.5, 0.5)
        assert line[1][0] > 0.5
        expect(page.locator(".arrow.implied")).to_have_count(1)
        page.keyboard.press("p")
        draw(page, [(0.6, 0.6), (0.8, 0.6)])
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(page.locator("#tool-select")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[data-part=shape]")).to_have_count(2)
        page.keyboard.press("m")
        draw(page, [(0.6, 0.6), (0.8, 0.6), (0.8, 0.8)])
        page.keyboard.press("Enter")
        kinds = [
            (one["geometry"]["type"], one["properties"].get("mask", False)) for one in features(saved(page, tmp_path))
        ]
        assert kinds == [("Polygon", False), ("LineString", False), ("Polygon", True)]


def test_undo_while_a_shape_is_drawn_takes_back_its_last_point(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        page = opened(them)
        page.mouse.click(*at(page, 0.1, 0.1))
        page.keyboard.press("Shift+ArrowRight")
        nudged = corners_of(page)
        page.click("#tool-line")
        draw(page, [(0.5, 0.5), (0.6, 0.5), (0.7, 0.5)])
        page.keyboard.press("Control+z")
        assert corners_of(page) == nudged
        page.keyboard.press("Enter")
        assert corners_of(page, 1) == [(0.5, 0.5), (0.6, 0.5)]
        page.click("#tool-line")
        page.click("#undo")
        expect(page.locator("#tool-select")).to_have_attribute("aria-pressed", "true")
        assert corners_of(page, 1) == [(0.5, 0.5), (0.6, 0.5)]
        page.click("#undo")
        page.click("#undo")
        assert corners_of(page) != nudged


def test_what_is_changed_while_a_save_runs_is_kept(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        page = opened(them)
        held: list[Route] = []
        page.route(
            "**/api/fences/cam-0",
            lambda route: held.append(route) if route.request.method == "PUT" else route.continue_(),
        )
        page.mouse.click(*at(page, 0.1, 0.1))
        page.fill("input[name=name]", "first")
        page.click("#save")
        page.fill("input[name=name]", "second")
        held[0].continue_()
        expect(page.locator(".notice.good")).to_be_visible()
        expect(page.locator("input[name=name]")).to_have_value("second")
        expect(page.locator(".saving .state")).to_have_class("state unsaved")
        page.unroute("**/api/fences/cam-0")
        assert features(saved(page, tmp_path))[0]["properties"]["name"] == "second"


def features(found: list[dict[str, object]]) -> list[dict[str, dict[str, object]]]:
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def test_a_crossing_outline_is_shown_at_once_and_cannot_be_saved(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        page = opened(them)
        page.click("#tool-area")
        draw(page, [(0.4, 0.4), (0.8, 0.8), (0.8, 0.4), (0.4, 0.8)])
        page.keyboard.press("Enter")
        expect(page.locator(".fence-shape.wrong")).to_have_count(1)
        expect(page.locator(".faults")).to_contain_text("crosses or touches itself")
        expect(page.locator("#save")).to_be_disabled()
        keep(page, "fences-crossing", tmp_path)
        page.keyboard.press("Control+z")
        expect(page.locator(".fence-shape.wrong")).to_have_count(0)
        # What only the loader knows: the rule has no lane any more.
        page.mouse.click(*at(page, 0.1, 0.1))
        page.select_option("select[name=category]", "square")
        expect(page.locator(".faults")).to_contain_text("no zone of this category")
        expect(page.locator("#save")).to_be_disabled()


def test_a_corner_snaps_to_the_corner_of_another_shape_and_to_the_border(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        page = opened(them)
        page.click("#tool-area")
        draw(page, [(0.203, 0.204), (0.997, 0.5), (0.5, 0.996)])
        page.keyboard.press("Enter")
        geometry = features(saved(page, tmp_path))[1]["geometry"]
        assert geometry["coordinates"] == [[[0.2, 0.2], [1, pytest.approx(0.5, abs=0.01)],
                                            [pytest.approx(0.5, abs=0.01), 1], [0.2, 0.2]]]  # fmt: skip


def test_a_conflict_is_noticed_with_its_author_and_both_changes_can_be_kept(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        mine, theirs = opened(them), opened(them, role=Role.ADMIN)
        for page, corners in (
            (theirs, [(0.7, 0.1), (0.9, 0.1), (0.9, 0.3)]),
            (mine, [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6)]),
        ):
            page.click("#tool-mask")
            draw(page, corners)
            page.keyboard.press("Enter")
        theirs.fill("input[name=id]", "theirs")
        saved(theirs, tmp_path)
        mine.fill("input[name=id]", "mine")
        mine.click("#save")
        expect(mine.locator("dialog")).to_contain_text("ada")
        expect(mine.locator("dialog")).to_contain_text("theirs")
        keep(mine, "fences-conflict", tmp_path)
        mine.click("dialog button.main")
        expect(mine.locator("[data-part=shape]")).to_have_count(3)
        ids = [one["properties"]["id"] for one in features(saved(mine, tmp_path))]
        assert ids == ["lane", "theirs", "mine"]
        # An earlier version is brought back.
        mine.locator("#versions li").last.locator("button").click()
        expect(mine.locator("[data-part=shape]")).to_have_count(1)
        assert len(saved(mine, tmp_path)) == 1
        # The browser itself says that one was refused.
        assert [one for one in them.errors if "409" not in one] == []
        them.errors.clear()


def test_a_draft_left_for_another_page_is_put_onto_what_somebody_saved_meanwhile(tmp_path: Path) -> None:
    with editors(tmp_path) as (_, them):
        mine, theirs = opened(them), opened(them, role=Role.ADMIN)
        mine.click("#tool-mask")
        draw(mine, [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6)])
        mine.keyboard.press("Enter")
        mine.fill("input[name=id]", "mine")
        mine.click("nav a[href$=cameras]")
        expect(mine.locator(".editor")).to_have_count(0)
        theirs.click("#tool-mask")
        draw(theirs, [(0.7, 0.1), (0.9, 0.1), (0.9, 0.3)])
        theirs.keyboard.press("Enter")
        theirs.fill("input[name=id]", "theirs")
        saved(theirs, tmp_path)
        mine.go_back()
        expect(mine.locator(".notice")).to_contain_text("Somebody saved this file meanwhile")
        expect(mine.locator("[data-part=shape]")).to_have_count(3)
        ids = [one["properties"]["id"] for one in features(saved(mine, tmp_path))]
        assert ids == ["lane", "theirs", "mine"]


@pytest.mark.parametrize(
    ("size", "theme", "language"), [(WALL, "dark", "zh"), (DESK, "light", "en"), (PHONE, "dark", "zh")]
)
def test_the_editor_fits_every_screen(tmp_path: Path, size: tuple[int, int], theme: str, language: str) -> None:
    with editors(tmp_path, has_log=True) as (_, them):
        page = opened(them, size, theme=theme, language=language)
        page.locator(".shapes button").first.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        keep(page, f"fences-{size[0]}-{theme}", tmp_path)
        page.goto(f"{them.room.url}fences")
        expect(page.locator(".cameras-of-fences li")).to_have_count(1)
        keep(page, f"fences-list-{size[0]}-{theme}", tmp_path)
