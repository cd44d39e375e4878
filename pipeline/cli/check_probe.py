"""What `smart-alert check --probe` found on the cameras, as a table and as JSON."""

import sys
from collections.abc import Iterator, Sequence

import click
from pydantic import JsonValue
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pipeline.config.resolved import Camera, Site
from pipeline.media.stream_fault import StreamFault
from pipeline.runtime.probe import Measured, Missing, Probed, probe
from pipeline.runtime.probe_cost import BUSY_SHARE, Cost, cores, cost_of, remarks

_TEXT_BY_FAULT = {
    StreamFault.UNREACHABLE: "unreachable: check its power, its network and the address",
    StreamFault.REFUSED_PASSWORD: "it refuses the user or the password",
    StreamFault.NO_SUCH_PATH: "it has no such stream: check the path of the address",
    StreamFault.NO_VIDEO: "what it sends holds no video",
    StreamFault.UNDECODABLE: "its video cannot be decoded here",
    StreamFault.LOST: "the connection broke while it was read",
    StreamFault.TIMED_OUT: "nothing came in time",
    StreamFault.ENDED: "it ended the stream at once",
    StreamFault.STOPPED: "stopped",
}
_BASIS = "estimated from measurements on one core at 2.4 GHz without a GPU; half or twice as much is possible"


def probed(site: Site) -> list[Probed]:
    """Connect to every camera, with a progress bar where somebody watches."""
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("connecting to cameras", total=len(site.cameras))

        def done(_camera: Camera) -> None:
            progress.advance(task)

        return probe(site.cameras, done)


def show(found: Sequence[Probed]) -> None:
    """A table, then what is odd, then what all of it needs."""
    table = Table(box=None, pad_edge=False)
    for heading in ("camera", "stream", "video", "fps", "kbit/s", "keyframes", "B-frames", "quiet", "busy"):
        is_number = heading in {"fps", "kbit/s", "quiet", "busy"}
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=heading != "camera")
    for one in found:
        for row in _rows(one):
            table.add_row(*row)
    width = None if sys.stdout.isatty() else 160
    Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False).print(table)
    click.echo()
    for one in found:
        for line in (*_faults(one), *remarks(one)):
            click.echo(f"{one.camera.id}: {line}")
    for line in _totals(found):
        click.echo(line)


def probe_json(found: Sequence[Probed]) -> JsonValue:
    """The same for a program."""
    costs = [cost for one in found if (cost := cost_of(one)) is not None]
    return {
        "cameras": [_camera_json(one) for one in found],
        "reached": sum(one.is_reached for one in found),
        "cores": {
            "quiet": round(cores(costs, 0), 4),
            "tenth_busy": round(cores(costs, BUSY_SHARE), 4),
            "busy": round(cores(costs, 1), 4),
            "basis": _BASIS,
        },
    }


def _rows(one: Probed) -> Iterator[tuple[str, ...]]:
    cost = cost_of(one)
    for name, stream in (("main", one.main), ("sub", one.sub)):
        if stream is None:
            continue
        is_first = name == "main"
        camera = one.camera.id if is_first else ""
        if isinstance(stream, Missing):
            yield (camera, name, stream.kind.value.replace("_", " "), "", "", "", "", "", "")
            continue
        costs = ("", "") if cost is None or not is_first else (f"{cost.quiet_ms:.0f}", f"{cost.busy_ms:.0f}")
        yield (camera, name, *_described(stream), *costs)


def _described(stream: Measured) -> tuple[str, ...]:
    more = "" if stream.interval_is_known else "> "
    return (
        f"{stream.codec} {stream.width}x{stream.height}",
        f"{stream.fps:.1f}",
        f"{stream.kbit_per_s:.0f}",
        f"{more}{stream.keyframe_interval_s:.1f} s",
        "yes" if stream.has_b_frames else "no",
    )


def _faults(one: Probed) -> Iterator[str]:
    for name, stream in (("main", one.main), ("sub", one.sub)):
        if isinstance(stream, Missing):
            yield f"{name} stream: {_TEXT_BY_FAULT[stream.kind]} ({stream.text})"


def _totals(found: Sequence[Probed]) -> Iterator[str]:
    costs: list[Cost] = [cost for one in found if (cost := cost_of(one)) is not None]
    yield f"{sum(one.is_reached for one in found)} of {len(found)} cameras could be read."
    if costs:
        quiet, some, busy = cores(costs, 0), cores(costs, BUSY_SHARE), cores(costs, 1)
        yield (
            f"They need about {quiet:.2f} cores while all is quiet, {some:.2f} with a tenth of them busy,"
            f" {busy:.2f} with all of them busy."
        )
        yield f"quiet, busy: core-milliseconds for a second of stream, {_BASIS}."


def _camera_json(one: Probed) -> JsonValue:
    cost = cost_of(one)
    told: list[JsonValue] = [*remarks(one)]
    cost_json: JsonValue = None
    if cost is not None:
        cost_json = {"quiet": round(cost.quiet_ms, 1), "busy": round(cost.busy_ms, 1)}
    return {
        "id": one.camera.id,
        "reached": one.is_reached,
        "main": _stream_json(one.main),
        "sub": _stream_json(one.sub) if one.sub is not None else None,
        "core_ms_per_s": cost_json,
        "remarks": told,
    }


def _stream_json(stream: Measured | Missing) -> JsonValue:
    if isinstance(stream, Missing):
        return {"fault": stream.kind.value, "text": stream.text}
    return {
        "codec": stream.codec,
        "width": stream.width,
        "height": stream.height,
        "fps": round(stream.fps, 2),
        "kbit_per_s": round(stream.kbit_per_s),
        "keyframe_interval_s": round(stream.keyframe_interval_s, 2),
        "keyframe_interval_is_known": stream.interval_is_known,
        "b_frames": stream.has_b_frames,
    }
