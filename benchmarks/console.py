"""50 browsers on the console's stream of events and 100 alerts a second: how late they are, and what memory it takes.

    python -m benchmarks.console [--streams 47] [--pages 3] [--rate 100] [--seconds 120]

Everything is real: alerts go through Redis (the embedded one's program with its settings) to the console, a process of
its own, which keeps the ledger in SQLite and serves the streams. Of the browsers `--pages` are pages in Chromium with
the list of alerts open, the others are HTTP clients that read the same stream as a browser does, and parse it. The
delay of an alert is from its being handed to Redis to a client's having the message that shows it; on a page to the
frame that is drawn after it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Page, sync_playwright
from redis import Redis

from pipeline.alerts.message import Alert
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.console.accounts import Role
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from tests.alerts.servers import RunningServer
from tests.console.browsers import CHROMIUM, FLAGS
from tests.console.rooms import NAMES, PASSWORD, make_accounts
from tests.dispatch.samples import alert
from tests.live.live_run import SiteFile, free_port

STREAM = "smart-alert:alerts"
WARM_S = 10.0
_WATCH = """() => import(new URL('static/live.js', document.baseURI).href).then((live) => {
  window.told = {};
  live.onEvent('news', (news) => requestAnimationFrame(() => {
    for (const event of news.events) window.told[event.id] ??= Date.now();
  }));
})"""


@dataclass
class Heard:
    """When one client first had each event, ms since 1970."""

    at_ms_by_event: dict[str, float] = field(default_factory=dict)


@contextmanager
def console(site: Site) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The console in a process of its own, and where it answers."""
    command = [sys.executable, "-m", "pipeline", "console", str(site.path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline() if process.stderr else ""
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        if found is None:
            raise RuntimeError(line)
        yield found[0], process
    finally:
        process.terminate()
        process.wait(30)


def signed_in(url: str) -> httpx.Client:
    """A client with a session of its own; the rate limit at login leaves no room for fifty at once."""
    client = httpx.Client(base_url=url, headers={"Origin": url.rstrip("/")}, timeout=60)
    answer = client.post("api/login", json={"name": NAMES[Role.OPERATOR], "password": PASSWORD})
    answer.raise_for_status()
    return client


def listen(client: httpx.Client, heard: Heard, ended: threading.Event) -> None:
    """Read the stream as a browser does."""
    with client.stream("GET", "api/live") as stream:
        kind = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: ") and kind == "news":
                now_ms = wall_now_ns() / 1e6
                for event in json.loads(line.removeprefix("data: "))["events"]:
                    heard.at_ms_by_event.setdefault(event["id"], now_ms)
            if ended.is_set():
                return


def raise_alerts(client: Redis, rate: int, length_s: float) -> dict[str, float]:
    """Alerts at an even pace, each from the sample with another id; when each was handed to Redis, ms since 1970."""
    sent_ms: dict[str, float] = {}
    elapsed_s = stopwatch()
    count = round(rate * length_s)
    for number in range(count):
        wait_s = number / rate - elapsed_s()
        if wait_s > 0:
            sleep(wait_s)
        made: Alert = alert(f"event-{number:06d}", camera=f"c{number % 40}", severity="major")
        sent_ms[made.id] = wall_now_ns() / 1e6
        fields = {
            "alert": made.to_json(),
            "id": made.id,
            "state": "raised",
            "algorithm": made.algorithm,
            "severity": "major",
        }
        client.xadd(STREAM, fields)  # type: ignore[arg-type]  # of its own generic types
    return sent_ms


def memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def told(sent_ms: dict[str, float], heard: Sequence[dict[str, float]], what: str) -> None:
    """Print how late the alerts were after the first seconds."""
    first_ms = min(sent_ms.values()) + WARM_S * 1000
    counted = {event: at for event, at in sent_ms.items() if at >= first_ms}
    delays = [one[event] - at for one in heard for event, at in counted.items() if event in one]
    missing = sum(event not in one for one in heard for event in counted)
    p50, p95, p99 = np.percentile(delays, [50, 95, 99])
    print(
        f"{what}: {len(delays)} deliveries, p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms,"
        f" longest {max(delays):.0f} ms, missing {missing}"
    )


def open_pages(stack: ExitStack, url: str, count: int) -> list[Page]:
    """Pages in Chromium with the list of alerts open, each noting when it has drawn what it was told."""
    if not count:
        return []
    play = stack.enter_context(sync_playwright())
    browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    stack.callback(browser.close)
    pages = []
    for _ in range(count):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(url + "alerts")
        page.fill("input[name=name]", NAMES[Role.OPERATOR])
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector(".list")
        page.evaluate(_WATCH)
        pages.append(page)
    return pages


def measured(url: str, process: subprocess.Popen[str], redis: Redis, asked: argparse.Namespace) -> None:
    """Raise alerts while everybody listens, and print what came of it."""
    ended, heard = threading.Event(), [Heard() for _ in range(asked.streams)]
    memory: list[float] = []
    with ExitStack() as stack:
        first = signed_in(url)
        stack.callback(first.close)
        pages = open_pages(stack, url, asked.pages)
        # The same session for all: what is measured is the stream.
        clients = [httpx.Client(base_url=url, cookies=first.cookies, timeout=60) for _ in heard]
        threads = [threading.Thread(target=listen, args=(*one, ended)) for one in zip(clients, heard, strict=True)]
        watch = threading.Thread(target=_watch_memory, args=(process.pid, memory, ended))
        for thread in (*threads, watch):
            thread.start()
        sleep(3.0)
        sent_ms = raise_alerts(redis, asked.rate, asked.seconds)
        sleep(5.0)
        ended.set()
        shown = [dict(page.evaluate("window.told")) for page in pages]
        for thread in (*threads, watch):
            thread.join()
        for client in clients:
            client.close()
    told(sent_ms, [one.at_ms_by_event for one in heard], f"{len(heard)} streams")
    if shown:
        told(sent_ms, shown, f"{len(shown)} pages in Chromium")
    tenths = ", ".join(f"{np.mean(part):.0f}" for part in np.array_split(memory, 10) if len(part))
    print(f"memory of the console in each tenth of the run: {tenths} MiB")


def _watch_memory(pid: int, memory: list[float], ended: threading.Event) -> None:
    while not ended.wait(1.0):
        memory.append(memory_mib(pid))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=47)
    parser.add_argument("--pages", type=int, default=3)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=120.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "car.mp4").touch()
        more = f"console: {{listen: '127.0.0.1:{free_port()}'}}\n"
        file = SiteFile(folder, {"gate": "source: car.mp4"}, dwell="", redis=f"redis://127.0.0.1:{port}/0", more=more)
        site = load_site(file.write(), os.environ)
        make_accounts(site)
        with (
            RunningServer(folder / "redis", None, "--port", str(port)) as server,
            console(site) as (url, process),
            server.client() as redis,
        ):
            measured(url, process, redis, asked)


if __name__ == "__main__":
    main()
