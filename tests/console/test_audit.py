"""What users did is written down with where they did it."""

import json
from datetime import timedelta
from pathlib import Path

from pipeline.console.accounts import Role
from tests.console.ledgers import fresh, take
from tests.console.rooms import NAMES, PASSWORD, Room, room
from tests.console.tried_site import tried_site

DONE = [
    "session.begin",
    "alerts.acknowledge",
    "alerts.mute",
    "rules.maintenance",
    "rules.speak",
    "rules.save",
    "rules.restore",
    "fences.save",
    "missed.say",
    "missed.take_back",
    "session.refused_password",
    "session.password",
    "session.end",
]
"""By one user, in this order."""


def test_every_act_in_a_browser_leaves_the_browsers_address(tmp_path: Path) -> None:
    with room(tried_site(tmp_path)) as here:
        take(here.console.database, fresh(1))
        acted(here)
        with here.stranger() as client:
            wrong = {"name": NAMES[Role.ADMIN], "password": "a wrong horse"}
            assert client.post("api/login", json=wrong).status_code == 401
        with here.client(Role.ADMIN) as client:
            shown = client.get("api/audit").json()
        assert [one["action"] for one in reversed(shown) if one["user"] == NAMES[Role.ENGINEER]] == DONE
        assert [one for one in shown if one["address"] != "127.0.0.1"] == []
        assert "session.refused" in {one["action"] for one in shown}


def acted(here: Room) -> None:
    """Everything that an engineer can do and that is written down."""
    with here.client(Role.ENGINEER) as client:

        def ask(method: str, path: str, body: object = None, status: int = 200) -> dict[str, object]:
            answer = client.request(method, path, json=body)
            assert answer.status_code == status, answer.text
            found: dict[str, object] = answer.json() if answer.content else {}
            return found

        ask("POST", "api/events/event-00001/words", {"word": "acknowledge"})
        ask("POST", "api/events/event-00001/words", {"word": "mute", "minutes": 5, "note": "roadworks"})
        until = (here.console.now + timedelta(hours=2)).isoformat()
        silence = {"rule": "waste", "until": until, "reason": "roadworks", "kind": "maintenance"}
        ask("POST", "api/silences", silence)
        ask("POST", "api/silences/end", {"camera": "gate", "rule": "waste", "reason": "done"})
        sha256 = ask("GET", "api/rules/fire-lane")["sha256"]
        saved = ask("PUT", "api/rules/fire-lane", {"changes": {"dwell": "30s"}, "sha256": sha256, "why": ""})
        ask("POST", "api/site-versions/1/restore", {"sha256": saved["sha256"], "why": ""})
        sheet = ask("GET", "api/fences/gate")
        fences = json.loads(str(sheet["text"]))
        fences["features"][0]["properties"]["name"] = "the lane"
        ask("PUT", "api/fences/gate", {"text": json.dumps(fences), "sha256": sheet["sha256"], "view": "", "why": ""})
        missed = {"camera": "gate", "rule": "fire-lane", "zone": "", "start": "2026-01-05T08:00", "end": "", "note": ""}
        number = ask("POST", "api/missed", missed, 201)["number"]
        ask("DELETE", f"api/missed/{number}", None, 204)
        ask("POST", "api/password", {"old": "a wrong horse", "new": "another horse"}, 403)
        session = ask("POST", "api/password", {"old": PASSWORD, "new": "another horse"})
        client.headers["X-CSRF-Token"] = str(session["csrf"])
        ask("POST", "api/logout")
