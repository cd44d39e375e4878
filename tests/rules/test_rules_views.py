"""A PTZ camera: the rules of a preset hold while the camera shows it; for the others it has turned away."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.resolved import Geofence, Rule, View, Zone
from pipeline.observation import End, EndCause, Entry, Gap, GapCause, Tick
from pipeline.rules.episode import ClearReason, Ended, State
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    CAMERA,
    LANE,
    SITE,
    VOCABULARY,
    Account,
    Thing,
    at,
    observation,
    rule,
    run,
    since_start,
    stay,
    times,
    zone,
    zones_of,
)


def in_view(name: str, zone_id: str, *, mask: bool = False) -> Zone:
    return replace(zone(zone_id, LANE, mask=mask), view=name)


def turning(*rules: Rule, masks: Sequence[Zone] = ()) -> Reasoner:
    """A camera that looks at a gate and at a road, with a lane in each."""
    views = tuple(View(name, Path("a.jpg"), Path("a.geojson")) for name in ("gate", "road"))
    zones = (in_view("gate", "gate-lane"), in_view("road", "road-lane"))
    return Reasoner(SITE, CAMERA, rules, Geofence(None, zones, tuple(masks), views=views), VOCABULARY)


def both(*, schedule: str = "always", **changes: float) -> Rule:
    zones = ("gate-lane", "road-lane")
    return rule(zones=zones, dwell_s=10, schedule=schedule, **changes)  # type: ignore[arg-type]  # of a rule's numbers


def looks(view: str, start_s: float, end_s: float, things: Sequence[Thing] = ()) -> list[Entry]:
    return [
        replace(seen, health=replace(seen.health, view=view))
        for t_s in times(end_s, 0.5, start_s)
        for seen in [observation(t_s, things)]
    ]


def told(account: Account) -> list[tuple[str, str, float]]:
    """Zone, state and time of every change."""
    return [
        (where, one.state.value, since_start(one.t))
        for one, where in zip(account.episodes, zones_of(account.episodes), strict=True)
    ]


CAR = stay()
"""In the picture's middle, whichever view it is of."""
GATE_CAR, ROAD_CAR = stay(track=1, look=1), stay(track=2, look=2)


def test_a_car_in_one_view_is_in_the_lane_of_that_view_alone() -> None:
    account = run(turning(both()), looks("road", 0, 30, [ROAD_CAR]), [ROAD_CAR])
    assert told(account) == [("road-lane", "raised", 10)]


def test_hours_of_what_the_camera_does_not_look_at_close_all_the_same() -> None:
    log = [*looks("gate", 0, 20, [GATE_CAR]), *looks("road", 20.5, 100), *looks("gate", 100.5, 110, [GATE_CAR])]
    account = run(turning(both(schedule="00:00-00:01")), log, [GATE_CAR])
    assert told(account) == [
        ("gate-lane", "raised", 10),
        ("gate-lane", "updated", 20.5),
        ("gate-lane", "cleared", 60),
    ]


def test_what_stood_there_goes_on_when_the_camera_looks_there_again() -> None:
    log = [*looks("gate", 0, 20, [GATE_CAR]), *looks("road", 20.5, 60), *looks("gate", 60.5, 90, [GATE_CAR])]
    account = run(turning(both()), log, [GATE_CAR])
    assert told(account) == [
        ("gate-lane", "raised", 10),
        ("gate-lane", "updated", 20.5),
        ("gate-lane", "updated", 80.5),
    ]
    assert [one.visible for one in account.episodes] == [True, False, True]


def test_what_has_gone_when_the_camera_looks_there_again_went_meanwhile() -> None:
    log = [*looks("gate", 0, 20, [GATE_CAR]), *looks("road", 20.5, 60), *looks("gate", 60.5, 90)]
    last = run(turning(both()), log, [GATE_CAR]).episodes[-1]
    assert last.state is State.CLEARED
    assert last.ending == Ended(at(20), ClearReason.GONE_DURING_GAP)


