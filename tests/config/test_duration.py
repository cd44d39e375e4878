import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.duration import LONGEST_NS, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "expected_ns"),
    [
        ("0s", 0),
        ("1500ms", 1_500_000_000),
        ("90s", 90_000_000_000),
        ("0.1s", 100_000_000),
        ("1.5m", 90_000_000_000),
        ("2h", 7_200_000_000_000),
        (" 7d ", 604_800_000_000_000),
        ("0.001ms", 1_000),
    ],
)
def test_a_duration_is_exact(text: str, expected_ns: int) -> None:
    assert parse_duration(text) == expected_ns


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "5 s", "5S", "1e3s", "5s5s", "5s\n\n5", "５s", "99999d", "0.0001s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"1500ms|3660d"):
        parse_duration(text)


@given(st.integers(0, LONGEST_NS // 1000))
def test_what_is_written_is_read_back(duration_us: int) -> None:
    assert parse_duration(format_duration(duration_us * 1000)) == duration_us * 1000


@given(
    st.integers(0, 999_999_999), st.integers(0, 999), st.sampled_from([("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)])
)
def test_a_duration_is_its_number_times_its_unit(whole: int, thousandths: int, unit: tuple[str, float]) -> None:
    text = f"{whole}.{thousandths:03d}{unit[0]}"
    expected_s = (whole + thousandths / 1000) * unit[1]
    if expected_s * 1e9 <= LONGEST_NS:
        assert parse_duration(text) / 1e9 == pytest.approx(expected_s, rel=1e-12)
