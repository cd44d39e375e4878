"""What a draft of fences would mean: where objects stood, and which events it would have raised."""

from datetime import datetime

from pipeline.console.fences_models import Answer, Named

Share = float
"""Of the picture's width or height, in [0, 1]."""


class GroundPointsAnswer(Answer):
    """Where objects touched the ground, as columns of one length, in order of time.

    Attributes:
        since: From when on; None: there is no log.
        until: The log's last entry.
        classes: Names; `kind` counts in them.
        x: Shares of the picture's width.
        y: Of its height.
        t_s: Seconds after `since`.
        stay_s: How long the object stayed about there.
        track: Tells one object from another.
    """

    since: datetime | None
    until: datetime | None
    classes: list[Named]
    kind: list[int]
    track: list[int]
    x: list[Share]
    y: list[Share]
    t_s: list[float]
    stay_s: list[float]


class TrialBegun(Answer):
    """A trial that has begun.

    Attributes:
        trial: Its id; empty: there is nothing to try.
        lack: Why there is nothing to try: `no_log`, `no_rule`; else empty.
    """

    trial: str
    lack: str


class TriedEvent(Answer):
    """An event that a trial found."""

    id: str
    rule: str
    zh: str
    en: str
    zone: str
    severity: str
    started_at: datetime
    raised_at: datetime
    ended_at: datetime | None
    classes: list[str]
    boxes: list[list[Share]]


class MovedEvent(Answer):
    """An event that both have, differently."""

    before: TriedEvent
    after: TriedEvent
    how: list[str]


class FenceTrial(Answer):
    """The last day's events under the draft, beside those under the saved fences.

    Attributes:
        is_over: Whether this is all; the rest is empty until then.
        fault: Why it was given up; else empty.
        refused: What the log cannot answer; else empty.
        watched_s: How long the camera was seen.
        same: Events that both have alike.
    """

    is_over: bool
    fault: str
    refused: str
    watched_s: float
    same: int
    appeared: list[TriedEvent]
    vanished: list[TriedEvent]
    moved: list[MovedEvent]
