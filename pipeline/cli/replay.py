"""`smart-alert replay`: recorded footage, or a log, as fast as it goes."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from pipeline.cli.progress import FootageProgress
from pipeline.cli.replay_many import chosen_cameras, replay_many, tell_summary, works_of
from pipeline.cli.telling import Teller
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.observation import seconds
from pipeline.replay.log import camera_of, span_of, torn_ends
from pipeline.runtime.class_lack import refuse_lack
from pipeline.runtime.clock import stopwatch
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.networks import load_beside, read_networks, with_scores
from pipeline.runtime.replaying import Replay, open_recording, recording_of, replay_log, replay_video


@click.command
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--camera", "camera_ids", metavar="ID", multiple=True, help="Which; may be repeated. Default: all.")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    help="Another video, a log, or a folder: a recorder's videos, a camera's log, or such folders named as cameras.",
)
@click.option(
    "--name-pattern", metavar="PATTERN", help="How names of videos tell their start, such as %d.%m.%Y-%H%M%S."
)
@click.option("--jobs", type=click.IntRange(1), help="Cameras at a time. Default: as many as there are cores.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for all results. Default: replay/<camera>.")
@click.option("--json", "as_json", is_flag=True, help="Messages on stdout as JSON, one a line; the summary last.")
def command(
    site_file: Path,
    camera_ids: tuple[str, ...],
    source: Path | None,
    *,
    name_pattern: str | None,
    jobs: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run recorded footage, or its log, through the rules of cameras.

    Writes alerts.jsonl, the evidence and the observation log under --out, of several cameras each in a folder of its
    own; touches neither the site's state nor its stream. Replaying a log takes seconds and needs no network; its
    messages carry no evidence. Several cameras run at once, and a call that was broken off goes on where it was.
    """
    site = load_site(site_file, os.environ)
    cameras = chosen_cameras(site, camera_ids)
    works = works_of(site, cameras, source, out or Path("replay"), name_pattern or "")
    if works is not None:
        replay_many(site, works, out or Path("replay"), jobs, as_json=as_json)
        return
    camera = cameras[0]
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
            first, last = span_of(replay.source)
            bars.opened(camera.id, seconds(last - first))
            summary = replay_log(replay, vocabulary, progress=partial(bars.looked, camera.id), announce=tell)
        else:
            refuse_lack(site, vocabulary)
            detector, beside = load_detector(site, vocabulary), load_beside(site, networks)
            with open_recording(camera, replay.source) as video:
                bars.opened(camera.id, video.info.duration_s)
                advance = partial(bars.looked, camera.id)
                summary = replay_video(
                    replay, video, detector, vocabulary, progress=advance, announce=tell, beside=beside
                )
    tell_summary(summary, replay.out, elapsed(), as_json=as_json)


def _warn_of_log(replay: Replay) -> None:
    logged = camera_of(replay.source)
    if logged != replay.camera.id:
        click.echo(f"warning: {replay.source}: is a log of camera {logged}, not of {replay.camera.id}", err=True)
    for line in torn_ends(replay.source):
        click.echo(f"warning: {line}", err=True)


def _recording(camera: Camera) -> Path:
    return recording_of(camera, "name a recording or a log of it with --source")
