"""`smart-alert demo`: the whole pipeline on sample footage, with nothing to configure."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from pipeline.alerts.alert_file import AlertFile
from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.entry_id import NO_ENTRY
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.message import Alert, parse
from pipeline.alerts.reader import AlertReader
from pipeline.alerts.site_delivery import site_delivery, site_server
from pipeline.cli.demo_console import holds_site, how_to_open, open_console_on, write_site
from pipeline.cli.output import say
from pipeline.cli.progress import FootageProgress
from pipeline.cli.telling import HEADING, alert_line, line
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StateError, UsageError
from pipeline.observation import seconds
from pipeline.replay.report import Facts, write_report
from pipeline.resources import data_folder
from pipeline.rules.episode import State
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.recordings import Tools, run_recordings
from pipeline.runtime.replaying import make_folder

_MARK = ".smart-alert-demo"
_STATE = "state"


@click.command
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo"), show_default=True, help="Folder for it.")
@click.option(
    "--console", is_flag=True, help="Open the console on what the folder holds; it is made first if it is not."
)
def command(out: Path, *, console: bool) -> None:
    """Sample footage through the whole pipeline: real network, real Redis, alerts as they are raised.

    Leaves index.html (timeline and snapshots), alerts.jsonl and the evidence in the folder. Needs no configuration and
    no server.
    """
    if not console:
        _make(out)
        say(f"console: {how_to_open(out)}")
        return
    if not (out / _MARK).is_file() or not holds_site(out):
        _make(out)
    open_console_on(out)


def _make(out: Path) -> None:
    site = replace(load_site(data_folder("sample_videos") / "site.yaml", os.environ), state=out.resolve() / _STATE)
    vocabulary = load_vocabulary()
    detector = load_detector(site, vocabulary)
    keeper = EvidenceFolder(out, site.timezone, vocabulary.titles)
    elapsed = stopwatch()
    with (
        _folder_of_ours(out),
        site_server(site, sleep) as server,
        site_delivery(site, wall_now_ns, sleep) as delivery,
        AlertFile(out) as file,
        FootageProgress() as bars,
    ):
        say(line(HEADING))
        echo = _StreamEcho(AlertReader(server, site.redis.stream), site)
        tools = Tools(detector, vocabulary, keeper, (file, delivery, echo), out / _STATE / "log")
        summaries = run_recordings(site, tools, bars)
        wall_s = elapsed()
    keeper.remove_all_but(alert.evidence for alert in echo.alerts if alert.evidence is not None)
    media_s = seconds(sum(summary.media_ns for summary in summaries.values()))
    looks = sum(summary.looks for summary in summaries.values())
    raised = sum(summary.raised for summary in summaries.values())
    write_site(out)
    page = out / "index.html"
    write_report(page, echo.alerts, Facts(site.name, looks, media_s, media_s / wall_s), site.timezone)
    say(
        f"{raised} events; {looks} pictures of {media_s:.0f} s of footage analysed in {wall_s:.0f} s: "
        f"{media_s / wall_s:.1f} times real time"
    )
    say(f"page: {page.resolve()}")


class _StreamEcho:
    """Shows which events have begun and ended, as the Redis stream has them.

    Remembers the last entry read, and every alert; updates, of which each clip makes one, are for the page.
    """

    def __init__(self, reader: AlertReader, site: Site) -> None:
        self._reader, self._timezone = reader, site.timezone
        self._last = NO_ENTRY
        self.alerts: list[Alert] = []

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        """Show what is new in the stream; the messages themselves are read back from there."""
        del alerts, checkpoint
        for item in self._reader.since(self._last.next()):
            received = parse(item.line)
            self.alerts.append(received)
            if received.state is not State.UPDATED:
                say(alert_line(received, self._timezone))
            self._last = item.entry


@contextmanager
def _folder_of_ours(out: Path) -> Iterator[None]:
    """The folder, for one demo at a time. Its last page, alerts and pictures stay until the new ones are complete.

    Raises:
        UsageError: It holds something else, or another demo is running in it.
        StateError: It cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out: {out} is a file (expected a folder, or none yet)")
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).is_file():
        raise UsageError(f"--out: {out} holds something else than a demo; name another folder")
    make_folder(out)
    try:
        mark = (out / _MARK).open("wb")
    except OSError as error:
        raise StateError(f"{out}: cannot be written: {error.strerror}") from error
    with mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"--out: another demo is running in {out}; name another folder") from error
        shutil.rmtree(out / _STATE, ignore_errors=True)
        yield
