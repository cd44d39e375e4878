"""What a run shows the console beside it: pictures that change, in time, only while somebody asks; and who may ask."""

import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import SmartAlertError
from pipeline.runtime.run_line import NoRunError, Pictures, RunLine, parsed
from pipeline.runtime.run_messages import CameraTold, ObjectTold, PictureTold
from tests.live.live_run import LiveRun, SiteFile
from tests.rtsp.server import Recording, RtspServer

pytestmark = pytest.mark.long


def one(line: RunLine, camera: str, had: str = "", *, is_full: bool = False) -> tuple[PictureTold, bytes]:
    """What one camera shows, and its JPEG; no bytes where there is none, or it was had."""
    found = pictures(line, camera, had, is_full=is_full)
    return found.told[0], found.jpegs[0] if found.jpegs else b""


def pictures(line: RunLine, camera: str, had: str = "", *, is_full: bool = False) -> Pictures:
    return parsed(line.pictures([camera], [had], is_full=is_full))


def is_up(line: RunLine) -> bool:
    try:
        return bool(line.cameras().cameras)
    except NoRunError:
        return False


def told_of(line: RunLine, camera: str) -> CameraTold:
    return next(told for told in line.cameras().cameras if told.camera == camera)


def test_a_cameras_pictures_come_in_its_time_with_what_was_found(tmp_path: Path, clips: Path) -> None:
    with RtspServer({"car": Recording(clips / "car.mp4")}) as server:
        site = SiteFile(tmp_path, {"car": f"source: '{server.url('car')}'"})
        site.write()
        line = RunLine(site.state)
        with LiveRun(site) as run:
            run.wait(lambda: is_up(line) and bool(one(line, "car")[1]))
            # The camera's own time goes on, and the picture is of now.
            seen: dict[str, datetime] = {}
            run.wait(lambda: len(noted(line, "car", seen)) >= 6)
            assert sorted(seen, key=int) == list(seen)
            steps = [later - earlier for earlier, later in zip(seen.values(), list(seen.values())[1:], strict=False)]
            assert max(steps) < timedelta(seconds=5)
            told, jpeg = one(line, "car")
            assert told.taken_at is not None
            assert told.media_now is not None
            assert timedelta(0) <= told.media_now - told.taken_at < timedelta(seconds=5)
            assert (told.width, told.height) == (320, 192)
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None
            assert picture.shape == (192, 320, 3)
            # The red car is where it stands.
            blue, _, red = picture[115:125, 140:180].reshape(-1, 3).mean(0)
            assert red - blue > 60
            run.wait_for_alert("raised", "car")
            run.wait(lambda: any(found.is_raised for found in one(line, "car")[0].objects))
            car = next(found for found in one(line, "car")[0].objects if found.is_raised)
            assert (car.class_name, car.rule) == ("car", "fire-lane")
            assert car.xyxy == pytest.approx((0.4, 0.5, 0.6, 0.7), abs=0.03)
            dwelt_s = car.dwell_s
            assert dwelt_s is not None
            assert dwelt_s >= 2.0
            run.wait(lambda: dwell_of(one(line, "car")[0].objects) > dwelt_s)
            run.stop(60)
        assert not is_up(line)


def noted(line: RunLine, camera: str, seen: dict[str, datetime]) -> dict[str, datetime]:
    told, jpeg = one(line, camera, next(reversed(seen), ""))
    if jpeg and told.taken_at is not None:
        seen[told.picture] = told.taken_at
    return seen


def dwell_of(objects: tuple[ObjectTold, ...]) -> float:
    return max((found.dwell_s or 0.0 for found in objects), default=0.0)


def test_a_picture_that_was_had_is_not_sent_again_and_an_unknown_camera_is_passed_over(
    tmp_path: Path, clips: Path
) -> None:
    site = SiteFile(tmp_path, {"gate": f"source: {clips / 'street.mp4'}, loop: true"}, dwell="")
    site.write()
    line = RunLine(site.state)
    with LiveRun(site) as run:
        run.wait(lambda: is_up(line) and bool(one(line, "gate")[1]))
        found = parsed(line.pictures(["nobody", "gate"], ["-", "-"], is_full=False))
        assert [told.camera for told in found.told] == ["gate"]
        had = found.told[0].picture
        told, jpeg = one(line, "gate", had)
        assert (told.picture == had) == (jpeg == b"")
        assert told.n_bytes == len(jpeg)


