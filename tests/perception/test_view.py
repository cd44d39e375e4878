"""A view and the lights in which it is known."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.observation import MediaNs, nanoseconds
from pipeline.perception.displacement import displacement, moved
from pipeline.perception.view import Match, View, ViewMemory
from pipeline.perception.view_appearance import Appearance
from pipeline.perception.view_field import (
    FIELD_HEIGHT,
    FIELD_WIDTH,
    Field,
    agreement,
    energy,
    field_of,
    packed,
    reduced,
    unchanged,
    unpacked,
)
from tests.perception.camera_scenes import through_the_window
from tests.perception.street import ground, put

Change = Callable[[Field], Field]


def field(*things: tuple[float, float, float, float], seed: int = 1, dx: float = 0.0, zoom: float = 1.0) -> Field:
    """Of a drawn street with things in it, as a camera sees it that was moved."""
    scene = ground(seed, 400, 226)
    for number, box in enumerate(things):
        scene = put(scene, box, 20 + number, (60, 60, 160))
    picture = through_the_window(np.clip(scene, 0, 255).astype(np.uint8), dx=dx, zoom=zoom)
    return field_of(reduced(np.ascontiguousarray(picture[..., 1])))


PARKED = (0.3, 0.4, 0.6, 0.8)


def watched(view: View, fields: Iterable[Field], every_s: float = 5.0, start_s: float = 0.0) -> list[Match]:
    return [view.match(one, energy(one), MediaNs(nanoseconds(start_s + n * every_s))) for n, one in enumerate(fields)]


def mature() -> View:
    """Known for some minutes."""
    view = View(ViewMemory())
    watched(view, [field()] * 40, every_s=10)
    return view


def likeness(a: Field, b: Field) -> float:
    return agreement(a, b, energy(a), energy(b)).share(0.5)


class TestFields:
    @given(values=arrays(np.float32, (FIELD_HEIGHT, FIELD_WIDTH, 2), elements=st.floats(-100, 100, width=32)))
    @settings(deadline=None, max_examples=30)
    def test_a_packed_field_is_kept_to_a_few_per_cent(self, values: Field) -> None:
        error = np.abs(unpacked(packed(values)) - values)
        assert bool((error <= 0.04 + 0.1 * np.abs(values)).all())

    def test_what_was_packed_twice_is_the_same(self) -> None:
        once = packed(field())
        assert packed(unpacked(once)) == once

    @pytest.mark.parametrize("damaged", [b"", b"\x00", packed(field())[:-9]])
    def test_a_damaged_field_is_refused(self, damaged: bytes) -> None:
        with pytest.raises(ValueError, match=r"field|buffer|array"):
            unpacked(damaged)

    def test_light_and_contrast_change_nothing(self) -> None:
        seen = field()
        assert likeness(seen, np.asarray(0.3 * seen, np.float32)) == 1.0

    def test_only_where_something_came_has_it_changed(self) -> None:
        same = unchanged(field(), field(PARKED))[..., 0]
        assert same[60, 70] == 0
        assert float(same[:, 120:].mean()) == 1.0


class TestDisplacement:
    @given(dx=st.floats(-0.1, 0.1), zoom=st.floats(0.92, 1.1))
    @settings(deadline=None, max_examples=25)
    def test_it_is_found_and_undone(self, dx: float, zoom: float) -> None:
        before, after = field(), field(dx=dx, zoom=zoom)
        found = displacement(before, after)
        assert found is not None
        assert likeness(moved(before, found), after) > 0.7
        assert found.similarity[:, :2] == pytest.approx(np.eye(2) * zoom, abs=0.03)
        middle = found.similarity @ (FIELD_WIDTH / 2, FIELD_HEIGHT / 2, 1)
        assert middle == pytest.approx((FIELD_WIDTH * (0.5 + dx), FIELD_HEIGHT / 2), abs=2)
        back = found.undone().similarity @ (*middle, 1)
        assert back == pytest.approx((FIELD_WIDTH / 2, FIELD_HEIGHT / 2), abs=1e-6)

    def test_none_is_found_between_different_scenes(self) -> None:
        assert displacement(field(), field(seed=9)[:, ::-1].copy()) is None


class TestLearning:
    def test_a_view_says_nothing_before_it_is_known(self) -> None:
        view = View(ViewMemory())
        assert set(watched(view, [field(), field(seed=5), field(seed=6)])) == {Match.UNKNOWN}
        assert not view.is_learned

    def test_what_stood_there_while_it_was_learned_is_forgotten(self) -> None:
        view = View(ViewMemory())
        watched(view, [field(PARKED)] * 6)
        watched(view, [field()] * 12, start_s=30)
        [known] = view.memory.appearances
        assert likeness(unpacked(known.packed), field()) > 0.95

    def test_what_passes_never_becomes_a_part_of_it(self) -> None:
        view = View(ViewMemory())
        watched(view, [field()] * 6)
        passing = [field((x, 0.4, x + 0.3, 0.8)) for x in (0.0, 0.2, 0.4, 0.6)]
        watched(view, passing * 10, every_s=12, start_s=30)
        [known] = view.memory.appearances
        assert likeness(unpacked(known.packed), field()) > 0.95

    def test_a_light_that_stays_is_remembered_beside_the_others(self) -> None:
        view = mature()
        other = _lit_otherwise(field())
        assert set(watched(view, [other] * 20, start_s=500)) <= {Match.IN_PLACE, Match.HIDDEN}
        assert len(view.memory.appearances) == 2
        assert watched(view, [field(), other, field()], start_s=700) == [Match.IN_PLACE] * 3

    def test_it_never_remembers_more_than_a_few(self) -> None:
        view = mature()
        for n in range(8):
            light = _lit_otherwise(field(), seed=n)
            watched(view, [light] * 20, start_s=500 + 200 * n)
        assert len(view.memory.appearances) <= 3

    def test_a_preset_keeps_its_picture(self) -> None:
        view = View.given(field())
        for n in range(8):
            watched(view, [_lit_otherwise(field(), seed=n)] * 20, start_s=30 + 100 * n)
        assert view.memory.appearances[0].packed == packed(field())
        assert len(view.memory.appearances) <= 4


def test_a_new_light_is_remembered_in_its_place_though_the_camera_shakes() -> None:
    """Else each light would take the view a little further."""
    view = mature()
    shaken = _lit_otherwise(field(dx=0.015))
    watched(view, [shaken] * 20, start_s=500)
    newest = unpacked(view.memory.appearances[-1].packed)
    assert len(view.memory.appearances) == 2
    back = displacement(field(), newest)
    assert back is not None
    assert abs(float(back.similarity[0, 2])) < 1.3


def test_the_limit_lies_between_a_knock_and_what_is_usual() -> None:
    one = Appearance.of(field(), MediaNs(0))
    assert one.knocked < one.limit() < one.usual


def _lit_otherwise(seen: Field, seed: int = 0) -> Field:
    """Other edges in two blocks of three, at random: shadows, lamps."""
    generator = np.random.default_rng(seed)
    other = field(seed=50 + seed)
    mask = np.kron(generator.random((9, 16)) < 0.45, np.ones((10, 10)))[..., None]
    return np.asarray(np.where(mask > 0, other, seen), np.float32)
