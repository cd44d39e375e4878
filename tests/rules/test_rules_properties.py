"""What holds for every scene, every frame rate and every log."""

from itertools import pairwise

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from pipeline.config.resolved import EventPer, Geofence
from pipeline.observation import NS_PER_S, Entry, nanoseconds
from pipeline.rules.episode import Ended, Episode, FaultOrigin, RuleOrigin, State, Step, StormOrigin
from pipeline.rules.reasoner import Reasoner
from tests.rules.logs import RULES, ZONES, Stretch, histories, play
from tests.rules.scenes import (
    CAMERA,
    KEEPER,
    PARKED,
    SITE,
    VOCABULARY,
    Thing,
    answered,
    at,
    observation,
    reasoner,
    rule,
    run,
    shifted,
    stay,
    times,
    walk,
)

_FENCE = Geofence(None, ZONES)
_PER_OBJECT = {one.id for one in RULES if one.event_per is EventPer.OBJECT}
_GRACE_S = 5.0
_LONGEST_S = 2.0
_ROUNDING_NS = 10


@st.composite
def looked_at(draw: st.DrawFn) -> tuple[float, float, float, list[tuple[float, bool]]]:
    """A dwell, a stay of about that length, and looks (time, whether they miss it), no two missed in a row."""
    dwell_s = draw(st.floats(1.0, 20.0))
    start_s = draw(st.floats(0.0, 3.0))
    length_s = dwell_s * draw(st.one_of(st.floats(0.2, 2.5), st.floats(0.9, 1.3)))
    gaps_s = draw(st.lists(st.floats(0.03, _LONGEST_S), min_size=5, max_size=40))
    misses = draw(st.lists(st.booleans(), min_size=7, max_size=7))
    looks: list[tuple[float, bool]] = []
    t_s, n = 0.0, 0
    while t_s < start_s + length_s + 20:
        was_missed = bool(looks) and looks[-1][1]
        looks.append((t_s, misses[n % 7] and not was_missed))
        t_s, n = t_s + gaps_s[n % len(gaps_s)], n + 1
    return dwell_s, start_s, start_s + length_s, looks


