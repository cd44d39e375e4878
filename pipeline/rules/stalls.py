"""Things that may be a stall: what stands beside a person, and what belongs to the street.

Furniture is no stall: what has stood in its place for long before anybody came to stay with it.
"""

from collections.abc import Iterable, Sequence

from pipeline.geofence.boxes import Box, area, covered
from pipeline.observation import STATIC_OBJECT, MediaNs, Sight, nanoseconds
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Fixture, Subject
from pipeline.rules.unexplained import EXPLAINED_COVER

_REACH_HEIGHTS = 0.5
"""How far a stall may be from its keeper, and how much nearer or farther it may stand, in heights of the person."""
_CARRIED_COVER, _CARRIED_SHARE = 0.7, 0.25
"""What lies within a person's box and is small against it is carried: a bottle, a book."""
_FORGET_NS = nanoseconds(60)
_FORGET_FURNITURE_NS = nanoseconds(1800)
"""A bench is hidden by those who sit on it."""
_ATTENDING_NS = nanoseconds(15)


def is_beside(person: Box, stall: Box, aspect: float) -> bool:
    """Whether a thing stands within a person's reach, on the same ground, and is not carried.

    Args:
        person: Box of the person.
        stall: Box of the thing.
        aspect: Width over height of the picture.
    """
    if covered(stall, person) >= _CARRIED_COVER and area(stall) < _CARRIED_SHARE * area(person):
        return False
    height = person[3] - person[1]
    reach = _REACH_HEIGHTS * height
    gap_x = max(0.0, stall[0] - person[2], person[0] - stall[2]) * aspect
    gap_y = max(0.0, stall[1] - person[3], person[1] - stall[3])
    if gap_x > reach or gap_y > reach:
        return False
    # A canopy ends above the head; what is narrower than the person is tall is an umbrella in somebody's hand.
    is_canopy = (stall[2] - stall[0]) * aspect >= height
    return abs(stall[3] - person[3]) <= reach or is_canopy


def covers_nobody(sighting: Sighting, people: Iterable[Subject]) -> bool:
    """Whether a static object is no person whom the network missed at this moment."""
    return sighting.class_name != STATIC_OBJECT or not any(
        covered(sighting.box, person.box) >= EXPLAINED_COVER for person in people
    )


def follow_fixtures(
    fixtures: Sequence[Fixture], stalls: Sequence[Sighting], people: Sequence[Subject], scene: Scene, dwell_ns: int
) -> list[Fixture]:
    """The fixtures after a look.

    Args:
        fixtures: Known ones; changed.
        stalls: Stall-like objects of the picture.
        people: Who stays in the zone.
        scene: The picture.
        dwell_ns: What has stood alone for so long is furniture.
    """
    free = list(stalls)
    kept: list[Fixture] = []
    for fixture in fixtures:
        seen = _find(fixture, free, scene.aspect)
        if seen is not None:
            free.remove(seen)
            _see(fixture, seen, scene.t)
        if seen is not None or not _is_forgotten(fixture, scene):
            kept.append(fixture)
    kept.extend(
        Fixture(one.track, one.class_name, one.box, alone_from=scene.t, seen_at=scene.t)
        for one in free
        if one.sight is not Sight.HIDDEN
    )
    attending_ns = min(_ATTENDING_NS, dwell_ns // 2)
    for fixture in kept:
        if any(_attends(person, fixture, scene, attending_ns) for person in people):
            fixture.alone_from = scene.t
        elif scene.t - fixture.alone_from >= dwell_ns:
            fixture.is_furniture = True
    return kept


def is_furniture(stall: Sighting, fixtures: Iterable[Fixture]) -> bool:
    """Whether a stall-like object belongs to the street."""
    return any(one.is_furniture and one.box == stall.box for one in fixtures)


def _find(fixture: Fixture, stalls: Sequence[Sighting], aspect: float) -> Sighting | None:
    """The stall-like object in the fixture's place, whatever it is called today."""
    place = STANCES[Stay.STILL].place
    weighed = [
        (place(fixture.box, one.box, aspect) + (1.0 if one.track == fixture.track else 0.0), -index)
        for index, one in enumerate(stalls)
        if place(fixture.box, one.box, aspect) > 0
    ]
    return stalls[-max(weighed)[1]] if weighed else None


def _see(fixture: Fixture, seen: Sighting, t: MediaNs) -> None:
    fixture.absent_from = None
    if seen.sight is Sight.HIDDEN:
        return
    fixture.track, fixture.class_name, fixture.box, fixture.seen_at = seen.track, seen.class_name, seen.box, t


def _is_forgotten(fixture: Fixture, scene: Scene) -> bool:
    if fixture.absent_from is None and scene.would_show(fixture.class_name, fixture.box):
        fixture.absent_from = scene.t
    limit_ns = _FORGET_FURNITURE_NS if fixture.is_furniture else _FORGET_NS
    return fixture.absent_from is not None and scene.t - fixture.absent_from >= limit_ns


def _attends(person: Subject, fixture: Fixture, scene: Scene, attending_ns: int) -> bool:
    """Whether somebody stays with it; those who walk past do not."""
    return (
        person.standing.held_at == scene.t
        and scene.t - person.standing.since >= attending_ns
        and is_beside(person.box, fixture.box, scene.aspect)
    )
