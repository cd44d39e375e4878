"""What a run tells of a fault of the program holds no password, whichever thread dies of it and whatever it held."""

import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.alerts.samples import FENCE
from tests.cli.shell import environment, wait_until
from tests.live.live_run import free_port

CAMERA_PASSWORD, REDIS_PASSWORD = "Kamera-Geheim-4711", "Redis-Geheim-0815"
PROGRAM = """
import sys
import av
import redis
from pipeline.cli.main import main

class Died(BaseException):
    "Nothing catches it: the thread ends."

kind = {"error": LookupError, "death": Died}[sys.argv[1]]

def broken_open(file, *arguments, **options):
    address, password = str(file), "Kamera-Geheim-4711"
    raise kind(f"cannot make sense of {address}")

def broken_redis(url, **options):
    address, password = url, "Redis-Geheim-0815"
    raise kind(f"cannot make sense of {address}")

av.open = broken_open
if sys.argv[2] == "redis":
    redis.Redis.from_url = broken_redis
main(sys.argv[3:])
"""
SITE = """\
site: {{id: linzi, name: site, timezone: Asia/Shanghai}}
redis: {{url: "redis://operator:${{REDIS_PASSWORD}}@127.0.0.1:{redis}/0"}}
detector: {{model: yolov8n, confidence: 0.3}}
operation: {{listen: "127.0.0.1:{listen}"}}
cameras:
  - id: gate
    name: gate
    source: "rtsp://viewer:${{CAMERA_PASSWORD}}@127.0.0.1:{rtsp}/live"
    geofence: gate.geojson
rules:
  - {{id: fire-lane, algorithm: fire_lane_blocked, zones: [lane], dwell: 5s}}
"""


def page(port: int, path: str) -> str:
    with suppress(URLError, OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
        return bytes(reply.read()).decode()
    return ""


@pytest.mark.long
@pytest.mark.parametrize("how", ["error", "death"])
@pytest.mark.parametrize("where", ["stream", "redis"])
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_password_is_in_what_a_dying_thread_leaves_behind(
    tmp_path: Path, how: str, where: str, log_format: str
) -> None:
    listen = free_port()
    (tmp_path / "gate.geojson").write_text(FENCE, encoding="utf-8")
    site = SITE.format(redis=free_port(), listen=listen, rtsp=free_port())
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    command = ["run", str(tmp_path / "site.yaml"), "--log-format", log_format, "--log-level", "debug"]
    variables = {"CAMERA_PASSWORD": CAMERA_PASSWORD, "REDIS_PASSWORD": REDIS_PASSWORD}
    told = tmp_path / "told"
    with (
        told.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, how, where, *command],
            stdout=output,
            stderr=output,
            env=environment(**variables),
        ) as process,
    ):
        # With Redis broken the run may end at once; else it goes on without its streams.
        wait_until(lambda: process.poll() is not None or b"cannot make sense of" in told.read_bytes())
        pages = [page(listen, path) for path in ("/metrics", "/healthz", "/readyz")]
        process.terminate()
    said = told.read_text(encoding="utf-8")
    assert "cannot make sense of" in said
    left = [file for file in tmp_path.rglob("*") if file.is_file()]
    for text in (said, *pages, *(file.read_bytes().decode(errors="replace") for file in left)):
        assert CAMERA_PASSWORD not in text
        assert REDIS_PASSWORD not in text
