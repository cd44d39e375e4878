import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.json_lines import parse_json
from pipeline.config.json_text import json_text
from pipeline.resources import data_folder

NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda x: x == 0 or 1e-20 < abs(x) < 1e20
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | NAMES,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=60,
)


@given(VALUES)
def test_what_is_written_is_read_as_it_was(value: object) -> None:
    text = json_text(json.loads(json.dumps(value)))
    assert parse_json(text, "here").value == value
    assert text.endswith("\n")


@given(st.lists(st.lists(st.floats(0, 1), min_size=2, max_size=2), min_size=40, max_size=200))
def test_a_long_outline_fills_its_lines_and_none_is_too_long(points: list[list[float]]) -> None:
    lines = json_text(json.loads(json.dumps({"coordinates": [points]}))).splitlines()
    assert max(map(len, lines)) <= 120
    assert len(lines) < len(points) / 1.4 + 8


def test_every_outline_and_every_pair_of_points_that_fits_is_on_one_line() -> None:
    value = json.loads((data_folder("geofences") / "example-gate.geojson").read_text(encoding="utf-8"))
    lines = json_text(value).splitlines()
    assert sum('"coordinates": [[[' in line and line.endswith("]]]") for line in lines) == 3
    assert sum('{"image": [' in line and '"ground": [' in line for line in lines) == 4
