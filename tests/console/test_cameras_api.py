"""What the routes about cameras answer: with nothing running, beside a run, and to who asks for what is not there."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config.load import load_site
from pipeline.config.resolved import ConsoleSettings
from pipeline.console.accounts import Role
from pipeline.runtime.run_line import parsed
from tests.cli.shell import wait_until
from tests.console.rooms import room, site_in
from tests.live.footage import write_footage
from tests.live.live_run import LiveRun, SiteFile


def test_without_a_run_every_camera_is_listed_and_told_not_to_run(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    camera = site.cameras[0]
    with room(site) as here, here.client(Role.OPERATOR) as client:
        answer = client.get("api/cameras").json()
        assert not answer["is_run_up"]
        assert answer["note"] == "no run of this site is up (expected: smart-alert run)"
        assert answer["cameras"] == [{"id": camera.id, "name": camera.name, "state": "no_run"}]
        one = client.get(f"api/cameras/{camera.id}").json()
        assert one["told"] is None
        assert [fence["id"] for fence in one["fences"]] == [zone.id for zone in camera.geofence.zones]
        assert client.get(f"api/cameras/{camera.id}/picture.jpg").status_code == 503
        assert client.get("api/pictures", params={"camera": camera.id}).status_code == 503
        still = client.get(f"api/cameras/{camera.id}/still.jpg")
        assert (still.status_code, still.headers["content-type"]) == (200, "image/jpeg")
        assert client.get(f"api/cameras/{camera.id}/day").json() == {"until": None, "spells": [], "hours": []}
        fences = client.get("api/camera-fences", params={"camera": [camera.id, "nobody"]}).json()
        assert list(fences["fences"]) == [camera.id]
        assert fences["titles"]["car"] == {"zh": "小汽车", "en": "car"}


def test_a_camera_without_fences_that_showed_nothing_yet_has_no_still_picture(tmp_path: Path) -> None:
    (tmp_path / "cameras.csv").write_text("id,name,source\ngate,Gate,rtsp://10.1.0.1/1\n", encoding="utf-8")
    written = "site: {id: new, name: New, timezone: Asia/Shanghai}\ncameras_from: cameras.csv\n"
    with room(site_in(tmp_path, written)) as here, here.client(Role.OPERATOR) as client:
        assert client.get("api/cameras/gate/still.jpg").status_code == 204


def test_what_is_not_there_is_one_line(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, here.client(Role.OPERATOR) as client:
        for path in (
            "api/cameras/nobody",
            "api/cameras/nobody/day",
            "api/cameras/nobody/picture.jpg",
            "api/cameras/nobody/still.jpg",
        ):
            answer = client.get(path)
            assert answer.status_code == 404
            assert answer.json() == {"error": "camera nobody: the site has none of this id"}
        assert client.get("api/cameras/..%2f..%2fetc/day").status_code == 404
        assert client.get("api/pictures").status_code == 422
        assert client.get("api/pictures", params={"camera": ["x"] * 65}).status_code == 422


@pytest.mark.long
def test_beside_a_run_pictures_and_states_are_those_of_the_run(tmp_path: Path) -> None:
    write_footage(tmp_path / "street.mp4", 10, lambda _: False)
    files = SiteFile(tmp_path, {"gate": "source: street.mp4, loop: true"})
    files.write()
    site = replace(load_site(files.path, os.environ), console=ConsoleSettings(listen=("127.0.0.1", 0)))
    with room(site) as here, here.client(Role.OPERATOR) as client, LiveRun(files) as run:
        wait_until(lambda: client.get("api/cameras").json()["is_run_up"])
        wait_until(lambda: client.get("api/cameras/gate/picture.jpg").status_code == 200)
        picture = client.get("api/cameras/gate/picture.jpg")
        assert picture.headers["content-type"] == "image/jpeg"
        assert picture.headers["cache-control"] == "no-store"
        assert picture.content[:3] == b"\xff\xd8\xff"
        answer = client.get("api/pictures", params={"camera": ["gate", "nobody"], "had": ["-", "-"]})
        found = parsed(answer.content)
        assert [told.camera for told in found.told] == ["gate"]
        assert found.jpegs[0][:3] == b"\xff\xd8\xff"
        wait_until(lambda: client.get("api/cameras/gate").json()["told"]["state"] == "connected")
        wait_until(lambda: client.get("api/cameras/gate/day").json()["until"] is not None)
        run.kill()
        wait_until(lambda: not client.get("api/cameras").json()["is_run_up"])
        assert client.get("api/pictures", params={"camera": "gate"}).status_code == 503
