"""What a site's networks are for, in plain sentences and as JSON."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from pipeline.config.duration import format_duration
from pipeline.config.resolved import Rule, Site
from pipeline.observation import nanoseconds
from pipeline.runtime.networks import Network, serving

_MOST_NAMED = 12


def specialist_lines(site: Site, networks: Sequence[Network]) -> Iterator[str]:
    """A line for each specialist: what it adds, how often it looks, and on which cameras."""
    for network in networks[1:]:
        cameras = _cameras(site, network)
        if not cameras:
            yield f"The network {network.card.name} does not look: no rule that runs needs a class that it alone knows."
            continue
        every = format_duration(nanoseconds(network.every_s))
        adds = [f"{name} from {network.score_of(name):g}" for name in sorted(network.classes)]
        yield f"The network {network.card.name} looks on {_named(cameras)}, every {every} while something changes."
        yield f"  It adds, with the score that counts: {_named(adds)}."


def serving_lines(rule: Rule, networks: Sequence[Network]) -> Iterator[str]:
    """A line that says which network serves a rule, where there are several."""
    served = serving(rule, networks)
    if len(networks) > 1 and served:
        yield f"Seen by {'; '.join(f'{name} ({_named(sorted(classes))})' for name, classes in served.items())}."


def specialist_json(network: Network) -> JsonValue:
    """A specialist for a program."""
    classes: dict[str, JsonValue] = {name: network.score_of(name) for name in sorted(network.classes)}
    return {"model": network.card.name, "every_s": network.every_s, "confidence_by_class": classes}


def serving_json(rule: Rule, networks: Sequence[Network]) -> JsonValue:
    """Which network answers for which of a rule's classes."""
    return {name: [*sorted(classes)] for name, classes in serving(rule, networks).items()}


def _cameras(site: Site, network: Network) -> list[str]:
    """Those with a rule that needs it."""
    mine = [rule for rule in site.rules if rule.enabled and rule.classes & network.classes]
    return sorted({camera for rule in mine for camera, zones in rule.zones_by_camera.items() if zones})


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
