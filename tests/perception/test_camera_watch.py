"""Whether the camera sees: on the shipped clip, as it is and as it would be seen by a camera to which things happen."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat

import numpy as np
import pytest

from pipeline.errors import StateError
from pipeline.observation import GapCause
from pipeline.perception.camera_watch import CameraWatch, Sees
from pipeline.perception.detections import Picture
from pipeline.resources import data_folder
from tests.perception.camera_scenes import (
    Change,
    Viewer,
    at_night,
    back_and_forth,
    behind_a_bag,
    behind_a_hand,
    behind_a_lorry,
    black,
    blind_after_s,
    doubted_s,
    in_fog,
    in_infra_red,
    noisy,
    overexposed,
    pictures_of,
    sees_after_s,
    summary,
    through_the_window,
)

SEES = [(0.0, "sees")]


@pytest.fixture(scope="module")
def street() -> list[Picture]:
    return pictures_of(data_folder("sample_videos") / "street.mp4", 2.0)


@pytest.fixture(scope="module")
def known(street: Sequence[Picture]) -> bytes:
    """What a watch remembers after a minute of the street."""
    viewer = Viewer(CameraWatch({}), 2.0)
    assert summary(viewer.show(seen(street), 60)) == SEES
    return viewer.watch.snapshot()


def seen(pictures: Sequence[Picture], change: Change = through_the_window) -> Iterator[Picture]:
    return (change(one) for one in back_and_forth(pictures))


def after(known: bytes, every_s: float = 2.0) -> Viewer:
    return Viewer(CameraWatch.resume({}, snapshot=known), every_s)


def moved(**by: float) -> Change:
    return lambda picture: through_the_window(picture, **by)


MOVES = [
    pytest.param(moved(dx=0.045), id="a knock to the right"),
    pytest.param(moved(dx=-0.045), id="a knock to the left"),
    pytest.param(moved(dy=0.075), id="a knock downwards"),
    pytest.param(moved(dx=0.1, dy=0.1), id="a push"),
    pytest.param(moved(dx=0.4), id="turned away by half"),
    pytest.param(moved(turn=7), id="tilted"),
    pytest.param(moved(zoom=1.2), id="zoomed in"),
    pytest.param(lambda picture: through_the_window(picture)[:, ::-1], id="another scene"),
    pytest.param(lambda picture: at_night(through_the_window(picture, dx=0.06)), id="a knock at night"),
    pytest.param(lambda picture: behind_a_lorry(through_the_window(picture, dx=0.06)), id="a knock behind a lorry"),
]
HARMLESS = [
    pytest.param(at_night, id="night"),
    pytest.param(in_infra_red, id="infra-red"),
    pytest.param(overexposed, id="exposure"),
    pytest.param(in_fog, id="fog"),
    pytest.param(behind_a_lorry, id="a lorry"),
]
COVERS = [pytest.param(one, id=one.__name__) for one in (behind_a_hand, behind_a_bag, black)]


@pytest.mark.parametrize("every_s", [0.5, 1.0, 2.0])
def test_a_street_where_people_and_vans_pass_is_seen(street: Sequence[Picture], every_s: float) -> None:
    assert summary(Viewer(CameraWatch({}), every_s).show(seen(street), 80)) == SEES


@pytest.mark.parametrize("change", HARMLESS)
def test_another_light_and_what_stands_before_a_part_are_no_fault(
    street: Sequence[Picture], known: bytes, change: Change
) -> None:
    viewer = after(known)
    assert summary(viewer.show(seen(street, lambda one: change(through_the_window(one))), 30)) == SEES
    assert summary(viewer.show(seen(street), 20)) == SEES


def test_wind_may_shake_the_camera(street: Sequence[Picture], known: bytes) -> None:
    gusts = np.random.default_rng(1).uniform(-0.01, 0.01, (40, 2))
    shaken = (
        through_the_window(one, dx=dx, dy=dy * 16 / 9)
        for one, (dx, dy) in zip(back_and_forth(street), gusts, strict=False)
    )
    assert summary(after(known, 1.0).show(shaken, 40)) == SEES


@pytest.mark.parametrize("every_s", [0.5, 2.0])
@pytest.mark.parametrize("change", MOVES)
def test_a_view_that_was_moved_is_doubted_at_once_and_known_within_ten_seconds(
    street: Sequence[Picture], known: bytes, change: Change, every_s: float
) -> None:
    viewer = after(known, every_s)
    verdicts = viewer.show(seen(street, change), 16)
    assert verdicts[0].line.sees is Sees.DOUBTFUL
    assert blind_after_s(verdicts, GapCause.MOVED) <= 10
    assert all(one.line.sees is Sees.BLIND for one in verdicts if one.t_s > 10)
    assert doubted_s(verdicts[-1]) == 0
    assert sees_after_s(viewer.show(seen(street), 10)) <= 3


@pytest.mark.parametrize("change", COVERS)
def test_a_covered_lens_is_doubted_at_once_and_known_within_ten_seconds(
    street: Sequence[Picture], known: bytes, change: Change
) -> None:
    viewer = after(known)
    verdicts = viewer.show(seen(street, lambda one: change(through_the_window(one))), 60)
    assert verdicts[0].line.sees is Sees.DOUBTFUL
    assert blind_after_s(verdicts, GapCause.COVERED) <= 10
    assert all(one.line.cause is GapCause.COVERED for one in verdicts if one.t_s > 10)
    assert sees_after_s(viewer.show(seen(street), 10)) <= 3


def test_dusk_that_ends_in_the_dark_with_lamps_is_no_cover(street: Sequence[Picture]) -> None:
    def lit(picture: Picture, n: int) -> Picture:
        dark = noisy((picture * max(0.02, 1 - n / 150)).astype(np.uint8), n, 2)
        for x, y in ((40, 30), (150, 25), (250, 35)):
            dark[y : y + 4, x : x + 4] = 230
        return dark

    evening = (lit(through_the_window(one), n) for n, one in enumerate(back_and_forth(street)))
    assert summary(Viewer(CameraWatch({}), 2.0).show(evening, 400)) == SEES


def test_lamps_that_go_out_but_for_a_few_are_no_cover(street: Sequence[Picture], known: bytes) -> None:
    def dark(picture: Picture) -> Picture:
        night = (through_the_window(picture) * 0.02).astype(np.uint8)
        for x, y in ((40, 30), (150, 25), (250, 35)):
            night[y : y + 4, x : x + 4] = 230
        return night

    assert summary(after(known).show(seen(street, dark), 30)) == SEES


def test_a_dusk_that_ends_in_nothing_at_all_is_black(street: Sequence[Picture]) -> None:
    evening = (
        (through_the_window(one) * max(0.0, 1 - n / 150)).astype(np.uint8)
        for n, one in enumerate(back_and_forth(street))
    )
    said = summary(Viewer(CameraWatch({}), 10.0).show(evening, 2000))
    assert [word for _, word in said] == ["sees", "doubtful", "covered"]


def test_a_camera_that_is_black_after_a_night_without_the_pipeline_is_covered(
    street: Sequence[Picture], known: bytes
) -> None:
    """What was usual the evening before says nothing by then."""
    viewer = Viewer(CameraWatch.resume({}, snapshot=known), 2.0, start_s=40_000)
    assert blind_after_s(viewer.show(seen(street, black), 20), GapCause.COVERED) <= 10


def test_traffic_that_hides_most_of_the_view_blinds_nobody(street: Sequence[Picture], known: bytes) -> None:
    def busy(n: int, picture: Picture) -> Picture:
        crowded = through_the_window(picture).copy()
        height, width = crowded.shape[:2]
        generator = np.random.default_rng(n)
        crowded[height // 3 :, : width * 4 // 5] = generator.integers(0, 255, (height, width, 3))[
            height // 3 :, : width * 4 // 5
        ]
        return crowded

    verdicts = after(known).show((busy(n, one) for n, one in enumerate(back_and_forth(street))), 40)
    assert summary(verdicts) == SEES


def test_one_good_look_does_not_end_it(street: Sequence[Picture], known: bytes) -> None:
    viewer = after(known)
    viewer.show(seen(street, moved(dx=0.1)), 20)
    for _ in range(3):
        assert viewer.show(seen(street), 2)[0].line.sees is Sees.DOUBTFUL
        assert viewer.show(seen(street, moved(dx=0.1)), 2)[0].line.cause is GapCause.MOVED


def test_a_camera_that_begins_covered_is_blind_until_it_shows_something(street: Sequence[Picture]) -> None:
    viewer = Viewer(CameraWatch({}), 2.0)
    assert blind_after_s(viewer.show(seen(street, behind_a_hand), 20), GapCause.COVERED) <= 10
    assert sees_after_s(viewer.show(seen(street), 20)) <= 3


class TestFrozen:
    def test_the_same_picture_for_ten_seconds_is_frozen_since_it_was_first_seen(
        self, street: Sequence[Picture], known: bytes
    ) -> None:
        viewer = after(known)
        viewer.show(seen(street), 6)
        verdicts = viewer.show(repeat(through_the_window(street[3])), 20, noise=False)
        assert summary(verdicts) == [(0.0, "sees"), (10.0, "frozen")]
        assert doubted_s(verdicts[-1]) == 6
        assert sees_after_s(viewer.show(seen(street), 10)) <= 3

    @pytest.mark.parametrize("row", [2, -12])
    def test_a_clock_that_runs_in_the_picture_alone_does_not_make_it_live(
        self, street: Sequence[Picture], known: bytes, row: int
    ) -> None:
        def clock(n: int) -> Picture:
            still = through_the_window(street[3]).copy()
            still[row : row + 8, 20:120] = np.random.default_rng(n).integers(0, 255, (8, 100, 1))
            return still

        verdicts = after(known).show((clock(n) for n in range(10)), 20, noise=False)
        assert summary(verdicts) == [(0.0, "sees"), (10.0, "frozen")]

    def test_the_noise_of_a_denoised_night_is_enough_to_be_live(self, street: Sequence[Picture], known: bytes) -> None:
        still = at_night(through_the_window(street[3]))

        def denoised(n: int) -> Picture:
            picture = still.copy()
            where = np.random.default_rng(n).random(picture.shape[:2]) < 0.002
            picture[where] += 1
            return picture

        assert summary(after(known).show((denoised(n) for n in range(40)), 60, noise=False)) == SEES

    def test_what_moves_in_the_middle_of_a_picture_without_noise_is_live(
        self, street: Sequence[Picture], known: bytes
    ) -> None:
        def walker(n: int) -> Picture:
            still = through_the_window(street[3]).copy()
            still[100:130, 10 * n : 10 * n + 8] = (30, 30, 160)
            return still

        assert summary(after(known).show((walker(n) for n in range(30)), 60, noise=False)) == SEES

    def test_it_stays_frozen_over_a_restart(self, street: Sequence[Picture], known: bytes) -> None:
        viewer = after(known)
        still = through_the_window(street[3])
        viewer.show(repeat(still), 20, noise=False)
        viewer.watch = CameraWatch.resume({}, snapshot=viewer.watch.snapshot())
        assert summary(viewer.show(repeat(still), 10, noise=False)) == [(0.0, "frozen")]
        assert sees_after_s(viewer.show(seen(street), 10)) <= 3


class TestRestart:
    def test_a_camera_that_was_turned_meanwhile_is_found_out(self, street: Sequence[Picture], known: bytes) -> None:
        assert blind_after_s(after(known).show(seen(street, moved(dx=0.2)), 16), GapCause.MOVED) <= 10

    def test_a_camera_stays_turned(self, street: Sequence[Picture], known: bytes) -> None:
        viewer = after(known)
        viewer.show(seen(street, moved(dx=0.1)), 20)
        viewer.watch = CameraWatch.resume({}, snapshot=viewer.watch.snapshot())
        verdicts = viewer.show(seen(street, moved(dx=0.1)), 10)
        assert summary(verdicts) == [(0.0, "moved")]
        assert doubted_s(verdicts[-1]) == 0

    @pytest.mark.parametrize("damaged", [b"", b"{}", b'{"version": 1}', b"\x00\x01"])
    def test_a_damaged_snapshot_is_refused(self, damaged: bytes) -> None:
        with pytest.raises(StateError, match="snapshot of a camera watch: damaged"):
            CameraWatch.resume({}, snapshot=damaged)

    def test_a_snapshot_of_another_version_is_refused(self, known: bytes) -> None:
        with pytest.raises(StateError, match="got version 9, expected 1"):
            CameraWatch.resume({}, snapshot=known.replace(b'"version":1', b'"version":9'))

    def test_it_goes_on_exactly_as_if_nothing_had_been(self, street: Sequence[Picture], known: bytes) -> None:
        one, other = after(known), after(known)
        one.show(seen(street, moved(dx=0.05)), 6)
        other.show(seen(street, moved(dx=0.05)), 6)
        other.watch = CameraWatch.resume({}, snapshot=other.watch.snapshot())
        assert summary(one.show(seen(street, moved(dx=0.05)), 6)) == summary(
            other.show(seen(street, moved(dx=0.05)), 6)
        )
        assert summary(one.show(seen(street), 20)) == summary(other.show(seen(street), 20))


class TestPresets:
    @pytest.fixture
    def turning(self, street: Sequence[Picture]) -> Viewer:
        return Viewer(CameraWatch({"gate": self.gate(street[0]), "road": self.road(street[0])}), 1.0)

    @staticmethod
    def gate(picture: Picture) -> Picture:
        return through_the_window(picture)

    @staticmethod
    def road(picture: Picture) -> Picture:
        return through_the_window(picture, dx=0.5, zoom=1.6)

    @staticmethod
    def views(verdicts: Sequence[object]) -> set[object]:
        return {getattr(getattr(one, "line", None), "view", None) for one in verdicts}

    @pytest.mark.parametrize("light", [None, at_night, in_infra_red])
    def test_the_view_that_matches_is_named(
        self, street: Sequence[Picture], turning: Viewer, light: Change | None
    ) -> None:
        for name, look in (("gate", self.gate), ("road", self.road), ("gate", self.gate)):
            verdicts = turning.show(seen(street, _both(look, light)), 12)
            assert sees_after_s(verdicts) <= 1
            assert self.views(verdicts[2:]) == {name}

    def test_between_the_views_it_is_blind(self, street: Sequence[Picture], turning: Viewer) -> None:
        turning.show(seen(street, self.gate), 5)
        verdicts = turning.show(seen(street, moved(dx=0.2)), 12)
        assert verdicts[0].line.sees is Sees.DOUBTFUL
        assert blind_after_s(verdicts, GapCause.MOVED) <= 6
        assert sees_after_s(turning.show(seen(street, self.road), 10)) <= 3

    def test_a_view_with_another_picture_begins_anew(self, street: Sequence[Picture], turning: Viewer) -> None:
        turning.show(seen(street, self.gate), 5)
        views = {"gate": self.gate(street[0]), "road": through_the_window(street[0], dx=0.2)}
        again = Viewer(CameraWatch.resume(views, snapshot=turning.watch.snapshot()), 1.0)
        verdicts = again.show(seen(street, moved(dx=0.2)), 8)
        assert {one.line.view for one in verdicts[2:]} == {"road"}


def _both(first: Callable[[Picture], Picture], then: Change | None) -> Change:
    return first if then is None else lambda picture: then(first(picture))


def test_a_van_that_fills_the_picture_for_a_moment_blinds_nobody(street: Sequence[Picture], known: bytes) -> None:
    viewer = after(known, 1.0)
    van = (behind_a_hand(through_the_window(one)) for one in street[:3])
    verdicts = viewer.show(chain(van, seen(street)), 20)
    assert all(one.line.sees is not Sees.BLIND for one in verdicts)
    assert sees_after_s(verdicts) <= 4
