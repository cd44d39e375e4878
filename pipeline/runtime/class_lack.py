"""Rules that wait for what no network of the site can tell: which classes they lack, and what would bring them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.config.catalogue import Algorithm, StaticUse
from pipeline.config.resolved import Rule, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import ConfigError, Fault
from pipeline.observation import STATIC_OBJECT
from pipeline.perception.registry import Registry
from pipeline.runtime.networks import read_networks

_MOST_NAMED = 8
ClassesByNetwork = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Lack:
    """What is wrong, and what is only odd, at the lines of the rules."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def lack_of_classes(rules: Iterable[Rule], having: ClassesByNetwork, installed: ClassesByNetwork) -> Lack:
    """What the rules look for and nobody can see.

    Args:
        rules: Of the site.
        having: What each of the site's networks can find, by its name.
        installed: The same of every network that a site may name.
    """
    brought = frozenset[str]().union(*having.values())
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for rule in rules:
        missing = missing_classes(rule, brought)
        wanted = _wanted(rule)
        unknown = sorted(wanted - brought)
        if missing:
            faults.append(rule.place.fault("classes", _refusal(rule, missing, having, installed)))
        elif unknown and not wanted & brought:
            text = f"{networks_know(having)} none of these: {_listed(unknown)}; {_rest(rule)}"
            warnings.append(rule.place.fault("classes", f"{text} ({provider_of(unknown, installed)})"))
        elif (wanted - rule.algorithm.classes) - brought:
            named = sorted((wanted - rule.algorithm.classes) - brought)
            warnings.append(rule.place.fault("classes", f"{networks_know(having)} not all of these: {_listed(named)}"))
    return Lack(tuple(faults), tuple(warnings))


def missing_classes(rule: Rule, brought: frozenset[str]) -> list[str]:
    """The classes for want of which a rule cannot run; none: it can."""
    required = rule.classes & rule.algorithm.required
    return _missing(_wanted(rule), required, brought, has_static=rule.include_static)


def lack_of_algorithm(algorithm: Algorithm, brought: frozenset[str]) -> list[str]:
    """The same of an algorithm, of which no rule says anything of its own."""
    has_static = algorithm.static in {StaticUse.REQUIRED, StaticUse.ON}
    return _missing(algorithm.classes - algorithm.required, algorithm.required, brought, has_static=has_static)


def provider_of(classes: Iterable[str], installed: ClassesByNetwork) -> str:
    """What would bring at least one of the classes, in words."""
    wanted = frozenset(classes)
    able = [
        f"the installed network {name} knows {_listed(sorted(known & wanted))}"
        for name, known in sorted(installed.items())
        if known & wanted
    ]
    if able:
        return "; ".join(able)
    return "no installed network knows it either; one of your own may, see models/README.md"


def networks_know(having: ClassesByNetwork) -> str:
    """The networks as the beginning of a sentence, with its verb."""
    return f"the network {next(iter(having))} knows" if len(having) == 1 else f"the networks {', '.join(having)} know"


def installed_classes(vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    """What each network of the registry can find, by its name; a card that is wrong is left to `models verify`."""
    registry = Registry.shipped(vocabulary)
    found: dict[str, frozenset[str]] = {}
    for name in registry.names():
        try:
            found[name] = frozenset(registry.card(name, registry.folder).classes)
        except ConfigError:
            continue
    return found


def site_classes(site: Site, vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    """What each network of the site can find, by its name.

    Raises:
        ConfigError: The site names a network that is not there, or its card is wrong.
    """
    return {network.card.name: network.classes for network in read_networks(site, vocabulary)}


def refuse_lack(site: Site, vocabulary: Vocabulary) -> None:
    """Refuse a site with a rule that could never raise.

    Raises:
        ConfigError: Every such rule; or see `site_classes`.
    """
    rules = [rule for rule in site.rules if rule.enabled]
    faults = lack_of_classes(rules, site_classes(site, vocabulary), installed_classes(vocabulary)).faults
    if faults:
        raise ConfigError(faults)


def _missing(
    wanted: frozenset[str], required: frozenset[str], brought: frozenset[str], *, has_static: bool
) -> list[str]:
    is_blind = bool(wanted) and not wanted & brought and not has_static
    return (sorted(wanted) if is_blind else []) + sorted(required - brought)


def _wanted(rule: Rule) -> frozenset[str]:
    return rule.classes - rule.algorithm.required - {STATIC_OBJECT}


def _refusal(rule: Rule, missing: list[str], having: ClassesByNetwork, installed: ClassesByNetwork) -> str:
    one_of, it = ("one of ", "none of them") if len(missing) > 1 else ("", "it not")
    needs = f"{rule.algorithm.key} needs {one_of}{_listed(missing)}"
    return f"{needs}; {networks_know(having)} {it} ({provider_of(missing, installed)})"


def _rest(rule: Rule) -> str:
    return f"{rule.algorithm.key} has only things without a class to go by"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
