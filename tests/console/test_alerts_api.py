"""Events, words and evidence over HTTP, on a real ledger; what is told as it happens."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipeline.console.accounts import Role
from pipeline.console.evidence_names import evidence_path
from pipeline.dispatch.ledger_words import Desk
from pipeline.observation import CommandKind
from tests.console.ledgers import evidence_in, fresh, over, take
from tests.console.rooms import NAMES, Room, room, site_in

CLIP = "clip-00000000000000ff.mp4"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A console whose ledger has 60 events: every fourth is over, every fifth waits for confirmation."""
    with room(site_in(tmp_path_factory.mktemp("room"))) as made:
        alerts = [fresh(number, review="pending" if number % 5 == 0 else "none") for number in range(60)]
        take(made.console.database, *alerts, *(over(one) for one in alerts[::4]))
        yield made


@pytest.fixture
def operator(here: Room) -> Iterator[httpx.Client]:
    with here.client(Role.OPERATOR) as client:
        yield client


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["events"]]


def say(client: httpx.Client, event: str, **said: str | int | bool) -> httpx.Response:
    return client.post(f"api/events/{event}/words", json=said)


def test_pages_hold_every_event_once_the_newest_first(operator: httpx.Client) -> None:
    found: list[str] = []
    after = ""
    while True:
        answer = operator.get("api/events", params={"limit": 7, "after": after})
        found += ids(answer)
        after = answer.json()["next"]
        if after is None:
            break
    assert found == [f"event-{number:05d}" for number in range(60)]


def test_filters_are_all_met(operator: httpx.Client) -> None:
    found = ids(operator.get("api/events", params={"severity": ["critical", "info"], "camera": "market", "open": "1"}))
    assert found == [f"event-{number:05d}" for number in range(60) if number % 4 in (0, 3) and number % 3 == 1]
    assert ids(operator.get("api/events", params={"text": "LZ-03", "state": "held"})) == []
    assert ids(operator.get("api/events", params={"grid": "LZ-00", "state": "held", "limit": 2})) == [
        "event-00000",
        "event-00005",
    ]
    assert ids(operator.get("api/events", params={"text": "%"})) == []
    assert len(ids(operator.get("api/events", params={"text": "消防"}))) == 60


def test_a_word_goes_into_the_ledger_with_the_users_name_and_what_does_not_fit_is_refused(
    here: Room, operator: httpx.Client
) -> None:
    assert say(operator, "event-00001", word="acknowledge").json()["standing"] == "acknowledged"
    refused = say(operator, "event-00001", word="acknowledge")
    assert refused.status_code == 409
    assert "does not fit an event that is acknowledged" in refused.json()["error"]
    assert say(operator, "event-00001", word="note", note="seen by two").status_code == 200
    closed = say(operator, "event-00001", word="close", note="gone")
    assert (closed.json()["standing"], closed.json()["words"]) == ("closed", ["reopen"])
    steps = operator.get("api/events/event-00001").json()["steps"]
    assert [(step["what"], step["by"], step["note"]) for step in steps[3:]] == [
        ("acknowledge", NAMES[Role.OPERATOR], ""),
        ("note", NAMES[Role.OPERATOR], "seen by two"),
        *((word, NAMES[Role.OPERATOR], "gone") for word in ("dispose", "verify", "close")),
    ]
    deeds = [(deed.user, deed.action, deed.subject) for deed in here.console.audit.read()]
    assert (NAMES[Role.OPERATOR], "alerts.close", "event-00001") in deeds


def test_what_the_camera_saw_leave_is_closed_without_more_ado(operator: httpx.Client) -> None:
    assert say(operator, "event-00004", word="close").json()["standing"] == "closed"
    steps = operator.get("api/events/event-00004").json()["steps"]
    assert [step["what"] for step in steps if step["by"] == NAMES[Role.OPERATOR]] == ["verify", "close"]


