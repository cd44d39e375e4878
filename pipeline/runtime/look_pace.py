"""When a camera is to be looked at next, by what its rules need and what its packets tell."""

from pipeline.media.activity import Activity
from pipeline.media.arrival import Arrival
from pipeline.observation import MediaNs
from pipeline.runtime.need import ON_TIME, Need, Plan, plan


class LookPace:
    """Remembers the plan, when the next look is due, and what the packets since the last keyframe tell.

    Attributes:
        plan: How the camera is looked at for now.
        keyframe_interval_ns: The longest of the latest distances between keyframes; 0: not known yet.
    """

    def __init__(self, need: Need) -> None:
        """Everything is due.

        Args:
            need: Of the camera's rules.
        """
        self.plan = Plan(need.interval_ns, keyframes_only=True)
        self.keyframe_interval_ns = 0
        self._need = need
        self._key_due = self._any_due = self._stir_due = MediaNs(0)
        self._activity = Activity()

    def needs(self, need: Need) -> None:
        """The rules need something else from now on."""
        self._need = need

    def is_due(self, arrival: Arrival) -> bool:
        """Take in a packet; whether a look is due with it."""
        self._activity.packet(arrival.n_bytes, is_key=arrival.is_key)
        due = self._key_due if arrival.is_key else self._any_due
        return arrival.t >= due or (arrival.t >= self._stir_due and self._stirs())

    def replan(self, *, is_idle: bool) -> None:
        """Plan anew.

        Args:
            is_idle: Nothing is where the rules look, and nothing moves.
        """
        self.plan = plan(
            self._need,
            self.keyframe_interval_ns,
            is_idle=is_idle and not self._stirs(),
            packets_tell=self._activity.is_helpful,
        )

    def looked(self, t: MediaNs) -> None:
        """There is a picture of this moment: the next is due by the plan."""
        interval_ns = self.plan.interval_ns
        self._stir_due = MediaNs(t + round(self._need.interval_ns * ON_TIME))
        early_ns = round(interval_ns * (1 - ON_TIME))
        if self.plan.keyframes_only:
            # The last keyframe within the interval; where none comes in time, any picture.
            self._key_due = MediaNs(t + max(0, interval_ns - self.keyframe_interval_ns) + early_ns)
            self._any_due = MediaNs(t + interval_ns * 3 // 2)
        else:
            self._key_due = self._any_due = MediaNs(t + interval_ns - early_ns)

    def judged(self, *, changed: bool) -> None:
        """A keyframe was looked at: whether something had changed."""
        self._activity.judged(changed=changed)

    def restart(self) -> None:
        """Another stream is looked at: everything is due."""
        self._key_due = self._any_due = self._stir_due = MediaNs(0)
        self._activity = Activity()

    def _stirs(self) -> bool:
        """Whether the packets since the last keyframe tell that something moves, on a camera where they do."""
        return self._activity.is_helpful and self._activity.is_active
