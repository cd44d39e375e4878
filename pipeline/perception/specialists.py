"""The specialists of one camera: each on its timetable, and no more than one on a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.geofence.boxes import Box
from pipeline.observation import Look
from pipeline.perception.looker_memory import SpecialistMemory
from pipeline.perception.moment import Moment
from pipeline.perception.network_eye import NetworkEye
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.specialist import SpecialistEye
from pipeline.perception.track import Track


class Specialists:
    """Remembers the eyes of the camera's specialists, in the order of the site file."""

    def __init__(self, eyes: Sequence[SpecialistEye]) -> None:
        self._eyes = tuple(eyes)

    def remember(self, shelf: Shelf) -> tuple[SpecialistMemory, ...]:
        """What each of them remembers."""
        return tuple(eye.remember(shelf) for eye in self._eyes)

    def recall(self, memory: Sequence[SpecialistMemory], shelf: OpenShelf) -> None:
        """Go on where those of the same names were; others begin afresh.

        Raises:
            StateError: The shelf is damaged.
        """
        memory_by_name = {one.name: one for one in memory}
        for eye in self._eyes:
            if eye.name in memory_by_name:
                eye.recall(memory_by_name[eye.name], shelf)

    def look(self, moment: Moment, wanted: Mapping[str, Sequence[Box]], others: Sequence[Track]) -> list[Look]:
        """Let the one look whose turn it is, if it is any's; the places of the others' finds are compared.

        Args:
            moment: The picture.
            wanted: Where rules look that need a specialist, by its name; those that are absent rest.
            others: What the camera's first network follows.

        Returns:
            The look, if there was one.
        """
        mine = [(eye, replace(moment, attention=tuple(wanted[eye.name]))) for eye in self._eyes if eye.name in wanted]
        turns = [(eye.overdue(at), -n) for n, (eye, at) in enumerate(mine)]
        overdue, place = max(turns, default=(-1.0, 0))
        looks: list[Look] = []
        for n, (eye, at) in enumerate(mine):
            look = eye.look(at, others) if overdue >= 0 and n == -place else None
            if look is None:
                eye.rest(at, others)
            else:
                looks.append(look)
        return looks

    def told(self, t_s: float) -> list[Track]:
        """What there is to tell of the look at `t_s`."""
        return [track for eye in self._eyes for track in eye.eye.tracker.told(t_s)]

    def knowing(self, classes: frozenset[str]) -> NetworkEye | None:
        """The eye of the first that knows one of these classes; None: none does."""
        return next((one.eye for one in self._eyes if one.eye.detector.classes & classes), None)
