"""The answers that the fence editor stands on."""

import hashlib
import json
import time
from pathlib import Path

import httpx
import pytest

from pipeline.config.load import load_site
from pipeline.console.accounts import Role
from pipeline.console.fence_trial_models import FenceTrial
from tests.console.fence_rooms import ELSEWHERE, LANE, fence_room, fence_text

BOW = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9], [0.1, 0.1]]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def save(client: httpx.Client, text: str, base: str, why: str = "") -> httpx.Response:
    return client.put("api/fences/cam-0", json={"text": text, "sha256": base, "why": why})


def test_what_is_saved_is_in_the_file_in_the_history_and_in_the_audit_log(tmp_path: Path) -> None:
    with fence_room(tmp_path, has_log=False) as here, here.client(Role.ENGINEER) as client:
        sheet = client.get("api/fences/cam-0").json()
        assert sheet["text"] == fence_text(LANE)
        assert len(sheet["choices"]["categories"]) == 16
        saved = save(client, fence_text(ELSEWHERE), sheet["sha256"], "the kerb was moved").json()
        text = (tmp_path / "gate.geojson").read_text(encoding="utf-8")
        assert (saved["text"], saved["sha256"]) == (text, sha(text))
        assert json.loads(text) == json.loads(fence_text(ELSEWHERE))
        assert saved["run"]["is_running"] is False
        versions = client.get("api/fences/cam-0/versions").json()["versions"]
        assert [(one["by"], one["why"], one["changed"]) for one in versions] == [
            ("emil", "the kerb was moved", ["lane"]),
            ("", "", []),
        ]
        assert client.get("api/fences/cam-0/versions/1").json()["text"] == fence_text(LANE)
        deed = here.console.audit.read()[0]
        assert (deed.user, deed.action, deed.subject) == ("emil", "fences.save", "cam-0")
        assert "changed lane" in deed.detail
        assert "the kerb was moved" in deed.detail


def test_a_change_made_meanwhile_is_not_written_over_and_its_author_is_named(tmp_path: Path) -> None:
    with (
        fence_room(tmp_path, has_log=False) as here,
        here.client(Role.ENGINEER) as one,
        here.client(Role.ADMIN) as other,
    ):
        base = one.get("api/fences/cam-0").json()["sha256"]
        theirs = save(other, fence_text(ELSEWHERE), base, "moved").json()
        refused = save(one, fence_text(LANE, name="mine"), base)
        assert refused.status_code == 409
        told = refused.json()
        assert told["error"] == "gate.geojson: was changed meanwhile by ada"
        assert (told["sha256"], told["text"]) == (theirs["sha256"], theirs["text"])
        assert [(version["by"], version["changed"]) for version in told["since"]] == [("ada", ["lane"])]
        # Somebody with an editor on the machine itself.
        (tmp_path / "gate.geojson").write_text(fence_text(LANE, grid="LZ-02"), encoding="utf-8")
        by_hand = save(one, fence_text(LANE, name="mine"), theirs["sha256"]).json()
        assert by_hand["error"] == "gate.geojson: was changed meanwhile by other means than this page"


@pytest.mark.parametrize(
    ("text", "feature", "words"),
    [
        (fence_text(BOW), 0, "crosses or touches itself"),
        (fence_text(LANE, category="fire_lanes"), 0, 'did you mean "fire_lane"?'),
        (fence_text(LANE, id="lane 1"), 0, "no id (got"),
        (fence_text(LANE, schedule="at night"), 0, "schedule"),
        (fence_text(LANE, category="square"), None, "no zone of this category"),
        ('{"type": "FeatureCollection", "frame": "image", "features": []}', None, "too few"),
        ("{", None, "not JSON"),
        ("[" * 5000, None, "nested too deeply"),
    ],
)
def test_what_the_loader_would_refuse_is_refused_at_its_shape_and_not_written(
    tmp_path: Path, text: str, feature: int | None, words: str
) -> None:
    with fence_room(tmp_path, has_log=False) as here, here.client(Role.ENGINEER) as client:
        base = client.get("api/fences/cam-0").json()["sha256"]
        checked = client.post("api/fences/cam-0/check", json={"text": text}).json()
        refused = save(client, text, base)
        assert refused.status_code == 422
        assert checked["faults"] == refused.json()["faults"]
        told = [(one["feature"], one["text"]) for one in checked["faults"]]
        assert any(place == feature and words in line for place, line in told), told
        assert (tmp_path / "gate.geojson").read_text(encoding="utf-8") == fence_text(LANE)
        load_site(tmp_path / "site.yaml", {})


