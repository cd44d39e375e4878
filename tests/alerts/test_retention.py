"""What evidence goes, and what stays."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts.retention import DiskShelf, KeptEvent, Swept, sweep

HOUR_NS = 3600 * 1_000_000_000
NOW = 1000 * HOUR_NS


class Table:
    """A shelf in memory."""

    def __init__(self, *events: KeptEvent) -> None:
        self.kept = {one.event: one for one in events}

    def events(self) -> list[KeptEvent]:
        return list(self.kept.values())

    def remove(self, event: str) -> None:
        del self.kept[event]


def kept(event: str, age_h: float, n_bytes: int = 10) -> KeptEvent:
    return KeptEvent(event, n_bytes, NOW - round(age_h * HOUR_NS))


def test_what_is_too_old_goes_but_for_open_events() -> None:
    shelf = Table(kept("new", 1), kept("old", 49), kept("open", 49))
    assert sweep(shelf, 48 * HOUR_NS, 10**9, NOW, {"open"}) == Swept(1, 10, 20)
    assert set(shelf.kept) == {"new", "open"}


def test_the_oldest_goes_where_there_is_too_much() -> None:
    shelf = Table(kept("a", 1), kept("b", 3), kept("c", 2), kept("d", 4))
    assert sweep(shelf, 48 * HOUR_NS, 25, NOW, {"d"}) == Swept(2, 20, 20)
    assert set(shelf.kept) == {"a", "d"}


@given(
    events=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 50), st.booleans()), max_size=20),
    keep_h=st.integers(1, 60),
    max_bytes=st.integers(0, 500),
)
def test_nothing_stays_too_long_nothing_open_goes_and_no_more_goes_than_must(
    events: list[tuple[int, int, bool]], keep_h: int, max_bytes: int
) -> None:
    shelf = Table(*(kept(str(n), age_h, n_bytes) for n, (age_h, n_bytes, _) in enumerate(events)))
    is_open = {str(n) for n, (_, _, is_open) in enumerate(events) if is_open}
    before = dict(shelf.kept)
    swept = sweep(shelf, keep_h * HOUR_NS, max_bytes, NOW, is_open)
    gone = before.keys() - shelf.kept.keys()
    assert not gone & is_open
    assert swept == Swept(
        len(gone), sum(before[one].n_bytes for one in gone), sum(one.n_bytes for one in shelf.kept.values())
    )
    closed = [one for one in shelf.kept.values() if one.event not in is_open]
    assert all(NOW - one.changed_ns <= keep_h * HOUR_NS for one in closed)
    assert not closed or swept.kept_bytes <= max_bytes
    young = [before[one] for one in gone if NOW - before[one].changed_ns <= keep_h * HOUR_NS]
    if young:
        last = max(young, key=lambda one: (one.changed_ns, one.event))
        assert swept.kept_bytes + last.n_bytes > max_bytes


def test_on_disk_an_event_is_its_folder_and_goes_whole(tmp_path: Path) -> None:
    for event, age_h in (("old", 50), ("new", 1)):
        folder = tmp_path / event
        folder.mkdir()
        for name, n_bytes in (("snapshot.jpg", 100), ("clip.mp4", 900)):
            (folder / name).write_bytes(bytes(n_bytes))
            os.utime(folder / name, ns=(NOW - age_h * HOUR_NS, NOW - age_h * HOUR_NS))
    shelf = DiskShelf(tmp_path)
    assert list(shelf.events()) == [kept("new", 1, 1000), kept("old", 50, 1000)]
    assert sweep(shelf, 48 * HOUR_NS, 10**9, NOW, ()) == Swept(1, 1000, 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    shelf.remove("gone already")
