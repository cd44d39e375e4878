"""How a run's cameras are and what they show, as it tells the console."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.alerts.message import utc
from pipeline.observation import MediaNs, Objects, Sight, seconds
from pipeline.rules.rule_state import Dwell
from pipeline.runtime.camera_run import CameraRun
from pipeline.runtime.last_look import Found
from pipeline.runtime.live_camera import LiveCamera
from pipeline.runtime.metric_numbers import CameraNumbers
from pipeline.runtime.run_messages import BlindTold, CameraTold, ObjectTold, PictureTold, StreamTold
from pipeline.runtime.shown_camera import Shown
from pipeline.runtime.stream import Phase, Stream

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Of a camera's metrics, what is told."""

    packets: Mapping[str, int]
    received_bytes: Mapping[str, int]
    reconnects: Mapping[str, int]
    damaged: Mapping[str, int]
    decoded: Mapping[str, int]
    dropped: dict[str, int]
    faults: tuple[str, ...]
    wanted_per_s: float | None
    share: float | None
    latency_s: float | None
    failed_looks: int
    log_entries_lost: int


def camera_told(run: CameraRun) -> CameraTold:
    """How one camera is. From any thread; takes some tens of microseconds."""
    live, numbers = run.live, run.metrics.read(_numbers)
    state, since_ns, fault = _state(live)
    blindness, media_now, last = live.examiner.blindness, live.media_now(), run.looked_t
    looks_per_s = None
    if numbers.wanted_per_s is not None and numbers.share is not None:
        looks_per_s = round(numbers.wanted_per_s * numbers.share, 2)
    return CameraTold(
        camera=run.camera.id,
        state=state,
        since=utc(MediaNs(since_ns)) if since_ns else None,
        fault=fault,
        streams=tuple(_stream_told(stream, numbers) for stream in live.streams),
        media_now=None if media_now is None else utc(media_now),
        looked_at=None if last is None else utc(last),
        pictures_per_s=round(live.pictures_per_s, 1),
        looks_per_s=looks_per_s,
        looks_wanted_per_s=None if numbers.wanted_per_s is None else round(numbers.wanted_per_s, 2),
        lag_s=None if numbers.latency_s is None else round(numbers.latency_s, 2),
        blind=None if blindness is None else BlindTold(cause=blindness.cause.value, since=utc(blindness.since)),
        faults=numbers.faults,
        dropped=numbers.dropped,
        failed_looks=numbers.failed_looks,
        log_entries_lost=numbers.log_entries_lost,
    )


def picture_told(run: CameraRun, shown: Shown | None, had: str) -> PictureTold:
    """What a camera shows.

    Args:
        run: The camera.
        shown: The newest picture; None: there is none yet.
        had: The name of the picture that who asks has already.
    """
    found, media_now = run.looked.asked(), run.live.media_now()
    name = "" if shown is None else str(shown.t)
    return PictureTold(
        camera=run.camera.id,
        picture=name,
        n_bytes=0 if shown is None or name == had else len(shown.jpeg),
        taken_at=None if shown is None else utc(shown.t),
        width=0 if shown is None else shown.size[0],
        height=0 if shown is None else shown.size[1],
        looked_at=None if found is None else utc(found.seen.t),
        view="" if found is None else found.seen.health.view,
        objects=() if found is None else _objects_told(found),
        state=_state(run.live)[0],
        media_now=None if media_now is None else utc(media_now),
    )


def _numbers(numbers: CameraNumbers) -> _Numbers:
    decoded: dict[str, int] = {}
    for label, n in numbers.decoded.items():
        name = label.partition("\n")[0]
        decoded[name] = decoded.get(name, 0) + n
    return _Numbers(
        packets=dict(numbers.packets),
        received_bytes=dict(numbers.received_bytes),
        reconnects=dict(numbers.reconnects),
        damaged=dict(numbers.damaged),
        decoded=decoded,
        dropped=dict(numbers.dropped),
        faults=tuple(sorted(str(kind) for kind, is_open in numbers.faults.items() if is_open)),
        wanted_per_s=numbers.looks_wanted_per_s,
        share=numbers.looks_achieved_share,
        latency_s=numbers.latest_latency_s,
        failed_looks=numbers.failed_looks,
        log_entries_lost=numbers.log_entries_lost,
    )


def _stream_told(stream: Stream, numbers: _Numbers) -> StreamTold:
    return StreamTold(
        name=stream.name,
        is_connected=_is_connected(stream),
        since=utc(MediaNs(stream.changed_ns)) if stream.changed_ns else None,
        fault=stream.fault,
        packets=numbers.packets.get(stream.name, 0),
        received_bytes=numbers.received_bytes.get(stream.name, 0),
        reconnects=numbers.reconnects.get(stream.name, 0),
        decoded=numbers.decoded.get(stream.name, 0),
        damaged=numbers.damaged.get(stream.name, 0),
    )


def _state(live: LiveCamera) -> tuple[str, int, str]:
    """In a word; since when, on the steady clock, 0 where that is not known; and why, where it is not connected."""
    streams = live.streams
    there = [stream for stream in streams if _is_connected(stream)]
    if there:
        return "connected", max(stream.changed_ns for stream in there), ""
    if streams and all(stream.phase is Phase.ENDED for stream in streams):
        return "ended", max(stream.changed_ns for stream in streams), ""
    if live.fault:
        return "unreachable", max(stream.changed_ns for stream in streams), live.fault
    return "connecting", 0, ""


def _is_connected(stream: Stream) -> bool:
    return stream.phase is Phase.READING and not stream.fault and stream.pictures is not None


def _objects_told(found: Found) -> tuple[ObjectTold, ...]:
    objects = found.seen.objects
    longest: dict[int, Dwell] = {}
    for dwell in found.dwells:
        before = longest.get(dwell.track)
        if before is None or (dwell.is_raised, dwell.dwelt_ns) > (before.is_raised, before.dwelt_ns):
            longest[dwell.track] = dwell
    return tuple(_object_told(objects, n, longest.get(int(objects.track[n]))) for n in range(len(objects)))


def _object_told(objects: Objects, n: int, dwell: Dwell | None) -> ObjectTold:
    x1, y1, x2, y2 = (round(min(1.0, max(0.0, float(share))), _DIGITS) for share in objects.xyxy[n])
    return ObjectTold(
        class_name=str(objects.class_name[n]),
        score=round(min(1.0, max(0.0, float(objects.score[n]))), 2),
        track=int(objects.track[n]),
        xyxy=(x1, y1, x2, y2),
        is_hidden=int(objects.sight[n]) == Sight.HIDDEN,
        rule="" if dwell is None else dwell.rule,
        dwell_s=None if dwell is None or dwell.dwelt_ns < 0 else round(seconds(dwell.dwelt_ns), 1),
        is_raised=dwell is not None and dwell.is_raised,
    )
