"""An event tells its evidence over time: how many looks of how many have seen each object since it came to stay."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition
from pipeline.config.resolved import Geofence
from pipeline.observation import Sight
from pipeline.rules.episode import Looks
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    CAMERA,
    KEEPER,
    SITE,
    STALL,
    VOCABULARY,
    Account,
    Thing,
    answered,
    close_look,
    moving,
    observation,
    reasoner,
    rule,
    shifted,
    since_start,
    stay,
    times,
    zone,
)


def looks_of(account: Account) -> Looks | None:
    """Of the first object of the first message."""
    return account.episodes[0].objects[0].looks


def seen_as(sights: list[Sight | None]) -> Thing:
    """Something that is seen so at looks a second apart; None: missed; afterwards it is detected."""

    def sight(t_s: float) -> Sight | None:
        return sights[round(t_s)] if round(t_s) < len(sights) else Sight.DETECTED

    car = stay()
    return Thing(car.box, car.class_name, car.track, car.look, sight, car.score)


@given(st.lists(st.sampled_from([*Sight, None]), min_size=0, max_size=12))
@settings(deadline=None)
def test_looks_that_would_have_shown_it_are_counted_by_what_they_showed(later: list[Sight | None]) -> None:
    sights = [Sight.DETECTED, *later]
    account = answered(reasoner(rule(dwell_s=20, grace_s=30)), [seen_as(sights)], times(20, 1))
    rest = 21 - len(sights)
    assert looks_of(account) == Looks(
        of=sum(one is not Sight.HIDDEN for one in sights) + rest,
        seen=sum(one in (Sight.DETECTED, Sight.VERIFIED) for one in sights) + rest,
        detected=sum(one is Sight.DETECTED for one in sights) + rest,
    )


def test_what_comes_to_stay_elsewhere_is_counted_anew() -> None:
    moves = Thing(
        box=lambda t_s: shifted((0.4, 0.5, 0.6, 0.7), 0.0 if t_s < 8 else -0.19),
        class_name=lambda _: "car",
        track=lambda _: 1,
        look=lambda _: 1,
        sight=lambda _: Sight.DETECTED,
        score=lambda _: 0.8,
    )
    account = answered(reasoner(rule(dwell_s=10)), [moves], times(30, 1))
    first = account.episodes[0]
    found = looks_of(account)
    assert found is not None
    assert since_start(first.started_at) >= 8
    assert found.of <= since_start(first.t) - since_start(first.started_at) + 1


def test_what_only_keeps_company_is_not_counted() -> None:
    things = [stay(KEEPER, class_name="person"), stay(STALL, class_name="chair", track=2, look=2)]
    account = answered(reasoner(rule(Condition.GROUP, dwell_s=5)), things, times(10))
    assert [one.looks is None for one in account.episodes[0].objects] == [False, True]


def test_a_run_that_is_taken_up_again_counts_on() -> None:
    entries = [observation(t_s, [stay()]) for t_s in times(10, 1)]
    whole, broken = reasoner(rule(dwell_s=10)), reasoner(rule(dwell_s=10))
    for entry in entries[:6]:
        whole.feed(entry)
        broken.feed(entry)
    fence = Geofence(None, (zone(),))
    resumed = Reasoner.resume(SITE, CAMERA, (rule(dwell_s=10),), fence, VOCABULARY, snapshot=broken.snapshot())
    for entry in entries[6:]:
        assert whole.feed(entry) == resumed.feed(entry)
    answer = close_look(10, [stay()])
    assert whole.feed(answer) == resumed.feed(answer)
    assert whole.snapshot() == resumed.snapshot()


def test_a_crowd_is_counted_by_the_looks_that_told_whether_it_was_one() -> None:
    def person(n: int) -> Thing:
        box = shifted((0.22, 0.5, 0.26, 0.65), 0.06 * n)
        whole = stay(box, class_name="person", track=60 + n, look=1 + n)
        return moving(whole, lambda t_s: None if 50 <= t_s < 53 else box)

    crowd = rule(Condition.CROWD, dwell_s=60, grace_s=10, params={"count": 4, "density": 0})
    people = [person(n) for n in range(4)]
    found = looks_of(answered(reasoner(crowd), people, times(100, 1)))
    assert found is not None
    assert (found.of - found.seen, found.detected) == (3, found.seen)
    assert 45 <= found.of <= 61


def test_what_is_gone_is_counted_by_the_looks_that_saw_its_place_empty() -> None:
    missing = rule(Condition.ABSENCE, dwell_s=30, params={"belongs_s": 60}, confidence=0.3)
    garbage_bin = stay((0.4, 0.55, 0.48, 0.7), 0, 100, class_name="garbage_bin", track=70, look=2)
    found = looks_of(answered(reasoner(missing), [garbage_bin], times(140, 1)))
    assert found is not None
    assert 25 <= found.of == found.seen <= 31
