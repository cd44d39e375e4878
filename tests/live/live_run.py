"""`smart-alert run` as a process of its own, all that it says, and what a look from outside shows of it."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.message import Alert, parse
from pipeline.observation import Entry, Gap
from pipeline.replay.log import read_log
from pipeline.runtime.clock import stopwatch
from tests.cli.shell import PROGRAM, environment
from tests.live.footage import FENCE
from tests.live.red_network import write_red_network

_STEP_S = 0.05


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class SiteFile:
    """A site file in a folder, with what it names; write it anew after a change.

    Attributes:
        cameras: What the file says of each, after its id and its name, by id.
        dwell: Of the one rule, a blocked fire lane; empty: there is no rule.
        redis: Its address.
        more: Further lines.
        has_clips: Whether clips are cut; without them messages are those of the reasoning alone.
    """

    folder: Path
    cameras: dict[str, str]
    dwell: str = "2s"
    redis: str = "embedded"
    model: str = "tiny.yaml"
    more: str = ""
    has_clips: bool = False
    work: int = 0
    port: int = field(default_factory=free_port)

    @property
    def path(self) -> Path:
        return self.folder / "site.yaml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def write(self) -> Path:
        (self.folder / "gate.geojson").write_text(FENCE, encoding="utf-8")
        if self.model == "tiny.yaml" and not (self.folder / "tiny.yaml").exists():
            write_red_network(self.folder, self.work)
        cameras = "".join(
            f"  - {{id: {id_}, name: 东门, geofence: gate.geojson, {source}}}\n" for id_, source in self.cameras.items()
        )
        rule = (
            "rules:\n  - {id: fire-lane, algorithm: fire_lane_blocked, zones: {category: fire_lane}, "
            f"dwell: {self.dwell}}}\n"
        )
        self.path.write_text(
            "site: {id: linzi, name: 临淄示范站, timezone: Asia/Shanghai}\n"
            f"redis: {{url: '{self.redis}', stream: 'smart-alert:alerts'}}\n"
            f"detector: {{model: {self.model}, confidence: 0.3}}\n"
            f"operation: {{listen: '127.0.0.1:{self.port}'}}\n"
            f"{'' if self.has_clips else 'evidence: {clip_before: 0s, clip_after: 0s}'}\n"
            f"cameras:\n{cameras}{rule if self.dwell else ''}{self.more}",
            encoding="utf-8",
        )
        return self.path

    def log_of(self, camera: str) -> list[Entry]:
        """What was logged of a camera so far."""
        folder = self.state / "log" / camera
        return list(read_log(folder)) if folder.is_dir() else []

    def gaps_of(self, camera: str) -> list[Gap]:
        """Those that are over."""
        return [entry for entry in self.log_of(camera) if isinstance(entry, Gap) and not entry.is_open]


class LiveRun:
    """The process, killed as the `with` block ends.

    Attributes:
        alerts: Messages so far.
        told: Events so far: lines of its log.
        stderr: The same as they were written.
    """

    def __init__(
        self,
        site: SiteFile,
        *options: str,
        variables: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
    ) -> None:
        """Starts it on the file as it is.

        Args:
            site: Its file is written already.
            options: Of the command line.
            variables: Of the environment, beside the shell's.
            before: A program that becomes ours.
        """
        self.site = site
        self.alerts: list[Alert] = []
        self.told: list[dict[str, str | int | float]] = []
        self.stderr: list[str] = []
        self.process = subprocess.Popen(
            [*before, *PROGRAM, "run", str(site.path), "--json", "--log-format", "json", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment(**(variables or {})),
        )
        self._threads = [threading.Thread(target=self._hear_out), threading.Thread(target=self._hear_errors)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self._end()
        if kind is not None:
            sys.stderr.write("\n".join(self.stderr[-60:]) + "\n")

    # What is done to it.

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        self.process.kill()
        self._end()

    def stop(self, longest_s: float = 5.0) -> float:
        """Asks it to stop, and tells the seconds that took."""
        elapsed_s = stopwatch()
        self.signal(signal.SIGTERM)
        self.process.wait(longest_s)
        took_s = elapsed_s()
        self._end()
        return took_s

    def end(self, longest_s: float) -> int:
        """Waits until it ends by itself; its exit code."""
        code = self.process.wait(longest_s)
        self._end()
        return code

    # What it says.

    def wait(self, holds: Callable[[], bool], longest_s: float = 30.0) -> None:
        """Until something holds; fails where it does not or the process has ended before."""
        for _ in range(round(longest_s / _STEP_S)):
            if holds():
                return
            assert self.process.poll() is None, "it has ended\n" + "\n".join(self.stderr[-40:])
            time.sleep(_STEP_S)
        raise AssertionError(f"not within {longest_s} s\n" + "\n".join(self.stderr[-40:]))

    def wait_for_alert(self, state: str, camera: str = "", longest_s: float = 30.0) -> Alert:
        """The first message of that kind."""
        self.wait(lambda: bool(self.alerts_of(camera, state)), longest_s)
        return self.alerts_of(camera, state)[0]

    def wait_for_event(self, name: str, longest_s: float = 30.0, **keys: str) -> dict[str, str | int | float]:
        """The first event of that name, with these keys."""
        self.wait(lambda: bool(self.events(name, **keys)), longest_s)
        return self.events(name, **keys)[0]

    def alerts_of(self, camera: str = "", state: str = "") -> list[Alert]:
        """Messages of rules."""
        return [
            alert
            for alert in list(self.alerts)
            if alert.source == "rule"
            and (not camera or (alert.camera is not None and alert.camera.id == camera))
            and (not state or alert.state.value == state)
        ]

    def events(self, name: str, **keys: str) -> list[dict[str, str | int | float]]:
        """Events of that name, with these keys."""
        return [
            one for one in list(self.told) if one["event"] == name and all(one.get(k) == v for k, v in keys.items())
        ]

    def get(self, page: str) -> tuple[int, str]:
        """Status and body of one of its pages; 0 where nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.site.port}{page}", timeout=5) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str, page: str = "", **labels: str) -> float:
        """A number of `/metrics`; the sum of those whose labels hold these; 0 where there is none.

        Args:
            name: Without the prefix.
            page: As it was read before; empty: it is read now.
            labels: Of the number.
        """
        total = 0.0
        for line in (page or self.get("/metrics")[1]).splitlines():
            found = re.fullmatch(rf"smart_alert_{name}(?:\{{(.*)\}})? (\S+)", line)
            if found is not None and labels.items() <= dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")).items():
                total += float(found[2])
        return total

    # What is seen of it from outside.

    @property
    def n_threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    @property
    def n_handles(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def texts(self) -> Iterable[tuple[str, str]]:
        """All that may give a secret away, each with where it was found."""
        yield "stderr", "\n".join(self.stderr)
        yield "stdout", "\n".join(alert.to_json() for alert in self.alerts)
        yield "the command line", Path(f"/proc/{self.process.pid}/cmdline").read_text(encoding="utf-8")
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            yield "a thread's name", read(task / "comm")
        for page in ("/metrics", "/healthz", "/readyz"):
            yield page, self.get(page)[1]
        for path in sorted(self.site.state.rglob("*")):
            yield str(path), read(path)

    def _end(self) -> None:
        self.process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def _hear_out(self) -> None:
        for line in self.process.stdout or ():
            self.alerts.append(parse(line))

    def _hear_errors(self) -> None:
        for line in self.process.stderr or ():
            self.stderr.append(line.rstrip("\n"))
            try:
                self.told.append(json.loads(line))
            except ValueError:
                continue


def read(path: Path) -> str:
    """What is in a file; nothing where there is none any more."""
    try:
        return path.read_bytes().decode("latin-1") if path.is_file() else ""
    except OSError:
        return ""


def story(alerts: Sequence[Alert]) -> list[tuple[str, str | None]]:
    """State and reason of each message but updates."""
    return [(alert.state.value, alert.reason) for alert in alerts if alert.state.value != "updated"]
