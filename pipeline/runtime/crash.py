"""What is told where the program itself has a fault that nothing caught: Python's traceback, without credentials."""

import sys
import threading
import traceback
from types import TracebackType

from pipeline.config.secrets import redact


def tell_crashes() -> None:
    """From now on, in all threads of the process.

    A traceback shows lines of the program and no values; the error's own text may quote an address.
    """
    sys.excepthook = _tell
    threading.excepthook = _tell_of_thread


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    lines = "".join(traceback.format_exception(kind, error, trace)).splitlines()
    # Line by line: what is left out reaches from the first address to the last `@`.
    sys.stderr.write("".join(redact(line) + "\n" for line in lines))


def _tell_of_thread(died: threading.ExceptHookArgs) -> None:
    if died.exc_type is not SystemExit and died.exc_value is not None:
        sys.stderr.write(f"thread {died.thread.name if died.thread else '?'} has died\n")
        _tell(died.exc_type, died.exc_value, died.exc_traceback)
