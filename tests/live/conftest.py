"""Footage that several tests of the live run use, made once."""

from pathlib import Path

import pytest

from tests.live.footage import write_footage


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of clips of half a minute: `car.mp4` (stands there), `comes.mp4` (from 3 s on), `street.mp4` (none)."""
    folder = tmp_path_factory.mktemp("clips")
    write_footage(folder / "car.mp4", 30, lambda _: True)
    write_footage(folder / "comes.mp4", 30, lambda t_s: t_s >= 3)
    write_footage(folder / "street.mp4", 30, lambda _: False)
    return folder
