"""CPU seconds per second of 1080p25 video: the usual loop beside `smart-alert replay`.

    python -m benchmarks.peer [--out bench-out]

One after the other, on one core; start-up is counted. Both watch the same fire lane for a car that stands for 30 s,
with the same network. The clip is made from the sample clip the first time (benchmarks/clip.py).
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.clip import Blocked, blocked_lane, moved_fences
from benchmarks.measured import Cost, cost_of, pin_to_one_core
from pipeline.resources import data_folder

HERE = Path(__file__).resolve().parent
DWELL_S = 30
TOLERANCE_S = 5.0
"""How far an alarm's start may lie from the truth: the usual loop counts from the entry, some 3 s before the stop."""
START = "2026-01-05T08:00:00+08:00"
OTHER_RULES = """\
  - {id: vendor, algorithm: street_vendor, zones: [verge], dwell: 30s}
  - {id: waste, algorithm: construction_waste, zones: [kerb], dwell: 30s, min_area: 0.003}
"""
SHORT_DWELL_S = 20
"""A shorter dwell needs looks that are closer together than the clip's keyframes, and so every frame decoded."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: Who ran.
        cost: What it took.
        starts_s: When its alarms about the fire lane say that the event began.
    """

    name: str
    cost: Cost
    starts_s: tuple[float, ...]


def main() -> None:
    """Make the clip, run both, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for the clip and the results")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    samples = data_folder("sample_videos")
    clip = out / "blocked-lane-1080p25.mp4"
    if not clip.exists():
        print("making the clip ...", file=sys.stderr)
        # In a process of its own: a child's peak memory starts from what its parent holds.
        cost_of([sys.executable, "-m", "benchmarks.clip", str(clip)])
    blocked = blocked_lane(samples)
    (out / "fences.geojson").write_text(moved_fences(samples), encoding="utf-8")
    pin_to_one_core()
    rows = [
        usual("usual loop, 640 x 640", clip, blocked, 640),
        usual("usual loop, 640 x 384", clip, blocked, 384),
        ours("smart-alert replay", out, clip, lane_rule(DWELL_S)),
        ours("smart-alert replay, three rules", out, clip, lane_rule(DWELL_S) + OTHER_RULES),
        ours(f"smart-alert replay, dwell {SHORT_DWELL_S} s", out, clip, lane_rule(SHORT_DWELL_S)),
    ]
    print_table(rows, blocked)


def lane_rule(dwell_s: int) -> str:
    """The rule about the fire lane, as a line of the site file."""
    return f"  - {{id: fire-lane, algorithm: fire_lane_blocked, zones: {{category: fire_lane}}, dwell: {dwell_s}s}}\n"


def usual(name: str, clip: Path, blocked: Blocked, height: int) -> Row:
    """Run the usual loop."""
    network = data_folder("models") / "yolov8n.onnx"
    zone = json.dumps(blocked.outline.tolist())
    program = [sys.executable, str(HERE / "usual_loop.py")]
    cost = cost_of([*program, str(clip), str(network), zone, str(DWELL_S), "--height", str(height)])
    alarms: list[dict[str, float]] = [json.loads(line) for line in cost.output.splitlines()]
    return Row(name, cost, tuple(alarm["started_s"] for alarm in alarms))


def ours(name: str, out: Path, clip: Path, rules: str) -> Row:
    """Run `smart-alert replay`."""
    site, results = out / "site.yaml", out / "replay"
    site.write_text(
        "site: {id: bench, name: bench, timezone: Asia/Shanghai}\n"
        "detector: {model: yolov8n, confidence: 0.3, threads: 1}\n"
        f'cameras:\n  - {{id: cam, name: cam, source: {clip.name}, start: "{START}", geofence: fences.geojson}}\n'
        f"rules:\n{rules}",
        encoding="utf-8",
    )
    shutil.rmtree(results, ignore_errors=True)
    replay = [sys.executable, "-m", "pipeline", "replay", str(site), "--camera", "cam", "--out", str(results)]
    cost = cost_of(replay)
    return Row(name, cost, tuple(_raised_starts_s(results / "alerts.jsonl")))


def _raised_starts_s(alerts: Path) -> list[float]:
    start = datetime.fromisoformat(START)
    messages = [json.loads(line) for line in alerts.read_text(encoding="utf-8").splitlines()]
    return [
        (datetime.fromisoformat(message["started_at"]) - start).total_seconds()
        for message in messages
        if message["state"] == "raised" and message["rule"] == "fire-lane"
    ]


def print_table(rows: Sequence[Row], blocked: Blocked) -> None:
    """Print costs and events, the first row being what the others are compared with."""
    first = rows[0].cost.cpu_s
    print(f"{blocked.duration_s:.1f} s of 1080p25; the car stands from {blocked.start_s:.1f} to {blocked.end_s:.1f} s")
    print(f"{'':34}{'CPU s per s':>12}{'of the first':>13}{'peak MiB':>10}{'found':>7}{'false':>7}   starts, s")
    for row in rows:
        found = [s for s in row.starts_s if abs(s - blocked.start_s) <= TOLERANCE_S]
        n_false = len(row.starts_s) - min(len(found), 1)
        starts = ", ".join(f"{s:.1f}" for s in row.starts_s)
        print(
            f"{row.name:34}{row.cost.cpu_s / blocked.duration_s:12.3f}{row.cost.cpu_s / first:13.2f}"
            f"{row.cost.peak_mib:10.0f}{min(len(found), 1):5}/1{n_false:7}   {starts}"
        )


if __name__ == "__main__":
    main()
