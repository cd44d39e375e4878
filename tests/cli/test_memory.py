"""What a replay holds in memory does not depend on how long the video is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.resources import data_folder
from tests.cli.shell import PROGRAM, environment

_MEASURED = """
import sys
from pathlib import Path
from pipeline.cli.main import run
code = run(sys.argv[1:])
fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print("peak KiB:", fields["VmHWM"].split()[0])
sys.exit(code)
"""


def ffmpeg(*arguments: str | Path) -> None:
    program = shutil.which("ffmpeg")
    if program is None and os.environ.get("CI") == "true":
        pytest.fail("ffmpeg is not installed, and CI has to have it")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    subprocess.run([program, "-v", "error", *map(str, arguments)], check=True, timeout=60)


def peak_mib(clip: Path, out: Path) -> float:
    """Most that a replay of the clip by the sample's rules ever held, MiB."""
    site = data_folder("sample_videos") / "site.yaml"
    done = subprocess.run(
        [PROGRAM[0], "-c", _MEASURED, "replay", str(site), "--source", str(clip), "--out", str(out)],
        capture_output=True,
        text=True,
        check=True,
        # The process's own peak: one thread a core would make it the machine's.
        env=environment(MALLOC_ARENA_MAX="2"),
        timeout=800,
    )
    return int(done.stdout.splitlines()[-1].rsplit(" ", 1)[1]) / 1024


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_ten_times_the_video_needs_no_more_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    once, often = tmp_path / "once.mp4", tmp_path / "often.mp4"
    ffmpeg("-i", data_folder("sample_videos") / "street.mp4", "-t", "20", "-c", "copy", once)
    ffmpeg("-stream_loop", "9", "-i", once, "-c", "copy", often)
    first, second = peak_mib(once, tmp_path / "once"), peak_mib(often, tmp_path / "often")
    with capsys.disabled():
        print(f"\n20 s: {first:.0f} MiB; 200 s: {second:.0f} MiB")  # noqa: T201  # the figure is the result
    assert second < 1.15 * first
