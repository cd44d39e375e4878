"""`smart-alert console` in a process of its own, for tests that stop it or take it away."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.config.resolved import Site
from pipeline.console.context import open_console
from pipeline.runtime.clock import wall_now_ns
from tests.cli.shell import started
from tests.console.rooms import Room, make_accounts


@contextmanager
def console_process(site: Site) -> Iterator[tuple[Room, subprocess.Popen[str]]]:
    """The console of a site, serving; what the room's own `console` gives is beside it, for the ledger.

    Args:
        site: Its file says on which free port it listens.
    """
    make_accounts(site)
    process = started("console", site.path)
    try:
        line = process.stderr.readline() if process.stderr else ""
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line
        with open_console(site, {}, wall_now_ns, lambda: site) as console:
            yield Room(console, found[0]), process
    finally:
        process.kill()
        process.communicate()
