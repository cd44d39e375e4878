"""Who comes, stays and goes when in the sample clip. All times are seconds from its first frame."""

from dataclasses import dataclass

import numpy as np

from sample_videos import stage
from sample_videos.stage import Array, Path

DURATION_S = 79.5


@dataclass(frozen=True)
class Stop:
    """One drive along a path: in, standing, and out again.

    Attributes:
        path: The way; it begins and ends outside the picture.
        stands_at: Metres along the path where it stands.
        enters, stands, leaves, gone: Seconds, increasing.
        returns: It goes back the way that it came.
    """

    path: Path
    stands_at: float
    enters: float
    stands: float
    leaves: float
    gone: float
    returns: bool = False

    def present(self, t: float) -> bool:
        """Whether it is on its way or standing at `t`."""
        return self.enters <= t < self.gone

    def standing(self, t: float) -> bool:
        """Whether it stands still at `t`."""
        return self.stands <= t < self.leaves

    def along(self, t: float) -> float:
        """Metres along the path at `t`; it brakes before the stop and speeds up after it."""
        if t < self.stands:
            left = (self.stands - t) / (self.stands - self.enters)
            return self.stands_at * float(1 - left**1.7)
        if t < self.leaves:
            return self.stands_at
        done = float(np.clip((t - self.leaves) / (self.gone - self.leaves), 0, 1) ** 1.7)
        end = 0.0 if self.returns else self.path.length
        return self.stands_at + done * (end - self.stands_at)

    def ground(self, t: float) -> Array:
        """Ground point (2,) at `t`, metres."""
        return self.path.at(self.along(t))


@dataclass(frozen=True)
class Span:
    """When an event is true in the clip, and how exactly that can be said, seconds."""

    start: float
    start_tolerance: float
    end: float
    end_tolerance: float


# A car blocks the fire lane for 14 s.
BLOCKING_CAR = Stop(stage.NEAR_LANE, stage.LANE_STOP, enters=0.6, stands=5.3, leaves=19.2, gone=22.4)
# A cart is pushed up, sells for half a minute and is pulled away.
CART = Stop(stage.VERGE, stage.STALL_STOP, enters=9.0, stands=15.4, leaves=47.6, gone=54.2, returns=True)
VENDOR_BEHIND = (17.0, 46.0)  # when the vendor stands behind the cart
# A van stops twice in the far lane; it hides the place where the waste is left and where it is taken away.
DUMPING_VAN = Stop(stage.FAR_LANE, stage.DUMP_STOP, enters=26.8, stands=29.6, leaves=33.6, gone=39.4)
FETCHING_VAN = Stop(stage.FAR_LANE, stage.DUMP_STOP, enters=50.6, stands=53.4, leaves=56.9, gone=62.7)
WASTE_LIES = (31.8, 55.2)
# A short stop in the fire lane, which is allowed.
SHORT_STOP = Stop(stage.NEAR_LANE, stage.LANE_STOP, enters=63.4, stands=68.0, leaves=71.2, gone=74.4)

FIRE_LANE_BLOCKED = Span(BLOCKING_CAR.stands, 2.0, BLOCKING_CAR.leaves, 3.0)
VENDOR_SELLS = Span(CART.stands, 4.0, CART.leaves, 6.0)
# The van stands before the waste when it is left and when it is taken.
WASTE_SEEN = Span(DUMPING_VAN.leaves, 8.0, WASTE_LIES[1], 5.0)
