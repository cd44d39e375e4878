"""How long a camera was seen, from its log."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.observation import CameraId, Entry, Gap, GapCause, MediaNs, Tick, nanoseconds
from pipeline.replay.live_log import LiveLog
from pipeline.replay.log import LogWriter
from pipeline.replay.uptime import Blind, Piece, PieceMemory, Uptime, read_piece, uptime_of

CAMERA = CameraId("gate")
START_S = 1_700_000_000 // 3600 * 3600


def at(t_s: float) -> MediaNs:
    return MediaNs(START_S * 10**9 + nanoseconds(t_s))


def gap(since_s: float, until_s: float, cause: GapCause = GapCause.NO_SIGNAL) -> Iterator[Gap]:
    """Sent as it opens, on every tick, and as it closes."""
    for t_s in range(int(since_s), int(until_s), 2):
        yield Gap(at(t_s), at(since_s), is_open=True, cause=cause)
    yield Gap(at(until_s), at(since_s), is_open=False, cause=cause)


def ticks(since_s: float, until_s: float) -> Iterator[Tick]:
    return (Tick(at(t_s)) for t_s in range(int(since_s), int(until_s), 2))


def written(path: Path, entries: Sequence[Entry]) -> Path:
    with LogWriter(path, CAMERA) as log:
        for entry in entries:
            log.append(entry)
    return path


def seen(pieces: Sequence[Piece], since_s: float = 0, until_s: float = 10_000) -> Uptime:
    return uptime_of(CAMERA, pieces, at(since_s), at(until_s))


def blind(since_s: float, until_s: float, cause: GapCause = GapCause.FROZEN) -> Blind:
    return Blind(at(since_s), at(until_s), cause.value)


def test_a_gap_is_counted_once_however_often_it_was_told(tmp_path: Path) -> None:
    entries: list[Entry] = [
        *ticks(0, 100),
        *gap(100, 150),
        *ticks(152, 200),
        *gap(200, 230, GapCause.COVERED),
        Tick(at(400)),
    ]
    piece = read_piece(written(tmp_path / "log.parquet", entries))
    found = seen([piece])
    assert (found.watched_ns, found.blind_ns, found.spells) == (nanoseconds(400), nanoseconds(80), 2)
    assert found.blind_by_cause_ns == {"covered": nanoseconds(30), "no_signal": nanoseconds(50)}
    assert found.share == 0.8


def test_when_the_pipeline_was_not_there_counts_for_and_against_nobody() -> None:
    pieces = [
        Piece(at(0), at(1000), (blind(900, 1000),)),
        Piece(at(3000), at(4000), (blind(1000, 3000, GapCause.NOT_WATCHED),)),
        Piece(at(8000), at(9000), ()),
    ]
    found = seen(pieces)
    assert (found.watched_ns, found.blind_ns) == (nanoseconds(3000), nanoseconds(100))
    assert seen([]).share is None


def test_only_what_lies_in_the_stretch_counts() -> None:
    pieces = [Piece(at(0), at(3598), (blind(100, 3598),)), Piece(at(3600), at(7000), (blind(100, 3700),))]
    found = seen(pieces, 3500, 4000)
    assert (found.watched_ns, found.blind_ns, found.spells) == (nanoseconds(500), nanoseconds(200), 1)


def test_what_was_read_is_kept_and_only_what_grew_is_read_again(tmp_path: Path) -> None:
    folder, memory = tmp_path / "gate", PieceMemory(tmp_path / "uptime.sqlite")
    log = LiveLog(tmp_path, CAMERA, nanoseconds(10**6))
    entries: list[Entry] = [*ticks(0, 3600), *gap(3600, 3700)]
    for entry in entries:
        log.append(entry)
    log.flush()
    files = list(folder.rglob("*Z*"))
    assert len(files) == 2
    assert memory.pieces(CAMERA, folder, at(0), iter([True])) is None
    first = memory.pieces(CAMERA, folder, at(0), iter([True]))
    assert first is not None
    assert memory.pieces(CAMERA, folder, at(0), iter([])) == first
    assert seen(first).blind_ns == nanoseconds(100)
    for entry in gap(3600, 3800):
        if entry.t > at(3700):
            log.append(entry)
    log.close(pack=False)
    assert memory.pieces(CAMERA, folder, at(0), iter([])) is None
    later = memory.pieces(CAMERA, folder, at(0), iter([True]))
    assert later is not None
    assert seen(later).blind_ns == nanoseconds(200)
    assert memory.pieces(CAMERA, folder, at(3650), repeat(True)) == later[1:]


def test_a_damaged_piece_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_bytes(b"PAR1 and no more")
    assert seen([read_piece(path)]).watched_ns == 0


_SPANS = st.tuples(st.integers(0, 300), st.integers(1, 60)).map(lambda one: (one[0], one[0] + one[1]))


@given(st.lists(_SPANS, max_size=6), st.lists(_SPANS, max_size=3), _SPANS)
def test_it_is_what_counting_second_by_second_gives(
    spells: list[tuple[int, int]], absences: list[tuple[int, int]], stretch: tuple[int, int]
) -> None:
    told = [blind(*one) for one in spells] + [blind(*one, GapCause.NOT_WATCHED) for one in absences]
    found = seen([Piece(at(0), at(400), tuple(told))], *stretch)

    def lies_in(t_s: int, spans: list[tuple[int, int]]) -> bool:
        return any(since <= t_s < until for since, until in spans)

    watched = [t_s for t_s in range(*stretch) if t_s < 400 and not lies_in(t_s, absences)]
    assert found.watched_ns == nanoseconds(len(watched))
    assert found.blind_ns == nanoseconds(sum(lies_in(t_s, spells) for t_s in watched))
