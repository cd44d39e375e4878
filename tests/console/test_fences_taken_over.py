"""Fences that are saved while the pipeline runs are taken over by it, or it says why not."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pipeline.config.load import load_site
from pipeline.console.accounts import Role
from tests.console.fence_rooms import ELSEWHERE, fence_text
from tests.console.rooms import room
from tests.live.footage import write_footage
from tests.live.live_run import LiveRun, SiteFile

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
_STEP_S = 0.2


def wait_for(holds: Callable[[], bool], longest_s: float = 120.0) -> None:
    for _ in range(round(longest_s / _STEP_S)):
        if holds():
            return
        time.sleep(_STEP_S)
    raise AssertionError(f"not within {longest_s} s")


def save(client: httpx.Client, text: str) -> dict[str, dict[str, object]]:
    base = client.get("api/fences/gate").json()["sha256"]
    answer = client.put("api/fences/gate", json={"text": text, "sha256": base})
    assert answer.status_code == 200, answer.text
    told: dict[str, dict[str, object]] = answer.json()
    return told


def test_a_running_pipeline_takes_saved_fences_over_or_says_why_not(tmp_path: Path) -> None:
    write_footage(tmp_path / "car.mp4", 60.0, lambda _: True)
    site = SiteFile(tmp_path, {"gate": "source: car.mp4, loop: true"})
    site.write()
    loaded = load_site(site.path, {})
    with (
        room(replace(loaded, console=replace(loaded.console, listen=("127.0.0.1", 0))), {}) as here,
        here.client(Role.ENGINEER) as client,
        LiveRun(site) as run,
    ):

        def answer() -> dict[str, object]:
            told: dict[str, object] = client.get("api/fences/gate/run").json()
            return told

        run.wait_for_alert("raised", "gate", 120.0)
        wait_for(lambda: answer()["in_force"] is True)

        # The lane is drawn elsewhere: what stands in it no more is over.
        save(client, fence_text(ELSEWHERE))
        wait_for(lambda: answer()["in_force"] is True)
        assert run.wait_for_alert("cleared", "gate", 120.0).reason == "rule_changed"

        # The site file is spoilt by other means; fences that are saved now are right, and yet refused.
        good = site.path.read_text(encoding="utf-8")
        site.path.write_text(good.replace("fire_lane_blocked", "fire_lane_blokced"), encoding="utf-8")
        save(client, fence_text(ELSEWHERE, grid="LZ-77"))
        wait_for(lambda: answer()["refused_at"] is not None)
        assert "fire_lane_blocked" in str(answer()["faults"])

        site.path.write_text(good, encoding="utf-8")
        save(client, fence_text(ELSEWHERE, grid="LZ-78"))
        wait_for(lambda: answer()["in_force"] is True)
        assert answer()["refused_at"] is None
        run.stop(60.0)
        assert answer()["is_running"] is False