def test_what_the_editor_does_not_show_stays_in_the_file_and_boxes_around_shapes_follow_them(tmp_path: Path) -> None:
    with fence_room(tmp_path, has_log=False) as here, here.client(Role.ENGINEER) as client:
        value = json.loads(fence_text(LANE, schedule="Mon-Fri 07:00-09:00", min_area=0.002, direction=90))
        value["name"] = "Gate"
        value["features"][0] |= {"id": 7, "bbox": [0, 0, 1, 1]}
        value["features"][0]["geometry"]["coordinates"][0][0].append(12.5)
        base = client.get("api/fences/cam-0").json()["sha256"]
        saved = json.loads(save(client, json.dumps(value), base).json()["text"])
        value["features"][0]["bbox"] = [0.2, 0.4, 0.8, 0.9]
        assert saved == value


def test_where_objects_stood_in_the_last_hour_is_told_in_shares_of_the_picture(tmp_path: Path) -> None:
    with fence_room(tmp_path) as here, here.client(Role.ENGINEER) as client:
        told = client.get("api/fences/cam-0/objects").json()
        cars = [n for n, kind in enumerate(told["kind"]) if told["classes"][kind]["id"] == "car"]
        assert cars
        # The middle of the car's lower edge.
        for n in cars:
            assert (told["x"][n], told["y"][n]) == pytest.approx((0.5, 0.7), abs=0.03)
        assert max(told["stay_s"][n] for n in cars) > 5
        assert client.get("api/fences/cam-0/objects?view=other").json()["x"] == []


@pytest.mark.long
def test_a_draft_is_tried_on_the_last_day_and_what_it_would_raise_is_held_against_what_is_saved(tmp_path: Path) -> None:
    with fence_room(tmp_path, corners=ELSEWHERE) as here, here.client(Role.ENGINEER) as client:
        told = tried(client, fence_text(LANE))
        assert [(event.zone, event.rule, event.classes) for event in told.appeared] == [("lane", "fire-lane", ["car"])]
        assert (told.vanished, told.same) == ([], 0)
        assert tried(client, fence_text(ELSEWHERE)).same == 0
        base = client.get("api/fences/cam-0").json()["sha256"]
        save(client, fence_text(LANE), base)
        assert tried(client, fence_text(LANE)).same == 1
        assert [event.zone for event in tried(client, fence_text(ELSEWHERE)).vanished] == ["lane"]


def tried(client: httpx.Client, text: str) -> FenceTrial:
    begun = client.post("api/fences/cam-0/trials", json={"text": text}).json()
    assert begun["lack"] == ""
    for _ in range(1200):
        told = FenceTrial.model_validate_json(client.get(f"api/fences/cam-0/trials/{begun['trial']}").text)
        if told.is_over:
            assert told.fault == ""
            return told
        time.sleep(0.1)
    raise AssertionError("not within two minutes")


def test_without_a_log_nothing_is_tried_and_it_is_said_why(tmp_path: Path) -> None:
    with fence_room(tmp_path, has_log=False) as here, here.client(Role.ENGINEER) as client:
        assert client.post("api/fences/cam-0/trials", json={"text": fence_text(LANE)}).json()["lack"] == "no_log"
        assert client.get("api/fences/cam-0/objects").json()["since"] is None


def test_a_picture_is_there_without_a_run(tmp_path: Path) -> None:
    with fence_room(tmp_path, has_log=False) as here, here.client(Role.ENGINEER) as client:
        answer = client.get("api/fences/cam-0/picture.jpg")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content[:2] == b"\xff\xd8"


def test_an_operator_may_not_even_look(tmp_path: Path) -> None:
    with fence_room(tmp_path, has_log=False) as here, here.client(Role.OPERATOR) as client:
        for path in ("", "/cam-0", "/cam-0/versions", "/cam-0/picture.jpg", "/cam-0/objects", "/cam-0/run"):
            assert client.get(f"api/fences{path}").status_code == 403
        assert save(client, fence_text(ELSEWHERE), "0" * 64).status_code == 403


def test_cameras_and_views_that_are_not_there_are_not_found(tmp_path: Path) -> None:
    with fence_room(tmp_path, has_log=False) as here, here.client(Role.ENGINEER) as client:
        for path in ("nobody", "cam-0?view=x", "nobody/run", "nobody/objects", "cam-0/versions/9", "cam-0/trials/x"):
            answer = client.get(f"api/fences/{path}")
            assert (answer.status_code, list(answer.json())) == (404, ["error"])
