"""What the cameras of a live run share."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.alerts.outbox import Outbox
from pipeline.config.vocabulary import Vocabulary
from pipeline.runtime.clip_maker import ClipMaker
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.networks import ALONE, Beside
from pipeline.runtime.sent_alerts import SentAlerts
from pipeline.runtime.shared_detector import SharedDetector
from pipeline.runtime.turns import Turns


@dataclass(frozen=True, slots=True)
class Shared:
    """What the cameras of a live run share.

    Attributes:
        detector: The site's networks.
        vocabulary: Names of the classes.
        outbox: Holds the checkpoints.
        turns: Hands out turns.
        now_ns: A steady clock.
        metrics: Of the process.
        events: Told of what happens.
        sent: Told how far each camera's time is from the machine's.
        clips: Makes what looks after a camera's clips.
        beside: How the networks beside the first one are used.
    """

    detector: SharedDetector
    vocabulary: Vocabulary
    outbox: Outbox
    turns: Turns[str]
    now_ns: Callable[[], int]
    metrics: Metrics
    events: EventsLog
    sent: SentAlerts
    clips: ClipMaker
    beside: Beside = ALONE
