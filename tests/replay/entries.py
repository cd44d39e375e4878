"""Log entries drawn at random, of every kind."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.observation import (
    GRID_HEIGHT,
    GRID_WIDTH,
    Command,
    CommandKind,
    End,
    EndCause,
    Entry,
    Gap,
    GapCause,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Sight,
    Tick,
)

_SHARES = st.floats(0, 1, width=32)
_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
_MOMENTS = st.integers(-(2**62), 2**62).map(MediaNs)
_NUMBERS = st.floats(-1e6, 1e6)
_LOOKS = st.builds(
    Look,
    kind=st.sampled_from(LookKind),
    region=st.tuples(*[st.floats(0, 1)] * 4),
    model=st.text(max_size=12),
    input_px=st.integers(0, 4096),
    classes=st.frozensets(st.sampled_from(["car", "garbage", "manhole_damaged", "person", "垃圾"])),
)


@st.composite
def objects(draw: st.DrawFn) -> Objects:
    """Some or no objects, with long, short or no appearances."""
    n, length = draw(st.integers(0, 4)), draw(st.integers(0, 6))
    return Objects(
        xyxy=draw(arrays(np.float32, (n, 4), elements=_SHARES)),
        class_name=np.array(draw(st.lists(_NAMES, min_size=n, max_size=n)), np.str_),
        score=draw(arrays(np.float32, n, elements=_SHARES)),
        track=draw(arrays(np.int64, n, elements=st.integers(0, 2**63 - 1))),
        sight=draw(arrays(np.uint8, n, elements=st.sampled_from([sight.value for sight in Sight]))),
        appearance=draw(arrays(np.float32, (n, length), elements=st.floats(-1, 1, width=32))),
    )


def observations() -> st.SearchStrategy[Observation]:
    """With any looks at any objects, or none."""
    return st.builds(
        Observation,
        t=_MOMENTS,
        frame_size=st.tuples(st.integers(1, 8192), st.integers(1, 8192)),
        looks=st.lists(_LOOKS, max_size=3).map(tuple),
        objects=objects(),
        brightness=arrays(np.uint8, (GRID_HEIGHT, GRID_WIDTH), elements=st.integers(0, 255), fill=st.just(7)),
        health=st.builds(Health, *[_NUMBERS] * 5, view=_NAMES),
    )


def entries() -> st.SearchStrategy[Entry]:
    """Any entry of a log."""
    return st.one_of(
        observations(),
        st.builds(Tick, _MOMENTS),
        st.builds(Gap, _MOMENTS, _MOMENTS, is_open=st.booleans(), cause=st.sampled_from(GapCause)),
        st.builds(Command, _MOMENTS, st.sampled_from(CommandKind), st.text(max_size=20), _MOMENTS),
        st.builds(End, _MOMENTS, st.sampled_from(EndCause)),
    )


def logs() -> st.SearchStrategy[list[Entry]]:
    """Entries in order of time."""
    return st.lists(entries(), max_size=12).map(lambda found: sorted(found, key=lambda entry: entry.t))


def as_told(entry: Entry) -> object:
    """A value of plain parts: two entries are the same when these are equal."""
    if not isinstance(entry, Observation):
        return entry
    rows = entry.objects
    arrays_of = (rows.xyxy, rows.class_name, rows.score, rows.track, rows.sight, rows.appearance, entry.brightness)
    parts = tuple((array.shape, array.dtype.kind, array.dtype.itemsize, array.tolist()) for array in arrays_of)
    return entry.t, entry.frame_size, entry.looks, entry.health, parts