@pytest.mark.parametrize(
    ("event", "said", "status"),
    [
        ("event-99999", {"word": "acknowledge"}, 404),
        ("event-00002", {"word": "steal"}, 422),
        ("event-00002", {"word": "note", "note": "   "}, 422),
        ("event-00002", {"word": "note", "note": "a\x00b"}, 422),
        ("event-00002", {"word": "mute", "minutes": 0, "note": "x"}, 422),
        ("event-00002", {"word": "mute", "minutes": 10**9, "note": "x"}, 422),
        ("event-00002", {"word": "assign", "contact": "nobody"}, 422),
        ("event-00002", {"word": "verify"}, 409),
        ("event-00005", {"word": "assign", "contact": "control-room"}, 409),
        ("..%2f..%2fx", {"word": "acknowledge"}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(
    operator: httpx.Client, event: str, said: dict[str, str | int], status: int
) -> None:
    answer = say(operator, event, **said)
    assert answer.status_code == status, answer.text
    assert "\n" not in answer.json()["error"]


def test_a_mute_is_a_command_with_an_end_and_a_reason(here: Room, operator: httpx.Client) -> None:
    sent: list[str] = []
    with here.console.database.reading() as connection:
        before = len(connection.exec_driver_sql("SELECT line FROM command").all())
    assert say(operator, "event-00002", word="mute", minutes=30, note="road works").status_code == 200
    assert say(operator, "event-00002", word="mute", minutes=5, whole_camera=True, note="painting").status_code == 200
    with here.console.database.reading() as connection:
        sent = [str(row[0]) for row in connection.exec_driver_sql("SELECT line FROM command ORDER BY seq")][before:]
    told = [(one["kind"], one["camera"], one["rule"], one["reason"], one["by"]) for one in map(json.loads, sent)]
    mine = NAMES[Role.OPERATOR]
    assert told == [
        (CommandKind.MUTE.value, "yard", "fire-lane", "road works", mine),
        (CommandKind.MUTE.value, "yard", None, "painting", mine),
    ]
    assert [step["what"] for step in operator.get("api/events/event-00002").json()["steps"]][-2:] == ["note", "note"]


def test_words_reach_the_stream_by_themselves(here: Room, operator: httpx.Client) -> None:
    assert say(operator, "event-00007", word="acknowledge").status_code == 200
    desk = Desk(here.console.database, here.console.site.id)
    for _ in range(600):
        if not desk.unsent():
            return
        operator.get("api/session")
    raise AssertionError("the word still waits")


def test_every_line_of_the_history_is_told_once_and_what_was_missed_is_read(here: Room, operator: httpx.Client) -> None:
    with operator.stream("GET", "api/live") as stream:
        lines = stream.iter_lines()
        beat = _next(lines, "beat")
        take(here.console.database, *(fresh(number) for number in (100, 101)))
        assert say(operator, "event-00100", word="acknowledge").status_code == 200
        told: list[dict[str, object]] = []
        while not any(step["what"] == "acknowledge" for one in told for step in _steps(one)):
            told.append(_next(lines, "news"))
    numbers = [step["seq"] for one in told for step in _steps(one)]
    assert numbers == list(range(int(str(beat["seq"])) + 1, int(str(numbers[-1])) + 1))
    missed = operator.get("api/news", params={"after": str(beat["seq"])}).json()
    assert [step["seq"] for step in missed["steps"]][: len(numbers)] == numbers
    assert {one["id"] for one in missed["events"]} >= {"event-00100", "event-00101"}
    assert missed["is_all"]


def test_evidence_is_served_whole_in_part_and_small(here: Room, operator: httpx.Client) -> None:
    made = evidence_in(here.console.site.state, "event-00003", 7)
    path = evidence_path(made.snapshot)
    assert path == "api/evidence/event-00003/snapshot-0000000000000007.jpg"
    whole = operator.get(path)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "image/jpeg")
    small = operator.get(path, params={"width": 320})
    assert len(small.content) < len(whole.content)
    folder = here.console.site.state / "evidence" / "event-00003"
    (folder / CLIP).write_bytes(bytes(range(100)))
    part = operator.get(f"api/evidence/event-00003/{CLIP}", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["content-range"] == "bytes 10-19/100"
    assert operator.get(f"api/evidence/event-00003/{CLIP}", headers={"Range": "bytes=100-"}).status_code == 416


def test_nothing_but_evidence_is_served(here: Room, operator: httpx.Client, tmp_path: Path) -> None:
    folder = here.console.site.state / "evidence" / "event-00003"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evidence.json").write_text("{}")
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"secret")
    link = folder / "frame-00000000000000aa.jpg"
    link.symlink_to(secret)
    names = ("evidence.json", ".clip.part", "..%2f..%2fconsole.sqlite", "%2e%2e", link.name, "frame-0.jpg", "x" * 3000)
    for name in names:
        answer = operator.get(f"api/evidence/event-00003/{name}")
        assert answer.status_code in (404, 422), name
        assert b"secret" not in answer.content
    assert operator.get(f"api/evidence/..%2fevent-00003/{CLIP}").status_code in (404, 422)
    assert operator.get("api/evidence/%2e%2e/console.sqlite").status_code in (404, 422)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("s3://bucket/a/evidence/e1/frame-0123456789abcdef.jpg", "api/evidence/e1/frame-0123456789abcdef.jpg"),
        ("evidence/e1/clip-0123456789abcdef.mp4", "api/evidence/e1/clip-0123456789abcdef.mp4"),
        ("file:///x/evidence/e1/../../state.sqlite", None),
        ("javascript:alert(1)", None),
        ("frame-0123456789abcdef.jpg", None),
    ],
)
def test_an_address_of_evidence_becomes_a_path_of_the_console_or_none(uri: str, path: str | None) -> None:
    assert evidence_path(uri) == path


def _next(lines: Iterator[str], kind: str) -> dict[str, object]:
    for line in lines:
        if line == f"event: {kind}":
            value: dict[str, object] = json.loads(next(lines).removeprefix("data: "))
            return value
    raise AssertionError(f"no {kind}")


def _steps(news: dict[str, object]) -> list[dict[str, object]]:
    steps = news["steps"]
    assert isinstance(steps, list)
    return steps
