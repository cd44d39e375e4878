"""The classes that a rule looks for, and what it says of some of them apart."""

from dataclasses import dataclass

from pipeline.config.catalogue import Algorithm, Bound, Condition
from pipeline.config.document import Document, Steps, shown_value
from pipeline.config.duration import format_duration
from pipeline.config.faults import FaultLog
from pipeline.config.site import RuleEntry
from pipeline.config.vocabulary import UnknownNameError, Vocabulary
from pipeline.observation import REMOVED_OBJECT, STATIC_OBJECT

_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """One rule's choice being read."""

    document: Document
    steps: Steps
    entry: RuleEntry
    algorithm: Algorithm
    vocabulary: Vocabulary
    log: FaultLog

    def classes(self, *, include_static: bool) -> frozenset[str]:
        """Every class that may take part, groups written out; what cannot be meant is in the log."""
        algorithm = self.algorithm
        named = algorithm.classes if self.entry.classes is None else self._named_classes(self.entry.classes)
        if self.entry.classes is not None and not algorithm.classes:
            text = f"{algorithm.key} looks at no class (got {shown_value(list(self.entry.classes))}, allowed: none)"
            self._fault((*self.steps, "classes"), text)
        with_static = frozenset({STATIC_OBJECT}) if include_static else frozenset()
        return (named - {STATIC_OBJECT}) | algorithm.required | with_static

    def dwell_by_class_ns(self, classes: frozenset[str]) -> dict[str, int]:
        """The dwells that differ, by class; what is said of a class goes before what is said of its group.

        Args:
            classes: Of the rule.
        """
        of_group: dict[str, int] = {}
        of_class: dict[str, int] = {}
        for name, duration_ns in self.entry.dwell_by_class.items():
            steps = (*self.steps, "dwell_by_class", name)
            meant = self._expanded(steps, name)
            if meant and not meant & classes:
                looked_for = ", ".join(sorted(classes - {STATIC_OBJECT})[:_MOST_NAMED]) or "none"
                self._fault(steps, f"the rule does not look for it (got {shown_value(name)}, allowed: {looked_for})")
            elif meant and not meant & self._dwelling(classes):
                dwelling = ", ".join(sorted(self._dwelling(classes))[:_MOST_NAMED]) or "none"
                text = f"the dwell is not that of such things (got {shown_value(name)}, allowed: {dwelling})"
                self._fault(steps, text)
            self._hold_to_bounds(steps, duration_ns)
            (of_class if len(meant) == 1 else of_group).update(dict.fromkeys(meant & classes, duration_ns))
        if self.entry.dwell_by_class and (self.algorithm.condition is Condition.COVERAGE or self._is_of_several()):
            text = "all classes together have one dwell (allowed: dwell; or count: 1)"
            self._fault((*self.steps, "dwell_by_class"), text)
        return {**of_group, **of_class}

    def _dwelling(self, classes: frozenset[str]) -> frozenset[str]:
        """Those whose stay is timed: of a vendor with a stall the vendor, of a dog without its owner the dog."""
        people = self.vocabulary.expand(["person"])
        if self.algorithm.condition is Condition.GROUP:
            return classes & people
        if self.algorithm.condition is Condition.UNACCOMPANIED:
            return classes - people
        return classes - {STATIC_OBJECT} if self.algorithm.condition is Condition.ABSENCE else classes

    def _is_of_several(self) -> bool:
        count = self.algorithm.params.get("count")
        return count is not None and self.entry.params.get("count", count.default) > 1

    def _hold_to_bounds(self, steps: Steps, duration_ns: int) -> None:
        bound = self.algorithm.bound_by_key.get("dwell", Bound(0, float("inf")))
        if not bound.low <= duration_ns <= bound.high:
            allowed = f"{format_duration(round(bound.low))} to {format_duration(round(bound.high))}"
            got = shown_value(self.document.at(steps))
            self._fault(steps, f"outside the bounds of {self.algorithm.key} (got {got}, allowed: {allowed})")

    def _named_classes(self, names: list[str]) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for i, name in enumerate(names):
            steps = (*self.steps, "classes", i)
            classes = self._expanded(steps, name)
            if classes & {STATIC_OBJECT, REMOVED_OBJECT}:
                self._fault(steps, "static objects are no class of a rule (allowed: include_static: true)")
            found |= classes
        return found

    def _expanded(self, steps: Steps, name: str) -> frozenset[str]:
        """The classes that a name means; none, and a fault, where it is unknown."""
        try:
            return self.vocabulary.expand([name])
        except UnknownNameError as error:
            hint = f'did you mean "{error.suggestion}"?' if error.suggestion else "see configs/vocabulary.yaml"
            self._fault(steps, f"unknown class (got {shown_value(name)}, {hint})")
            return frozenset()

    def _fault(self, steps: Steps, text: str) -> None:
        self.log.add(self.document, steps, text)
