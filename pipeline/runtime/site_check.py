"""What only shows when it is tried: whether a site's recordings open and its network loads and knows the classes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.alerts.server_url import connector
from pipeline.config.load import Draft
from pipeline.config.resolved import Camera, LiveSource, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import ConfigError, Fault, SmartAlertError, SourceError, StreamError
from pipeline.media.file_source import FileSource
from pipeline.media.info import StreamInfo
from pipeline.media.live_decoder import known_decode
from pipeline.observation import CameraId
from pipeline.perception.detector import Detector
from pipeline.runtime.class_lack import installed_classes, lack_of_classes
from pipeline.runtime.networks import Network, read_networks


@dataclass(frozen=True, slots=True)
class Findings:
    """What trying brought out.

    Attributes:
        faults: What keeps the site from running.
        warnings: What is odd.
        info_by_camera: Of each recording that opened.
        networks: The site's, the first one first; empty where their cards are wrong.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    info_by_camera: Mapping[CameraId, StreamInfo]
    networks: tuple[Network, ...] = ()


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
    networks = _try_networks(site, faults, warnings) if draft.names_network else ()
    _try_redis(site, faults)
    return Findings(tuple(faults), tuple(warnings), info_by_camera, networks)


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


def _try_networks(site: Site, faults: list[Fault], warnings: list[Fault]) -> tuple[Network, ...]:
    vocabulary = load_vocabulary()
    try:
        networks = read_networks(site, vocabulary)
    except ConfigError as error:
        faults.extend(error.faults)
        return ()
    for network in networks:
        try:
            Detector.load(network.card, site.detector.provider, site.detector.threads)
        except SmartAlertError as error:
            faults.append(network.place.fault("model", "; ".join(str(error).splitlines())))
    wanted = frozenset[str]().union(*(rule.classes for rule in site.rules))
    for network in networks[1:]:
        if not network.classes & wanted:
            text = "no rule needs a class that it alone knows: it will not look"
            warnings.append(network.place.fault("model", f"{network.card.name}: {text}"))
    having = {network.card.name: network.classes for network in networks}
    lack = lack_of_classes(site.rules, having, installed_classes(vocabulary))
    faults.extend(lack.faults)
    warnings.extend(lack.warnings)
    return networks


def _try_redis(site: Site, faults: list[Fault]) -> None:
    if site.redis.url is None:
        return
    try:
        connector(site.redis.url.reveal(), str(site.redis.url))
    except StreamError as error:
        faults.append(site.redis.place.fault("url", str(error).removeprefix("redis.url: ")))
