"""Peak memory of `smart-alert replay` on the sample clip and on ten times that clip.

python -m benchmarks.memory [--out bench-out] [--times 10]
"""

import argparse
import shutil
import sys
from pathlib import Path

from benchmarks.clip import repeat_clip
from benchmarks.measured import Cost, cost_of, pin_to_one_core
from pipeline.resources import data_folder


def main() -> None:
    """Run both and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for the clips and the results")
    parser.add_argument("--times", type=int, default=10, help="how often the clip is repeated")
    options = parser.parse_args()
    samples, out, times = data_folder("sample_videos"), options.out, options.times
    out.mkdir(parents=True, exist_ok=True)
    clip, repeated = samples / "street.mp4", out / f"street-{times}-times.mp4"
    repeat_clip(clip, times, repeated)
    pin_to_one_core()
    once = replay(samples / "site.yaml", clip, out / "memory-replay")
    often = replay(samples / "site.yaml", repeated, out / "memory-replay")
    print(f"once: {once.peak_mib:.0f} MiB ({once.wall_s:.0f} s)")
    print(f"{times} times: {often.peak_mib:.0f} MiB ({often.wall_s:.0f} s)")
    print(f"grows by {often.peak_mib - once.peak_mib:+.0f} MiB")


def replay(site: Path, clip: Path, results: Path) -> Cost:
    """Replay a clip with the sample's rules."""
    shutil.rmtree(results, ignore_errors=True)
    command = [sys.executable, "-m", "pipeline", "replay", str(site), "--source", str(clip), "--out", str(results)]
    return cost_of(command)


if __name__ == "__main__":
    main()
