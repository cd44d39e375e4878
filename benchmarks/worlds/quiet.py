"""Long quiet footage: what is told of looped recordings in which nothing happens, at the catalogue's defaults."""

import json
import resource
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from benchmarks.worlds.footage import FOOTAGE
from benchmarks.worlds.looped import CHUNK_S, Chunk, LoopedSource, Quiet
from benchmarks.worlds.networks import DEFAULT, Networks, detector, specialists, vocabulary
from benchmarks.worlds.play import Account, Unkept, judge
from benchmarks.worlds.scene import Fence, Points, area
from benchmarks.worlds.sites import CONFIDENCE, fence_file
from benchmarks.worlds.tally import Result, Watch, results_of
from pipeline.config.catalogue import Catalogue
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.resources import data_folder
from pipeline.runtime.replaying import camera_run

_FIRE_S = 1800.0
_DUSK = 6
"""The chunk that begins at 18:00."""
VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")


def recordings() -> list[Quiet]:
    """Those that are there: OpenCV's, and the footage beside the checkout."""
    outlines = json.loads((data_folder("sample_videos") / "street.geojson").read_text(encoding="utf-8"))["features"]
    lane: Points = tuple((x, y) for x, y in outlines[0]["geometry"]["coordinates"][0][:-1])
    known = (
        Quiet("vtest", VTEST, lane, 2.0),
        Quiet("car-park-aisle", FOOTAGE / "car-park-aisle.mp4", area((0.02, 0.15, 0.98, 0.98)), 1.0),
        Quiet("road-60fps", FOOTAGE / "road-60fps.avi", area((0.02, 0.2, 0.98, 0.98)), 1.0),
        Quiet(
            "night-adverts",
            FOOTAGE / "night-adverts.mp4",
            area((0.02, 0.5, 0.98, 0.98)),
            0.5,
            is_night=True,
            has_stops=True,
            has_calm=False,
        ),
    )
    return [one for one in known if one.path.is_file()]


def chunks(days: float, quiets: Iterable[Quiet]) -> list[Chunk]:
    """So many camera-days, in pieces, shared out among the recordings; and half an hour of each at dusk for fire."""
    there = list(quiets)
    whole = sum(one.share for one in there)
    found = [
        Chunk(quiet, number, CHUNK_S)
        for quiet in there
        for number in range(max(1, round(days * 86400 * quiet.share / whole / CHUNK_S)))
    ]
    return found + [Chunk(quiet, _DUSK, _FIRE_S, is_for_fire=True) for quiet in there if specialists()]


def watch_quietly(chunk: Chunk, folder: Path, catalogue: Catalogue) -> list[Result]:
    """Watch a chunk with every algorithm that can be looked for at a leisurely rate, or for fire alone."""
    begun_s = _cpu_s()
    site, beside = _networks().of(_site(chunk, folder, catalogue))
    source = LoopedSource(chunk)
    account = Account(site.rules, source.info.start)
    run = camera_run(
        site,
        site.cameras[0],
        source,
        detector=detector(),
        vocabulary=vocabulary(),
        log=Unkept(),
        tell=account.tell,
        beside=beside,
    )
    summary = run.run(lambda _: None)
    keys = [str(rule.algorithm.key) for rule in site.rules]
    watch = Watch(chunk.id, "quiet", chunk.length_s, summary.looks, _cpu_s() - begun_s)
    return results_of(watch, keys, judge((), account.told))


def _cpu_s() -> float:
    """Seconds that this process has computed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@cache
def _networks() -> Networks:
    return Networks()


def _site(chunk: Chunk, folder: Path, catalogue: Catalogue) -> Site:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "looped.mp4").touch()
    fence = fence_file([Fence("ground", chunk.quiet.ground)])
    (folder / "ground.geojson").write_text(json.dumps(fence), encoding="utf-8")
    watched = watched_in(chunk)
    keys = [key for key, one in catalogue.algorithms.items() if key in watched and one.condition is not None]
    site = {
        "site": {"id": "quiet", "timezone": "Asia/Shanghai"},
        "detector": {"model": DEFAULT, "confidence": CONFIDENCE},
        "specialists": [{"model": name, "every": "1s" if chunk.is_for_fire else "10s"} for name in specialists()],
        "cameras": [
            {"id": "cam", "source": "looped.mp4", "start": "2026-01-05T00:00:00", "geofence": "ground.geojson"}
        ],
        "rules": [{"id": key, "algorithm": key, "zones": ["ground"]} for key in keys],
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site), encoding="utf-8")
    return load_site(path, {})


def watched_in(chunk: Chunk) -> frozenset[str]:
    """The algorithms that watch a chunk."""
    if chunk.is_for_fire:
        return OF_FIRE
    watched = WATCHED | OF_SPECIALIST if specialists() else WATCHED
    return watched - OF_VEHICLES if chunk.quiet.has_stops else watched


WATCHED = frozenset(
    {
        *("street_vendor", "shop_overflow", "fire_lane_blocked", "illegal_parking", "nonmotor_parking"),
        *("construction_waste", "material_pile", "illegal_billboard", "crowd_gathering", "ebike_forbidden"),
        *("object_removed", "illegal_umbrella", "bagged_garbage"),
    }
)
"""What a default network and the background can see, with a dwell: those whose events need every moment, and people
who stay about, are left out, because in looped footage the same people come back to the same place."""
OF_VEHICLES = frozenset({"fire_lane_blocked", "illegal_parking", "nonmotor_parking", "ebike_forbidden"})
OF_SPECIALIST = frozenset({"exposed_garbage", "bin_overflow", "manhole_damaged"})
OF_FIRE = frozenset({"smoke_fire"})
"""Its dwell of three seconds has a camera looked at twice a second: it would make days of everything else dear."""
