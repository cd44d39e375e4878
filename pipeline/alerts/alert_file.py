"""`alerts.jsonl`: the alerts of one run, one a line, in the order in which they were raised."""

import os
from collections.abc import Sequence
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.durable_file import cannot_write, sync_folder
from pipeline.alerts.message import Alert

NAME = "alerts.jsonl"
PART_NAME = "alerts.jsonl.part"


class AlertFile:
    """Writes `alerts.jsonl.part` line by line and gives it its name when the run is complete.

    Each line is on disk when `accept_step` returns, so alerts can be read as they come (`tail -F alerts.jsonl.part`). A
    run that fails leaves the part beside the `alerts.jsonl` of the run before, which stays whole. As a context
    manager it completes when the block ends without an exception.
    """

    def __init__(self, folder: Path) -> None:
        """Makes the folder and starts an empty part.

        Raises:
            StateError: The folder cannot be written.
        """
        self._path = folder / NAME
        self._part = folder / PART_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file: BufferedWriter = self._part.open("wb")
        except OSError as error:
            raise cannot_write(self._part, error) from error

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        """Append the messages of one step; they are on disk when this returns. A file is not resumed.

        Raises:
            StateError: They cannot be written.
        """
        del checkpoint
        try:
            self._file.writelines(alert.to_json().encode() + b"\n" for alert in alerts)
            self._sync()
        except OSError as error:
            raise cannot_write(self._part, error) from error

    def complete(self) -> Path:
        """Put the file in the place of the one before, and close.

        Raises:
            StateError: It cannot be written.
        """
        try:
            self._sync()
            self._file.close()
            self._part.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        return self._path

    def close(self) -> None:
        """Leave the part as it is. Closing twice does nothing."""
        try:
            self._file.close()
        except OSError as error:
            raise cannot_write(self._part, error) from error

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and not self._file.closed:
            self.complete()
        else:
            self.close()
