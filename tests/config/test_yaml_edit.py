"""Values of a file are changed, and nothing else of it."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.document import Steps
from pipeline.config.yaml_edit import Scalar, edited, written
from pipeline.config.yaml_lines import parse_yaml
from pipeline.errors import UsageError

_SITE = """\
# A site.
site: {id: s, name: "站"}   # its head

rules:
  # The first rule.
  - id: fire-lane        # a name
    algorithm: fire_lane_blocked
    zones: {category: fire_lane}
    dwell: 60s           # agreed with the brigade

    # At night only?
    severity: 'critical'
    params:
      count: 2   # two
      share: 0.5
  # The second rule.
  - {id: waste, algorithm: construction_waste, zones: [lane], dwell: 5m}
  - dwell: 10s
    id: third
    params: {count: 3}
"""


@pytest.mark.parametrize(
    ("rule", "changes", "before", "after"),
    [
        pytest.param(0, {("dwell",): "30s"}, "dwell: 60s  ", "dwell: 30s  ", id="a value"),
        pytest.param(0, {("severity",): "minor"}, "'critical'", "minor", id="a quoted value"),
        pytest.param(0, {("params", "count"): 3}, "count: 2   # two", "count: 3   # two", id="a param"),
        pytest.param(
            0, {("grace",): "9s"}, "share: 0.5\n", "share: 0.5\n    grace: 9s\n", id="a new key after the last one"
        ),
        pytest.param(
            0, {("params", "x"): 1.5}, "share: 0.5\n", "share: 0.5\n      x: 1.5\n", id="a new param among the others"
        ),
        pytest.param(
            0,
            {("schedule",): "Mon-Fri 07:00-09:00, 16:30-18:30"},
            "share: 0.5\n",
            'share: 0.5\n    schedule: "Mon-Fri 07:00-09:00, 16:30-18:30"\n',
            id="a text that needs quotes",
        ),
        pytest.param(1, {("dwell",): "6m"}, "dwell: 5m}", "dwell: 6m}", id="within braces"),
        pytest.param(1, {("grace",): "1s"}, "dwell: 5m}", "dwell: 5m, grace: 1s}", id="a new key within braces"),
        pytest.param(1, {("params", "count"): 4}, "dwell: 5m}", "dwell: 5m, params: {count: 4}}", id="the first param"),
        pytest.param(1, {("dwell",): None}, ", dwell: 5m}", "}", id="taken away within braces"),
        pytest.param(1, {("id",): None}, "{id: waste, algo", "{algo", id="the first taken away within braces"),
        pytest.param(
            0, {("dwell",): None}, "    dwell: 60s           # agreed with the brigade\n", "", id="its line goes"
        ),
        pytest.param(0, {("params", "count"): None}, "      count: 2   # two\n", "", id="a param is taken away"),
        pytest.param(2, {("dwell",): None}, "- dwell: 10s\n    id", "- id", id="the key beside the dash"),
        pytest.param(2, {("params", "count"): None}, "    params: {count: 3}\n", "", id="the last param takes all"),
        pytest.param(0, {("gone",): None}, "", "", id="what is not there needs no taking away"),
    ],
)
def test_a_change_touches_nothing_else(rule: int, changes: dict[Steps, Scalar | None], before: str, after: str) -> None:
    assert edited(_SITE, "s", ("rules", rule), changes) == _SITE.replace(before, after, 1)


def test_line_ends_of_another_system_stay() -> None:
    text = _SITE.replace("\n", "\r\n")
    changed = edited(text, "s", ("rules", 0), {("grace",): "9s", ("dwell",): "30s"})
    assert changed.replace("\r\n", "\n") == edited(_SITE, "s", ("rules", 0), {("grace",): "9s", ("dwell",): "30s"})
    assert "\n" not in changed.replace("\r\n", "")


def test_a_file_without_a_last_line_feed_gets_a_line() -> None:
    assert edited("rules:\n  - id: a", "s", ("rules", 0), {("dwell",): "1s"}) == "rules:\n  - id: a\n    dwell: 1s"


def test_a_value_that_is_not_there_is_given() -> None:
    text = "rules:\n- id: a\n  dwell:   # later\n  grace: 1s\n"
    assert edited(text, "s", ("rules", 0), {("dwell",): "1s"}) == text.replace("dwell:   #", "dwell: 1s   #", 1)


def test_an_alias_is_replaced_and_its_anchor_stays() -> None:
    text = "a: &long 60s\nrules:\n- id: a\n  dwell: *long\n  grace: *long\n"
    assert edited(text, "s", ("rules", 0), {("dwell",): "1s"}) == text.replace("dwell: *long", "dwell: 1s")


def test_an_anchor_that_others_stand_on_is_not_changed_under_them() -> None:
    text = "rules:\n- id: a\n  dwell: &long 60s\n- id: b\n  dwell: *long\n"
    with pytest.raises(UsageError, match="by hand"):
        edited(text, "site.yaml", ("rules", 0), {("dwell",): "1s"})


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(UsageError, match=r"site\.yaml: rules\[4\]: cannot be changed"):
        edited(_SITE, "site.yaml", ("rules", 4), {("dwell",): "1s"})


_KEYS = ("dwell", "grace", "schedule", "confidence", "confirm", "severity")
_VALUES = st.one_of(
    st.booleans(),
    st.integers(-5, 5000),
    st.floats(0, 1, allow_nan=False).map(lambda share: round(share, 6)),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
    st.sampled_from(["null", "true", "60s", "1e3", "- a", "#x", "a: b", "a #b", "*x", "&y", "", "~", "no", "12:30"]),
)


@given(_VALUES)
def test_what_is_written_is_read_back(value: Scalar) -> None:
    text = written(value)
    assert parse_yaml(f"v: {text}", "").at(("v",)) == value
    assert parse_yaml(f"{{v: {text}, w: [{text}]}}", "").at(("w",)) == [value]


@given(
    st.dictionaries(st.sampled_from(_KEYS), _VALUES, min_size=1),
    st.dictionaries(st.sampled_from(_KEYS), st.one_of(st.none(), _VALUES), min_size=1),
    st.sampled_from([True, False, None]),
)
def test_any_change_gives_just_the_values_that_were_asked_for(
    before: dict[str, Scalar],
    changes: dict[str, Scalar | None],
    flow: bool | None,  # noqa: FBT001  # drawn
) -> None:
    rule = {"id": "r", **before}
    text = yaml.safe_dump({"rules": [{"id": "q"}, rule, {"id": "s"}]}, default_flow_style=flow, sort_keys=False)
    changed = edited(text, "s", ("rules", 1), {(key,): value for key, value in changes.items()})
    merged = {**parse_rule(text), **changes}
    assert parse_rule(changed) == {key: value for key, value in merged.items() if value is not None}


def parse_rule(text: str) -> dict[str, object]:
    found = parse_yaml(text, "s").at(("rules", 1))
    return dict(found) if isinstance(found, dict) else {}
