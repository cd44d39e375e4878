"""How fast a log is replayed, and how long the log of a quiet day is.

    python -m benchmarks.replay_log [--hours 1] [--out bench-out]

Speed: one observation a second with ten objects of which three stand in the lane, one rule; reading and reasoning on
one core, times real time. Size: a day of a camera that sees sensor noise on a still street, looked at every two s;
the pictures of its first minutes are looked at by the real eyes, and come again with the light of the day on them and
with noise in what is told of the picture as a whole.
"""

import argparse
import resource
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measured import pin_to_one_core
from pipeline.config.vocabulary import load_vocabulary
from pipeline.media.frame import Frame
from pipeline.media.memory_source import StillPicture
from pipeline.observation import NS_PER_S, Entry, MediaNs, Observation
from pipeline.perception.detections import Detections, Picture, ScriptedDetector
from pipeline.perception.looker import Looker, LookerSettings
from pipeline.replay.live_log import LiveLog
from pipeline.replay.log import LogWriter, read_log
from tests.perception.street import found, ground
from tests.rules.scenes import ASIDE, CAMERA, PARKED, at, observation, pass_by, reasoner, rule, shifted, stay

DAY_S = 86_400
EVERY_S = 2
PICTURES = 300
_THINGS = (
    *(stay(box, track=n + 1, look=n + 1) for n, box in enumerate((PARKED, ASIDE, shifted(PARKED, 0.0, 0.25)))),
    *(stay((0.02 + 0.12 * n, 0.05, 0.1 + 0.12 * n, 0.2), track=10 + n, look=n) for n in range(6)),
)


def main() -> None:
    """Measure both, print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0, help="length of the log that is replayed")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for the logs")
    options = parser.parse_args()
    pin_to_one_core()
    options.out.mkdir(parents=True, exist_ok=True)
    seconds_of_log = round(options.hours * 3600)
    read_s, both_s = speed(options.out / "busy.parquet", seconds_of_log)
    each_us, reading_us = both_s / seconds_of_log * 1e6, read_s / seconds_of_log * 1e6
    print(f"log of {seconds_of_log} observations of ten objects: {seconds_of_log / both_s:.0f} times real time a core")
    print(f"  {each_us:.0f} us an observation, {reading_us:.0f} of them to read it")
    print(f"log of a quiet day: {quiet_day(options.out / 'quiet') / 1e6:.2f} MB")


def speed(path: Path, count: int) -> tuple[float, float]:
    """CPU seconds to read a log of so many observations, and to read it and reason over it."""
    with LogWriter(path, CAMERA) as log:
        for second in range(count):
            passing = pass_by(second - second % 20, second - second % 20 + 20, y=0.3, track=100 + second // 20)
            log.append(observation(float(second), (*_THINGS, passing)))
    started_s = cpu_s()
    entries = sum(1 for _ in read_log(path))
    read_s = cpu_s() - started_s
    if entries != count:
        raise RuntimeError(f"got {entries} entries, expected {count}")
    reasoning = reasoner(rule(dwell_s=30))
    started_s = cpu_s()
    for entry in read_log(path):
        reasoning.feed(entry)
    return read_s, cpu_s() - started_s


def quiet_day(folder: Path) -> int:
    """Bytes of the log of a quiet day."""
    log = LiveLog(folder, CAMERA, 2 * DAY_S * NS_PER_S)
    for entry in a_day(looks_at_a_still_street()):
        log.append(entry)
    log.close()
    return sum(path.stat().st_size for path in (folder / CAMERA).rglob("*.parquet"))


def looks_at_a_still_street() -> Sequence[Observation]:
    """What the eyes see of a street in which nothing happens, with sensor noise."""
    eyes = Looker(ScriptedDetector(_nothing, ("car", "person")), load_vocabulary(), LookerSettings(confidence=0.3))
    generator = np.random.default_rng(3)
    street = ground().astype(np.float32)
    seen = []
    for n in range(PICTURES):
        noisy = np.clip(street + generator.normal(0, 4, street.shape), 0, 255).astype(np.uint8)
        seen.append(eyes.look(Frame(at(n * EVERY_S), StillPicture(noisy), is_key=True), ()))
    return seen


def a_day(seen: Sequence[Observation]) -> Iterator[Entry]:
    """The looks again and again at moments that jitter as a network's do, the light rising and falling over the day."""
    generator = np.random.default_rng(4)
    told = seen[0].brightness.astype(np.int16)
    for n in range(DAY_S // EVERY_S):
        one = seen[n % len(seen)]
        light = round(60 * np.sin(np.pi * n * EVERY_S / DAY_S))
        now = np.clip(one.brightness.astype(np.int16) + light - 30, 0, 255)
        told = np.where(np.abs(now - told) < 2, told, now)
        t = MediaNs(at(n * EVERY_S) + int(generator.normal(0, 4e6)))
        brightness, contrast, sharpness = generator.normal((0, 0, 0), (0.02, 0.02, 0.01)).tolist()
        health = replace(
            one.health,
            brightness=round(one.health.brightness + light + brightness, 2),
            contrast=round(one.health.contrast + contrast, 2),
            sharpness=round(one.health.sharpness + sharpness, 3),
        )
        yield replace(one, t=t, brightness=told.astype(np.uint8), health=health)


def _nothing(picture: Picture) -> Detections:
    return found([], picture.shape[1], picture.shape[0])


def cpu_s() -> float:
    """Seconds of user and system time that this process has taken."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
