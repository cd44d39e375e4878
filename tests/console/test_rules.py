"""Rules by the console: told, checked, tried, saved, silenced."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Request, Route, expect

from pipeline.config.load import load_site
from pipeline.console.accounts import Role
from tests.console.browsers import DESK, PHONE, WALL, browsers, keep
from tests.console.rooms import Room, room, words_said
from tests.console.tried_site import WRITTEN, tried_site


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Room]:
    with room(tried_site(tmp_path)) as found:
        yield found


@pytest.fixture
def engineer(here: Room) -> Iterator[httpx.Client]:
    with here.client(Role.ENGINEER) as client:
        yield client


@pytest.fixture
def operator(here: Room) -> Iterator[httpx.Client]:
    with here.client(Role.OPERATOR) as client:
        yield client


def parameters(client: httpx.Client, rule: str = "fire-lane") -> dict[str, tuple[object, str, int]]:
    answer = client.get(f"api/rules/{rule}").json()
    return {
        one["key"]: (one["said"]["value"], one["said"]["origin"], one["said"]["line"]) for one in answer["parameters"]
    }


def line_of(text: str) -> int:
    return 1 + next(n for n, line in enumerate(WRITTEN.splitlines()) if text in line)


def saved(client: httpx.Client, rule: str, **changes: object) -> httpx.Response:
    sha256 = client.get(f"api/rules/{rule}").json()["sha256"]
    return client.put(f"api/rules/{rule}", json={"changes": changes, "sha256": sha256, "why": "tried it"})


def tried(client: httpx.Client, rule: str, **changes: object) -> dict[str, object]:
    begun = client.post(f"api/rules/{rule}/trials", json={"changes": changes})
    assert begun.status_code == 200, begun.text
    for _ in range(1200):
        found: dict[str, object] = client.get(f"api/rules/trials/{begun.json()['trial']}").json()
        if found["is_over"]:
            return found
        time.sleep(0.05)
    raise AssertionError("the trial does not end")


def test_every_rule_is_told_with_where_it_looks(operator: httpx.Client) -> None:
    answer = operator.get("api/rules").json()
    assert [(one["id"], one["cameras"], one["zones"], one["enabled"]) for one in answer["rules"]] == [
        ("fire-lane", 1, 1, True),
        ("waste", 2, 2, True),
        ("crowd", 2, 2, False),
    ]
    of_yard = operator.get("api/rules", params={"camera": "yard"}).json()
    assert [one["id"] for one in of_yard["rules"]] == ["waste", "crowd"]
    rule = operator.get("api/rules/fire-lane").json()
    assert [(one["camera_name"], [zone["id"] for zone in one["zones"]]) for one in rule["places"]] == [
        ("East gate", ["lane"])
    ]


def test_every_value_is_told_with_the_line_that_says_it(operator: httpx.Client) -> None:
    found = parameters(operator)
    assert found["dwell"] == ("60s", "rule", line_of("dwell: 60s"))
    assert found["grace"] == ("5s", "defaults", line_of("defaults:"))
    assert found["severity"][:2] == ("critical", "algorithm")
    assert found["clear_after"][:2] == ("3s", "catalogue")
    assert found["schedule"] == ("always", "program", 0)
    assert parameters(operator, "waste")["schedule"] == ("22:00-06:00", "rule", line_of("id: waste"))
    assert parameters(operator, "crowd")["params.count"] == (12, "rule", line_of("count: 12"))


@pytest.mark.parametrize(
    ("rule", "changes", "key", "text"),
    [
        ("fire-lane", {"dwell": "0.1s"}, "dwell", "outside the bounds of fire_lane_blocked"),
        ("fire-lane", {"dwell": "soon"}, "dwell", "a number and a unit"),
        ("fire-lane", {"schedule": "Mon-Fry 07:00-09:00"}, "schedule", "no schedule"),
        ("fire-lane", {"confidence": 2.0}, "confidence", "at most 1"),
        ("crowd", {"params.count": 0}, "params.count", "outside its bounds (got 0.0, allowed: 2 to 1000)"),
        ("crowd", {"params.many": 3}, "params.many", 'unknown param of crowd_gathering (got "many"'),
        ("fire-lane", {"colour": "red"}, "colour", "unknown key"),
        ("fire-lane", {"min_area": "1m2"}, "min_area", "a calibration"),
    ],
)
def test_a_mistake_is_said_at_its_field(
    engineer: httpx.Client, rule: str, changes: dict[str, object], key: str, text: str
) -> None:
    found = engineer.post(f"api/rules/{rule}/check", json={"changes": changes}).json()["faults"]
    assert [one["key"] for one in found] == [key]
    assert text in found[0]["text"]
    refused = saved(engineer, rule, **changes)
    assert refused.status_code == 422
    assert text in refused.json()["error"]


def test_what_is_saved_changes_one_word_of_the_file(here: Room, engineer: httpx.Client) -> None:
    answer = saved(engineer, "fire-lane", dwell="30s")
    assert answer.status_code == 200, answer.text
    path = here.console.site.path
    assert path.read_text(encoding="utf-8") == WRITTEN.replace("dwell: 60s ", "dwell: 30s ")
    assert load_site(path, {}).rules[0].dwell_ns == 30 * 10**9
    assert parameters(engineer)["dwell"][0] == "30s"
    listed = engineer.get("api/site-versions").json()
    assert [(one["number"], one["by"], one["why"]) for one in listed["versions"]] == [
        (2, "emil", "tried it"),
        (1, "", ""),
    ]
    assert listed["sha256"] == answer.json()["sha256"]
    assert here.console.audit.read()[0].action == "rules.save"


def test_a_version_can_hold_again(here: Room, engineer: httpx.Client) -> None:
    sha256 = saved(engineer, "fire-lane", dwell="30s").json()["sha256"]
    shown = engineer.get("api/site-versions/1").json()
    assert [line for line in shown["diff"] if line.startswith(("+", "-"))] == [
        "-    dwell: 30s             # not below 30s",
        "+    dwell: 60s             # not below 30s",
    ]
    answer = engineer.post("api/site-versions/1/restore", json={"sha256": sha256, "why": "too many"})
    assert answer.status_code == 200, answer.text
    assert here.console.site.path.read_text(encoding="utf-8") == WRITTEN
    assert engineer.get("api/site-versions/9").status_code == 404


def test_no_version_shows_a_password(tmp_path: Path) -> None:
    secret = WRITTEN.replace("source: gate.mp4\n    geofence", 'source: "rtsp://v:geheim@10.0.0.8/1"\n    geofence')
    with room(tried_site(tmp_path, secret)) as here, here.client(Role.ENGINEER) as client:
        assert saved(client, "fire-lane", dwell="30s").status_code == 200
        shown = client.get("api/site-versions/1")
        assert "geheim" in here.console.site.path.read_text(encoding="utf-8")
        assert "10.0.0.8" in shown.text
        assert "geheim" not in shown.text


def test_who_saves_over_another_one_s_change_is_told(here: Room, engineer: httpx.Client) -> None:
    seen = engineer.get("api/rules/fire-lane").json()["sha256"]
    path = here.console.site.path
    by_hand = WRITTEN.replace("dwell: 60s", "dwell: 61s")
    path.write_text(by_hand, encoding="utf-8")
    answer = engineer.put("api/rules/fire-lane", json={"changes": {"dwell": "30s"}, "sha256": seen})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.json()["error"]
    assert path.read_text(encoding="utf-8") == by_hand


def test_operators_see_rules_and_change_none(operator: httpx.Client) -> None:
    rule = operator.get("api/rules/fire-lane").json()
    body = {"changes": {"dwell": "30s"}, "sha256": rule["sha256"]}
    assert operator.put("api/rules/fire-lane", json=body).status_code == 403
    for path in ("api/rules/fire-lane/check", "api/rules/fire-lane/trials"):
        assert operator.post(path, json={"changes": {}}).status_code == 403
    assert operator.get("api/site-versions").status_code == 403
    assert operator.get("api/rules/none").status_code == 404


@pytest.mark.long
def test_a_trial_tells_which_events_appear_disappear_and_move(engineer: httpx.Client) -> None:
    shorter = tried(engineer, "fire-lane", dwell="30s")
    assert [shorter[name] for name in ("before", "after", "appeared", "vanished", "moved")] == [1, 2, 1, 0, 1]
    changes = shorter["changes"]
    assert isinstance(changes, list)
    moved, appeared = changes
    assert moved["before"]["raised_at"] == "2026-01-05T00:01:11Z"
    assert moved["after"]["raised_at"] == "2026-01-05T00:00:41Z"
    assert appeared["before"] is None
    assert appeared["after"]["started_at"] == "2026-01-05T00:04:10Z"
    assert (appeared["camera_name"], appeared["zone"], len(appeared["points"])) == ("East gate", "lane", 4)
    off = tried(engineer, "fire-lane", enabled=False)
    assert [off[name] for name in ("before", "after", "vanished")] == [1, 0, 1]
    refused = tried(engineer, "fire-lane", confidence=0.1)
    assert isinstance(refused["refused"], list)
    assert "report nothing of bus below 0.3" in refused["refused"][0]["text"]


def test_a_rule_is_silent_until_its_end_or_until_somebody_ends_it(here: Room, operator: httpx.Client) -> None:
    until = here.console.now + timedelta(hours=2)
    body = {"rule": "waste", "until": until.isoformat(), "reason": "roadworks", "kind": "maintenance"}
    assert operator.post("api/silences", json=body).json() == {"cameras": 2}
    shown = operator.get("api/rules").json()
    assert [one["silent"] for one in shown["rules"]] == [0, 2, 0]
    assert [(one["camera"], one["rule"], one["by"], one["reason"]) for one in shown["silences"]] == [
        ("gate", "waste", "olivia", "roadworks"),
        ("yard", "waste", "olivia", "roadworks"),
    ]
    ended = {"camera": "gate", "rule": "waste", "reason": "done"}
    assert operator.post("api/silences/end", json=ended).json() == {"cameras": 1}
    assert [one["camera"] for one in operator.get("api/silences").json()["silences"]] == ["yard"]
    assert operator.post("api/silences/end", json=ended).status_code == 409
    words = words_said(here.console)
    assert [(word.kind, word.camera, word.rule) for word in words] == [
        ("maintenance", "gate", "waste"),
        ("maintenance", "yard", "waste"),
        ("maintenance", "gate", "waste"),
    ]
    assert words[0].until is not None
    assert words[2].until is not None
    assert abs(words[0].until - until) < timedelta(milliseconds=1)
    assert words[2].until - words[2].at == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"rule": "none"}, 404, "the site has none of this id"),
        ({"rule": "fire-lane", "cameras": ["yard"]}, 404, "looks at none of this id (got yard)"),
        ({}, 422, "cameras: missing"),
        ({"rule": "waste", "kind": "dismiss"}, 422, "mute or maintenance"),
        ({"rule": "waste", "until": "2020-01-01T00:00:00Z"}, 422, "a moment to come"),
        ({"rule": "waste", "until": "2999-01-01T00:00:00Z"}, 422, "within a year"),
        ({"rule": "waste", "reason": ""}, 422, "reason"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(
    here: Room, operator: httpx.Client, body: dict[str, object], status: int, text: str
) -> None:
    whole = {"until": (here.console.now + timedelta(hours=1)).isoformat(), "reason": "why", **body}
    answer = operator.post("api/silences", json=whole)
    assert answer.status_code == status, answer.text
    assert text in answer.json()["error"]


def edit(page: Page, key: str, value: str) -> None:
    page.fill(f"[name='{key}']", value)


@pytest.mark.long
def test_a_number_is_changed_tried_and_saved_in_the_browser(here: Room, tmp_path: Path) -> None:
    with browsers(here) as them:
        page = them.page(Role.ENGINEER, "rules", DESK)
        page.click("text=Fire lane blocked")
        expect(page.locator("[name=dwell]")).to_have_value("60s")
        edit(page, "dwell", "0.1s")
        expect(page.locator(".parameter .fault")).to_contain_text("outside the bounds of fire_lane_blocked")
        expect(page.locator("#save")).to_be_disabled()
        keep(page, "rules-refused", tmp_path)
        edit(page, "dwell", "30s")
        page.click("#try")
        expect(page.locator("#trial-found")).to_contain_text("1 appear")
        expect(page.locator(".tried-event")).to_have_count(2)
        expect(page.locator(".tried-event").first).to_contain_text("raised 0:30 earlier")
        keep(page, "rules-tried", tmp_path)
        page.fill("#why", "they stay too long")
        page.click("#save")
        expect(page.locator(".notice")).to_contain_text("Saved as version 2")
        expect(page.locator("[name=dwell]")).to_have_value("30s")
    text = here.console.site.path.read_text(encoding="utf-8")
    assert text == WRITTEN.replace("dwell: 60s ", "dwell: 30s ")


@pytest.mark.long
def test_what_is_typed_key_by_key_is_what_is_meant(here: Room) -> None:
    with browsers(here) as them:
        page = them.page(Role.ENGINEER, "rules/fire-lane", DESK)
        for key, text, meant in (
            ("confidence", "0.35", 0.35),
            ("confidence", "1.5", 1.5),
            ("min_area", "0.5m2", "0.5m2"),
            ("dwell", "1.5s", "1.5s"),
        ):
            field = page.locator(f"[name='{key}']")
            field.fill("")
            with page.expect_request(lambda asked, k=key, m=meant: checked(asked) == {k: m}):  # type: ignore[misc]
                field.press_sequentially(text)
            expect(field).to_have_value(text)
            page.click("#discard")


def checked(request: Request) -> object:
    """The changes that the loader is asked about."""
    return (request.post_data_json or {}).get("changes") if request.url.endswith("/check") else None


@pytest.mark.long
def test_what_is_typed_while_a_save_runs_is_kept(here: Room) -> None:
    with browsers(here) as them:
        page = them.page(Role.ENGINEER, "rules/fire-lane", DESK)
        held: list[Route] = []
        page.route(
            "**/api/rules/fire-lane",
            lambda route: held.append(route) if route.request.method == "PUT" else route.continue_(),
        )
        edit(page, "dwell", "30s")
        page.click("#save")
        expect(page.locator("#save")).to_be_disabled()
        edit(page, "grace", "7s")
        held[0].continue_()
        expect(page.locator(".notice")).to_contain_text("Saved as version 2")
        expect(page.locator(".parameter.changed")).to_have_count(1)
        expect(page.locator("[name=grace]")).to_have_value("7s")
        page.unroute("**/api/rules/fire-lane")
        page.click("#save")
        expect(page.locator(".parameter.changed")).to_have_count(0)
        expect(page.locator(".notice").last).to_contain_text("Saved as version 3")
        with here.client(Role.ENGINEER) as client:
            assert [parameters(client)[key][0] for key in ("dwell", "grace")] == ["30s", "7s"]


@pytest.mark.long
def test_a_silence_ends_by_the_servers_clock(here: Room) -> None:
    with browsers(here) as them:
        page = them.page(Role.OPERATOR, "rules/waste", DESK)
        page.clock.set_system_time(here.console.now - timedelta(hours=3))
        page.reload()  # what was told under the right clock is forgotten
        while not page.evaluate(SERVER_IS_AHEAD):
            page.wait_for_timeout(50)
        page.click("#silence-rule")
        page.fill("dialog [name=length]", "2")
        page.fill("dialog [name=reason]", "roadworks")
        page.click("dialog button[type=submit]")
        expect(page.locator(".silences tbody tr")).to_have_count(2)
        expect(page.locator(".silences tbody tr").first).to_contain_text("1:59:")
        with here.client(Role.OPERATOR) as client:
            (until, _) = (one["until"] for one in client.get("api/silences").json()["silences"])
        assert abs(datetime.fromisoformat(until) - here.console.now - timedelta(hours=2)) < timedelta(minutes=2)


# Waited for by hand: `wait_for_function` takes the promise of an answer for the answer.
SERVER_IS_AHEAD = """async () => {
  const store = await import(new URL("static/alerts/store.js", document.baseURI));
  return store.serverNow() - Date.now() > 3600000;
}"""


@pytest.mark.long
def test_a_rule_is_switched_off_and_on_in_the_browser(here: Room, tmp_path: Path) -> None:
    with browsers(here) as them:
        page = them.page(Role.OPERATOR, "rules/waste", DESK)
        page.click("#silence-rule")
        page.fill("dialog [name=length]", "3")
        page.fill("dialog [name=reason]", "roadworks")
        page.click("dialog button[type=submit]")
        expect(page.locator(".silences tbody tr")).to_have_count(2)
        expect(page.locator(".rule-line[aria-current] .badge")).to_have_text("Silent")
        keep(page, "rules-silent", tmp_path)
        page.locator(".end-silence").first.click()
        expect(page.locator(".silences tbody tr")).to_have_count(1)
        expect(page.locator(".rule-line[aria-current] .badge")).to_have_text("Silent on 1 of 2")
        assert page.locator("#save, [name=dwell]").count() == 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "theme", "language"), [(WALL, "dark", "zh"), (DESK, "light", "en"), (PHONE, "dark", "zh")]
)
def test_the_page_fits_every_screen(
    here: Room, tmp_path: Path, size: tuple[int, int], theme: str, language: str
) -> None:
    with browsers(here) as them:
        page = them.page(Role.ENGINEER, "rules", size, theme=theme, language=language)
        expect(page.locator(".rule-line")).to_have_count(3)
        keep(page, f"rules-{size[0]}-{theme}", tmp_path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator(".rule-line").nth(2).click()
        expect(page.locator("[name='params.count']")).to_have_value("12")
        page.fill("[name='params.count']", "15")
        expect(page.locator("#save")).to_be_enabled()
        keep(page, f"rule-{size[0]}-{theme}", tmp_path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
