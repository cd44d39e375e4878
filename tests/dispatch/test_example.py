"""The page for whoever writes a dispatcher: its examples run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from pipeline.alerts.command_message import parse_command
from pipeline.dispatch.client import AlertClient, ClientSettings, site_client
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import RunningServer, debian_server
from tests.cli.test_alerts import publish as publish_through_the_pipeline
from tests.dispatch.samples import alert, gone
from tests.dispatch.test_client import entries, publish

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "pipeline" / "dispatch" / "README.md").read_text(encoding="utf-8")
FIRST, SECOND = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_the_ten_lines_print_what_comes(tmp_path: Path) -> None:
    assert len([line for line in FIRST.splitlines() if line.strip()]) <= 10
    with RunningServer(tmp_path / "server", debian_server()) as server, server.client() as redis:
        publish(redis, alert(), gone())
        environment = os.environ | {"PYTHONPATH": str(ROOT), "REDIS_URL": f"unix://{server.socket}"}
        example = subprocess.Popen([sys.executable, "-c", FIRST], env=environment, stdout=subprocess.PIPE, text=True)
        assert example.stdout is not None
        lines = [example.stdout.readline() for _ in range(2)]
        example.kill()
        example.communicate()
    assert lines == ["raised critical 消防通道占用 LZ-01\n", "cleared critical 消防通道占用 LZ-01\n"]


def test_the_word_of_the_example_reaches_the_commands(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "server") as server, server.client() as redis:
        with AlertClient.connect(f"unix://{server.socket}", ClientSettings("desk")) as client:
            exec(SECOND, {"client": client, "alert": alert()})  # noqa: S102  # our own page
        [word] = [parse_command(one["command"]) for one in entries(redis, "smart-alert:commands")]
    assert (word.kind, word.event, word.by) == ("dismiss", "event-1", "desk 3")


def test_the_embedded_redis_of_a_site_is_read_like_any_other(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    publish_through_the_pipeline(site, raised())
    with site_client(site.path, ClientSettings("desk")) as client:
        [delivery] = client.receive()
        client.done(delivery)
    assert delivery.alert == told(raised(), site)
