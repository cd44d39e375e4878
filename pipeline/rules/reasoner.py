"""The reasoning of one camera: log entries in, events out. It reads no clock and sees no pixel."""

from typing import Self

from pydantic import TypeAdapter, ValidationError

from pipeline.config.catalogue import Condition
from pipeline.config.resolved import UNMERGED, Geofence, NoiseSettings, Rule
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import StateError
from pipeline.observation import (
    CameraId,
    Command,
    Entry,
    Gap,
    GapCause,
    MediaNs,
    Observation,
    Tick,
)
from pipeline.rules.building import kin_of, rule_states, zone_fields
from pipeline.rules.camera_faults import CameraFaults, FaultSettings
from pipeline.rules.episode import ClearReason, Episode, FaultKind, Step
from pipeline.rules.hush import take_over_words
from pipeline.rules.memory import CameraMemory
from pipeline.rules.noise import Noise
from pipeline.rules.rule_state import Dwell, Outcome, RuleState
from pipeline.rules.scene import Scene, is_close_look, mask_shapes, read_scene
from pipeline.rules.telling import Teller
from pipeline.rules.zones import ZoneFields

_VERSION = 2
_MEMORY = TypeAdapter(CameraMemory)
_NOTHING = Step((), ())


class Reasoner:
    """Feeds the entries of one camera, in order, to every rule that looks at it.

    The rules' order in the site file does not matter: they speak in the order of their ids.
    """

    def __init__(
        self,
        site_id: str,
        camera: CameraId,
        rules: tuple[Rule, ...],
        fence: Geofence,
        vocabulary: Vocabulary,
        *,
        noise: NoiseSettings = UNMERGED,
    ) -> None:
        """Begin afresh.

        Args:
            site_id: Part of the events' ids.
            camera: Whose entries will be fed.
            rules: Of the site; those that are off, or look elsewhere, are left out here.
            fence: The camera's.
            vocabulary: What counts as a person and as a vehicle.
            noise: How much of it is told as one.
        """
        self._site, self._camera = site_id, camera
        views = sorted({zone.view for zone in (*fence.zones, *fence.masks)})
        self._masks_by_view = {view: mask_shapes(one for one in fence.masks if one.view == view) for view in views}
        fields = zone_fields(fence)
        used = {zone for rule in rules if rule.enabled for zone in rule.zones_by_camera.get(camera, ())}
        self._fields_by_view = {
            view: ZoneFields([one for one in fields.values() if one.zone.id in used and one.zone.view == view])
            for view in views
        }
        self._kin = kin_of(vocabulary)
        mine = sorted((rule for rule in rules if rule.enabled and _looks_at(rule, camera)), key=lambda r: r.id)
        self._states = rule_states(site_id, camera, mine, fence, vocabulary, fields=fields)
        self._fault_settings = FaultSettings.of(rules, camera)
        self._memory = CameraMemory(_VERSION, site_id, camera, [state.memory for state in self._states])
        self._faults = CameraFaults(site_id, camera, self._fault_settings, self._memory.faults)
        self._noise = Noise(site_id, camera, noise, self._memory.noise)

    @classmethod
    def resume(
        cls,
        site_id: str,
        camera: CameraId,
        rules: tuple[Rule, ...],
        fence: Geofence,
        vocabulary: Vocabulary,
        *,
        snapshot: bytes,
        noise: NoiseSettings = UNMERGED,
    ) -> Self:
        """Go on where a snapshot left off.

        Events of rules that are gone, or that are another rule by now (zones, classes, dwell ...), are cleared as
        `rule_changed` at the next entry.

        Raises:
            StateError: The snapshot is damaged, of another version or of another camera.
        """
        reasoner = cls(site_id, camera, rules, fence, vocabulary, noise=noise)
        try:
            memory = _MEMORY.validate_json(snapshot)
        except ValidationError as error:
            raise StateError(f"snapshot of camera {camera}: damaged: {error.error_count()} faults") from error
        found = (memory.version, memory.site, memory.camera)
        if found != (_VERSION, site_id, camera):
            raise StateError(f"snapshot of camera {camera}: got {found}, expected {(_VERSION, site_id, camera)}")
        reasoner._adopt(memory)
        return reasoner

    def feed(self, entry: Entry) -> Step:
        """Reason over the next entry; times never go backwards. After an `End` nothing is said any more."""
        if self._memory.ended:
            return _NOTHING
        episodes = self._bury_orphans(entry)
        blind = self._memory.blind
        outcomes = self._outcomes(entry)
        episodes.extend(episode for outcome in outcomes for episode in outcome.episodes)
        episodes = self._sifted(episodes, entry)
        episodes.extend(self._faults.feed(entry, blind))
        wanted = tuple(request for outcome in outcomes for request in outcome.wanted)
        return Step(tuple(episodes), wanted) if episodes or wanted else _NOTHING

    def seen_now(self, t: MediaNs, since: MediaNs) -> list[Episode]:
        """The open events of rules that hold at the entry of this moment, as they stand; nothing is told by it.

        Args:
            t: Of the last entry.
            since: Those that were raised before are left out.
        """
        return [one for state in self._states for one in state.seen_now(t, since)]

    def dwells(self) -> list[Dwell]:
        """How the objects of the last entries stand to the rules; nothing is told by it."""
        return [one for state in self._states for one in state.dwells()]

    @property
    def open_faults(self) -> tuple[FaultKind, ...]:
        """The camera faults that have an open event."""
        return tuple(fault.kind for fault in self._memory.faults.faults if fault.event is not None)

    def snapshot(self) -> bytes:
        """All that is remembered, as canonical JSON: the same entries give the same bytes."""
        return _MEMORY.dump_json(self._memory)

    def _sifted(self, episodes: list[Episode], entry: Entry) -> list[Episode]:
        sifted = self._noise.sift(episodes, entry)
        retold = [one for event in sifted.freed for state in self._states for one in state.retell(event, entry.t)]
        return sifted.episodes + retold

    def _outcomes(self, entry: Entry) -> list[Outcome]:
        memory = self._memory
        if isinstance(entry, Observation):
            return self._look(entry)
        if isinstance(entry, Tick):
            return [state.pass_time(entry, is_blind=self._is_blind(state)) for state in self._states]
        if isinstance(entry, Gap):
            memory.blind = entry.cause if entry.is_open else None
            return [state.lose_sight(entry) for state in self._states]
        if isinstance(entry, Command):
            return [state.obey(entry) for state in self._states]
        memory.ended = True
        return [state.end(entry) for state in self._states]

    def _look(self, observation: Observation) -> list[Outcome]:
        if self._memory.blind is not None:
            # What a covered or turned camera shows is not the scene.
            return [state.pass_time(Tick(observation.t), is_blind=True) for state in self._states]
        before = self._memory.view
        if is_close_look(observation):
            close = read_scene(observation, self._masks_by_view.get(before, ()), self._kin)
            return [state.look_closely(close) for state in self._states if state.memory.view == before]
        view = self._memory.view = observation.health.view
        scene = read_scene(observation, self._masks_by_view.get(view, ()), self._kin)
        if view in self._fields_by_view:
            self._fields_by_view[view].ask(sighting.box for sighting in scene.sightings)
        return [self._see(state, scene, view, before) for state in self._states]

    def _see(self, state: RuleState, scene: Scene, view: str, before: str) -> Outcome:
        """A picture for the rules of its view; for those of another the camera has turned away."""
        if state.memory.view == view:
            return state.see(scene)
        if state.memory.view == before:
            return state.lose_sight(Gap(scene.t, scene.t, is_open=True, cause=GapCause.MOVED))
        return state.pass_time(Tick(scene.t), is_blind=True)

    def _is_blind(self, state: RuleState) -> bool:
        return self._memory.blind is not None or state.memory.view != self._memory.view

    def _adopt(self, memory: CameraMemory) -> None:
        known = {(one.rule, one.view): one for one in memory.rules}
        for state in self._states:
            found = known.get((state.memory.rule, state.memory.view))
            if found is not None and found.fingerprint == state.memory.fingerprint:
                state.memory = known.pop((found.rule, found.view))
            elif found is not None:
                take_over_words(state.memory, found, state.rule.zones_by_camera.get(self._camera, ()))
            else:
                state.memory.muted_until = _camera_mute(memory)
        memory.orphans.extend(one for one in known.values() if one.events)
        memory.rules = [state.memory for state in self._states]
        self._memory = memory
        self._faults = CameraFaults(self._site, self._camera, self._fault_settings, memory.faults)
        self._noise.memory = memory.noise

    def _bury_orphans(self, entry: Entry) -> list[Episode]:
        orphans, self._memory.orphans = self._memory.orphans, []
        return [
            Teller(self._site, self._camera, one.rule).cleared(event, entry.t, ClearReason.RULE_CHANGED)
            for one in orphans
            for event in one.events
        ]


def _camera_mute(memory: CameraMemory) -> MediaNs | None:
    """Until when the whole camera is silent: its faults are, and each of its rules for as long."""
    until = memory.faults.muted_until
    ends = [one.muted_until for one in memory.rules]
    return until if until is not None and ends and all(end is not None and end >= until for end in ends) else None


def _looks_at(rule: Rule, camera: CameraId) -> bool:
    """Whether a rule has zones there. How a camera's faults are told is no matter of zones."""
    return bool(rule.zones_by_camera.get(camera)) and rule.algorithm.condition is not Condition.CAMERA_FAULT
