"""`smart-alert replay`: recorded footage, or a log, as fast as it goes."""

import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from pipeline.cli.progress import FootageProgress
from pipeline.cli.telling import Teller
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.observation import seconds
from pipeline.replay.log import camera_of, torn_ends
from pipeline.runtime.clock import stopwatch
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.intake import Summary
from pipeline.runtime.networks import load_beside, read_networks, with_scores
from pipeline.runtime.replaying import Replay, open_recording, recording_of, replay_log, replay_video


@click.command
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--camera", "camera_id", metavar="ID", help="Which camera; may be left out where the site has one.")
@click.option("--source", type=click.Path(path_type=Path), help="Another video, a log, or a live camera's log folder.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for all results. Default: replay/<camera>.")
@click.option("--json", "as_json", is_flag=True, help="Messages on stdout as JSON, one a line; the summary last.")
def command(site_file: Path, camera_id: str | None, source: Path | None, out: Path | None, *, as_json: bool) -> None:
    """Run recorded footage, or its log, through a camera's rules.

    Writes alerts.jsonl, the evidence and the observation log under --out; touches neither the site's state nor its
    stream. Replaying a log takes seconds and needs no network; its messages carry no evidence.
    """
    site = load_site(site_file, os.environ)
    camera = _camera(site, camera_id)
    if out is not None and not out.name:
        raise UsageError(f"--out: {str(out)!r} names no folder of its own")
    replay = Replay(site, camera, source or _recording(camera), out or Path("replay") / camera.id)
    if not replay.source.exists():
        raise UsageError(f"{replay.source}: no such file (expected a video or an observation log)")
    if replay.source.is_dir() and not replay.is_of_log:
        raise UsageError(f"{replay.source}: holds no log (expected the log folder of one camera)")
    vocabulary = load_vocabulary()
    networks = read_networks(site, vocabulary)
    replay = replace(replay, site=with_scores(site, networks))
    elapsed = stopwatch()
    tell = Teller(site.timezone, as_json=as_json).tell
    with FootageProgress() as bars:
        if replay.is_of_log:
            _warn_of_log(replay)
            bars.opened(camera.id, 0.0)
            summary = replay_log(replay, vocabulary, progress=partial(bars.looked, camera.id), announce=tell)
        else:
            detector, beside = load_detector(site, vocabulary), load_beside(site, networks)
            with open_recording(camera, replay.source) as video:
                bars.opened(camera.id, video.info.duration_s)
                advance = partial(bars.looked, camera.id)
                summary = replay_video(
                    replay, video, detector, vocabulary, progress=advance, announce=tell, beside=beside
                )
    _tell_summary(summary, replay.out, elapsed(), as_json=as_json)


def _warn_of_log(replay: Replay) -> None:
    logged = camera_of(replay.source)
    if logged != replay.camera.id:
        click.echo(f"warning: {replay.source}: is a log of camera {logged}, not of {replay.camera.id}", err=True)
    for line in torn_ends(replay.source):
        click.echo(f"warning: {line}", err=True)


def _recording(camera: Camera) -> Path:
    return recording_of(camera, "name a recording or a log of it with --source")


def _camera(site: Site, camera_id: str | None) -> Camera:
    names = ", ".join(camera.id for camera in site.cameras[:20])
    if camera_id is None:
        if len(site.cameras) > 1:
            raise UsageError(f"{site.path.name}: has {len(site.cameras)} cameras; say which with --camera ({names})")
        return site.cameras[0]
    for camera in site.cameras:
        if camera.id == camera_id:
            return camera
    raise UsageError(f"--camera: {camera_id!r} is no camera of {site.path.name} (it has {names})")


def _tell_summary(summary: Summary, out: Path, wall_s: float, *, as_json: bool) -> None:
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
