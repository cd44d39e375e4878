"""What only shows when it is tried: whether a site's recordings open and its network loads and knows the classes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
from pipeline.perception.registry import Registry
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
    for rule in site.rules:
        _hold_classes(rule, networks, faults, warnings)
    return networks


def _hold_classes(rule: Rule, networks: Sequence[Network], faults: list[Fault], warnings: list[Fault]) -> None:
    """A rule must not wait for what no network can tell."""
    brought = frozenset[str]().union(*(one.classes for one in networks))
    is_one = len(networks) == 1
    named = f"the network{'' if is_one else 's'} {' and '.join(one.card.name for one in networks)}"
    wanted = rule.classes - rule.algorithm.required - {STATIC_OBJECT}
    required = rule.classes & rule.algorithm.required
    missing = sorted(required - brought)
    if wanted and not wanted & brought and not rule.include_static:
        missing = sorted(wanted) + missing
    if missing:
        text = f"{named} {'knows' if is_one else 'know'} none of these: {', '.join(missing[:8])}"
        faults.append(rule.place.fault("classes", f"{text}{_who_knows(missing, networks)}"))
        return
    named_by_site = wanted - rule.algorithm.classes
    if named_by_site - brought:
        names = ", ".join(sorted(named_by_site - brought))
        text = f"{named} {'does' if is_one else 'do'} not know these: {names}"
        warnings.append(rule.place.fault("classes", f"{text}{_who_knows(sorted(named_by_site - brought), networks)}"))


def _who_knows(missing: Sequence[str], networks: Sequence[Network]) -> str:
    """What would provide them; empty where no network that comes with the project does."""
    registry = Registry.shipped(load_vocabulary())
    tried = {one.card.name for one in networks}
    cards = [registry.card(name, Path()) for name in registry.names() if name not in tried]
    able = [card.name for card in cards if not frozenset(card.classes).isdisjoint(missing)]
    return f" ({' or '.join(able)} does: name it in specialists)" if able else ""


def _try_redis(site: Site, faults: list[Fault]) -> None:
    if site.redis.url is None:
        return
    try:
        connector(site.redis.url.reveal(), str(site.redis.url))
    except StreamError as error:
        faults.append(site.redis.place.fault("url", str(error).removeprefix("redis.url: ")))
