"""Tracks keep their ids while an object stands, whatever the rate of looks, and give them up when it is another."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.vocabulary import load_vocabulary
from pipeline.geofence.boxes import Box
from pipeline.observation import Sight
from pipeline.perception.detections import Detections
from pipeline.perception.track import Track
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.tracker import MAX_TRACKS, Tracker
from tests.perception.street import Floats, found, ground, put, shot

VOCABULARY = load_vocabulary()
RATES = [0.5, 1, 2, 5, 10, 30]
SPOT: Box = (0.4, 0.4, 0.62, 0.68)
BLUE, RED, WHITE = (150, 60, 40), (40, 40, 150), (200, 200, 205)
GROUND = ground()
PARKED = put(GROUND, SPOT, seed=5, colour=BLUE)
Row = tuple[str, float, Box]


def tracker() -> Tracker:
    return Tracker(VOCABULARY, 0.3, TrackIds())


def times(rate: float, length_s: float) -> list[float]:
    return [index / rate for index in range(round(length_s * rate) + 1)]


def look(followed: Tracker, scene: Floats, rows: Sequence[Row], t_s: float) -> list[Track]:
    followed.detect(found(rows), shot(scene, seed=round(t_s * 30)), t_s)
    return followed.present()


def jittered(box: Box, seed: int) -> Box:
    x1, y1, x2, y2 = np.array(box) + np.random.default_rng(seed).normal(0, 0.004, 4)
    return (float(x1), float(y1), float(x2), float(y2))


def moved(box: Box, dx: float, dy: float = 0) -> Box:
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


@pytest.mark.parametrize("rate", RATES)
def test_a_parked_car_is_one_track_though_every_third_detection_fails_and_its_class_changes(rate: float) -> None:
    followed, ids, classes = tracker(), set(), []
    for index, t_s in enumerate(times(rate, 40 if rate <= 2 else 12)):
        name = "truck" if index % 4 == 1 else "car"
        rows: list[Row] = [] if index % 3 == 2 else [(name, 0.6, jittered(SPOT, index))]
        present = look(followed, PARKED, rows, t_s)
        # Until it has stood for a moment, a miss is a miss.
        assert len(present) == 1 or t_s < 2
        ids |= {track.id for track in present}
        classes += [track.class_name for track in present]
    assert ids == {1}
    assert set(classes[len(classes) // 4 :]) == {"car"}


@pytest.mark.parametrize("rate", RATES)
def test_what_is_believed_changes_as_fast_at_any_rate(rate: float) -> None:
    followed, class_at, evidence_at = tracker(), {}, {}
    for t_s in times(rate, 60):
        # A car for 20 s; from then on the network takes it for a lorry, and is less sure.
        (track,) = look(followed, PARKED, [("car", 0.8, SPOT) if t_s < 20 else ("truck", 0.4, SPOT)], t_s)
        class_at[t_s], evidence_at[t_s] = track.class_name, track.evidence
    changed_s = min(t_s for t_s, name in class_at.items() if name == "truck")
    # Half the score takes its time: e^(-t / 10 s) = 1 / 3.
    assert changed_s == pytest.approx(31, abs=1 + 1 / rate)
    assert evidence_at[24] == pytest.approx(0.4 + 0.4 * np.exp(-1), abs=0.1)
    assert evidence_at[60] == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize("rate", RATES)
def test_a_bus_that_passes_in_front_for_four_seconds_hides_the_car_and_does_not_end_it(rate: float) -> None:
    followed, at_the_spot, sights = tracker(), [], []
    for t_s in times(rate, 24):
        # Over the car from second 10 to 14.
        bus = moved((-1.05, 0.2, -0.25, 0.78), (t_s - 6) * 0.21)
        covers = bus[0] < SPOT[2] - 0.05 and bus[2] > SPOT[0] + 0.05
        scene = put(PARKED, bus, seed=9, colour=WHITE)
        rows: list[Row] = [("bus", 0.8, bus)]
        if not covers:
            rows.append(("car", 0.6, SPOT))
        present = look(followed, scene, rows, t_s)
        at_the_spot.append({track.id for track in present if np.abs(np.subtract(track.box, SPOT)).max() < 0.02})
        sights += [track.sight for track in present if track.id == 1]
    assert all(1 in ids for ids in at_the_spot)
    assert Sight.HIDDEN in sights
    assert sights[-1] is Sight.DETECTED


@pytest.mark.parametrize("rate", RATES)
def test_one_object_reported_as_two_boxes_is_one_track(rate: float) -> None:
    followed = tracker()
    inner: Box = (SPOT[0] + 0.01, SPOT[1] + 0.02, SPOT[2] - 0.03, SPOT[3])
    for index, t_s in enumerate(times(rate, 12)):
        rows: list[Row] = [("car", 0.7, jittered(SPOT, index)), ("car", 0.5, inner)]
        present = look(followed, PARKED, rows, t_s)
        assert [track.id for track in present] == [1]


@pytest.mark.parametrize("rate", RATES)
def test_another_car_in_the_place_of_one_that_drove_off_is_another_track(rate: float) -> None:
    followed, later = tracker(), put(GROUND, SPOT, seed=6, colour=RED)
    ids_by_phase: list[set[int]] = [set(), set(), set()]
    for t_s in times(rate, 36):
        phase = int(t_s >= 12) + int(t_s >= 20)
        scene, rows = [(PARKED, [("car", 0.6, SPOT)]), (GROUND, []), (later, [("car", 0.6, SPOT)])][phase]
        ids_by_phase[phase] |= {track.id for track in look(followed, scene, rows, t_s)}
    assert ids_by_phase == [{1}, set(), {2}]


def test_a_car_that_takes_the_place_between_two_looks_is_another_track() -> None:
    followed, later = tracker(), put(GROUND, SPOT, seed=6, colour=RED)
    for t_s in times(0.5, 20):
        look(followed, PARKED, [("car", 0.6, SPOT)], t_s)
    for t_s in times(0.5, 20):
        present = look(followed, later, [("car", 0.6, SPOT)], 22 + t_s)
    assert [track.id for track in present] == [2]


def test_two_cameras_count_for_themselves() -> None:
    one, other = tracker(), tracker()
    for t_s in times(2, 5):
        in_one = look(one, PARKED, [("car", 0.6, SPOT), ("person", 0.7, (0.1, 0.2, 0.15, 0.5))], t_s)
        in_other = look(other, PARKED, [("car", 0.6, SPOT)], t_s)
    assert [track.id for track in in_one] == [1, 2]
    assert [track.id for track in in_other] == [1]


@pytest.mark.parametrize("rate", [2, 5, 10, 30])
def test_the_cars_of_a_queue_keep_their_ids_as_it_moves_up(rate: float) -> None:
    followed = tracker()
    colours = [(150, 60, 40), (40, 40, 150), (60, 140, 60), (180, 180, 60)]
    ids_by_car: dict[int, set[int]] = {car: set() for car in range(len(colours))}
    for t_s in times(rate, 20):
        # A car's length every 5 s, in 2 s, then 3 s of standing.
        travelled = 0.2 * (t_s // 5 + min(1.0, (t_s % 5) / 2))
        boxes = {car: moved((0.82, 0.4, 1.0, 0.62), 0.2 * car - travelled) for car in ids_by_car}
        visible = {car: box for car, box in boxes.items() if box[0] >= 0 and box[2] <= 1}
        scene = GROUND
        for car, box in visible.items():
            scene = put(scene, box, seed=20 + car, colour=colours[car])
        present = look(followed, scene, [("car", 0.6, box) for box in visible.values()], t_s)
        for car, box in visible.items():
            ids_by_car[car] |= {track.id for track in present if np.abs(np.subtract(track.box, box)).max() < 0.05}
    assert all(len(ids) == 1 for ids in ids_by_car.values()), ids_by_car
    assert len(set.union(*ids_by_car.values())) == len(colours)


@pytest.mark.parametrize("neighbour", [(0.52, 0.43, 0.75, 0.72), (0.38, 0.47, 0.75, 0.8)])
def test_a_car_that_leaves_a_row_is_gone_though_its_neighbour_overlaps_its_place(neighbour: Box) -> None:
    followed = tracker()
    row = put(PARKED, neighbour, seed=7, colour=RED)
    left = put(GROUND, neighbour, seed=7, colour=RED)
    for t_s in times(2, 20):
        look(followed, row, [("car", 0.6, SPOT), ("car", 0.6, neighbour)], t_s)
    for t_s in times(2, 3):
        present = look(followed, left, [("car", 0.6, neighbour)], 20.5 + t_s)
        assert [track.id for track in present] == [2]


@pytest.mark.parametrize("stays", [True, False])
def test_the_part_that_can_be_seen_tells_whether_a_half_hidden_car_is_still_there(*, stays: bool) -> None:
    followed, bus = tracker(), (-0.3, 0.25, 0.51, 0.8)
    for t_s in times(2, 10):
        look(followed, PARKED, [("car", 0.6, SPOT)], t_s)
    # The bus stops before one half of it, and from then on the network finds the bus alone.
    scene = put(PARKED if stays else GROUND, bus, seed=9, colour=WHITE)
    for t_s in times(2, 400):
        present = look(followed, scene, [("bus", 0.8, bus)], 10.5 + t_s)
        assert (1 in {track.id for track in present}) == stays


def test_what_stands_behind_hides_nothing() -> None:
    followed, behind = tracker(), (0.38, 0.2, 0.64, 0.64)
    for t_s in times(2, 10):
        look(followed, PARKED, [("car", 0.6, SPOT)], t_s)
    gone = put(GROUND, behind, seed=8, colour=WHITE)
    for t_s in times(2, 4):
        present = look(followed, gone, [("truck", 0.7, behind)], 10.5 + t_s)
    assert 1 not in {track.id for track in present}


@pytest.mark.parametrize("rate", [0.5, 2])
def test_a_track_that_stays_hidden_is_given_up(rate: float) -> None:
    followed, lorry = tracker(), (0.2, 0.1, 0.9, 0.8)
    hiding = put(PARKED, lorry, seed=8, colour=WHITE)
    for t_s in times(rate, 10):
        look(followed, PARKED, [("car", 0.6, SPOT)], t_s)
    present_at = {
        t_s: {track.id for track in look(followed, hiding, [("truck", 0.7, lorry)], 12 + t_s)}
        for t_s in times(rate, 320)
    }
    assert all((1 in ids) == (t_s + 2 <= 300) for t_s, ids in present_at.items())


def test_what_was_hardly_ever_found_is_not_hidden_behind_what_took_its_place() -> None:
    followed = tracker()
    rows: list[Row] = [("bird", 0.4, SPOT)]
    for t_s in times(2, 20):
        # Found for 2 s; after that only its place speaks for it.
        look(followed, PARKED, rows if t_s < 2 else [], t_s)
    assert [track.id for track in followed.present()] == [1]
    replaced = put(GROUND, SPOT, seed=6, colour=RED)
    for t_s in times(2, 3):
        present = look(followed, replaced, [("suitcase", 0.6, SPOT)], 20.5 + t_s)
    assert [track.class_name for track in present] == ["suitcase"]


def test_a_still_object_is_verified_without_the_network() -> None:
    followed = tracker()
    for t_s in times(2, 2):
        look(followed, PARKED, [("car", 0.6, SPOT)], t_s)
    for t_s in times(2, 10):
        followed.verify(shot(PARKED, seed=round(t_s * 10)), 2.5 + t_s)
        assert [(track.id, track.sight) for track in followed.present()] == [(1, Sight.VERIFIED)]
    # A look that the network took no part in says nothing against the car either.
    followed.verify(shot(GROUND, seed=99), 13)
    assert [track.id for track in followed.present()] == [1]
    followed.detect(Detections.none(), shot(GROUND, seed=100), 13.5)
    assert followed.present() == []


def test_a_crowd_of_boxes_is_bounded_and_what_is_seen_best_stays() -> None:
    followed = tracker()
    boxes: list[Box] = [(x / 25, y / 25, (x + 0.9) / 25, (y + 0.9) / 25) for x in range(25) for y in range(25)]
    weak: list[Row] = [("person", 0.4, box) for box in boxes[:400]]
    strong: list[Row] = [("person", 0.9, box) for box in boxes[400:]]
    look(followed, GROUND, weak, 0)
    for t_s in (1.0, 2.0):
        present = look(followed, GROUND, weak + strong, t_s)
    assert len(present) == MAX_TRACKS
    assert sum(track.evidence > 0.5 for track in present) == 225


@settings(deadline=None, max_examples=40)
@given(
    gaps_s=st.lists(st.sampled_from([0.03, 0.1, 0.4, 0.5, 1.0, 2.0, 3.0]), min_size=20, max_size=60),
    misses=st.integers(0, 2**32 - 1),
    miss_share=st.sampled_from([0.0, 0.3, 0.6]),
    start_s=st.sampled_from([0.0, 7.25, 86_400.0 * 30]),
)
def test_how_often_one_looks_does_not_matter(
    gaps_s: list[float], misses: int, miss_share: float, start_s: float
) -> None:
    generator, followed, t_s = np.random.default_rng(misses), tracker(), start_s
    for index, gap_s in enumerate([0.0, 1.0, *gaps_s]):
        t_s += gap_s
        is_missed = index > 1 and generator.random() < miss_share
        rows: list[Row] = [] if is_missed else [("car", 0.6, jittered(SPOT, index))]
        assert [track.id for track in look(followed, PARKED, rows, t_s)] == [1]


@pytest.mark.parametrize(
    ("region", "is_judged"),
    [((0.3, 0.3, 0.7, 0.8), True), ((0.0, 0.0, 0.3, 1.0), False), ((0.0, 0.0, 0.55, 1.0), False)],
)
def test_a_look_at_a_region_judges_what_lies_in_it_and_nothing_else(region: Box, *, is_judged: bool) -> None:
    followed = tracker()
    for t_s in (0.0, 1.0, 2.0):
        look(followed, PARKED, [("car", 0.6, SPOT)], t_s)
    # It has left; only a part of its place was looked at, or none.
    followed.detect(Detections.none(), shot(GROUND, 3), 3.0, region)
    assert [track.id for track in followed.present()] == ([] if is_judged else [1])
    assert followed.told(3.0) == []
    assert [track.id for track in followed.unverified(3.0)] == ([] if is_judged else [1])
    followed.detect(Detections.none(), shot(GROUND, 4), 4.0)
    assert followed.present() == []


def test_what_moves_and_is_not_looked_at_is_forgotten_after_a_while() -> None:
    followed = tracker()
    for index in range(4):
        look(followed, GROUND, [("person", 0.6, moved((0.1, 0.4, 0.2, 0.7), 0.1 * index))], 0.5 * index)
    for t_s in (3.0, 9.0):
        followed.verify(shot(GROUND, 1), t_s)
        assert [track.id for track in followed.present()] == [1]
        assert followed.told(t_s) == []
    followed.verify(shot(GROUND, 1), 13.0)
    assert followed.present() == []


@pytest.mark.parametrize("rate", [2, 5, 10, 25])
def test_a_box_around_a_person_and_a_passer_by_does_not_swap_the_two(rate: float) -> None:
    followed = tracker()
    stands: Box = (0.17, 0.35, 0.20, 0.51)
    for t_s in times(rate, 10):
        x = 0.40 - 0.04 * t_s
        passes: Box = (x, 0.31, x + 0.03, 0.43)
        rows: list[Row] = [("person", 0.7, stands)]
        if 5.3 <= t_s <= 5.8:
            rows = [("person", 0.6, (0.16, 0.32, 0.20, 0.51))]
        elif not 4.9 <= t_s <= 5.8:
            rows.append(("person", 0.6, passes))
        present = look(followed, GROUND, rows, t_s)
    by_place = {round(track.box[0], 2): track.id for track in present}
    assert by_place[0.17] == 1


def test_what_has_stood_and_goes_is_followed_within_a_second() -> None:
    followed = tracker()
    for t_s in times(5, 6):
        box = moved(SPOT, 0.02 * max(0.0, t_s - 4.0) / 0.2)
        present = look(followed, put(GROUND, box, seed=5, colour=BLUE), [("car", 0.7, box)], t_s)
        if t_s >= 5.0:
            assert [track.id for track in present if not track.is_still()] == [1]