@given(looked_at())
@settings(deadline=None, max_examples=150)
def test_an_event_there_is_exactly_if_the_thing_was_seen_to_stand_for_the_dwell(
    drawn: tuple[float, float, float, list[tuple[float, bool]]],
) -> None:
    dwell_s, start_s, end_s, looks = drawn
    missed = {t_s for t_s, is_missed in looks if is_missed}
    car = stay(start_s=start_s, end_s=end_s, missed=lambda t_s: t_s in missed, track=lambda t_s: 1 + int(t_s) // 4)
    account = run(reasoner(rule(dwell_s=dwell_s, grace_s=_GRACE_S)), _watch(car, looks), [stay()])
    seen = [at(t_s) for t_s, is_missed in looks if start_s <= t_s < end_s and not is_missed]
    expected = [t for t in seen if t - seen[0] >= nanoseconds(dwell_s)][:1]
    event(f"reaches the dwell: {bool(expected)}")
    assert [(one.started_at, one.t) for one in account.of(State.RAISED)] == [(seen[0], t) for t in expected]
    if end_s - start_s >= dwell_s + 4 * _LONGEST_S:
        assert expected
    if end_s - start_s < dwell_s:
        assert not expected
    for one in account.of(State.CLEARED):
        assert isinstance(one.ending, Ended)
        assert one.ending.at == seen[-1]


def _watch(car: Thing, looks: list[tuple[float, bool]]) -> list[Entry]:
    return [observation(t_s, [car]) for t_s, _ in looks]


@given(
    length_s=st.floats(3.0, 40.0),
    dwell_s=st.floats(2.0, 20.0),
    fast_s=st.floats(0.1, 0.3),
    slow_s=st.floats(0.5, 2.0),
    phase_s=st.floats(0.0, 0.5),
)
@settings(deadline=None, max_examples=50)
def test_the_frame_rate_changes_no_event(
    length_s: float, dwell_s: float, fast_s: float, slow_s: float, phase_s: float
) -> None:
    assume(not dwell_s <= length_s < dwell_s + 2 * slow_s)
    car = stay(start_s=2.0, end_s=2.0 + length_s)
    fast = answered(reasoner(rule(dwell_s=dwell_s)), [car], times(60, fast_s))
    slow = answered(reasoner(rule(dwell_s=dwell_s)), [car], times(60, slow_s, phase_s))
    event(f"raised: {bool(fast.episodes)}")
    assert [one.state for one in fast.episodes] == [one.state for one in slow.episodes]
    for a, b in zip(fast.episodes, slow.episodes, strict=True):
        assert abs(a.started_at - b.started_at) <= nanoseconds(slow_s) + _ROUNDING_NS
        if isinstance(a.ending, Ended) and isinstance(b.ending, Ended):
            assert abs(a.ending.at - b.ending.at) <= nanoseconds(slow_s) + _ROUNDING_NS


@given(history=histories)
@settings(deadline=None, max_examples=150)
def test_no_log_breaks_the_contract_of_the_messages(history: list[Stretch]) -> None:
    _, said = play(_reasoner(), history, ends=True)
    by_id: dict[str, list[Episode]] = {}
    for episode in said:
        by_id.setdefault(episode.id, []).append(episode)
    event(f"events: {min(len(by_id), 3)}")
    dwell_ns: dict[str, int] = {"": 10 * NS_PER_S, **{one.id: one.dwell_ns for one in RULES}}
    for story in by_id.values():
        states = [one.state for one in story]
        first = story[0]
        assert states[0] is State.RAISED
        assert states.count(State.RAISED) == 1
        assert states[-1] is State.CLEARED
        assert states.count(State.CLEARED) == 1
        assert [one.revision for one in story] == list(range(len(story)))
        assert len({(one.started_at, one.raised_at, one.origin, one.camera) for one in story}) == 1
        assert first.raised_at == first.t
        assert first.raised_at - first.started_at >= dwell_ns[first.origin.rule or ""]
        assert all(bool(one.objects) == isinstance(one.origin, RuleOrigin) for one in story)
        assert all(isinstance(one.ending, Ended) == (one.state is State.CLEARED) for one in story)
        updates = [one.t for one in story if one.state is State.UPDATED]
        assert all(later - earlier >= 60 * NS_PER_S for earlier, later in pairwise(updates))
        ending = story[-1].ending
        assert isinstance(ending, Ended)
        assert first.raised_at <= ending.at <= story[-1].t


@given(history=histories, ends=st.booleans())
@settings(deadline=None, max_examples=100)
def test_one_zone_has_one_open_event_of_a_rule(history: list[Stretch], ends: bool) -> None:  # noqa: FBT001 - drawn
    _, said = play(_reasoner(), history, ends=ends)
    is_open: dict[RuleOrigin | FaultOrigin | StormOrigin, str] = {}
    for episode in said:
        place = episode.origin
        if place.rule in _PER_OBJECT:
            continue
        if episode.state is State.RAISED:
            assert place not in is_open
            is_open[place] = episode.id
        elif episode.state is State.CLEARED:
            assert is_open.pop(place) == episode.id


@given(history=histories, data=st.data())
@settings(deadline=None, max_examples=100)
def test_a_snapshot_and_a_resume_change_nothing(history: list[Stretch], data: st.DataObject) -> None:
    log, _ = play(_reasoner(), history, ends=False)
    whole = _reasoner()
    steps = [whole.feed(entry) for entry in log]
    cut = data.draw(st.integers(0, len(log)))
    first = _reasoner()
    before = [first.feed(entry) for entry in log[:cut]]
    second = Reasoner.resume(SITE, CAMERA, RULES, _FENCE, VOCABULARY, snapshot=first.snapshot())
    after = [second.feed(entry) for entry in log[cut:]]
    assert before + after == steps
    assert second.snapshot() == whole.snapshot()


def test_a_snapshot_at_every_entry_changes_nothing() -> None:
    things = [
        stay(end_s=20),
        stay(PARKED, 25, 60, track=2, look=2),
        walk(KEEPER, (10, 0.3, 0.1), (20, -0.2, 0.0), (40, 0.3, 0.2), track=3, look=3),
        walk(shifted(PARKED, 0.0, 0.25), (30, 0.0, 0.0), (40, -0.1, -0.4), class_name="truck", track=4, look=4),
    ]
    log = [observation(t_s, things) for t_s in times(80, 0.5)]
    plain = _reasoner()
    steps = [plain.feed(entry) for entry in log]
    moving_on = _reasoner()
    again: list[Step] = []
    for entry in log:
        moving_on = Reasoner.resume(SITE, CAMERA, RULES, _FENCE, VOCABULARY, snapshot=moving_on.snapshot())
        again.append(moving_on.feed(entry))
    assert again == steps


def test_the_same_log_gives_the_same_bytes() -> None:
    def told() -> tuple[str, bytes]:
        reasoning = _reasoner()
        account = answered(reasoning, [stay(end_s=30), stay(PARKED, 40, 60, track=2, look=2)], times(80))
        return repr(account.episodes), reasoning.snapshot()

    assert told() == told()


def _reasoner() -> Reasoner:
    return reasoner(*RULES, zones=ZONES)
