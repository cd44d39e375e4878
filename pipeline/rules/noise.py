"""One cause is told once: what two rules say of one object, and what one rule says far too often.

Nothing is held back: an event for which another speaks is told like any other, and names it (`merged_into`). So nothing
is lost, no cool-down is used up unseen, and whoever sends alerts to people leaves out those that name another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.config.catalogue import Severity
from pipeline.config.ids import RuleId
from pipeline.config.resolved import NoiseSettings
from pipeline.geofence.boxes import iou
from pipeline.observation import CameraId, End, Entry, MediaNs, nanoseconds
from pipeline.rules.episode import ClearReason, Ended, Episode, EventId, Open, Review, RuleOrigin, State, StormOrigin
from pipeline.rules.memory import END_REASONS
from pipeline.rules.noise_memory import NoiseMemory, OpenAlert, Raise, Storm
from pipeline.rules.telling import hashed_id

_SAME_OBJECT_IOU = 0.6
_TELL_EVERY_NS = nanoseconds(60)
_MOST_NAMED = 100
"""Of the events a storm has come to stand for, so many are named in one message; all are counted."""
_RANK = {severity.value: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Sifted:
    """What one entry says, once one cause is told once.

    Attributes:
        episodes: In order.
        freed: Open events that speak for themselves again, as the one that spoke for them is over.
    """

    episodes: list[Episode]
    freed: tuple[EventId, ...]


class Noise:
    """Looks at the episodes of one camera before they are told. All that it remembers is in `memory`."""

    def __init__(self, site: str, camera: CameraId, settings: NoiseSettings, memory: NoiseMemory) -> None:
        self._site, self._camera, self._settings = site, camera, settings
        self.memory = memory

    def sift(self, episodes: Sequence[Episode], entry: Entry) -> Sifted:
        """Find what belongs together, begin storms and end them.

        Args:
            episodes: Of the rules at this entry; those of camera faults pass untouched.
            entry: The entry that led to them.
        """
        memory, told = self.memory, list[Episode]()
        if not episodes and not memory.storms:
            return Sifted(told, ())
        over: list[EventId] = []
        for episode in episodes:
            if not isinstance(episode.origin, RuleOrigin):
                told.append(episode)
            elif episode.state is State.RAISED:
                told += self._raised(episode, episode.origin)
            else:
                told.append(self._followed(episode))
                if episode.state is State.CLEARED:
                    over.append(episode.id)
        storms = self._tell_storms(entry)
        over += [episode.id for episode in storms if episode.state is State.CLEARED]
        return Sifted(told + storms, self._free(over))

    def joined(self, episode: Episode) -> Episode:
        """The episode with the name of the event that speaks for it."""
        found = next((one for one in self.memory.open if one.id == episode.id), None)
        return episode if found is None or found.lead is None else replace(episode, merged_into=found.lead)

    def _raised(self, episode: Episode, origin: RuleOrigin) -> list[Episode]:
        memory = self.memory
        since = episode.t - self._settings.storm_within_ns
        memory.raises = [*(one for one in memory.raises if one.t > since), Raise(origin.rule, episode.t)]
        lead, told = self._lead_of(episode, origin.rule), list[Episode]()
        if lead is None:
            storm = next((one for one in memory.storms if one.rule == origin.rule), None)
            mine = [one.t for one in memory.raises if one.rule == origin.rule]
            if storm is None and 0 < self._settings.storm_above < len(mine):
                storm = self._begun(episode, origin, mine[0])
                told.append(self._told(storm, episode.t, State.RAISED, Open(), ()))
            if storm is not None:
                lead, storm.held_at, storm.count = storm.id, episode.t, storm.count + 1
                storm.untold.append(episode.id)
        memory.open.append(OpenAlert(episode.id, origin.rule, episode.severity, episode.objects, lead))
        return [*told, self.joined(episode)]

    def _lead_of(self, episode: Episode, rule: RuleId) -> EventId | None:
        """The event of another rule that is about the same object and no less grave."""
        if not self._settings.merge:
            return None
        for one in self.memory.open:
            is_graver = _RANK[one.severity] >= _RANK[episode.severity]
            if one.lead is None and one.rule != rule and is_graver and _share_object(one, episode):
                return one.id
        return None

    def _followed(self, episode: Episode) -> Episode:
        told = self.joined(episode)
        for one in self.memory.open:
            if one.id == episode.id:
                one.severity, one.objects = episode.severity, episode.objects
        if episode.state is State.CLEARED:
            self.memory.open = [one for one in self.memory.open if one.id != episode.id]
        return told

    def _begun(self, episode: Episode, origin: RuleOrigin, since: MediaNs) -> Storm:
        storm = Storm(
            id=hashed_id(self._site, self._camera, origin.rule, "storm", str(episode.t)),
            rule=origin.rule,
            zone=origin.zone,
            revision=0,
            started_at=since,
            raised_at=episode.t,
            held_at=episode.t,
            told_at=episode.t,
            untold=[],
            count=0,
            severity=episode.severity,
            objects=episode.objects,
        )
        self.memory.storms.append(storm)
        return storm

    def _tell_storms(self, entry: Entry) -> list[Episode]:
        t, told = entry.t, list[Episode]()
        for storm in tuple(self.memory.storms):
            ended = END_REASONS[entry.cause] if isinstance(entry, End) else None
            if ended is None and t - storm.held_at >= self._settings.storm_within_ns:
                ended = ClearReason.LEFT
            if ended is not None:
                self.memory.storms.remove(storm)
                told.append(self._next(storm, t, State.CLEARED, Ended(storm.held_at, ended)))
            elif storm.untold and t - storm.told_at >= _TELL_EVERY_NS:
                told.append(self._next(storm, t, State.UPDATED, Open()))
        return told

    def _next(self, storm: Storm, t: MediaNs, state: State, ending: Open | Ended) -> Episode:
        storm.revision += 1
        storm.told_at = t
        named, storm.untold = tuple(storm.untold[-_MOST_NAMED:]), []
        return self._told(storm, t, state, ending, named)

    def _told(
        self, storm: Storm, t: MediaNs, state: State, ending: Open | Ended, named: tuple[EventId, ...]
    ) -> Episode:
        return Episode(
            id=storm.id,
            revision=storm.revision,
            state=state,
            t=t,
            camera=self._camera,
            origin=StormOrigin(storm.rule, storm.zone),
            started_at=storm.started_at,
            raised_at=storm.raised_at,
            ending=ending,
            dwell_ns=storm.held_at - storm.started_at,
            visible=state is not State.CLEARED,
            objects=storm.objects,
            severity=storm.severity,
            review=Review.NONE,
            merged=named,
            merged_count=storm.count,
        )

    def _free(self, over: Sequence[EventId]) -> tuple[EventId, ...]:
        freed = tuple(one.id for one in self.memory.open if one.lead is not None and one.lead in over)
        for one in self.memory.open:
            if one.id in freed:
                one.lead = None
        return freed


def _share_object(one: OpenAlert, episode: Episode) -> bool:
    return any(
        known.class_name == new.class_name and iou(known.box, new.box) >= _SAME_OBJECT_IOU
        for known in one.objects
        for new in episode.objects
    )
