"""Logs drawn at random: scenes that stay for a while, cut up by gaps, ticks, words and answers."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.resolved import Rule
from pipeline.observation import (
    WHOLE_PICTURE,
    Command,
    CommandKind,
    End,
    EndCause,
    Entry,
    Gap,
    GapCause,
    Look,
    LookKind,
    Sight,
    Tick,
)
from pipeline.rules.episode import Episode
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    ASIDE,
    HEAP,
    KEEPER,
    PARKED,
    STALL,
    Thing,
    at,
    close_look,
    line,
    observation,
    rule,
    shifted,
    since_start,
    stay,
    zone,
)

ZONES = (replace(zone(), direction=0.0), line((0.51, 0.2), (0.51, 1.0), zone_id="edge"))
"""The lane, and a line between two places where cars may stand."""
RULES: tuple[Rule, ...] = (
    rule(rule_id="lane", dwell_s=4, grace_s=2, clear_after_s=3, cooldown_s=5, remind_every_s=70),
    rule(rule_id="each", dwell_s=3, grace_s=1, clear_after_s=0, event_per=EventPer.OBJECT),
    rule(Condition.GROUP, rule_id="vendor", dwell_s=4, grace_s=2),
    rule(Condition.LOITERING, rule_id="about", dwell_s=4, grace_s=2, event_per=EventPer.OBJECT),
    rule(Condition.APPEARANCE, rule_id="lorry", dwell_s=0, params={"confirm_s": 1.0}),
    rule(Condition.DRIFTING, rule_id="fire", dwell_s=2, classes=frozenset({"chair", "static_object"})),
    rule(Condition.INTRUSION, rule_id="closed", dwell_s=1, grace_s=1),
    rule(Condition.LINE_CROSSING, rule_id="over", dwell_s=0, zones=["edge"], event_per=EventPer.OBJECT),
    rule(Condition.WRONG_WAY, rule_id="against", dwell_s=0.5, params={"lengths": 0.1}, event_per=EventPer.OBJECT),
    rule(Condition.UNACCOMPANIED, rule_id="alone", dwell_s=2, classes=frozenset({"car", "person"})),
    rule(Condition.STATIC_OBJECT, rule_id="waste", dwell_s=5, schedule="00:00-00:01, 00:02-01:00"),
)
_PALETTE: tuple[Thing, ...] = (
    stay(track=1, look=1),
    stay(shifted(PARKED, 0.01), track=2, look=2),
    stay(shifted(PARKED, 0.08), track=1, look=1),
    stay(track=3, look=1, class_name="truck"),
    stay(track=1, look=0),
    stay(ASIDE, track=4, look=3),
    stay(ASIDE, track=1, look=3),
    stay(KEEPER, class_name="person", track=5, look=4),
    stay(KEEPER, class_name="person", track=6, look=5),
    stay(STALL, class_name="chair", track=7, look=6),
    stay(HEAP, class_name="static_object", track=8, look=7),
    stay(shifted(HEAP, 0.04), class_name="static_object", track=9, look=8),
    stay(PARKED, track=10, look=1, hidden=lambda _: True),
    stay(KEEPER, class_name="person", track=5, look=4, hidden=lambda _: True),
    stay(shifted(KEEPER, 0.15), class_name="person", track=5, look=4),
    stay(shifted(PARKED, 0.0, 0.2), track=1, look=1),
)
_LOOKS = (
    (LookKind.OBJECTS, LookKind.STATIC),
    (LookKind.OBJECTS, LookKind.STATIC, LookKind.HEALTH),
    (LookKind.OBJECTS,),
    (LookKind.STATIC,),
    (LookKind.PLACES,),
    (),
)


@dataclass(frozen=True)
class Stretch:
    """A while in which the scene stays as it is.

    Attributes:
        kind: What is logged.
        things: What is there.
        every_s: Between two entries.
        count: How many.
        looks: What each examines.
        answers: Whether close looks find what they are asked about; None: they are never taken.
        word: What an operator says, for `words`.
    """

    kind: str
    things: tuple[Thing, ...]
    every_s: float
    count: int
    looks: tuple[LookKind, ...]
    answers: bool | None
    word: CommandKind


stretches = st.builds(
    Stretch,
    kind=st.sampled_from(["looks", "looks", "looks", "looks", "ticks", "gap", "words"]),
    things=st.lists(st.sampled_from(_PALETTE), max_size=4, unique_by=id).map(tuple),
    every_s=st.sampled_from([0.1, 0.4, 0.5, 1.0, 2.0]),
    count=st.integers(1, 14),
    looks=st.sampled_from(_LOOKS).map(tuple),
    answers=st.sampled_from([True, True, True, False, None]),
    word=st.sampled_from(list(CommandKind)),
)
histories = st.lists(stretches, min_size=1, max_size=10)


def play(reasoning: Reasoner, history: list[Stretch], *, ends: bool) -> tuple[list[Entry], list[Episode]]:
    """Feed a history; what was fed (answers included) and what was said."""
    fed: list[Entry] = []
    said: list[Episode] = []
    t_s = 0.0
    for stretch in history:
        start_s = t_s
        for n in range(stretch.count):
            t_s += stretch.every_s
            for entry in _entries(stretch, start_s, t_s, n, said):
                fed.append(entry)
                step = reasoning.feed(entry)
                said.extend(step.episodes)
                for request in step.wanted if stretch.answers is not None else ():
                    seen = stretch.things if stretch.answers else ()
                    reply = close_look(since_start(request.t), [_awake(one) for one in seen], request.region)
                    fed.append(reply)
                    said.extend(reasoning.feed(reply).episodes)
    if ends:
        end = End(at(t_s + 1), EndCause.SOURCE_ENDED)
        fed.append(end)
        said.extend(reasoning.feed(end).episodes)
    return fed, said


def _awake(thing: Thing) -> Thing:
    box = thing.box(0.0)
    return thing if box is None else Thing(thing.box, thing.class_name, thing.track, thing.look, _seen, thing.score)


def _seen(_: float) -> Sight:
    return Sight.DETECTED


def _entries(stretch: Stretch, start_s: float, t_s: float, n: int, said: list[Episode]) -> list[Entry]:
    if stretch.kind == "ticks":
        return [Tick(at(t_s))]
    if stretch.kind == "gap":
        is_open = n < stretch.count - 1
        return [Gap(at(t_s), at(start_s), is_open, GapCause.COVERED), observation(t_s, stretch.things)]
    if stretch.kind == "words":
        target = said[-1].id if said and n % 2 == 0 else ""
        until = at(t_s + 5) if stretch.word in (CommandKind.MUTE, CommandKind.MAINTENANCE) else at(t_s)
        return [Command(at(t_s), stretch.word, target, until)] if n < 2 else [Tick(at(t_s))]
    looks = tuple(Look(kind, WHOLE_PICTURE, "test", 640) for kind in stretch.looks)
    return [observation(t_s, stretch.things if looks else (), looks)]
