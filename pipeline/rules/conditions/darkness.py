"""A place stays dark at night: the lamp that lit it is out. It is read from the brightness grid alone."""

from typing import ClassVar

import numpy as np

from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Rule
from pipeline.geofence.geometry import covered_cells
from pipeline.observation import GRID_HEIGHT, GRID_WIDTH, MediaNs, TrackId, nanoseconds
from pipeline.rules.condition import STREET_LAMP, Kinds, Pace, Remembers, Span
from pipeline.rules.episode import EventObject
from pipeline.rules.memory import Lit, RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.zone_states import Reading, ZoneStates, kept_span, state_of
from pipeline.rules.zones import Grounds, ZoneField

_NO_TRACK = TrackId(0)
_LIT_RATIO, _LIT_LEVELS = 1.3, 15.0
"""What a lamp lights is brighter than the rest of the night by this factor and by so many levels of luma."""
_OUT_SHARE = 0.6
"""Below this share of what the place was when it was lit it is dark: gain control moves it by less."""
_LEARNED_NS = nanoseconds(120)
_FOLLOWED_OVER_NS = nanoseconds(600)


class Darkness:
    """A street lamp that is out. What was never seen lit is dark below a level of luma, where the rule gives one."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.MORE

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds, size
        self._night, self._dark = rule.params["night"], rule.params["dark"]
        cells = [(field, covered_cells(field.shape, GRID_WIDTH, GRID_HEIGHT)) for field in grounds.fields]
        self._cells = cells
        lit = np.zeros((GRID_HEIGHT, GRID_WIDTH), np.bool_)
        for _, mine in cells:
            lit |= mine
        # Zones over the whole picture leave no surroundings: then the picture itself is what night is told by.
        self._around = ~lit if not lit.all() else lit
        self._states = ZoneStates(rule, may_take_turns=True)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Nothing is followed."""
        del scene
        return []

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """At night, learn how bright the places are when they are lit, and tell which are dark."""
        around = float(np.median(scene.grid[self._around]))
        if around >= self._night:
            self._end_waiting(memory, scene)
            return
        for field, cells in self._cells:
            luma = float(scene.grid[cells].mean())
            _learn(memory, field.zone.id, luma, around, scene.t)
            self._states.note(memory, field.zone.id, self._reading(memory, field, luma, scene), scene)

    def _end_waiting(self, memory: RuleMemory, scene: Scene) -> None:
        """By day nobody can tell: what was raised stays, and what was not begins anew; dawn and dusk do not add up."""
        raised = {number for event in memory.events for number in event.members}
        for field, _ in self._cells:
            state = state_of(memory.subjects, field.zone.id)
            if state is not None and state.number not in raised:
                self._states.note(memory, field.zone.id, Reading(0.0, scene.t, scene.t, ()), scene)

    def span(self, subject: Subject) -> Span | None:
        """Since when it has been dark."""
        return kept_span(subject)

    def is_credible(self, subject: Subject) -> bool:
        """What was dark for less than half of the time has ended already."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """A closer look at a dark place shows nothing more."""
        del subject, close
        return True

    def _reading(self, memory: RuleMemory, field: ZoneField, luma: float, scene: Scene) -> Reading | None:
        """How dark it is; None: it was never seen lit, and the rule gives no level."""
        lit = next((one for one in memory.lit if one.zone == field.zone.id and one.is_known), None)
        limit = self._dark if lit is None else _OUT_SHARE * lit.luma
        if limit <= 0:
            return None
        if luma >= limit:
            return Reading(0.0, scene.t, scene.t, ())
        shown = EventObject(STREET_LAMP, round(1 - luma / limit, 3), field.extent, _NO_TRACK)
        return Reading(1.0, scene.t, scene.t, (shown,))


def _learn(memory: RuleMemory, zone: ZoneId, luma: float, around: float, t: MediaNs) -> None:
    """Remember how bright a place is while its lamp is lit; headlights do not stay for so long."""
    lit = next((one for one in memory.lit if one.zone == zone), None)
    is_lit = luma >= _LIT_RATIO * around and luma >= around + _LIT_LEVELS
    if lit is None:
        if is_lit:
            memory.lit.append(Lit(zone, luma, since=t, at=t))
        return
    if not lit.is_known and not is_lit:
        memory.lit.remove(lit)
    elif is_lit and luma >= _OUT_SHARE * lit.luma:
        lit.luma += min(1.0, (t - lit.at) / _FOLLOWED_OVER_NS) * (luma - lit.luma)
        lit.is_known = lit.is_known or t - lit.since >= _LEARNED_NS
    lit.at = t
