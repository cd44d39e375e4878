"""Fills the ledger of a console as a dispatcher would, with alerts of now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.alerts.message import Alert, AlertObject, Evidence
from pipeline.console.moments import moment
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.no_table import no_table
from pipeline.dispatch.office import Office
from pipeline.rules.episode import State
from pipeline.runtime.clock import wall_now_ns
from tests.dispatch.samples import alert, incoming

SEVERITIES = ("critical", "major", "minor", "info")
CAMERAS = ("gate", "market", "yard")
_AT_ONCE = 500


def now() -> datetime:
    return moment(wall_now_ns())


def take(database: Database, *alerts: Alert) -> None:
    """As if they had come just now."""
    office = Office(no_table(UTC), UTC, now())
    for start in range(0, len(alerts), _AT_ONCE):
        Ledger(database).take(incoming(*alerts[start : start + _AT_ONCE]), office)


def fresh(number: int, *, severity: str = "", review: str = "none", evidence: Evidence | None = None) -> Alert:
    """The alert of that number: all differ; it began two minutes before it, seven seconds before the next one."""
    begun = now() - timedelta(seconds=120 + 7 * number)
    made = alert(
        f"event-{number:05d}",
        camera=CAMERAS[number % len(CAMERAS)],
        severity=severity or SEVERITIES[number % len(SEVERITIES)],
        grid=f"LZ-{number % 5:02d}",
        review=review,
        evidence=evidence,
    )
    car = AlertObject.model_validate({"class": "car", "confidence": 0.87, "box": (0.2, 0.3, 0.5, 0.7), "track": 1})
    changes = {"started_at": begun, "raised_at": begun + timedelta(seconds=60), "objects": (car,)}
    return made.model_copy(update=changes)


def over(one: Alert) -> Alert:
    """The same event when it is over."""
    changes = {"state": State.CLEARED, "reason": "left", "revision": one.revision + 1, "ended_at": now()}
    return one.model_copy(update=changes)


def evidence_in(state: Path, event: str, number: int = 0) -> Evidence:
    """Pictures of an event, in the state folder."""
    folder = state / "evidence" / event
    folder.mkdir(parents=True, exist_ok=True)
    blocks = np.random.default_rng(number).integers(40, 200, (9, 16, 3)).astype(np.uint8)
    picture = Image.fromarray(blocks).resize((960, 540), Image.Resampling.NEAREST)
    paths = [folder / f"{kind}-{number:016x}.jpg" for kind in ("snapshot", "frame")]
    for path in paths:
        picture.save(path)
    return Evidence(
        snapshot=paths[0].as_uri(), snapshot_sha256="0a", frame=paths[1].as_uri(), frame_sha256="0b"
    )  # fmt: skip
