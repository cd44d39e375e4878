"""What is to be tried: `dwell=30s,60s` and `confidence=0.2:0.6:0.1`, in all combinations, as rules of the site.

A value is held against the catalogue exactly as if it stood in the site file. Commas in quotes and brackets are part of
a value: `zones=[lane-1],[lane-1,lane-2]`, `schedule='07:00-09:00, 16:00-18:00',always`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from itertools import product

import yaml

from pipeline.config.document import Document, Value
from pipeline.config.duration import format_duration, parse_duration
from pipeline.config.faults import did_you_mean
from pipeline.config.load import read_document
from pipeline.config.resolved import Rule, Site
from pipeline.config.site import RuleEntry
from pipeline.config.yaml_lines import parse_yaml, read_yaml
from pipeline.errors import ConfigError, UsageError

MOST_SETTINGS = 1000
_PARAMS = "params."
_FIXED = {
    "id": "it is the name of the rule",
    "algorithm": "with another one it is another rule; write that into a site file of its own, and compare the two",
    "cameras": "each camera is tried by itself, all that have a log; --log names a folder with fewer",
    "params": "the algorithm's numbers are tried one by one, as params.NAME",
    "codes": "they change no event",
    "enabled": "a rule that is off tells nothing",
}
"""Keys of a rule that are not tried, and why."""
_AREAS = frozenset({"min_area", "max_area"})
_LISTS = frozenset({"classes", "zones"})
"""A value that is no list is a list of one."""
_BETWEEN = re.compile(r""",(?=(?:[^'"\[\]{}]|'[^']*'|"[^"]*"|\[[^\]]*\]|\{[^}]*\})*$)""")
"""A comma that stands neither in quotes nor in brackets."""
_CLOCK = "schedule"
"""Its colons are those of a clock."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One key and the values that are tried for it.

    Attributes:
        key: As in the site file; `params.NAME` for one of the algorithm's own numbers.
        values: As they are written, at least one.
    """

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One combination.

    Attributes:
        values: Key and value, as written, in the order of the sweeps.
        rule: The rule with them.
        text: The rule as it would stand in the site file, YAML.
    """

    values: tuple[tuple[str, str], ...]
    rule: Rule
    text: str

    @property
    def name(self) -> str:
        """For people."""
        return ", ".join(f"{key} {value}" for key, value in self.values) or "as written"


def parse_sweep(text: str) -> Sweep:
    """What one `--sweep` says: `KEY=VALUE,VALUE` or `KEY=FROM:TO:STEP`, both ends included.

    Raises:
        UsageError: It cannot be read; the message says what is allowed.
    """
    key, mark, values = text.partition("=")
    key, values = key.strip(), values.strip()
    if not mark or not key or not values:
        raise UsageError(f"--sweep: got {text!r}, expected KEY=VALUE,VALUE or KEY=FROM:TO:STEP such as dwell=30s,60s")
    is_range = values.count(":") == 2 and key != _CLOCK and not set(values) & set("[{'\"")
    parts = _BETWEEN.split(values)
    written = _range(text, values.split(":")) if is_range else tuple(value.strip() for value in parts)
    if not all(written):
        raise UsageError(f"--sweep: got {text!r}, expected no empty value")
    return Sweep(key, tuple(dict.fromkeys(written)))


def _range(text: str, parts: Sequence[str]) -> tuple[str, ...]:
    try:
        begin, end, step = (Decimal(part.strip()) for part in parts)
        show = _number
    except InvalidOperation:
        try:
            begin, end, step = (Decimal(parse_duration(part)) for part in parts)
        except ValueError as error:
            raise UsageError(f"--sweep: got {text!r}, expected FROM:TO:STEP of numbers or of durations") from error
        show = _duration
    is_finite = begin.is_finite() and end.is_finite() and step.is_finite()
    if not is_finite or step <= 0 or end < begin or (end - begin) / step >= MOST_SETTINGS:
        raise UsageError(f"--sweep: got {text!r}, expected FROM:TO:STEP that rises by at most {MOST_SETTINGS} steps")
    return tuple(show(begin + n * step) for n in range(int((end - begin) / step) + 1))


def _number(value: Decimal) -> str:
    return f"{value:f}"


def _duration(value: Decimal) -> str:
    return format_duration(int(value))


def settings_of(site: Site, rule_id: str, sweeps: Sequence[Sweep], environ: Mapping[str, str]) -> tuple[Setting, ...]:
    """Every combination of the values, as rules of the site.

    Args:
        site: Free of mistakes.
        rule_id: Which rule is tuned.
        sweeps: What is tried; none: the rule as it is written.
        environ: Values of the variables in the site file.

    Raises:
        UsageError: There is no such rule or key, a value is not allowed, or there are too many combinations.
    """
    base = _rule(site, rule_id)
    document = read_yaml(site.path, site.path.name)
    _refuse(sweeps, base)
    combinations = list(product(*(sweep.values for sweep in sweeps)))
    if len(combinations) > MOST_SETTINGS:
        raise UsageError(f"--sweep: {len(combinations)} combinations (expected at most {MOST_SETTINGS})")
    trial = _Trial(document, site, base, environ)
    rule_by_value = {(sweep.key, value): trial.rule([(sweep.key, value)]) for sweep in sweeps for value in sweep.values}
    keys = {sweep.key for sweep in sweeps}
    are_tied = keys >= _AREAS or bool(keys & _LISTS)
    found: list[Setting] = []
    for combination in combinations:
        values = tuple((sweep.key, value) for sweep, value in zip(sweeps, combination, strict=True))
        # A least size above the largest shows only where both are set, and what else is said hangs on the classes.
        rule = trial.rule(values) if are_tied else _merged(base, [rule_by_value[value] for value in values])
        found.append(Setting(values, rule, trial.text(values)))
    return tuple(found)


def _rule(site: Site, rule_id: str) -> Rule:
    for rule in site.rules:
        if rule.id == rule_id:
            if rule.algorithm.is_of_camera:
                raise UsageError(f"--rule: {rule_id} judges the camera itself (expected a rule about objects)")
            return rule
    hint = did_you_mean(rule_id, [rule.id for rule in site.rules])
    raise UsageError(f"--rule: unknown (got {rule_id!r}, {hint})")


def _refuse(sweeps: Sequence[Sweep], rule: Rule) -> None:
    known = set(RuleEntry.model_fields) - set(_FIXED)
    params = [f"{_PARAMS}{name}" for name in rule.algorithm.params]
    for sweep in sweeps:
        if sweep.key in _FIXED:
            raise UsageError(f"--sweep: {sweep.key} cannot be tried: {_FIXED[sweep.key]}")
        if sweep.key not in known and sweep.key not in params:
            hint = did_you_mean(sweep.key, [*known, *params])
            raise UsageError(f"--sweep: unknown key (got {sweep.key!r}, {hint})")
        if [one.key for one in sweeps].count(sweep.key) > 1:
            raise UsageError(f"--sweep: {sweep.key} is given twice (expected once, as {sweep.key}=VALUE,VALUE)")


def _merged(base: Rule, changed: Sequence[Rule]) -> Rule:
    """The base with everything in which the others differ from it; each of them was made by one key."""
    merged, params = base, dict(base.params)
    for rule in changed:
        params |= {name: value for name, value in rule.params.items() if base.params.get(name) != value}
        names = [one.name for one in fields(rule) if one.compare and one.name != "params"]
        differing = {name: getattr(rule, name) for name in names if getattr(rule, name) != getattr(base, name)}
        merged = replace(merged, **differing)
    return replace(merged, params=params)


@dataclass(frozen=True, slots=True)
class _Trial:
    """The site file with one rule changed."""

    document: Document
    site: Site
    base: Rule
    environ: Mapping[str, str]

    def rule(self, values: Sequence[tuple[str, str]]) -> Rule:
        entries, place = self._entries()
        entries[place] = self._written(values)
        whole = self.document.value
        value: Value = {**whole, "rules": entries} if isinstance(whole, dict) else whole
        draft = read_document(Document(self.document.file, value, {}), self.site.path, self.environ)
        shown = " ".join(f"{key}={value}" for key, value in values)
        if draft.faults:
            raise UsageError(f"--sweep {shown}: {draft.faults[0].text}")
        return next(rule for rule in draft.site.rules if rule.id == self.base.id)

    def text(self, values: Sequence[tuple[str, str]]) -> str:
        dumped: str = yaml.safe_dump([self._written(values)], allow_unicode=True, sort_keys=False, width=110)
        return dumped

    def _entries(self) -> tuple[list[Value], int]:
        entries = self.document.at(("rules",))
        if not isinstance(entries, list):
            raise UsageError(f"{self.site.path.name}: has no rules")
        named = [
            one for one, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("id") == self.base.id
        ]
        return list(entries), named[0]

    def _written(self, values: Sequence[tuple[str, str]]) -> dict[str, Value]:
        entries, place = self._entries()
        entry = entries[place]
        written: dict[str, Value] = dict(entry) if isinstance(entry, dict) else {}
        for key, text in values:
            value = _value(key, text)
            if key in _LISTS and isinstance(value, str):
                value = [value]
            if key.startswith(_PARAMS):
                params = written.get("params")
                written["params"] = {**(params if isinstance(params, dict) else {}), key.removeprefix(_PARAMS): value}
            else:
                written[key] = value
        return written


def _value(key: str, text: str) -> Value:
    try:
        document = parse_yaml(f"value: {text}", "--sweep")
    except ConfigError as error:
        raise UsageError(f"--sweep {key}={text}: {error.faults[0].text}") from error
    return document.at(("value",))
