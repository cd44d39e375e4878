"""The catalogue's algorithms as people and programs read them."""

import sys
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from pipeline.config.catalogue import Algorithm, Bound, StaticUse
from pipeline.config.duration import format_duration
from pipeline.config.ids import AlgorithmKey
from pipeline.config.vocabulary import Title
from pipeline.runtime.class_lack import ClassesByNetwork, lack_of_algorithm, networks_know, provider_of

_PIPE_WIDTH = 120
_WIDE = 100
_MEANING_BY_KEY: Mapping[str, str] = {
    "dwell": "how long the condition must hold",
    "grace": "how long the same object may be unseen",
    "clear_after": "how long it must be over before the end is told",
    "cooldown": "silence after an event",
    "remind_every": "between reminders while it is open; 0s: never",
    "confidence": "what an object's score must reach: its mean while it keeps its place, else its best",
}
_AREAS = "0 to 1, or as 0.5m2"
_STATIC: Mapping[StaticUse, str] = {
    StaticUse.REQUIRED: "It looks for nothing but things without a class.",
    StaticUse.ON: "Things without a class count too, unless a rule says include_static: false.",
    StaticUse.OFF: "Things without a class count where a rule says include_static: true.",
    StaticUse.NEVER: "",
}


def print_list(algorithms: Sequence[Algorithm], categories: Mapping[str, Title], having: ClassesByNetwork) -> None:
    """A table of those that run, one of those that do not, and one of the categories of areas."""
    # A pipe gets whole lines, however narrow rich takes it to be.
    console = Console(highlight=False) if sys.stdout.isatty() else Console(width=_PIPE_WIDTH, highlight=False)
    lack_by_key = {one.key: lack_of_algorithm(one, _brought(having)) for one in algorithms}
    able = [one for one in algorithms if one.condition is not None and not lack_by_key[one.key]]
    unable = [one for one in algorithms if one.condition is not None and lack_by_key[one.key]]
    later = [one for one in algorithms if one.condition is None]
    for title, some in (
        (f"With the networks at hand ({', '.join(having) or 'none'}) these run:", able),
        ("These need a class that none of them has:", unable),
        ("This version has no condition for these:", later),
    ):
        if some:
            console.print(title, style="bold")
            console.print(_table(some, lack_by_key, is_wide=console.width >= _WIDE))
            console.print()
    console.print(f"The `category` of a zone's area is one of {len(categories)}:", style="bold")
    console.print(_category_table(categories))
    console.print()
    console.print("`smart-alert algorithms KEY` shows one with its parameters.")


def page_of(algorithm: Algorithm, having: ClassesByNetwork, installed: ClassesByNetwork) -> Iterator[str]:
    """Lines that tell all of one algorithm."""
    number = f" (number {algorithm.number})" if algorithm.number is not None else ""
    yield f"{algorithm.key}{number}: {algorithm.title.en}, {algorithm.title.zh}"
    yield f"Raised when {algorithm.fires_when}, for {format_duration(algorithm.dwell_ns)}."
    yield f"Severity {algorithm.severity}; one event per {algorithm.event_per}; condition {_condition(algorithm)}."
    if algorithm.classes:
        yield f"Looks for {', '.join(sorted(algorithm.classes | algorithm.required))}."
    if _STATIC[algorithm.static]:
        yield _STATIC[algorithm.static]
    yield f"Needs {', '.join(algorithm.needs)}. {_standing(algorithm, having, installed)}"
    yield ""
    rows = list(_settings(algorithm))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        yield "  ".join((*(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)), row[3])).rstrip()


