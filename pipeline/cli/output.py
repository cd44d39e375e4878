"""Standard output and error of the process, as the shell handed them over: closed, in another encoding, or full."""

import os
import sys
from io import FileIO, TextIOWrapper

import click


def prepare_output() -> None:
    """Make both usable: what a terminal cannot show, or an output that is closed, is no reason to fail."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is taken: otherwise a result file would get it, and what libraries print with it.
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or TextIOWrapper(_writer(1), encoding="utf-8")
    sys.stderr = sys.stderr or TextIOWrapper(_writer(2), encoding="utf-8")
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, TextIOWrapper):
            # A terminal without Chinese shows \\uXXXX.
            output.reconfigure(errors="backslashreplace")


def say(text: str | bytes) -> None:
    """Write a line to stdout. Where its reader has gone away (`| head`), the work goes on unheard."""
    try:
        click.echo(text)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)


def finish_output() -> bool:
    """Write out what is still held back; False where that fails (a full disk)."""
    try:
        sys.stdout.flush()
    except OSError:
        # Python would try once more at exit, and complain.
        sys.stdout = None
        return False
    return True


def _writer(descriptor: int) -> FileIO:
    return FileIO(descriptor, "w", closefd=False)
