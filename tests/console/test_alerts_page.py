"""The page about alerts in a real browser, on a ledger of its own."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.console.accounts import Role
from pipeline.rules.episode import State
from tests.alerts.servers import RunningServer
from tests.console.browsers import DESK, PHONE, WALL, Browsers, browsers, keep
from tests.console.ledgers import evidence_in, fresh, over, take
from tests.console.processes import console_process
from tests.console.rooms import Room, room, site_in
from tests.dispatch.test_routing_file import DEADLINES
from tests.live.live_run import SiteFile, free_port

pytestmark = pytest.mark.long

N_EVENTS = 24


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(site_in(tmp_path_factory.mktemp("room"))) as made:
        state = made.console.site.state
        alerts = [
            fresh(
                number,
                review="pending" if number % 5 == 0 else "none",
                evidence=evidence_in(state, f"event-{number:05d}", number),
            )
            for number in range(N_EVENTS)
        ]
        take(made.console.database, *alerts, *(over(one) for one in alerts[3::4]))
        yield made


@pytest.fixture
def them(here: Room) -> Iterator[Browsers]:
    with browsers(here) as made:
        yield made


def rows(page: Page) -> list[str]:
    """Ids in the order in which they are shown."""
    tops = page.locator("article.event").evaluate_all(
        "rows => rows.map((row) => [row.getBoundingClientRect().top, row.id.slice(6)])"
    )
    return [str(id_) for _, id_ in sorted(tops)]


def test_filters_stand_in_the_address_and_mean_what_they_mean_to_the_server(here: Room, them: Browsers) -> None:
    with here.client(Role.OPERATOR) as client:
        for query in ("severity=critical", "camera=yard", "grid=LZ-01", "state=held", "text=lz-03", "open=1"):
            wanted = [one["id"] for one in client.get(f"api/events?{query}&limit=500").json()["events"]]
            page = them.page(Role.OPERATOR, f"alerts?{query}", (1200, 4000))
            expect(page.locator("article.event")).to_have_count(len(wanted))
            assert rows(page) == wanted, query
            page.context.close()
    page = them.page(Role.OPERATOR, "alerts", (1200, 4000))
    page.click("[data-severity=critical]")
    page.click("[data-severity=major]")
    page.select_option("#filter-state", "held")
    page.wait_for_url(re.compile("severity=critical%2Cmajor&state=held"))
    expect(page.locator("article.event")).to_have_count(len([n for n in range(0, N_EVENTS, 5) if n % 4 < 2]))
    page.click("#filter-clear")
    expect(page.locator("article.event")).to_have_count(N_EVENTS)
    assert "?" not in page.url


def test_every_word_has_a_key(here: Room, them: Browsers) -> None:  # noqa: PLR0915  # one sitting at the desk
    page = them.page(Role.OPERATOR, "alerts")
    expect(page.locator("article.event").first).to_be_visible()
    press = page.keyboard.press
    press("j")
    press("j")
    expect(page.locator(".event.cursor")).to_have_id("event-event-00001")
    press("k")
    press("Enter")
    expect(page.locator(".detail")).to_have_attribute("data-event", "event-00000")
    press("c")
    expect(page.locator("#event-event-00000")).to_have_attribute("data-standing", "open")
    press("j")
    expect(page.locator(".detail")).to_have_attribute("data-event", "event-00001")
    press("a")
    expect(page.locator("#event-event-00001")).to_have_attribute("data-standing", "acknowledged")
    # It does not fit any more: said, and nothing else happens.
    press("a")
    expect(page.locator(".notice.bad")).to_contain_text("does not fit")
    press("n")
    expect(page.locator("#word textarea")).to_be_focused()
    page.keyboard.type("<b>ask the owner</b>")
    press("Enter")
    expect(page.locator(".history")).to_contain_text("<b>ask the owner</b>")
    expect(page.locator("dialog")).to_have_count(0)
    press("m")
    page.locator("#word textarea").fill("delivery until noon")
    page.select_option("#word [name=minutes]", "60")
    page.click("#word button[type=submit]")
    expect(page.locator(".history")).to_contain_text("muted market / fire-lane for 60 min: delivery until noon")
    expect(page.locator("dialog")).to_have_count(0)
    press("x")
    expect(page.locator("#word textarea")).to_be_focused()
    # In a field letters are letters.
    page.keyboard.type("axd")
    press("Enter")
    expect(page.locator("#event-event-00001")).to_have_attribute("data-standing", "closed")
    expect(page.locator(".history")).to_contain_text("axd")
    expect(page.locator("dialog")).to_have_count(0)
    press("r")
    expect(page.locator("#word textarea")).to_be_focused()
    press("Enter")
    expect(page.locator("#event-event-00001")).to_have_attribute("data-standing", "open")
    expect(page.locator("dialog")).to_have_count(0)
    press("d")
    expect(page.locator("#word textarea")).to_be_focused()
    press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#event-event-00001")).to_have_attribute("data-standing", "open")
    press("Escape")
    expect(page.locator(".detail")).to_have_count(0)
    press("/")
    expect(page.locator("#filter-text")).to_be_focused()
    press("Escape")
    press("?")
    for key in ("j", "a", "c", "d", "m", "n", "x", "s", "/"):
        expect(page.locator(f".keys kbd:text-is('{key}')").first).to_be_visible()
    steps = [step["what"] for step in _file(here, "event-00001")["steps"]]
    assert steps[3:] == ["acknowledge", "note", "note", "dispose", "verify", "close", "reopen", "dispatched"]


def test_enter_belongs_to_the_link_or_the_button_that_has_the_focus(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as alone, browsers(alone) as them:
        take(alone.console.database, fresh(1))
        page = them.page(Role.OPERATOR, "alerts")
        expect(page.locator("article.event")).to_have_count(1)
        page.keyboard.press("j")
        page.focus("[data-severity=critical]")
        page.keyboard.press("Enter")
        expect(page.locator("[data-severity=critical]")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Space")
        expect(page.locator("[data-severity=critical]")).to_have_attribute("aria-pressed", "false")
        page.focus("a.skip")
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.focus("#user")
        page.keyboard.press("Enter")
        expect(page.locator("#leave")).to_be_visible()
        page.click("article.event")
        expect(page.locator(".detail")).to_be_visible()
        page.keyboard.press("m")
        page.fill("#word textarea", "roadworks")
        page.focus("#word button[type=submit]")
        page.keyboard.press("Enter")
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.locator(".history")).to_contain_text("roadworks")
        page.focus("nav a:text-is('Cameras')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cameras")


def test_no_key_acts_below_an_open_dialog(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as alone, browsers(alone) as them:
        take(alone.console.database, fresh(1))
        page = them.page(Role.OPERATOR, "alerts/event-00001")
        expect(page.locator(".detail")).to_be_visible()
        page.keyboard.press("?")
        expect(page.locator("dialog")).to_be_visible()
        for key in ("a", "n", "g", "c", "?"):
            page.keyboard.press(key)
        expect(page.locator("dialog")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        page.wait_for_timeout(500)
        assert page.url.endswith("alerts/event-00001")
        assert [step["what"] for step in _file(alone, "event-00001")["steps"] if step["what"] == "acknowledge"] == []
        page.keyboard.press("a")
        expect(page.locator("#event-event-00001")).to_have_attribute("data-standing", "acknowledged")


def test_a_dialog_has_the_focus_in_its_field_though_the_page_changes_before_it_is_painted(them: Browsers) -> None:
    page = them.page(Role.OPERATOR, "alerts/event-00001")
    expect(page.locator(".detail")).to_be_visible()
    assert page.evaluate(PRESSED_AT_ONCE) == "note"


def test_an_event_is_assigned_by_its_key_to_a_contact_of_the_routing_table(tmp_path: Path) -> None:
    (tmp_path / "routing.yaml").write_text(ROUTING + DEADLINES, encoding="utf-8")
    cameras = 'cameras: [{id: gate, source: "rtsp://10.1.0.1/1"}]\n'
    written = "site: {id: linzi, timezone: Asia/Shanghai}\ndispatch: {routing: routing.yaml}\n" + cameras
    with room(site_in(tmp_path, written)) as alone, browsers(alone) as them:
        take(alone.console.database, fresh(1))
        mine, theirs = them.page(Role.OPERATOR, "alerts/event-00001"), them.page(Role.ENGINEER, "alerts/event-00001")
        expect(mine.locator(".facts")).to_contain_text("control-room")
        mine.keyboard.press("s")
        expect(mine.locator("#word select")).to_be_focused()
        mine.select_option("#word select", "squad")
        mine.fill("#word textarea", "on their way")
        mine.keyboard.press("Enter")
        for page in (mine, theirs):
            expect(page.locator(".facts")).to_contain_text("squad two")
            expect(page.locator(".history")).to_contain_text("control-room -> squad: on their way")


ROUTING = "contacts: {boss: {name: the boss}, squad: {name: squad two}}\ngrid: {}\nfallback: boss\nescalation: []\n"


def test_what_the_dispatcher_wrote_is_told_in_the_language_of_the_page_and_what_people_wrote_stays(
    tmp_path: Path,
) -> None:
    with room(site_in(tmp_path)) as alone, browsers(alone) as them:
        first = fresh(1, severity="minor")
        graver = first.model_copy(update={"state": State.UPDATED, "revision": 1, "severity": "major"})
        take(alone.console.database, first, graver, over(graver))
        with alone.client(Role.OPERATOR) as client:
            word = {"word": "mute", "minutes": 60, "note": "again for 30 min", "whole_camera": True}
            assert client.post(f"api/events/{first.id}/words", json=word).status_code == 200
        page = them.page(Role.OPERATOR, f"alerts/{first.id}", language="zh")
        history = page.locator(".history")
        for text in (
            "没有通知渠道",
            "一般 → 较重",
            "已离开",
            "摄像机看到现场已恢复：请核实",
            "全部规则 60 分钟: again for 30 min",
        ):
            expect(history).to_contain_text(text)
        keep(page, "alert-history-zh", tmp_path)


def test_an_alert_that_speaks_for_others_says_for_how_many(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as alone, browsers(alone) as them:
        lead = fresh(1).model_copy(update={"merged": ("event-00002",), "merged_count": 44})
        take(alone.console.database, lead, fresh(2).model_copy(update={"merged_into": lead.id}))
        page = them.page(Role.OPERATOR, "alerts", language="zh")
        expect(page.locator("article.event")).to_have_count(1)
        expect(page.locator("article.event h3 .badge")).to_have_text("+44")
        expect(page.locator("article.event h3 .badge")).to_have_attribute("title", "另代表 44 条告警")
        keep(page, "alerts-merged", tmp_path)


PRESSED_AT_ONCE = """async () => {
  const store = await import(new URL("static/alerts/store.js", document.baseURI));
  const soon = () => new Promise((done) => Promise.resolve().then(() => Promise.resolve().then(done)));
  document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "n", bubbles: true, cancelable: true}));
  await soon();
  const event = store.eventOf("event-00001");
  store.takeOne({...event, seq: event.seq + 1});
  await soon();
  await new Promise((done) => setTimeout(done, 500));
  return document.activeElement.name;
}"""


def _file(here: Room, event: str) -> dict[str, list[dict[str, str]]]:
    with here.client(Role.OPERATOR) as client:
        found: dict[str, list[dict[str, str]]] = client.get(f"api/events/{event}").json()
        return found


def test_critical_alerts_sound_once_the_browser_allows_it_and_stand_in_the_title(here: Room, them: Browsers) -> None:
    page = them.page(Role.OPERATOR, "alerts?severity=critical")
    page.reload()
    expect(page.locator(".sound-hint")).to_be_visible()
    waiting = page.locator("#waiting")
    expect(waiting).to_be_visible()
    before = int(waiting.inner_text())
    take(here.console.database, fresh(200, severity="critical"))
    expect(waiting).to_have_text(str(before + 1))
    assert page.evaluate("document.documentElement.dataset.sounded") is None
    page.mouse.click(5, 5)
    expect(page.locator(".sound-hint")).to_have_count(0)
    take(here.console.database, fresh(201, severity="critical"), fresh(202, severity="major"))
    page.wait_for_function("() => document.documentElement.dataset.sounded === '1'")
    expect(page).to_have_title(re.compile(rf"^\({before + 2}\) "))
    # On another page it is heard as well.
    page.click("nav a:text-is('Cameras')")
    page.wait_for_timeout(1600)
    take(here.console.database, fresh(203, severity="critical"))
    page.wait_for_function("() => document.documentElement.dataset.sounded === '2'")
    page.click("nav a:text-is('Alerts')")
    page.click("#sound")
    page.wait_for_timeout(1600)
    take(here.console.database, fresh(204, severity="critical"))
    expect(waiting).to_have_text(str(before + 4))
    assert page.evaluate("document.documentElement.dataset.sounded") == "2"
    page.click("#event-event-00204")
    page.keyboard.press("a")
    expect(waiting).to_have_text(str(before + 3))


def test_a_tap_on_a_touch_screen_lets_it_sound_also_after_the_system_took_the_sound_away(them: Browsers) -> None:
    page = them.page(Role.OPERATOR, "alerts")
    page.add_init_script(KEEP_SOUND)
    page.reload()
    screen = page.context.new_cdp_session(page)
    screen.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for _ in range(2):
        expect(page.locator(".sound-hint")).to_be_visible()
        screen.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 5, "y": 5}]})
        screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(page.locator(".sound-hint")).to_have_count(0)
        page.evaluate("window.sound.suspend()")


KEEP_SOUND = """window.AudioContext = class extends AudioContext {
  constructor() {
    super();
    window.sound = this;
  }
};"""


def test_open_critical_alerts_are_counted_however_many_came_after_them(them: Browsers) -> None:
    page = them.page(Role.OPERATOR, "cameras")

    def answer(route: Route) -> None:
        found = route.fetch().json()
        one = found["events"][0]
        if "severity=critical" in route.request.url:
            old = {"id": "old", "standing": "open", "severity": "critical", "merged_into": ""}
            route.fulfill(json=found | {"events": [one | old | {"received_at": "2026-01-01T00:00:00Z"}], "next": None})
            return
        many = [one | {"id": f"closed-{n}", "standing": "closed", "severity": "major"} for n in range(12_500)]
        route.fulfill(json=found | {"events": many, "next": "more"})

    page.route("**/api/events?**", answer)
    page.reload()
    expect(page.locator("#waiting")).to_have_text("1")
    assert page.evaluate(N_KNOWN) == 12_000


N_KNOWN = """async () => {
  const store = await import(new URL("static/alerts/store.js", document.baseURI));
  return store.allEvents().length;
}"""


def test_what_is_being_read_does_not_move_when_alerts_come_in(here: Room, them: Browsers) -> None:
    page = them.page(Role.OPERATOR, "alerts", (1200, 500))
    expect(page.locator("article.event").first).to_be_visible()
    page.evaluate("() => { document.querySelector('.list').scrollTop = 700; }")
    page.wait_for_timeout(200)
    reading = _on_top(page)
    take(here.console.database, *(fresh(number) for number in range(300, 305)))
    page.wait_for_function("() => document.querySelector('.count').innerText.match(/[0-9]+/)[0] > 28")
    page.wait_for_timeout(500)
    assert _on_top(page) == reading
    page.click(".to-top")
    expect(page.locator("#event-event-00300")).to_be_visible()


def _on_top(page: Page) -> str:
    script = """() => {
      const top = document.querySelector('.list').getBoundingClientRect().top;
      const all = [...document.querySelectorAll('article.event')];
      const rows = all.map((row) => [row.getBoundingClientRect().top, row.id]);
      return rows.filter(([y]) => y > top - 1).sort((a, b) => a[0] - b[0])[0].join(' ');
    }"""
    return str(page.evaluate(script))


def test_a_list_that_could_not_be_read_at_first_is_read_at_the_next_sign_of_life(them: Browsers) -> None:
    page = them.page(Role.OPERATOR, "cameras")
    refused: list[str] = []

    def answer(route: Route) -> None:
        if len(refused) < 2:
            refused.append(route.request.url)
            route.fulfill(status=503, json={"error": "the ledger cannot be used now"})
        else:
            route.continue_()

    page.route("**/api/events?**", answer)
    page.reload()
    # Whichever page is open: the number in the title is that of critical alerts that wait.
    expect(page.locator("#waiting")).to_be_visible()
    assert len(refused) == 2
    them.errors.clear()


def test_a_request_without_an_answer_is_given_up_and_made_again(them: Browsers) -> None:
    page = them.page(Role.OPERATOR, "cameras")
    held: list[Route] = []
    page.route("**/api/events?**", lambda route: held.append(route) if not held else route.continue_())
    page.reload()
    expect(page.locator("#user")).to_be_visible()
    expect(page.locator("#lost")).to_have_count(0)
    expect(page.locator("#waiting")).to_be_visible()
    assert len(held) == 1


@pytest.mark.parametrize(
    ("size", "theme", "language"), [(WALL, "dark", "zh"), (DESK, "light", "en"), (PHONE, "dark", "zh")]
)
def test_it_fits_every_screen(them: Browsers, tmp_path: Path, size: tuple[int, int], theme: str, language: str) -> None:
    page = them.page(Role.OPERATOR, "alerts", size, theme=theme, language=language)
    expect(page.locator("article.event img").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, f"alerts-{size[0]}-{theme}", tmp_path)
    page.click("#event-event-00006")
    expect(page.locator(".picture svg .box")).to_be_visible()
    expect(page.locator(".words button").first).to_contain_text("受理" if language == "zh" else "Acknowledge")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, f"alert-{size[0]}-{theme}", tmp_path)


def test_a_server_that_hangs_is_told_and_no_event_is_there_twice_afterwards(tmp_path: Path) -> None:
    with console_process(own_site(tmp_path)) as (room_, process), browsers(room_) as them:
        take(room_.console.database, *(fresh(number) for number in range(3)))
        page = them.page(Role.OPERATOR, "alerts")
        expect(page.locator("article.event")).to_have_count(3)
        process.send_signal(signal.SIGSTOP)
        expect(page.locator("#lost")).to_be_visible()
        take(room_.console.database, fresh(3), over(fresh(0)))
        process.send_signal(signal.SIGCONT)
        expect(page.locator("#lost")).to_have_count(0)
        expect(page.locator("article.event")).to_have_count(4)
        assert sorted(rows(page)) == [f"event-{number:05d}" for number in range(4)]
        expect(page.locator("#event-event-00000 .seen")).to_have_text("over")


def test_a_redis_that_is_away_is_told_on_the_page(tmp_path: Path) -> None:
    port = free_port()
    site = own_site(tmp_path, f"redis://127.0.0.1:{port}/0")
    with (
        RunningServer(tmp_path / "r", None, "--port", str(port)) as redis,
        room(site) as here,
        browsers(here) as them,
    ):
        page = them.page(Role.OPERATOR, "alerts")
        page.wait_for_timeout(2500)
        expect(page.locator("#faults")).to_have_count(0)
        redis.kill()
        expect(page.locator("#faults")).to_contain_text("cannot be reached")
        redis.start()
        expect(page.locator("#faults")).to_have_count(0)


def test_ten_thousand_events_are_as_smooth_as_a_hundred(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        take(here.console.database, *(fresh(number) for number in range(100)))
        page = them.page(Role.OPERATOR, "alerts")
        few_ms = _scrolled_ms(page, 100)
        take(here.console.database, *(fresh(number) for number in range(100, 10_000)))
        page.reload()
        many_ms = _scrolled_ms(page, 10_000)
        assert page.locator("article.event").count() < 60
        assert many_ms < 3 * few_ms + 4, (few_ms, many_ms)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator(".detail")).to_be_visible()


def _scrolled_ms(page: Page, count: int) -> float:
    """The page's own work for one step of scrolling, ms: the median of 200 steps of three rows."""
    expect(page.locator(".count")).to_contain_text(f"{count} ")
    script = """async () => {
      const list = document.querySelector('.list');
      const took = [];
      for (let step = 0; step < 200; step += 1) {
        const begun = performance.now();
        list.scrollTop = (step * 250) % (list.scrollHeight - list.clientHeight);
        list.dispatchEvent(new Event('scroll'));
        await Promise.resolve();
        list.getBoundingClientRect();
        await new Promise((done) => setTimeout(done, 0));
        took.push(performance.now() - begun);
        await new Promise((done) => requestAnimationFrame(done));
      }
      return took.sort((a, b) => a - b)[100];
    }"""
    return float(page.evaluate(script))


def own_site(folder: Path, redis: str = "embedded") -> Site:
    """A site with a camera that nobody runs; its console listens on a free port."""
    (folder / "car.mp4").touch()
    more = f"console: {{listen: '127.0.0.1:{free_port()}'}}\n"
    file = SiteFile(folder, {"gate": "source: car.mp4"}, dwell="", redis=redis, more=more)
    return load_site(file.write(), {})
