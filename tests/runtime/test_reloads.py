"""Who asks a run to read its site again learns what came of it; and the word is heard however early it comes."""

import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.observation import CameraId
from pipeline.runtime.early_words import EarlyWords, early_words
from pipeline.runtime.reloads import Reloads, ReloadTold
from pipeline.runtime.signals import Signals
from pipeline.runtime.site_change import fences_print
from pipeline.runtime.wake import Wake
from tests.cli.shell import environment
from tests.runtime.standing_car import site_in, write_site, write_video

# Says SIGHUP to itself as the first of what takes time is imported.
_EARLY = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy" and self in sys.meta_path:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGHUP)
        return None
sys.meta_path.insert(0, Finder())
from pipeline.cli.main import main
main(sys.argv[1:])
"""


def _asked(reloads: Reloads, count: int) -> "queue.Queue[ReloadTold | None]":
    answers: queue.Queue[ReloadTold | None] = queue.Queue()
    for _ in range(count):
        threading.Thread(target=lambda: answers.put(reloads.ask(60.0)), daemon=True).start()
    return answers


def test_who_asks_learns_of_a_reading_that_began_after_it_asked(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    rung: queue.Queue[Wake] = queue.Queue()
    reloads = Reloads(site, rung.put, lambda: 1_000_000_000)
    reloads.begin()
    answers = _asked(reloads, 1)
    assert rung.get(timeout=60) is Wake.RELOAD
    reloads.refused(("site.yaml:1: too early to have seen the change",))
    with pytest.raises(queue.Empty):
        answers.get(timeout=0.5)
    reloads.begin()
    reloads.taken_over(site)
    told = answers.get(timeout=60)
    assert told is not None
    assert (told.is_taken_over, told.faults) == (True, ())


def test_a_refusal_is_told_with_its_faults_and_the_fences_in_force_stay_known(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    reloads = Reloads(site, lambda _: None, lambda: 5_000_000_000)
    before = reloads.told()
    assert before.last is None
    reloads.begin()
    reloads.refused(("gate.geojson:3: no",))
    told = reloads.told()
    assert told.last is not None
    assert told.last.faults == ("gate.geojson:3: no",)
    assert (told.fences, told.since) == (before.fences, before.since)
    camera = site.cameras[0]
    moved = replace(camera.geofence.zones[0], points=((0.1, 0.1), (0.2, 0.1), (0.2, 0.2)))
    changed = replace(camera, geofence=replace(camera.geofence, zones=(moved,)))
    reloads.begin()
    reloads.taken_over(replace(site, cameras=(changed,)))
    assert reloads.told().fences == {CameraId("cam-0"): fences_print(changed.geofence)}
    assert reloads.told().fences != before.fences


def test_where_the_same_fences_lie_makes_them_no_others(tmp_path: Path) -> None:
    here, there = (site_in(tmp_path / name).cameras[0].geofence for name in ("here", "there"))
    assert here != there
    assert fences_print(here) == fences_print(there)


def test_nobody_who_answers_is_told_as_nothing(tmp_path: Path) -> None:
    assert Reloads(site_in(tmp_path), lambda _: None, lambda: 0).ask(0.01) is None


def test_an_early_word_is_handed_on_to_who_can_act_on_it() -> None:
    with EarlyWords():
        os.kill(os.getpid(), signal.SIGHUP)
        with Signals() as signals:
            assert signals.wait(60) is Wake.RELOAD
            assert signals.wait(0) is Wake.NOTHING
    assert early_words() is None


def test_a_word_handed_back_does_what_it_did_before() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _: heard.append(number))
    try:
        with EarlyWords() as early:
            os.kill(os.getpid(), signal.SIGHUP)
            assert heard == []
            early.hand_back()
            assert heard == [signal.SIGHUP]
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.long
def test_a_run_that_is_told_to_read_again_while_it_is_still_being_loaded_does_so_when_it_runs(tmp_path: Path) -> None:
    write_video(tmp_path / "gate.mp4", 4.0, lambda _: False)
    site = write_site(tmp_path)
    site.write_text(site.read_text(encoding="utf-8") + "operation: {listen: 'off'}\n", encoding="utf-8")
    call = [sys.executable, "-c", _EARLY, "run", str(site), "--duration", "3s", "--log-format", "json"]
    run = subprocess.run(call, capture_output=True, text=True, check=False, env=environment(), timeout=200)
    assert run.returncode == 0, run.stderr
    assert '"site.reloaded"' in run.stderr
