import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.json_lines import parse_json
from pipeline.config.yaml_lines import parse_yaml
from pipeline.errors import ConfigError


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, "a.yaml")
    return str(caught.value)


def test_every_value_has_the_line_of_its_key() -> None:
    document = parse_yaml("a: 1\nb:\n  - x: 2\n    y: |\n      text\n  - [3,\n     4]\n", "a.yaml")

    assert document.value == {"a": 1, "b": [{"x": 2, "y": "text\n"}, [3, 4]]}
    lines = {steps: document.line(steps) for steps in [("a",), ("b",), ("b", 0), ("b", 0, "y"), ("b", 1), ("b", 1, 1)]}
    assert lines == {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 0, "y"): 4, ("b", 1): 6, ("b", 1, 1): 7}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("yes", "yes"), ("12:30", "12:30"), ("2026-01-05", "2026-01-05"), ("010", 10), ("0x1F", "0x1F"),
        ("1e3", 1000.0), ("-.5", -0.5), ("true", True), ("~", None), ("null", None), ("'1'", "1"), ('"true"', "true"),
        (".inf", float("inf")), ("1e9999", float("inf")), ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_plain_words_follow_yaml_1_2(text: str, value: object) -> None:
    document = parse_yaml(f"a: {text}\n", "a.yaml")

    assert document.value == {"a": value}
    assert isinstance(document.value, dict)
    assert type(document.value["a"]) is type(value)


def test_an_alias_stands_for_its_anchor() -> None:
    assert parse_yaml("a: &x [1, 2]\nb: *x\n", "a.yaml").value == {"a": [1, 2], "b": [1, 2]}


def test_a_bomb_of_aliases_is_refused_before_it_is_built() -> None:
    layers = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    bomb = "\n".join(["a0: &a0 [lol, lol, lol]", *layers])

    assert refused(bomb) == "a.yaml:6: aliases that stand for too many values (allowed: 200,000)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x [*x]", 'a.yaml:1: alias "x" stands for what it is a part of'),
        ("a: *x", 'a.yaml:1: alias "x" stands for nothing above it'),
        ("[" * 50, "a.yaml:1: nested too deeply (allowed: 32 levels)"),
        ("[" * 500_000, "a.yaml:1: nested too deeply (allowed: 32 levels)"),
        ("- 1\n" * 200_001, "a.yaml:200000: too many values (allowed: 200,000)"),
        ("a: !x [ls]", 'a.yaml:1: a: a tag (got "!x", allowed: none)'),
        ("a: !!python/name:os.system", 'a.yaml:1: a: a tag (got "tag:yaml.org,2002:python/name:os.system"'),
        ("a: &a {c: 1}\nb: {<<: *a}", "a.yaml:2: b: a merge key (got <<, allowed: the keys themselves, or defaults)"),
        ("a: 1\n---\nb: 2", "a.yaml:2: a second document (allowed: one a file)"),
        ("? [a]\n: 1", "a.yaml:1: the file: a key that is no short text"),
        ('a: "\\0"', "a.yaml:1: a: holds a control character (allowed: text)"),
        ("a: b: c", "a.yaml:1: not YAML: mapping values are not allowed in this context"),
        ("a: 1\n\tb: 2", "a.yaml:2: not YAML: a tab (allowed: blanks)"),
        ("a:\n  - b\n \t- c", "a.yaml:3: not YAML: a tab (allowed: blanks)"),
        ("a:\n\tb: 2", "a.yaml:2: not YAML: a tab (allowed: blanks)"),
        ("a:\n  - [${X}, b]", "a.yaml:2: not YAML: ${...} within braces or brackets needs quotes"),
        ("a: 1\na: 3\nb: 4", "a.yaml:2: a: given twice, the first time in line 1 (allowed: once)"),
    ],
)  # fmt: skip
def test_what_is_no_settings_file_is_refused(text: str, expected: str) -> None:
    assert refused(text).startswith(expected)


def test_every_doubled_key_is_told() -> None:
    assert refused("a: 1\nb: 2\na: 3\nb: 4").count("given twice") == 2


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@, \n\t?\u00e9\ud800\0~.1<"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_yaml, parse_json):
        with suppress(ConfigError):
            parse(text, "a")


TEXTS = st.text('ab\u00e9\U0001f600"\\ \n\t', max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc\u8857", max_size=4), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(json_values, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_json_reads_what_was_written(value: object, indent: int | str | None, ascii_only: bool) -> None:  # noqa: FBT001
    document = parse_json(json.dumps(value, indent=indent, ensure_ascii=ascii_only), "a.json")

    assert document.value == value


def test_json_tells_the_line_of_every_value() -> None:
    document = parse_json('{"a": 1,\n "b": [\n  {"c": NaN},\n\n  -Infinity]}\r\n', "a.json")

    assert [document.line(steps) for steps in [(), ("a",), ("b",), ("b", 0, "c"), ("b", 1)]] == [1, 1, 2, 3, 5]
