"""`smart-alert annotate`: a recording with boxes, fences, timers and events drawn on it."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from pipeline.alerts.message import utc
from pipeline.cli.progress import FootageProgress
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.media.info import StreamInfo
from pipeline.observation import Entry, MediaNs, nanoseconds
from pipeline.replay.log import camera_of, is_log, read_log
from pipeline.runtime.annotating import annotated, looked_at
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.networks import load_beside, read_networks, with_scores
from pipeline.runtime.replaying import open_recording, recording_of


@click.command(name="annotate")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--camera", "camera_id", metavar="ID", help="Which camera; may be left out where the site has one.")
@click.option("--source", type=click.Path(path_type=Path), help="The recording. Default: the camera's.")
@click.option("--log", "log_file", type=click.Path(path_type=Path), help="What was seen in it. Default: look anew.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The video to write, MP4.")
def command(site_file: Path, *, camera_id: str | None, source: Path | None, log_file: Path | None, out: Path) -> None:
    """Write a recording as a video with all that was seen drawn on it (needs the extra `video`)."""
    site = load_site(site_file, os.environ)
    camera = _camera(site, camera_id)
    recording = source or recording_of(camera, "name a recording with --source")
    if not recording.is_file():
        raise UsageError(f"--source: {recording}: no such file (expected a video)")
    if log_file is not None:
        _check_log(log_file, camera)
    if out.suffix.lower() != ".mp4":
        raise UsageError(f"--out: got {str(out)!r}, expected a name that ends in .mp4")
    vocabulary = load_vocabulary()
    networks = read_networks(site, vocabulary)
    site = with_scores(site, networks)
    with FootageProgress() as bars:
        if log_file is not None:
            entries = list(read_log(log_file))
            with open_recording(camera, recording) as video:
                _check_times(log_file, entries, video.info)
        else:
            detector, beside = load_detector(site, vocabulary), load_beside(site, networks)
            with open_recording(camera, recording) as video:
                bars.opened(camera.id, video.info.duration_s)
                told = partial(bars.looked, camera.id)
                entries = looked_at(site, camera, video, detector, vocabulary, progress=told, beside=beside)
        with open_recording(camera, recording) as video:
            bars.opened(camera.id, video.info.duration_s)
            events = annotated(site, camera, video, entries, vocabulary=vocabulary, out=out, progress=bars.looked)
    click.echo(f"{len(events)} events: {out}")


def _camera(site: Site, camera_id: str | None) -> Camera:
    found = [camera for camera in site.cameras if camera_id in (None, camera.id)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(camera.id for camera in site.cameras[:20])
    raise UsageError(f"--camera: got {camera_id!r}, expected one of {names}")


def _check_log(log: Path, camera: Camera) -> None:
    if not is_log(log):
        raise UsageError(
            f"--log: {log}: {'is no log' if log.exists() else 'no such file'} (expected an observation log)"
        )
    logged = camera_of(log)
    if logged != camera.id:
        click.echo(f"warning: {log}: is a log of camera {logged}, not of {camera.id}", err=True)


def _check_times(log: Path, entries: Sequence[Entry], video: StreamInfo) -> None:
    end = video.start + nanoseconds(video.duration_s)
    if not any(video.start <= entry.t <= end for entry in entries):
        raise UsageError(
            f"--log: {log}: holds nothing from {_shown(video.start)} to {_shown(MediaNs(end))}, the recording"
        )


def _shown(t: MediaNs) -> str:
    return f"{utc(t):%Y-%m-%d %H:%M:%S} UTC"
