from pathlib import Path

import pytest

from tests.cli.shell import smart_alert
from tests.runtime.standing_car import write_site


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("--out", "video.avi"), "a name that ends in .mp4"),
        (("--out", "video.mp4", "--camera", "nowhere"), "expected one of cam-0"),
        (("--out", "video.mp4", "--source", "/nowhere.mp4"), "no such file"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(tmp_path: Path, changed: tuple[str, ...], told: str) -> None:
    done = smart_alert("annotate", write_site(tmp_path), *changed)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