def as_json(algorithm: Algorithm, having: ClassesByNetwork, installed: ClassesByNetwork) -> JsonValue:
    """One algorithm for a program; durations as they are written."""
    lack = lack_of_algorithm(algorithm, _brought(having))
    bounds: dict[str, JsonValue] = {
        key: list(_shown_bound(key, bound)) for key, bound in algorithm.bound_by_key.items()
    }
    params: dict[str, JsonValue] = {
        name: {"default": one.default, "low": one.bound.low, "high": one.bound.high, "text": one.text}
        for name, one in algorithm.params.items()
    }
    return {
        "key": algorithm.key,
        "number": algorithm.number,
        "title": {"zh": algorithm.title.zh, "en": algorithm.title.en},
        "fires_when": algorithm.fires_when,
        "condition": None if algorithm.condition is None else algorithm.condition.value,
        "needs": list(algorithm.needs),
        "classes": [*sorted(algorithm.classes | algorithm.required)],
        "static": algorithm.static.value,
        "max_area": algorithm.max_share,
        "dwell": format_duration(algorithm.dwell_ns),
        "severity": algorithm.severity.value,
        "event_per": algorithm.event_per.value,
        "bounds": bounds,
        "params": params,
        "runs": algorithm.condition is not None and not lack,
        "lacks": list(lack),
        "provided_by": [name for name, known in sorted(installed.items()) if known & set(lack)],
    }


def _table(
    algorithms: Sequence[Algorithm], lack_by_key: Mapping[AlgorithmKey, Sequence[str]], *, is_wide: bool
) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("key", no_wrap=True)
    table.add_column("name", overflow="fold")
    table.add_column("dwell", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    if is_wide:
        table.add_column("condition", no_wrap=True)
    table.add_column("needs", overflow="fold")
    for one in algorithms:
        number, dwell = "" if one.number is None else str(one.number), format_duration(one.dwell_ns)
        needs = ", ".join(lack_by_key[one.key] or one.needs)
        condition = [_condition(one)] if is_wide else []
        name = f"{one.title.zh} {one.title.en}"
        table.add_row(number, one.key, name, dwell, one.severity.value, *condition, needs)
    return table


def _category_table(categories: Mapping[str, Title]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("name", overflow="fold")
    for key, title in categories.items():
        table.add_row(key, f"{title.zh} {title.en}")
    return table


def _condition(algorithm: Algorithm) -> str:
    return "none yet" if algorithm.condition is None else algorithm.condition.value


def _standing(algorithm: Algorithm, having: ClassesByNetwork, installed: ClassesByNetwork) -> str:
    if algorithm.condition is None:
        return "This version cannot look for it yet."
    lack = lack_of_algorithm(algorithm, _brought(having))
    if lack:
        return f"It does not run: {networks_know(having)} no {' or '.join(lack)} ({provider_of(lack, installed)})."
    if algorithm.classes and not algorithm.classes & _brought(having):
        return "It runs on things without a class alone: no network at hand has its classes."
    return f"It runs with the networks at hand ({', '.join(having)})."


def _settings(algorithm: Algorithm) -> Iterator[tuple[str, str, str, str]]:
    """Rows of what a rule may set: key, default, bounds, meaning."""
    general = algorithm.general
    default_by_key = {
        "dwell": algorithm.dwell_ns,
        "grace": general.grace_ns,
        "clear_after": general.clear_after_ns,
        "cooldown": general.cooldown_ns,
        "remind_every": general.remind_every_ns,
    }
    yield ("a rule's key", "default", "bounds", "meaning")
    for key, bound in algorithm.bound_by_key.items():
        default = format_duration(default_by_key[key]) if key in default_by_key else "the detector's"
        yield (key, default, " to ".join(_shown_bound(key, bound)), _MEANING_BY_KEY[key])
    if algorithm.classes or algorithm.static is not StaticUse.NEVER:
        yield (
            "min_area",
            _least_area(algorithm),
            _AREAS,
            "what an object must cover of the picture, or of calibrated ground",
        )
        yield ("max_area", f"{algorithm.max_share:g}", _AREAS, "what it may cover of it")
    for name, one in algorithm.params.items():
        yield (f"params.{name}", f"{one.default:g}", f"{one.bound.low:g} to {one.bound.high:g}", one.text)


def _least_area(algorithm: Algorithm) -> str:
    share = f"{algorithm.general.min_static_share:g}"
    if algorithm.static is StaticUse.NEVER:
        return "0"
    return share if algorithm.static is StaticUse.REQUIRED and not algorithm.classes else f"0 ({share} without a class)"


def _shown_bound(key: str, bound: Bound) -> tuple[str, str]:
    if key == "confidence":
        return f"{bound.low:g}", f"{bound.high:g}"
    return format_duration(round(bound.low)), format_duration(round(bound.high))


def _brought(having: ClassesByNetwork) -> frozenset[str]:
    return frozenset[str]().union(*having.values())
