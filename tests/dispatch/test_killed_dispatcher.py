"""Exactly once in the ledger, whatever is killed when."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.dispatch.ledger_database import sqlite_database
from pipeline.dispatch.ledger_tables import EVENT, MESSAGE, NOTICE, STEP
from pipeline.dispatch.notice import REPEATED
from tests.dispatch.killed_dispatcher import EVENTS, story
from tests.dispatch.webhook import Webhook

ROOT = Path(__file__).resolve().parents[2]
KILLS = 200


@pytest.mark.long
def test_killed_200_times_while_redis_restarts_every_alert_is_in_the_ledger_exactly_once(tmp_path: Path) -> None:
    with Webhook() as hook:
        arguments = (str(tmp_path), hook.url, str(KILLS), "7")
        command = [sys.executable, "-m", "tests.dispatch.killed_dispatcher", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
        assert done.returncode == 0, done.stderr
        bodies = [(str(one["title"]), str(one["message"])) for one in hook.got]
    database = sqlite_database(tmp_path / "ledger.sqlite")
    with database.reading() as connection:
        rows = connection.execute(select(MESSAGE).order_by(MESSAGE.c.seq)).mappings().all()
        steps = Counter((row.event, row.what) for row in connection.execute(select(STEP.c.event, STEP.c.what)))
        notices = connection.execute(select(NOTICE.c.event, NOTICE.c.kind).where(NOTICE.c.sent_at.is_not(None))).all()
        standings = {row.standing for row in connection.execute(select(EVENT.c.standing))}
    sent = list(story())
    assert Counter((row["event"], row["revision"]) for row in rows) == Counter((one.id, one.revision) for one in sent)
    for camera in {one.camera.id for one in sent if one.camera}:
        came = [(row["event"], row["revision"], row["line"]) for row in rows if row["camera"] == camera]
        assert came == [(one.id, one.revision, one.to_json()) for one in sent if one.camera and one.camera.id == camera]
    assert standings == {"open"}
    assert [times for (_, what), times in steps.items() if what in {"raised", "opened", "cleared"}] == [1] * (
        3 * EVENTS
    )
    assert len(notices) == len(set(notices)) == 2 * EVENTS
    # People hear of everything at least once, and of nothing twice without being told that it may be a repetition.
    heard = Counter(bodies)
    plain = Counter((title.removesuffix(f" {REPEATED}"), body) for title, body in heard)
    assert len(plain) == 2 * EVENTS
    assert [times for (title, _), times in heard.items() if not title.endswith(REPEATED) and times > 1] == []
