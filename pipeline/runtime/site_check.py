"""What only shows when it is tried: whether a site's recordings open and its network loads and knows the classes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.alerts.server_url import connector
from pipeline.config.load import Draft
from pipeline.config.resolved import Camera, LiveSource, Rule, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import ConfigError, Fault, SmartAlertError, SourceError, StreamError
from pipeline.media.file_source import FileSource
from pipeline.media.info import StreamInfo
from pipeline.media.live_decoder import known_decode
from pipeline.observation import STATIC_OBJECT, CameraId
from pipeline.perception.detector import Detector
from pipeline.runtime.eyes import network_card


@dataclass(frozen=True, slots=True)
class Findings:
    """What trying brought out.

    Attributes:
        faults: What keeps the site from running.
        warnings: What is odd.
        info_by_camera: Of each recording that opened.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    info_by_camera: Mapping[CameraId, StreamInfo]


def try_site(draft: Draft, opened: Callable[[Camera], None]) -> Findings:
    """Open every recording, load the network, read the address of Redis. Live cameras are left alone (see `probe`).

    Args:
        draft: Read; what is wrong in it is not tried.
        opened: Told after each camera, for a progress bar.
    """
    faults: list[Fault] = []
    warnings: list[Fault] = []
    info_by_camera: dict[CameraId, StreamInfo] = {}
    site = draft.site
    for camera in site.cameras:
        tried = _try_source(camera)
        if isinstance(tried, StreamInfo):
            info_by_camera[camera.id] = tried
        elif tried is not None:
            faults.append(tried)
        opened(camera)
    if draft.names_network:
        _try_network(site, faults, warnings)
    _try_redis(site, faults)
    return Findings(tuple(faults), tuple(warnings), info_by_camera)


def _try_source(camera: Camera) -> StreamInfo | Fault | None:
    if isinstance(camera.source, LiveSource):
        return _try_decoder(camera, camera.source.decode)
    try:
        with FileSource.open(camera.source.path, camera.source.start) as source:
            info = source.info
    except SourceError as error:
        return camera.place.fault(
            "source" if camera.source.sub is None else "streams.main", f"cannot be opened: {error}"
        )
    try:
        if camera.source.sub is not None:
            FileSource.open(camera.source.sub, camera.source.start).close()
    except SourceError as error:
        return camera.place.fault("streams.sub", f"cannot be opened: {error}")
    return info


def _try_decoder(camera: Camera, name: str) -> Fault | None:
    if known_decode(name):
        return None
    text = f"this machine's FFmpeg has no such decoder (got {name}, allowed: cpu, or one that it was built with)"
    return camera.place.fault("decode", text)


def _try_network(site: Site, faults: list[Fault], warnings: list[Fault]) -> None:
    try:
        card = network_card(site, load_vocabulary())
        Detector.load(card, site.detector.provider, site.detector.threads)
    except ConfigError as error:
        faults.extend(error.faults)
        return
    except SmartAlertError as error:
        faults.append(site.detector.place.fault("model", "; ".join(str(error).splitlines())))
        return
    for rule in site.rules:
        _hold_classes(rule, frozenset(card.classes), site.detector.model, faults, warnings)


def _hold_classes(rule: Rule, brought: frozenset[str], model: str, faults: list[Fault], warnings: list[Fault]) -> None:
    """A rule must not wait for what the network cannot tell."""
    wanted = rule.classes - rule.algorithm.required - {STATIC_OBJECT}
    required = rule.classes & rule.algorithm.required
    missing = sorted(required - brought)
    if wanted and not wanted & brought and not rule.include_static:
        missing = sorted(wanted) + missing
    if missing:
        names = ", ".join(missing[:8])
        faults.append(rule.place.fault("classes", f"the network {model} knows none of these: {names}"))
        return
    named_by_site = wanted - rule.algorithm.classes
    if named_by_site - brought:
        names = ", ".join(sorted(named_by_site - brought))
        warnings.append(rule.place.fault("classes", f"the network {model} does not know these: {names}"))


def _try_redis(site: Site, faults: list[Fault]) -> None:
    if site.redis.url is None:
        return
    try:
        connector(site.redis.url.reveal(), str(site.redis.url))
    except StreamError as error:
        faults.append(site.redis.place.fault("url", str(error).removeprefix("redis.url: ")))
