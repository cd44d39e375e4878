"""Pictures that tests have made, kept for people to look at."""

import os
import shutil
from pathlib import Path


def kept(path: Path) -> Path:
    """The file; a copy is put into the folder of the environment variable SMART_ALERT_ARTEFACTS, where it is set."""
    if folder := os.environ.get("SMART_ALERT_ARTEFACTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder)
    return path
