"""What a site will do, in plain sentences and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from pydantic import JsonValue

from pipeline.cli.check_networks import serving_json, serving_lines, specialist_json, specialist_lines
from pipeline.config.catalogue import EventPer
from pipeline.config.duration import format_duration
from pipeline.config.resolved import (
    CPU_DECODE,
    Camera,
    Geofence,
    LiveSource,
    PictureShare,
    RecordedSource,
    Rule,
    Site,
    Transport,
    Zone,
)
from pipeline.config.vocabulary import Vocabulary
from pipeline.media.info import StreamInfo
from pipeline.observation import NS_PER_S, STATIC_OBJECT, CameraId, MediaNs
from pipeline.runtime.networks import Network
from pipeline.runtime.status_server import shown_address

_MOST_NAMED = 12


def sentences(
    site: Site,
    info_by_camera: Mapping[CameraId, StreamInfo],
    vocabulary: Vocabulary,
    networks: Sequence[Network] = (),
) -> Iterator[str]:
    """Lines that tell a rule engineer what this site will do."""
    yield f"Site {site.id} ({site.name}), times in {site.timezone.key}."
    server = "the embedded Redis" if site.redis.url is None else str(site.redis.url)
    yield f"Alerts go to the stream {site.redis.stream} of {server} and are kept {format_duration(site.redis.keep_ns)}."
    yield f"State is kept in {site.state}; observation logs for {format_duration(site.operation.keep_log_ns)}."
    yield _listening(site.operation.listen)
    yield f"The network {site.detector.model} reports what it scores {site.detector.confidence:g} or higher."
    yield from specialist_lines(site, networks)
    yield ""
    yield f"Cameras ({len(site.cameras)}):"
    for camera in site.cameras:
        yield f"  {_camera(camera, info_by_camera, site.timezone)}"
    yield ""
    yield f"Rules ({len(site.rules)}):"
    for rule in site.rules:
        yield from (f"  {line}" for line in _rule(rule, vocabulary))
        yield from (f"    {line}" for line in serving_lines(rule, networks))
        for camera in site.cameras:
            if camera.id in rule.zones_by_camera:
                yield f"    On {camera.id}: {_zones(rule, camera)}."


def _listening(listen: tuple[str, int] | None) -> str:
    if listen is None:
        return "Nothing listens: there are no metrics and no health checks."
    return f"Metrics and health checks of a run are at {shown_address(*listen)}: /metrics, /healthz, /readyz."


def as_json(site: Site, info_by_camera: Mapping[CameraId, StreamInfo], networks: Sequence[Network] = ()) -> JsonValue:
    """The same for a program; no address in it holds a password."""
    cameras: list[JsonValue] = [_camera_json(camera, info_by_camera) for camera in site.cameras]
    rules: list[JsonValue] = [_rule_json(rule, networks) for rule in site.rules]
    return {
        "site": {"id": site.id, "name": site.name, "timezone": site.timezone.key},
        "state": str(site.state),
        "redis": {"url": "embedded" if site.redis.url is None else str(site.redis.url), "stream": site.redis.stream},
        "operation": {
            "listen": None if site.operation.listen is None else shown_address(*site.operation.listen),
            "keep_log": format_duration(site.operation.keep_log_ns),
        },
        "detector": {"model": site.detector.model, "confidence": site.detector.confidence},
        "specialists": [specialist_json(network) for network in networks[1:]],
        "cameras": cameras,
        "rules": rules,
    }


def _camera(camera: Camera, info_by_camera: Mapping[CameraId, StreamInfo], timezone: tzinfo) -> str:
    name = camera.id if camera.name == camera.id else f"{camera.id} ({camera.name})"
    return f"{name}: {_source(camera, info_by_camera, timezone)}; {_fences(camera)}."


def _source(camera: Camera, info_by_camera: Mapping[CameraId, StreamInfo], timezone: tzinfo) -> str:
    source = camera.source
    if isinstance(source, LiveSource):
        over = ", over UDP" if source.transport is Transport.UDP else ""
        decoded = f", decoded by {source.decode}" if source.decode != CPU_DECODE else ""
        return f"{source}, live{over}{decoded}"
    info = info_by_camera.get(camera.id)
    sub = f" (sub-stream {source.sub})" if source.sub is not None else ""
    return f"{source}{sub}{_footage(source, info, timezone) if info is not None else ''}"


def _footage(source: RecordedSource, info: StreamInfo, timezone: tzinfo) -> str:
    loop = ", from the start again at its end (replay and --once play it once)" if source.loop else ""
    length = f", {info.duration_s:.1f} s" if info.duration_s else ""
    return f", {info.codec} {info.width}x{info.height}{length}, from {_moment(info.start, timezone)}{loop}"


def _moment(t: MediaNs, timezone: tzinfo) -> str:
    moment = datetime.fromtimestamp(t // NS_PER_S, UTC).astimezone(timezone)
    return moment.isoformat(sep=" ")


def _fences(camera: Camera) -> str:
    fences = camera.geofence
    if fences.views:
        return "; ".join(f"view {view.id}: {_zones_of_view(fences, view.id)}" for view in fences.views)
    if fences.file is None:
        return "no geofence"
    return _zones_of_view(fences, "")


def _zones_of_view(fences: Geofence, view: str) -> str:
    zones = [zone for zone in fences.zones if zone.view == view]
    n_masks = sum(mask.view == view for mask in fences.masks)
    names = ", ".join(f"{zone.id} ({_called(zone)})" for zone in zones[:_MOST_NAMED])
    more = f" and {len(zones) - _MOST_NAMED} more" if len(zones) > _MOST_NAMED else ""
    masks = f", {n_masks} masked" if n_masks else ""
    calibrated = ", calibrated" if fences.ground is not None else ""
    return f"zones {names}{more}{masks}{calibrated}"


def _called(zone: Zone) -> str:
    return zone.category if zone.name == zone.id else f"{zone.name}, {zone.category}"


def _rule(rule: Rule, vocabulary: Vocabulary) -> Iterator[str]:
    title, dwell = rule.algorithm.title, format_duration(rule.dwell_ns)
    off = "" if rule.enabled else " Switched off."
    yield f"{rule.id}: {title.en} ({title.zh}), {rule.severity}.{off}"
    yield f"  Raised when {rule.algorithm.fires_when}, for {dwell}, {_when(rule)}; one event per {_per(rule)}."
    over = format_duration(rule.clear_after_ns)
    if rule.algorithm.is_of_camera:
        yield f"  The end is told when it has been over for {over}."
    else:
        yield f"  {_looks_for(rule, vocabulary)}"
        unseen = f"What is unseen for up to {format_duration(rule.grace_ns)} counts as still there"
        yield f"  {unseen}; the end is told when it has been over for {over}."
    if rule.cooldown_ns:
        yield f"  After an event, silence for {format_duration(rule.cooldown_ns)}."
    if rule.remind_every_ns:
        yield f"  A reminder every {format_duration(rule.remind_every_ns)} while it is open."
    if rule.confirm:
        yield "  An operator must confirm it before dispatch."


def _when(rule: Rule) -> str:
    return "at any time" if not rule.schedule.spans else f"within {rule.schedule}"


def _per(rule: Rule) -> str:
    if rule.algorithm.is_of_camera:
        return "fault of a camera"
    return "zone" if rule.event_per is EventPer.ZONE else "object"


def _looks_for(rule: Rule, vocabulary: Vocabulary) -> str:
    names = _names(rule.classes - {STATIC_OBJECT}, vocabulary)
    named = ", ".join(names[:_MOST_NAMED]) + (
        f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    )
    others = [f"{name} {score:g}" for name, score in sorted(rule.confidence_by_class.items())]
    also = f" ({', '.join(others)})" if others else ""
    parts = [f"{named} scored {rule.confidence:g} or higher{also}"] if names else []
    if names and rule.min_area != PictureShare(0.0):
        parts[0] += f" and at least {rule.min_area}"
    if rule.include_static:
        parts.append(f"things without a class of at least {rule.min_static_area}")
    most = "" if rule.max_area == PictureShare(1.0) else f", at most {rule.max_area}"
    return f"It looks for {'; and for '.join(parts)}{most}."


def _names(classes: frozenset[str], vocabulary: Vocabulary) -> list[str]:
    """English names, a group's in the place of its members where all of them are there; the largest groups first."""
    names: list[str] = []
    left = classes
    for group, members in sorted(vocabulary.groups.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(members) > 1 and members <= left:
            names.append(f"{vocabulary.title(group).en} ({', '.join(sorted(members))})")
            left -= members
    return names + sorted(vocabulary.title(name).en for name in left)


def _zones(rule: Rule, camera: Camera) -> str:
    if rule.algorithm.is_of_camera:
        return "the camera itself"
    chosen = rule.zones_by_camera[camera.id]
    told = [
        f"{zone.id} ({_called(zone)}{f', tells {zone.responsible}' if zone.responsible else ''})"
        for zone in camera.geofence.zones
        if zone.id in chosen
    ]
    return ", ".join(told)


def _camera_json(camera: Camera, info_by_camera: Mapping[CameraId, StreamInfo]) -> JsonValue:
    info = info_by_camera.get(camera.id)
    zones: list[JsonValue] = [_zone_json(zone) for zone in camera.geofence.zones]
    video: JsonValue = None
    if info is not None:
        video = {"codec": info.codec, "width": info.width, "height": info.height, "duration_s": info.duration_s}
    source = camera.source
    return {
        "id": camera.id,
        "name": camera.name,
        "source": str(source),
        "transport": source.transport.value if isinstance(source, LiveSource) else None,
        "decode": source.decode if isinstance(source, LiveSource) else CPU_DECODE,
        "sub": str(source.sub) if source.sub is not None else None,
        "video": video,
        "views": [view.id for view in camera.geofence.views],
        "zones": zones,
    }


def _zone_json(zone: Zone) -> JsonValue:
    return {
        "id": zone.id,
        "name": zone.name,
        "category": zone.category,
        "view": zone.view or None,
        "points": [list(point) for point in zone.points],
    }


def _rule_json(rule: Rule, networks: Sequence[Network]) -> JsonValue:
    classes: list[JsonValue] = [*sorted(rule.classes)]
    return {
        "id": rule.id,
        "algorithm": rule.algorithm.key,
        "enabled": rule.enabled,
        "severity": rule.severity.value,
        "event_per": rule.event_per.value,
        "schedule": str(rule.schedule),
        "dwell": format_duration(rule.dwell_ns),
        "grace": format_duration(rule.grace_ns),
        "clear_after": format_duration(rule.clear_after_ns),
        "cooldown": format_duration(rule.cooldown_ns),
        "remind_every": format_duration(rule.remind_every_ns),
        "confidence": rule.confidence,
        "classes": classes,
        "networks": serving_json(rule, networks),
        "zones": {camera: list(zones) for camera, zones in rule.zones_by_camera.items()},
    }
