"""Several networks look at one camera: each tells absence only of what it knows."""

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition
from pipeline.geofence.boxes import Box
from pipeline.observation import WHOLE_PICTURE, Command, CommandKind, Entry, Look, LookKind
from pipeline.rules.episode import State
from pipeline.rules.scene import read_scene
from tests.rules.scenes import (
    KEEPER,
    PARKED,
    STALL,
    VOCABULARY,
    at,
    observation,
    reasoner,
    rule,
    run,
    shifted,
    stay,
    times,
    watch,
)

STREET, CITY = frozenset({"person", "car"}), frozenset({"garbage", "manhole"})
KIN = VOCABULARY.kin_by_class()


def look(classes: frozenset[str], kind: LookKind = LookKind.OBJECTS, region: Box = WHOLE_PICTURE) -> Look:
    return Look(kind, region, "test", 640, classes)


def story_after(*looks: Look, class_name: str = "garbage") -> list[tuple[str, float]]:
    """What is said of a thing that is seen for 15 s, and is missing in looks like these for a minute."""
    thing = stay(class_name=class_name)
    known = frozenset({class_name})
    before = watch([thing], times(15), (look(known),))
    after: list[Entry] = [observation(t_s, [], looks) for t_s in times(75, start_s=16)]
    reasoning = reasoner(rule(dwell_s=10, clear_after_s=5, classes=known))
    return run(reasoning, [*before, *after], [thing]).story


def test_a_network_that_does_not_know_a_class_takes_nothing_away() -> None:
    assert story_after(look(STREET)) == [("raised", 10.0)]


def test_a_network_that_knows_the_class_does() -> None:
    assert story_after(look(STREET), look(CITY)) == [("raised", 10.0), ("cleared", 21.0)]


def test_a_look_of_an_old_log_tells_of_all_that_is_reported() -> None:
    assert story_after(look(frozenset())) == [("raised", 10.0), ("cleared", 21.0)]


def test_a_network_that_knows_another_name_of_the_same_thing_tells_its_absence() -> None:
    assert "car" in KIN["van"]
    assert story_after(look(STREET), class_name="van") == [("raised", 10.0), ("cleared", 21.0)]


def test_looks_of_another_network_do_not_use_up_the_grace_before_the_dwell() -> None:
    thing = stay(class_name="garbage")
    log: list[Entry] = [
        observation(t_s, [thing] if t_s % 20 == 0 else [], (look(CITY if t_s % 20 == 0 else STREET),))
        for t_s in times(60, 1)
    ]
    reasoning = reasoner(rule(dwell_s=30, grace_s=3, classes=frozenset({"garbage"})))
    assert run(reasoning, log, [thing]).story == [("raised", 40.0)]


def test_a_stall_is_not_missing_for_a_network_that_does_not_know_it() -> None:
    keeper = stay(KEEPER, class_name="person")
    stall = stay(STALL, class_name="cart", track=2, look=2)
    people, stalls = look(frozenset({"person"})), look(frozenset({"cart"}))

    def told(*later: Look) -> list[State]:
        """The stall is gone after 10 s; what follows are looks like these."""
        log = [*watch([keeper, stall], times(10), (people, stalls)), *watch([keeper], times(120, start_s=10.5), later)]
        reasoning = reasoner(rule(Condition.GROUP, dwell_s=4, grace_s=2, clear_after_s=5))
        return [one.state for one in run(reasoning, log, [keeper, stall]).episodes]

    assert told(people) == [State.RAISED]
    assert told(people, stalls) == [State.RAISED, State.CLEARED]


def test_a_silent_place_is_empty_only_for_a_network_that_knows_what_was_there() -> None:
    thing = stay(class_name="garbage", end_s=25)
    again = stay(shifted(PARKED, 0.04), class_name="garbage", start_s=400, track=2)

    def raised_again(between: Look) -> bool:
        reasoning = reasoner(rule(dwell_s=10, classes=frozenset({"garbage"})))
        first = run(reasoning, watch([thing], times(20), (look(CITY),)), [thing])
        word = Command(at(20.2), CommandKind.DISMISS, first.episodes[0].id, at(20.2))
        rest = [*watch([thing], times(390, start_s=20.5), (between,)), *watch([again], times(450, start_s=395))]
        return bool(run(reasoning, [word, *rest], [again]).of(State.RAISED))

    assert not raised_again(look(STREET))
    assert raised_again(look(CITY))


def test_a_close_look_of_a_network_that_does_not_know_the_class_refutes_nothing() -> None:
    thing = stay(class_name="garbage")
    reasoning = reasoner(rule(dwell_s=10, classes=frozenset({"garbage"})))
    run(reasoning, watch([thing], times(10), (look(CITY),)))
    stranger = observation(10, [], (look(STREET, LookKind.CLOSE),))
    assert reasoning.feed(stranger).episodes == ()
    answer = observation(10, [thing], (look(CITY, LookKind.CLOSE),))
    assert [one.state for one in reasoning.feed(answer).episodes] == [State.RAISED]


@given(
    st.frozensets(st.sampled_from(sorted(VOCABULARY.classes))),
    st.sampled_from(sorted(VOCABULARY.classes)),
    st.sampled_from(LookKind),
    st.sampled_from([WHOLE_PICTURE, (0.0, 0.0, 1.0, 0.4)]),
)
@example(frozenset(), "removed_object", LookKind.OBJECTS, WHOLE_PICTURE)
@example(frozenset(), "removed_object", LookKind.STATIC, WHOLE_PICTURE)
def test_absence_is_told_by_a_look_at_the_place_that_knows_the_thing_by_any_name(
    known: frozenset[str], class_name: str, kind: LookKind, region: Box
) -> None:
    scene = read_scene(observation(0, [], (look(known, kind, region),)), (), KIN)
    families = {VOCABULARY.family(one) for one in known}
    knows = not known or VOCABULARY.family(class_name) in families
    at_place = region == WHOLE_PICTURE
    expected = LookKind.STATIC if class_name in ("static_object", "removed_object") else LookKind.OBJECTS
    assert scene.would_show(class_name, PARKED) == (knows and at_place and kind is expected)
    assert scene.examined(kind, PARKED, class_name) == (knows and at_place)
    assert scene.examined(kind, PARKED, "") == at_place


def test_whatever_network_looks_closely_answers_for_a_thing_without_a_class() -> None:
    heap = stay(PARKED, class_name="static_object")
    reasoning = reasoner(rule(Condition.STATIC_OBJECT, dwell_s=10))
    account = run(reasoning, watch([heap], times(10)))
    assert account.wanted
    answer = observation(10, [stay(PARKED, class_name="car", track=9)], (look(STREET, LookKind.CLOSE),))
    assert run(reasoning, [answer, *watch([heap], [10.5])]).episodes == []


WATER = stay((0.3, 0.5, 0.7, 0.9), end_s=55, class_name="water")


def water_log(until_s: float) -> list[Entry]:
    """Half a second between looks, of which only every twentieth is of the network that knows water."""
    return [
        observation(t_s, [WATER], (look(STREET), look(frozenset({"water"}))))
        if t_s % 10 == 0
        else observation(t_s, [], (look(STREET),))
        for t_s in times(until_s)
    ]


def test_what_a_specialist_sees_every_ten_seconds_covers_the_zone_in_between() -> None:
    wet = rule(Condition.COVERAGE, dwell_s=30, clear_after_s=5)
    assert run(reasoner(wet), water_log(100), [WATER]).story == [("raised", 30.0), ("cleared", 70.0)]
