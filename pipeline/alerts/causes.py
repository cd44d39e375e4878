"""What is told as one across the cameras of a site, each kind of message by its own measure."""

from collections.abc import Collection

from pipeline.alerts.fault_storm import FaultStorm
from pipeline.alerts.joining import Joinings, of_source
from pipeline.alerts.message import Alert
from pipeline.alerts.same_ground import SameGround
from pipeline.config.resolved import NoiseSettings


def joinings(settings: NoiseSettings, before: Collection[Alert] = ()) -> Joinings:
    """All of it, with what is open.

    Args:
        settings: Of the site.
        before: The last messages of events that a run before left open, in order.
    """
    return Joinings(
        {
            "rule": SameGround(settings, tuple(of_source(before, "rule"))),
            "health": FaultStorm(settings, tuple(of_source(before, "health"))),
        }
    )
