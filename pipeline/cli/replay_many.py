"""`smart-alert replay` of several cameras: which ones, from where, and what is told of them."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.alerts.alert_file import NAME
from pipeline.alerts.message import parse
from pipeline.cli.progress import FootageProgress
from pipeline.cli.telling import Teller
from pipeline.config.resolved import Camera, RecordedSource, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.media.damage import Damage
from pipeline.media.recorder_folder import SUFFIXES
from pipeline.media.recording_names import name_pattern
from pipeline.observation import seconds
from pipeline.replay.holdings import logs_in
from pipeline.replay.log import is_log
from pipeline.runtime.class_lack import refuse_lack
from pipeline.runtime.clock import stopwatch
from pipeline.runtime.intake import Summary
from pipeline.runtime.replay_site import Work, left_by_earlier, replay_all


def chosen_cameras(site: Site, camera_ids: Sequence[str]) -> tuple[Camera, ...]:
    """The cameras of these ids, in the order of the site file; all where none is named.

    Raises:
        UsageError: The site has no such camera.
    """
    names = ", ".join(camera.id for camera in site.cameras[:20])
    for camera_id in camera_ids:
        if camera_id not in {camera.id for camera in site.cameras}:
            raise UsageError(f"--camera: {camera_id!r} is no camera of {site.path.name} (it has {names})")
    return tuple(camera for camera in site.cameras if not camera_ids or camera.id in camera_ids)


def works_of(
    site: Site, cameras: Sequence[Camera], source: Path | None, out: Path, pattern: str
) -> tuple[Work, ...] | None:
    """What is to be done for each camera; None where it is one file, or one log, of one camera.

    Raises:
        UsageError: There is nothing of these cameras, or nobody knows which is meant.
    """
    if pattern:
        name_pattern(pattern)
    if source is None:
        return _recorded(site, cameras, out, pattern) if len(cameras) > 1 else None
    if source.is_dir() and not is_log(source):
        found = _below(source, cameras)
        if found:
            _warn_of_missing(source, cameras, [camera for camera, _ in found])
            return tuple(Work(site.path, one.id, path, out / one.id, pattern) for one, path in found)
        if _holds_videos(source):
            return (Work(site.path, _one(site, cameras).id, source, out, pattern),)
    _one(site, cameras)
    return None


def refuse_lack_of(site: Site, works: Sequence[Work]) -> None:
    """Refuse rules that could never raise, where a network is to look; a log may be another network's.

    Raises:
        ConfigError: Every such rule, or a network that is not there.
    """
    if not all(is_log(work.source) for work in works):
        refuse_lack(site, load_vocabulary())


def replay_many(site: Site, works: Sequence[Work], out: Path, jobs: int | None, *, as_json: bool) -> None:
    """Replay them and tell what came of it.

    Raises:
        ConfigError: See `refuse_lack_of`.
        SmartAlertError: Some failed; the others are done.
    """
    refuse_lack_of(site, works)
    elapsed = stopwatch()
    earlier = left_by_earlier(works, out)
    if earlier:
        click.echo(earlier, err=True)
    with FootageProgress() as bars:
        jobs = jobs or len(os.sched_getaffinity(0))
        found = replay_all(works, out, jobs, bars, lambda text: click.echo(f"warning: {text}", err=True))
    wall_s = elapsed()
    teller = Teller(site.timezone, as_json=as_json)
    for work in works:
        for line in (work.out / NAME).read_bytes().splitlines():
            teller.tell(parse(line))
    if not as_json:
        for camera, one in found.items():
            click.echo(f"{camera}: {one.raised} events, {one.looks} pictures looked at", err=True)
    tell_summary(_total(list(found.values())), out, wall_s, as_json=as_json)


def _recorded(site: Site, cameras: Sequence[Camera], out: Path, pattern: str) -> tuple[Work, ...]:
    """The site's own recordings; live cameras are left out."""
    works = tuple(
        Work(site.path, camera.id, camera.source.path, out / camera.id, pattern)
        for camera in cameras if isinstance(camera.source, RecordedSource)
    )  # fmt: skip
    if not works:
        raise UsageError(f"{site.path.name}: all cameras are live; name recordings or logs of them with --source")
    return works


def _below(source: Path, cameras: Sequence[Camera]) -> list[tuple[Camera, Path]]:
    """The folders below one that belong to cameras: logs by what they say, recordings by the folder's name."""
    if any(is_log(path) for path in source.iterdir() if path.is_dir()):
        logs = logs_in(source)
        return [(camera, logs[camera.id]) for camera in cameras if camera.id in logs]
    return [(camera, source / camera.id) for camera in cameras if _holds_videos(source / camera.id)]


def _warn_of_missing(source: Path, cameras: Sequence[Camera], found: Sequence[Camera]) -> None:
    """Nobody is to take a camera that was left out for one in which nothing happened."""
    missing = [camera.id for camera in cameras if camera not in found]
    if missing:
        more = ", ..." if len(missing) > 20 else ""
        click.echo(f"warning: {source}: holds nothing of {', '.join(missing[:20])}{more}", err=True)


def _holds_videos(folder: Path) -> bool:
    return folder.is_dir() and any(path.suffix.lower() in SUFFIXES for path in folder.rglob("*"))


def _one(site: Site, cameras: Sequence[Camera]) -> Camera:
    if len(cameras) > 1:
        names = ", ".join(camera.id for camera in cameras[:20])
        raise UsageError(f"{site.path.name}: has {len(cameras)} cameras; say which with --camera ({names})")
    return cameras[0]


def _total(found: Sequence[Summary]) -> Summary:
    return Summary(
        looks=sum(one.looks for one in found),
        network_looks=sum(one.network_looks for one in found),
        media_ns=sum(one.media_ns for one in found),
        raised=sum(one.raised for one in found),
        damage=sum((one.damage for one in found), Damage()),
        network_failures=tuple(line for one in found for line in one.network_failures),
    )


def tell_summary(summary: Summary, out: Path, wall_s: float, *, as_json: bool) -> None:
    """Tell what came of it all."""
    media_s = seconds(summary.media_ns)
    for line in summary.network_failures:
        click.echo(f"warning: {line}", err=True)
    if as_json:
        told = {
            "events": summary.raised,
            "looks": summary.looks,
            "network_looks": summary.network_looks,
            "media_s": round(media_s, 3),
            "damage": summary.damage.total,
            "out": str(out),
        }
        # Bytes: JSON is UTF-8 whatever the terminal's encoding, and a file's name may be none.
        click.echo(json.dumps({"summary": told}, ensure_ascii=False).encode(errors="backslashreplace"))
        return
    if summary.damage:
        click.echo(f"damage met and survived: {summary.damage}", err=True)
    times = media_s / wall_s if wall_s > 0 else 0.0
    click.echo(
        f"{summary.raised} events, {summary.looks} pictures looked at ({summary.network_looks} by the network), "
        f"{media_s:.1f} s of footage at {times:.1f} times real time: {out / 'alerts.jsonl'}",
        err=True,
    )