def test_the_dwell_is_not_served_by_another_view() -> None:
    log = [*looks("gate", 0, 6, [CAR]), *looks("road", 6.5, 12, [CAR]), *looks("gate", 12.5, 13)]
    assert told(run(turning(both()), log, [CAR])) == []


def test_nothing_is_raised_or_cleared_in_a_view_that_is_not_shown() -> None:
    log = [*looks("gate", 0, 20, [GATE_CAR]), *looks("road", 20.5, 300), *[Tick(at(t_s)) for t_s in (302, 304, 306)]]
    account = run(turning(both(clear_after_s=1)), log, [GATE_CAR])
    assert told(account) == [("gate-lane", "raised", 10), ("gate-lane", "updated", 20.5)]


def test_each_view_has_an_event_of_its_own() -> None:
    log = [*looks("gate", 0, 20, [GATE_CAR]), *looks("road", 20.5, 40, [ROAD_CAR])]
    account = run(turning(both()), [*log, End(at(41), EndCause.SOURCE_ENDED)], [GATE_CAR, ROAD_CAR])
    assert [where for where, state, _ in told(account) if state == "raised"] == ["gate-lane", "road-lane"]
    assert sorted(where for where, state, _ in told(account) if state == "cleared") == ["gate-lane", "road-lane"]


def test_a_mask_hides_in_its_own_view() -> None:
    hidden = (in_view("gate", "m", mask=True),)
    log = [*looks("gate", 0, 20, [GATE_CAR]), *looks("road", 20.5, 40, [ROAD_CAR])]
    account = run(turning(both(), masks=hidden), log, [GATE_CAR, ROAD_CAR])
    assert told(account) == [("road-lane", "raised", 30.5)]


def test_between_the_views_the_camera_is_blind_like_any_other() -> None:
    gap: list[Entry] = [Gap(at(t_s), at(20.5), is_open=True, cause=GapCause.MOVED) for t_s in times(60, 2.0, 22.0)]
    closing = Gap(at(61), at(20.5), is_open=False, cause=GapCause.MOVED)
    log = [*looks("gate", 0, 20, [GATE_CAR]), *gap, closing, *looks("gate", 61.5, 90, [GATE_CAR])]
    account = run(turning(both()), log, [GATE_CAR])
    assert [state for _, state, _ in told(account)] == ["raised", "updated", "updated"]


_tours = st.lists(
    st.tuples(st.sampled_from(["gate", "road"]), st.integers(1, 50), st.booleans()), min_size=1, max_size=8
)


@given(tour=_tours, cut=st.floats(0, 1))
@settings(deadline=None, max_examples=60)
def test_a_tour_that_is_broken_off_goes_on_as_if_nothing_had_been(
    tour: list[tuple[str, int, bool]], cut: float
) -> None:
    log: list[Entry] = []
    t_s = 0.0
    for view, count, has_car in tour:
        log += looks(view, t_s + 0.5, t_s + count / 2, [GATE_CAR if view == "gate" else ROAD_CAR] if has_car else [])
        t_s += count / 2
    whole = run(turning(both()), log)
    first = turning(both())
    middle = round(cut * len(log))
    parts = run(first, log[:middle]).episodes
    views = tuple(View(name, Path("a.jpg"), Path("a.geojson")) for name in ("gate", "road"))
    fence = Geofence(None, (in_view("gate", "gate-lane"), in_view("road", "road-lane")), views=views)
    second = Reasoner.resume(SITE, CAMERA, (both(),), fence, VOCABULARY, snapshot=first.snapshot())
    assert parts + run(second, log[middle:]).episodes == whole.episodes
    for one, where in zip(whole.episodes, zones_of(whole.episodes), strict=True):
        shown = next(view for view, count, _ in _spans(tour) if since_start(one.t) <= count)
        assert one.state is State.UPDATED or where == f"{shown}-lane"


def _spans(tour: list[tuple[str, int, bool]]) -> list[tuple[str, float, bool]]:
    """View, end in seconds, and whether a car is there."""
    spans: list[tuple[str, float, bool]] = []
    t_s = 0.0
    for view, count, has_car in tour:
        t_s += count / 2
        spans.append((view, t_s, has_car))
    return spans
