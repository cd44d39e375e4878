"""A heap that lies in the street for hours is one event, seen by real perception and told by real rules."""

import pytest

from pipeline.config.catalogue import Condition
from pipeline.config.vocabulary import load_vocabulary
from pipeline.geofence.boxes import Box
from pipeline.media.frame import Frame
from pipeline.media.memory_source import StillPicture
from pipeline.perception.detections import Detections, Picture, ScriptedDetector
from pipeline.perception.looker import Looker, LookerSettings
from tests.perception.street import found, ground, outdoors, put, shot
from tests.rules.scenes import Account, at, reasoner, rule

HEAP: Box = (0.5, 0.55, 0.62, 0.70)
GROUND = ground()
WITH_HEAP = put(GROUND, HEAP, seed=11, colour=(70, 110, 140))
DOWN_S = 60.0


class Passers:
    """A network that knows where the people of the moment are; in a close look it finds nothing."""

    def __init__(self) -> None:
        self.boxes: tuple[Box, ...] = ()
        self.detector = ScriptedDetector(self._answer, ("person",))

    def _answer(self, picture: Picture) -> Detections:
        return found([("person", 0.7, box) for box in self.boxes], picture.shape[1], picture.shape[0])


def account(lies_s: float, step_s: float) -> Account:
    """What a rule with a dwell of 600 s says of a heap that lies for so long; close looks are answered."""
    people, told = Passers(), Account()
    reasoning = reasoner(rule(Condition.STATIC_OBJECT, dwell_s=600, confirm=True))
    eyes = Looker(people.detector, load_vocabulary(), LookerSettings(confidence=0.3))
    for index in range(round((DOWN_S + lies_s + 60) / step_s)):
        t_s = index * step_s
        moment = outdoors(t_s, WITH_HEAP if DOWN_S <= t_s < DOWN_S + lies_s else GROUND)
        frame = Frame(at(t_s), StillPicture(shot(moment.scene, index, moment.gain)), is_key=True)
        people.boxes = moment.blocked
        step = reasoning.feed(eyes.look(frame))
        told.steps.append(step)
        people.boxes = ()
        told.steps.extend(reasoning.feed(eyes.look_closely(frame, request.region)) for request in step.wanted)
    return told


def assert_one_event(told: Account, lies_s: float) -> None:
    assert [state for state, _ in told.story] == ["raised", "cleared"]
    (_, raised_s), (_, cleared_s) = told.story
    assert DOWN_S + 600 <= raised_s <= DOWN_S + 610
    assert DOWN_S + lies_s <= cleared_s <= DOWN_S + lies_s + 15
    assert len({episode.id for episode in told.episodes}) == 1


def test_a_heap_that_lies_for_twelve_minutes_is_one_event_under_a_dwell_of_ten() -> None:
    assert_one_event(account(720, 2.0), 720)


def test_a_heap_that_is_taken_away_before_the_dwell_is_over_is_none() -> None:
    assert account(570, 2.0).episodes == []


@pytest.mark.long
@pytest.mark.parametrize("step_s", [1.0, 2.0])
def test_a_heap_that_lies_for_two_hours_is_one_event(step_s: float) -> None:
    assert_one_event(account(7200, step_s), 7200)
