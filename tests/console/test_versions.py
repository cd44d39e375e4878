"""Earlier versions of a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.console.versions import MOST_KEPT, ConflictError, Versions, Writing, fingerprint
from pipeline.errors import UsageError

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


def kept(tmp_path: Path, content: bytes = b"one") -> Versions:
    file = tmp_path / "site.yaml"
    file.write_bytes(content)
    file.chmod(0o640)
    return Versions(file, tmp_path / "versions")


def write(versions: Versions, content: bytes, by: str = "li", n: int = 0) -> None:
    expected = fingerprint(versions.read())
    versions.replace(content, expected, Writing(by, "why", NOW + timedelta(minutes=n)))


def test_what_was_there_before_the_first_change_is_kept_too(tmp_path: Path) -> None:
    versions = kept(tmp_path)
    write(versions, b"two")
    assert versions.file.read_bytes() == b"two"
    assert versions.file.stat().st_mode & 0o777 == 0o640
    assert [(one.number, one.by, one.why) for one in versions.listed()] == [(2, "li", "why"), (1, "", "")]
    assert [versions.content(number) for number in (1, 2)] == [b"one", b"two"]


def test_what_was_changed_by_other_means_between_two_changes_is_kept(tmp_path: Path) -> None:
    versions = kept(tmp_path)
    write(versions, b"two")
    versions.file.write_bytes(b"by hand")
    write(versions, b"three", "wang")
    assert [(one.by, versions.content(one.number)) for one in versions.listed()] == [
        ("wang", b"three"),
        ("", b"by hand"),
        ("li", b"two"),
        ("", b"one"),
    ]


def test_who_saves_what_he_has_not_seen_is_refused_and_told_of_what_came_between(tmp_path: Path) -> None:
    versions = kept(tmp_path)
    seen = fingerprint(versions.read())
    write(versions, b"two")
    with pytest.raises(ConflictError, match=r"site\.yaml: was changed meanwhile") as refused:
        versions.replace(b"mine", seen, Writing("wang", "", NOW))
    assert versions.file.read_bytes() == b"two"
    assert [one.by for one in refused.value.since] == ["li"]


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    versions = kept(tmp_path)
    for n in range(MOST_KEPT + 5):
        write(versions, f"{n}".encode(), n=n)
    numbers = [one.number for one in versions.listed()]
    assert numbers == list(range(MOST_KEPT + 6, 6, -1))
    with pytest.raises(UsageError, match="version 1 is not kept"):
        versions.content(1)


def test_a_link_stays_one(tmp_path: Path) -> None:
    versions = kept(tmp_path)
    link = tmp_path / "link.yaml"
    link.symlink_to(versions.file)
    write(Versions(link, tmp_path / "versions"), b"two")
    assert link.is_symlink()
    assert versions.file.read_bytes() == b"two"
