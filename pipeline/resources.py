"""Where the data that ships with the project lies: networks, catalogue, samples, example sites.

A wheel carries it inside the package; a checkout (an editable install) has it in the folders beside the package.
"""

from pathlib import Path

from pipeline.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """The folder of shipped data called `name`: `models`, `configs`, `geofences` or `sample_videos`.

    Raises:
        UsageError: The installation lacks it.
    """
    for parent in (_PACKAGE / "_data", _PACKAGE.parent):
        folder = parent / name
        if folder.is_dir():
            return folder
    raise UsageError(f"{name}: this installation carries no such folder (expected {_PACKAGE.parent / name})")
