"""Rule entries into rules: defaults filled in, held against the catalogue's bounds, the vocabulary and the fences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

from pydantic import ValidationError

from pipeline.config.area import Area, GroundArea, PictureShare, is_above
from pipeline.config.catalogue import Algorithm, Bound, Catalogue, StaticUse
from pipeline.config.document import Document, Steps, Value, shown_value
from pipeline.config.duration import format_duration
from pipeline.config.faults import FaultLog, did_you_mean
from pipeline.config.ids import AlgorithmKey, RuleId, ZoneId
from pipeline.config.resolved import Rule
from pipeline.config.rule_classes import ClassChoice
from pipeline.config.schedule import parse_schedule
from pipeline.config.site import RuleDefaults, RuleEntry
from pipeline.config.surroundings import place_of
from pipeline.config.vocabulary import Vocabulary
from pipeline.config.zone_choice import KnownCameras, ZoneChoice
from pipeline.observation import CameraId

T = TypeVar("T")
ON_GROUND: Mapping[str, str] = {"min_speed_kmh": "a speed", "density": "a density"}
"""The params that need a calibration."""


@dataclass(frozen=True, slots=True)
class Law:
    """What rules are held against.

    Attributes:
        document: The site file.
        defaults: Its `defaults`.
        detector_confidence: Its `detector.confidence`.
        lowest_confidence: Of all its networks; 0 where one goes by its card.
        timezone: Of schedules.
        catalogue: With the site's own algorithms.
        vocabulary: Of classes.
        known: The cameras and their fences.
        log: Takes every mistake.
    """

    document: Document
    defaults: RuleDefaults
    detector_confidence: float
    lowest_confidence: float
    timezone: tzinfo
    catalogue: Catalogue
    vocabulary: Vocabulary
    known: KnownCameras
    log: FaultLog


def resolve_rules(law: Law) -> list[Rule]:
    """The rules of a site file that are right; the log tells of the others."""
    written = law.document.at(("rules",))
    rules: list[Rule] = []
    line_by_id: dict[str, int] = {}
    for i, value in enumerate(written if isinstance(written, list) else []):
        steps: Steps = ("rules", i)
        rule_id = value.get("id") if isinstance(value, dict) else None
        if isinstance(rule_id, str):
            line = law.document.line((*steps, "id"))
            if line_by_id.setdefault(rule_id, line) != line or any(rule.id == rule_id for rule in rules):
                text = f"id given twice (got {shown_value(rule_id)}, the first time in line {line_by_id[rule_id]})"
                law.log.add(law.document, (*steps, "id"), text)
        _refuse_missing_zones(value, steps, law)
        try:
            entry = RuleEntry.model_validate(value)
        except ValidationError:
            continue
        rule = _resolve_rule(entry, steps, law)
        if rule is not None:
            rules.append(rule)
    return rules


def _refuse_missing_zones(value: Value, steps: Steps, law: Law) -> None:
    """Told here and not by the model: only the catalogue knows which algorithms look at zones."""
    algorithm = value.get("algorithm") if isinstance(value, dict) else None
    if isinstance(value, dict) and value.get("zones") is None and isinstance(algorithm, str):
        known = law.catalogue.algorithms.get(AlgorithmKey(algorithm))
        if known is not None and not known.is_of_camera:
            text = f"missing (allowed: {RuleEntry.model_fields['zones'].description})"
            law.log.add(law.document, (*steps, "zones"), text)


def _resolve_rule(entry: RuleEntry, steps: Steps, law: Law) -> Rule | None:
    """The rule; None where the log tells why not."""
    n_before = len(law.log.faults)
    zones_by_camera = _zones(entry, steps, law)
    algorithm = _algorithm(entry, steps, law)
    if algorithm is None:
        return None
    rule = _Merging(entry, steps, law, algorithm).rule(zones_by_camera)
    return rule if len(law.log.faults) == n_before and zones_by_camera else None


def _zones(entry: RuleEntry, steps: Steps, law: Law) -> dict[CameraId, tuple[ZoneId, ...]]:
    known = law.catalogue.algorithms.get(AlgorithmKey(entry.algorithm))
    choice = ZoneChoice(law.document, steps, entry, law.known, law.catalogue.categories, law.log, known)
    if known is None or not known.is_of_camera:
        return choice.zones_by_camera()
    if entry.zones is not None:
        text = f"{known.key} looks at the whole camera (got {shown_value(_raw(law, steps))}, allowed: none)"
        law.log.add(law.document, (*steps, "zones"), text)
    return dict.fromkeys(choice.cameras(), ())


def _raw(law: Law, steps: Steps) -> Value:
    return law.document.at((*steps, "zones"))


def _algorithm(entry: RuleEntry, steps: Steps, law: Law) -> Algorithm | None:
    at = (*steps, "algorithm")
    algorithm = law.catalogue.algorithms.get(AlgorithmKey(entry.algorithm))
    if algorithm is None:
        hint = did_you_mean(entry.algorithm, law.catalogue.algorithms)
        law.log.add(law.document, at, f"unknown algorithm (got {shown_value(entry.algorithm)}, {hint})")
        return None
    if algorithm.condition is None:
        able = ", ".join(key for key, known in law.catalogue.algorithms.items() if known.condition is not None)
        text = f"this version cannot look for it yet (got {shown_value(entry.algorithm)}, allowed: {able})"
        law.log.add(law.document, at, text)
        return None
    return algorithm


@dataclass(frozen=True, slots=True)
class _Merging:
    """One rule: what it says, else what `defaults` say, else the catalogue."""

    entry: RuleEntry
    steps: Steps
    law: Law
    algorithm: Algorithm

    def rule(self, zones_by_camera: Mapping[CameraId, tuple[ZoneId, ...]]) -> Rule:
        entry, defaults, algorithm, general = self.entry, self.law.defaults, self.algorithm, self.algorithm.general
        include_static = self._include_static()
        min_area = self._area("min_area", entry.min_area or defaults.min_area, zones_by_camera)
        asked = self._area("max_area", entry.max_area or defaults.max_area, zones_by_camera)
        max_area = asked or PictureShare(algorithm.max_share)
        self._refuse_reversed(min_area, max_area)
        enabled = _first(entry.enabled, defaults.enabled, other=True)
        choice = ClassChoice(self.law.document, self.steps, entry, algorithm, self.law.vocabulary, self.law.log)
        classes, params = choice.classes(include_static=include_static), self._params(zones_by_camera)
        return Rule(
            id=RuleId(entry.id),
            algorithm=algorithm,
            zones_by_camera=zones_by_camera,
            classes=classes,
            dwell_ns=self._duration("dwell", entry.dwell, defaults.dwell, algorithm.dwell_ns),
            dwell_by_class_ns=choice.dwell_by_class_ns(classes),
            grace_ns=self._duration("grace", entry.grace, defaults.grace, general.grace_ns),
            clear_after_ns=self._duration(
                "clear_after", entry.clear_after, defaults.clear_after, general.clear_after_ns
            ),
            cooldown_ns=self._duration("cooldown", entry.cooldown, defaults.cooldown, general.cooldown_ns),
            remind_every_ns=self._duration(
                "remind_every", entry.remind_every, defaults.remind_every, general.remind_every_ns
            ),
            schedule=parse_schedule(entry.schedule or defaults.schedule or "always", self.law.timezone),
            severity=entry.severity or defaults.severity or algorithm.severity,
            event_per=entry.event_per or defaults.event_per or algorithm.event_per,
            confidence=self._confidence(),
            gives_confidence=self._where("confidence") != self.steps,
            min_area=min_area or PictureShare(0.0),
            min_static_area=min_area or PictureShare(general.min_static_share),
            max_area=max_area,
            include_static=include_static,
            confirm=_first(entry.confirm, defaults.confirm, other=False),
            enabled=enabled,
            params=params,
            codes=dict(entry.codes),
            place=place_of(self.law.document, self.steps),
        )

    def _where(self, key: str) -> Steps:
        """Where a key is written: in the rule, else in `defaults`, else the rule itself."""
        for steps in ((*self.steps, key), ("defaults", key)):
            if self.law.document.at(steps) is not None:
                return steps
        return self.steps

    def _fault(self, steps: Steps, text: str) -> None:
        of_rule = "" if steps[:1] == ("rules",) else f' for rule "{self.entry.id}"'
        self.law.log.add(self.law.document, steps, f"{text}{of_rule}")

    def _duration(self, key: str, own: int | None, default: int | None, catalogued: int) -> int:
        duration_ns = _first(own, default, other=catalogued)
        bound = self.algorithm.bound_by_key.get(key, Bound(0, float("inf")))
        is_never = key == "remind_every" and duration_ns == 0
        if not is_never and not bound.low <= duration_ns <= bound.high:
            got = shown_value(self._written(key))
            allowed = f"{format_duration(round(bound.low))} to {format_duration(round(bound.high))}"
            also = ", or 0s for never" if key == "remind_every" else ""
            text = f"outside the bounds of {self.algorithm.key} (got {got}, allowed: {allowed}{also})"
            self._fault(self._where(key), text)
        return duration_ns

    def _written(self, key: str) -> Value:
        return self.law.document.at(self._where(key))

    def _confidence(self) -> float:
        given = _first(self.entry.confidence, self.law.defaults.confidence, other=self.law.detector_confidence)
        bound = self.algorithm.bound_by_key.get("confidence", Bound(0, 1))
        is_written = self._where("confidence") != self.steps
        if is_written and not bound.low <= given <= bound.high:
            text = (
                f"outside the bounds of {self.algorithm.key} (got {given:g}, allowed: {bound.low:g} to {bound.high:g})"
            )
            self._fault(self._where("confidence"), text)
        elif given < self.law.lowest_confidence:
            text = f"below detector.confidence ({self.law.detector_confidence:g}), which lets nothing lower through"
            self.law.log.remark(self.law.document, self._where("confidence"), text)
        return given

    def _include_static(self) -> bool:
        given = self.entry.include_static
        use = self.algorithm.static
        steps = (*self.steps, "include_static")
        if given is True and use is StaticUse.NEVER:
            self._fault(steps, f"{self.algorithm.key} never counts things without a class (got true, allowed: false)")
        if given is False and use is StaticUse.REQUIRED:
            self._fault(steps, f"{self.algorithm.key} looks for nothing else (got false, allowed: true)")
        return use in {StaticUse.REQUIRED, StaticUse.ON} if given is None else given

    def _area(self, key: str, area: Area | None, zones_by_camera: Mapping[CameraId, tuple[ZoneId, ...]]) -> Area | None:
        if isinstance(area, GroundArea):
            self._refuse_flat(self._where(key), "square metres need", "a share of the picture", zones_by_camera)
        return area

    def _refuse_reversed(self, min_area: Area | None, max_area: Area) -> None:
        if min_area is not None and is_above(min_area, max_area):
            self._fault(self._where("min_area"), f"above max_area (got {min_area}, allowed: at most {max_area})")

    def _params(self, zones_by_camera: Mapping[CameraId, tuple[ZoneId, ...]]) -> dict[str, float]:
        params = {name: param.default for name, param in self.algorithm.params.items()}
        for name, value in self.entry.params.items():
            steps = (*self.steps, "params", name)
            known = self.algorithm.params.get(name)
            if known is None:
                hint = did_you_mean(name, self.algorithm.params)
                self._fault(steps, f"unknown param of {self.algorithm.key} (got {shown_value(name)}, {hint})")
            elif not known.bound.low <= value <= known.bound.high:
                allowed = f"{known.bound.low:g} to {known.bound.high:g}"
                self._fault(steps, f"outside its bounds (got {shown_value(value)}, allowed: {allowed})")
            params[name] = value
        for name, lacking in ON_GROUND.items():
            if params.get(name, 0) > 0:
                self._refuse_flat((*self.steps, "params", name), f"{lacking} needs", "0", zones_by_camera)
        return params

    def _refuse_flat(
        self, steps: Steps, lacking: str, allowed: str, zones_by_camera: Mapping[CameraId, tuple[ZoneId, ...]]
    ) -> None:
        """Tell which cameras have no calibration. One whose fences could not be read may well have one."""
        fences_by_camera = self.law.known.fences_by_camera
        flat = [c for c in zones_by_camera if fences_by_camera[c].geofence.ground is None]
        if flat:
            got = shown_value(self.law.document.at(steps))
            text = f"{lacking} a calibration, and these cameras have none: {', '.join(flat[:5])}"
            self._fault(steps, f"{text} (got {got}, allowed: {allowed})")


def _first(own: T | None, default: T | None, *, other: T) -> T:
    if own is not None:
        return own
    return other if default is None else default