def test_nobody_looks_and_nothing_is_decoded_for_it(tmp_path: Path, clips: Path) -> None:
    site = SiteFile(tmp_path, {"gate": f"source: {clips / 'street.mp4'}, loop: true"}, dwell="")
    site.write()
    line = RunLine(site.state)
    with LiveRun(site) as run:
        run.wait(lambda: is_up(line) and bool(one(line, "gate")[1]))
        run.wait(lambda: bool(one(line, "gate")) and cpu_s(run) > 0)
        # Nobody asks any more: a while later the thread has ceased to work, and the picture is forgotten.
        idle_from_s = 0.0

        def rests() -> bool:
            nonlocal idle_from_s
            before_s, idle_from_s = idle_from_s, cpu_s(run)
            return before_s == idle_from_s

        wait_quietly(run, 7.0)
        run.wait(rests)
        wait_quietly(run, 2.0)
        assert cpu_s(run) == idle_from_s
        assert one(line, "gate")[1] == b""
        run.wait(lambda: bool(one(line, "gate")[1]))


def wait_quietly(run: LiveRun, duration_s: float) -> None:
    before_s = [0]

    def is_over() -> bool:
        before_s[0] += 1
        return before_s[0] > duration_s / 0.05

    run.wait(is_over, duration_s + 30)


def cpu_s(run: LiveRun) -> float:
    """Processor time that the thread for those who look on has taken; it is the one that gives way to all others."""
    for task in Path(f"/proc/{run.process.pid}/task").iterdir():
        fields = (task / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        if int(fields[16]) == 5:
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return -1.0


def test_only_the_states_owner_may_ask(tmp_path: Path, clips: Path) -> None:
    # Deeper than the kernel lets a socket's path be.
    folder = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 5)
    folder.mkdir(parents=True)
    site = SiteFile(folder, {"gate": f"source: {clips / 'street.mp4'}, loop: true"}, dwell="")
    site.write()
    line = RunLine(site.state)
    with LiveRun(site) as run:
        run.wait(lambda: is_up(line))
        assert stat.S_IMODE((site.state / "console").stat().st_mode) == 0o700
        assert stat.S_ISSOCK((site.state / "console" / "run.sock").stat().st_mode)
        # None of it is to be had where metrics are.
        assert run.get("/cameras")[0] == 404
        assert run.get("/pictures?camera=gate")[0] == 404
        run.kill()
    with pytest.raises(SmartAlertError, match="no run of this site is up"):
        line.cameras()
    # What a killed run leaves does not keep the next from listening.
    with LiveRun(site) as run:
        run.wait(lambda: is_up(line))


def test_a_camera_out_of_reach_says_so_since_when_and_keeps_its_last_picture(tmp_path: Path, clips: Path) -> None:
    with RtspServer({"gate": Recording(clips / "street.mp4")}) as server:
        site = SiteFile(tmp_path, {"gate": f"source: '{server.url('gate')}'"}, more=CAMERAS_RULE)
        site.write()
        line = RunLine(site.state)
        with LiveRun(site) as run:
            run.wait(lambda: is_up(line) and bool(one(line, "gate")[1]))
            assert told_of(line, "gate").state == "connected"
            run.wait(lambda: told_of(line, "gate").pictures_per_s > 5)
            assert (told_of(line, "gate").looks_per_s or 0) > 0
            server.kill()
            run.wait(lambda: told_of(line, "gate").state == "unreachable", 60)
            run.wait(lambda: told_of(line, "gate").blind is not None, 60)
            told = told_of(line, "gate")
            assert told.fault
            assert told.blind is not None
            assert told.blind.cause == "no_signal"
            assert told.since is not None
            # The fault is an open one, for the console and for Prometheus.
            run.wait(lambda: told_of(line, "gate").faults == ("no_signal",), 60)
            assert run.metric("camera_fault_open", camera="gate", kind="no_signal") == 1
            # Its last picture stays, and grows old.
            run.wait(lambda: bool(one(line, "gate")[1]))
            last = one(line, "gate")[0].picture
            run.wait(lambda: age_of(one(line, "gate")[0]) > timedelta(seconds=5))
            assert int(one(line, "gate")[0].picture) >= int(last)


def age_of(shown: PictureTold) -> timedelta:
    assert shown.media_now is not None
    assert shown.taken_at is not None
    return shown.media_now - shown.taken_at


CAMERAS_RULE = "  - {id: cameras, algorithm: camera_fault, dwell: 2s}\n"
