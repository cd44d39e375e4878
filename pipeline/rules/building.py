"""Rules of the site file made ready to reason about one camera: condition, zones, and an empty memory."""

import hashlib
from collections.abc import Iterable, Mapping

from pipeline.config.catalogue import Condition
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Geofence, Rule, Zone
from pipeline.config.vocabulary import Vocabulary
from pipeline.observation import REMOVED_OBJECT, STATIC_OBJECT, CameraId
from pipeline.rules.condition import Kinds
from pipeline.rules.conditions.registry import CONDITIONS
from pipeline.rules.events import EventBook
from pipeline.rules.memory import RuleMemory
from pipeline.rules.rule_state import RuleState
from pipeline.rules.size import SizeLimit
from pipeline.rules.subjects import Follower, Patience
from pipeline.rules.telling import Teller
from pipeline.rules.zones import FootGrounds, Grounds, Hours, LineGrounds, ZoneField


def kin_of(vocabulary: Vocabulary) -> Mapping[str, frozenset[str]]:
    """By class, all that a network may call such a thing; see `Scene`."""
    # No network knows a static object, there or gone; a close look at it is for what may explain it.
    return vocabulary.kin_by_class() | dict.fromkeys((STATIC_OBJECT, REMOVED_OBJECT), Kinds.of(vocabulary).explainers)


def zone_fields(fence: Geofence) -> Mapping[ZoneId, ZoneField]:
    """The areas of a camera, ready to be asked, by zone."""
    return {zone.id: ZoneField(zone, fence.ground) for zone in fence.zones if not zone.is_line}


def rule_states(
    site_id: str,
    camera: CameraId,
    rules: Iterable[Rule],
    fence: Geofence,
    vocabulary: Vocabulary,
    *,
    fields: Mapping[ZoneId, ZoneField] | None = None,
) -> list[RuleState]:
    """Each rule on one camera, with nothing remembered yet: one for each view in which it has zones.

    Args:
        site_id: Part of the events' ids.
        camera: Whose; each rule has zones there.
        rules: In any order, which is kept.
        fence: The camera's.
        vocabulary: What counts as a person and as a vehicle.
        fields: The camera's areas, where they are to be shared with others that ask.
    """
    areas = zone_fields(fence) if fields is None else fields
    kinds = Kinds.of(vocabulary)
    return [
        _build(
            rule,
            Teller(site_id, camera, rule.id),
            grounds,
            SizeLimit(rule.min_area, rule.min_static_area, rule.max_area, fence.ground),
            kinds,
        )
        for rule in rules
        for grounds in _grounds_by_view(rule, rule.zones_by_camera[camera], fence, areas)
    ]


def _grounds_by_view(
    rule: Rule, chosen: Iterable[ZoneId], fence: Geofence, fields: Mapping[ZoneId, ZoneField]
) -> list[Grounds]:
    """The lines or the areas among the chosen zones, whichever the rule looks at, those of each view by themselves."""
    zone_by_id = {zone.id: zone for zone in fence.zones if zone.is_line == rule.algorithm.is_of_lines}
    mine = [zone_by_id[zone] for zone in chosen if zone in zone_by_id]
    return [
        _grounds(rule, [zone for zone in mine if zone.view == view], view, fields)
        for view in sorted({zone.view for zone in mine})
    ]


def _grounds(rule: Rule, zones: Iterable[Zone], view: str, fields: Mapping[ZoneId, ZoneField]) -> Grounds:
    if rule.algorithm.is_of_lines:
        return LineGrounds(tuple(zones), view)
    kind = FootGrounds if rule.algorithm.condition is Condition.INTRUSION else Grounds
    return kind(tuple(fields[zone.id] for zone in zones), view)


def _build(rule: Rule, teller: Teller, grounds: Grounds, size: SizeLimit, kinds: Kinds) -> RuleState:
    if rule.algorithm.condition is None:
        raise ValueError(f"rule {rule.id}: this version has no condition for {rule.algorithm.key}")
    condition = CONDITIONS[rule.algorithm.condition](rule, kinds, size, grounds)
    patience = Patience(rule.grace_ns, max(rule.grace_ns, rule.clear_after_ns))
    book = EventBook(rule, condition, teller, Hours(rule.schedule, grounds.zones))
    memory = RuleMemory(rule.id, grounds.view, _fingerprint(rule, grounds))
    return RuleState(rule, condition, Follower(grounds, size, patience), book, memory)


def _fingerprint(rule: Rule, grounds: Grounds) -> str:
    """What makes the rule another one: not its severity, its schedule or how it reports."""
    parts = (
        rule.algorithm.key,
        str(rule.algorithm.condition),
        sorted(_shape(zone) for zone in grounds.zones),
        sorted(rule.classes),
        (rule.dwell_ns, rule.grace_ns, rule.event_per.value, rule.confidence),
        (str(rule.min_area), str(rule.min_static_area), str(rule.max_area)),
        sorted(rule.params.items()),
        *sorted(rule.confidence_by_class.items()),
        *([sorted(rule.dwell_by_class_ns.items())] if rule.dwell_by_class_ns else []),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _shape(zone: Zone) -> tuple[object, ...]:
    """What makes the zone another one: not its name or who is told."""
    sizes = ((key, str(area)) for key, area in (("min", zone.min_area), ("max", zone.max_area)) if area is not None)
    plain = (zone.id, zone.points, *sizes)
    return plain if zone.direction is None else (*plain, zone.direction, zone.heading)
