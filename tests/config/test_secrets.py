import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.document import shown_value
from pipeline.config.secrets import SecretUrl, expand, redact, variables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rtsp://u:p@h/1", "rtsp://***@h/1"),
        ("rtsp://u:p@ss@h/1", "rtsp://***@h/1"),
        ('rtsp://u:p a/ss"@h/1', "rtsp://***@h/1"),
        ("rtsp://h/1?user=u&password=p", "rtsp://h/1?***"),
        ("rtsp://h/1", "rtsp://h/1"),
        ("no address", "no address"),
    ],
)  # fmt: skip
def test_user_and_password_are_left_out(text: str, expected: str) -> None:
    assert redact(text) == expected


@given(st.text(st.characters(exclude_characters="@\n", codec="utf-8"), min_size=1, max_size=120))
def test_a_password_of_any_length_is_not_shown(password: str) -> None:
    shown = shown_value(f"rtsp://viewer:geheim{password}@10.0.0.8/1")

    assert "geheim" not in shown


def test_a_variable_is_replaced_once() -> None:
    assert variables("rtsp://${A}:${B_2}@h") == ("A", "B_2")
    assert expand("${A}-${B}", {"A": "${B}", "B": "x"}) == "${B}-x"
    assert str(SecretUrl("shown", "hidden")) == "shown"
    assert "hidden" not in repr(SecretUrl("shown", "hidden"))


@pytest.mark.parametrize("text", ["${", "${}", "${A", "${1A}", "${A-B}", "${A:-x}"])
def test_what_is_no_variable_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME"):
        variables(text)
