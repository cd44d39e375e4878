"""The routing table as it is written: the example, and every mistake at its line and key."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.dispatch.routing import Matter, addressed
from pipeline.dispatch.routing_file import load_routing
from pipeline.errors import ConfigError
from pipeline.resources import data_folder
from tests.dispatch.samples import SHANGHAI, office

EXAMPLE = data_folder("configs") / "routing-example.yaml"
ENVIRON = {
    "NOTIFY_CENTRE": "wecombot://abcdefghijklmnopqrstuvwxyz",
    "NOTIFY_DUTY": "dingtalk://secret@abcdefghijkl/13800000000",
    "NOTIFY_PROPERTY": "mailto://user:geheim@example.com",
} | {f"NOTIFY_SQUAD_{n}": "feishu://abcdefghijklmnop" for n in range(1, 7)}
DEADLINES = "deadlines:\n" + "".join(
    f"  {severity}: {{acknowledge: 5m, dispose: 1h, remind_every: 10m, escalate_every: 1h}}\n"
    for severity in ("info", "minor", "major", "critical")
)
NOON = office().now_ns


def load(tmp_path: Path, text: str) -> list[str]:
    """The mistakes of a table."""
    path = tmp_path / "routing.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_routing(path, SHANGHAI, {"SET": "json://host/x", "BAD": "geheim://x"})
    return [str(fault).replace(str(path), "routing.yaml") for fault in caught.value.faults]


def test_the_example_has_54_cells_each_with_an_officer_and_a_property_manager() -> None:
    table = load_routing(EXAMPLE, SHANGHAI, ENVIRON)
    assert len(table.cell_by_id) == 54
    assert {cell.officer for cell in table.cell_by_id.values()} == {f"squad-{n}" for n in range(1, 7)}
    assert {cell.manager for cell in table.cell_by_id.values()} == {f"property-{n}" for n in range(1, 10)}
    assert table.deadlines("critical").dispose == timedelta(minutes=30)
    assert table.deadlines("never heard of") == table.deadlines("critical")


@pytest.mark.parametrize(
    ("category", "algorithm", "severity", "source", "responsible"),
    [
        ("sidewalk", "street_vendor", "minor", "rule", "squad-3"),
        ("waste_point", "bin_overflow", "minor", "rule", "property-5"),
        ("fire_lane", "fire_lane_blocked", "critical", "rule", "squad-3"),
        ("", "camera_fault", "major", "health", "maintenance"),
    ],
)
def test_the_example_routes(category: str, algorithm: str, severity: str, source: str, responsible: str) -> None:
    table = load_routing(EXAMPLE, SHANGHAI, ENVIRON)
    matter = Matter("gate", "lane", "LZ-0305", category, "", algorithm, severity, source)
    assert addressed(table, matter, NOON).responsible == responsible


def test_a_table_shows_no_address() -> None:
    table = load_routing(EXAMPLE, SHANGHAI, ENVIRON)
    shown = repr(table) + "".join(f"{one!r}{one.channels}" for one in table.contact_by_id.values())
    assert "geheim" not in shown
    assert "abcdefghij" not in shown


NO_ADDRESS = "no address that Apprise knows (allowed: such as wecombot://..., mailto://..., json://...)"
FIRST = """\
contacts:
  a: {name: A, notify: ['${UNSET}', '${BAD}', 'geheim', '${SET}']}
fallback: a
"""
SECOND = """\
contacts:
  alpha: {name: A, deputy: beta}
grid:
  X: {name: x, officer: alhpa}
routes:
  - {category: [fire_lan], responsible: $officer, tell: [nobody]}
  - {grid: [X]}
fallback: alpha
escalation: [gamma]
"""
THIRD = """\
contacts:
  a: {name: A, on_duty: sometimes}
falback: a
"""


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            FIRST,
            [
                "2: contacts.a.notify[0]: ${UNSET} is not set (allowed: set it in the environment)",
                f"2: contacts.a.notify[1]: {NO_ADDRESS}",
                f"2: contacts.a.notify[2]: {NO_ADDRESS}",
            ],
        ),
        (
            SECOND,
            [
                '2: contacts.alpha.deputy: no such contact (got "beta", allowed: alpha)',
                '4: grid.X.officer: no such contact (got "alhpa", did you mean "alpha"?)',
                '6: routes[0].category[0]: unknown (got "fire_lan", did you mean "fire_lane"?)',
                '6: routes[0].tell[0]: no such contact (got "nobody", allowed: alpha)',
                "7: routes[1]: names nobody (allowed: responsible, tell or both)",
                '9: escalation[0]: no such contact (got "gamma", allowed: alpha)',
            ],
        ),
        (
            THIRD,
            [
                "1: fallback: missing (allowed: the contact that is responsible where nobody else is)",
                '2: contacts.a.on_duty: no schedule (got "sometimes"',
                '3: falback: unknown key (got "falback", did you mean "fallback"?)',
            ],
        ),
    ],
)
def test_every_mistake_is_told_at_its_line(tmp_path: Path, text: str, faults: list[str]) -> None:
    told = load(tmp_path, text + DEADLINES)
    assert len(told) == len(faults), told
    assert [
        got for got, expected in zip(told, faults, strict=True) if not got.startswith(f"routing.yaml:{expected}")
    ] == []
    assert "geheim" not in "".join(told)
