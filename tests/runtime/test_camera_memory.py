"""What the eyes of a camera remember, in a file that is whole or refused."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import StateError
from pipeline.observation import CameraId
from pipeline.runtime.camera_memory import read_memory, write_memory

GATE = CameraId("gate")
_QUICK = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_QUICK
@given(st.lists(st.dictionaries(st.text(max_size=8), st.binary(max_size=200), max_size=4), min_size=1, max_size=3))
def test_what_was_written_last_is_read_back(tmp_path: Path, written: list[dict[str, bytes]]) -> None:
    for parts in written:
        write_memory(tmp_path / "memory" / "gate", GATE, parts)
    assert read_memory(tmp_path / "memory" / "gate", GATE) == written[-1]
    assert [path.name for path in (tmp_path / "memory").iterdir()] == ["gate"]


def test_a_camera_that_has_no_file_remembers_nothing(tmp_path: Path) -> None:
    assert read_memory(tmp_path / "gate", GATE) == {}


def test_damage_at_any_byte_and_a_cut_at_any_place_are_found(tmp_path: Path) -> None:
    path = tmp_path / "gate"
    write_memory(path, GATE, {"eyes": b"0123456789" * 3, "watch": b"\0" * 10})
    content = path.read_bytes()
    for place in range(len(content)):
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]):
            path.write_bytes(damaged)
            with pytest.raises(StateError, match=r"^[^\n]*what camera gate remembered is damaged [^\n]*afresh$"):
                read_memory(path, GATE)


def test_what_another_camera_remembers_is_refused(tmp_path: Path) -> None:
    write_memory(tmp_path / "gate", CameraId("yard"), {"eyes": b"1"})
    with pytest.raises(StateError, match="it is of camera yard"):
        read_memory(tmp_path / "gate", GATE)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "memory").write_text("a file in its place")
    with pytest.raises(StateError, match=r"^[^\n]*cannot be written: [^\n]*$"):
        write_memory(tmp_path / "memory" / "gate", GATE, {})
