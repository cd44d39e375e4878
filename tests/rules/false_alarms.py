"""A place at which something is taken for a person, for a day with its changes of light."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.config.catalogue import Condition
from pipeline.geofence.boxes import Box
from pipeline.observation import Command, CommandKind, Observation
from pipeline.perception.appearance import appearance
from pipeline.perception.detections import Floats, Picture
from pipeline.rules.episode import Episode, State
from tests.perception.camera_scenes import in_infra_red
from tests.rules.scenes import Thing, at, observation, reasoner, rule, since_start, stay

DAY_S = 24 * 3600.0
LOITERING = rule(Condition.LOITERING, dwell_s=20, grace_s=5, confidence=0.3)


@dataclass(frozen=True)
class Place:
    """What is to be seen there.

    Attributes:
        picture: By what is there, `bush` or `person`: the picture at noon.
        box: Of the bush.
        person: Of the person who stands there.
    """

    picture: Callable[[str], Picture]
    box: Box
    person: Box
    looks: dict[tuple[str, int, str], Floats] = field(default_factory=dict)
    brightnesses: dict[tuple[int, str], float] = field(default_factory=dict)

    def look_at(self, kind: str, quarter: int, night: str) -> Floats:
        """How it looks in a quarter of an hour of the day."""
        key = (kind, quarter, night)
        if key not in self.looks:
            picture = lit(self.picture(kind), quarter / 4, night)
            self.looks[key] = appearance(picture, self.box if kind == "bush" else self.person)
        return self.looks[key]

    def brightness(self, quarter: int, night: str) -> float:
        """Of the picture in a quarter of an hour of the day."""
        if (quarter, night) not in self.brightnesses:
            self.brightnesses[quarter, night] = float(lit(self.picture("bush"), quarter / 4, night).mean())
        return self.brightnesses[quarter, night]


def lit(picture: Picture, hour: float, night: str) -> Picture:
    """The picture at an hour: bright at noon, warm and dim at dusk and under lamps; grey by infra-red light."""
    draw = np.random.default_rng(round(hour * 100))
    is_night = hour < 6 or hour >= 19
    if is_night and night == "infra-red":
        plane = in_infra_red(picture)[..., 0] + draw.normal(0, 6, picture.shape[:2])
        return np.asarray(np.repeat(np.clip(plane, 0, 255)[..., None], 3, axis=2), np.uint8)
    height = 0.0 if is_night else float(np.sin((hour - 6) / 13 * np.pi))
    gain = 0.25 + 0.95 * height
    warmth = np.array([1 - 0.25 * (1 - height), 1.0, 1 + 0.2 * (1 - height)])
    return np.asarray(np.clip(picture * gain * warmth + draw.normal(0, 3, picture.shape), 0, 255), np.uint8)


def seen(place: Place, t_s: float, things: dict[str, Thing], night: str) -> Observation:
    """A look, with the appearance that the things have in the light of the hour."""
    there = {kind: one for kind, one in things.items() if one.box(t_s) is not None and one.sight(t_s) is not None}
    quarter = int(t_s / 900) % 96
    bare = observation(t_s, there.values(), brightness=place.brightness(quarter, night))
    if not there:
        return bare
    looks = np.stack([place.look_at(kind, quarter, night) for kind in there])
    return replace(bare, objects=replace(bare.objects, appearance=looks))


def is_taken_for_a_person(t_s: float) -> bool:
    """By the network, in some minutes of most hours, and never in all looks."""
    hour, minute = int(t_s // 3600), t_s % 3600 / 60
    return hour % 3 != 1 and (hour * 7) % 40 <= minute < (hour * 7) % 40 + 20 and int(t_s * 13) % 10 < 8


def moments(every_s: float, person: Callable[[float], bool]) -> Iterator[float]:
    """Looks while something is there, and one a minute else, for a day from eight in the morning."""
    t_s = 8 * 3600.0
    while t_s < 8 * 3600 + DAY_S:
        yield t_s
        is_quiet = not any(is_taken_for_a_person(t_s + s) or person(t_s + s) for s in range(-30, 61, 5))
        t_s += 60 if is_quiet else every_s


def told(
    place: Place,
    person: Callable[[float], bool] = lambda _: False,
    *,
    every_s: float = 8.0,
    night: str = "lamps",
    is_dismissed: bool = True,
) -> list[float]:
    """When something is raised in a day from eight in the morning; what is raised of the bush is called false."""
    bush = stay(
        place.box,
        class_name="person",
        track=lambda t_s: 1 + int(t_s // 400),
        missed=lambda t_s: not is_taken_for_a_person(t_s) or person(t_s),
    )
    someone = stay(place.person, class_name="person", track=9999, missed=lambda t_s: not person(t_s))
    reasoning, found, words = reasoner(LOITERING), list[float](), list[Episode]()
    for t_s in moments(every_s, person):
        while is_dismissed and words and since_start(words[0].t) + 60 <= t_s:
            reasoning.feed(Command(at(t_s), CommandKind.DISMISS, words[0].id, at(t_s)))
            del words[0]
        for episode in reasoning.feed(seen(place, t_s, {"bush": bush, "person": someone}, night)).episodes:
            if episode.state is State.RAISED:
                found.append(t_s)
                words += [] if person(t_s) else [episode]
    return found
