"""Tables on stdout."""

import sys

from rich.console import Console
from rich.table import Table

_PIPE_WIDTH = 200


def print_table(table: Table) -> None:
    """Print a table; a pipe gets whole lines, however narrow rich takes it to be."""
    console = Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH)
    console.print(table)
