"""What a run tells the console beside it: how its cameras are, and what they show. One writes, the other reads."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

Share = float
"""Of the picture's width or height, in [0, 1]."""


class _Message(BaseModel):
    """An older console reads what a newer run says, so what is not known is passed over."""

    model_config = ConfigDict(frozen=True)


class StreamTold(_Message):
    """One stream of a camera."""

    name: str = Field(description="`main` or `sub`.")
    is_connected: bool
    since: datetime | None = Field(description="Since when it is there, or away; null: it was never reached.")
    fault: str = Field(description="Why it is away, one line; empty: it is not.")
    packets: int = Field(ge=0, description="Received since the run began.")
    received_bytes: int = Field(ge=0)
    reconnects: int = Field(ge=0)
    decoded: int = Field(ge=0, description="Pictures decoded for the analysis.")
    damaged: int = Field(ge=0)


class BlindTold(_Message):
    """A camera sees nothing."""

    cause: str = Field(description="`no_signal`, `frozen`, `covered`, `moved`, `clock_jumped`, `not_watched`.")
    since: datetime = Field(description="The first moment that was not seen, in media time.")


class CameraTold(_Message):
    """One camera of a run. Counts are since the run began."""

    camera: str
    state: str = Field(description="`connecting`, `connected`, `unreachable`, `ended`.")
    since: datetime | None = Field(description="Since when its state holds; null where that is not known.")
    fault: str = Field(description="Why it is not connected, one line; else empty.")
    streams: tuple[StreamTold, ...]
    media_now: datetime | None = Field(description="The present moment of its time; null: not known yet.")
    looked_at: datetime | None = Field(description="Media time of the newest picture looked at.")
    pictures_per_s: float = Field(ge=0, description="That it sends, of the stream that is looked at; 0: not known yet.")
    looks_per_s: float | None = Field(description="Made of late; null: not known yet.")
    looks_wanted_per_s: float | None = Field(description="That its rules need now.")
    lag_s: float | None = Field(description="From capture to the end of reasoning, of the newest look.")
    blind: BlindTold | None = Field(description="Null: it sees.")
    faults: tuple[str, ...] = Field(description="Kinds of the camera faults that are open.")
    dropped: dict[str, int] = Field(description="Pictures and packets thrown away, by reason.")
    failed_looks: int = Field(ge=0)
    log_entries_lost: int = Field(ge=0)


class RunTold(_Message):
    """A run and its cameras, in the site's order."""

    now: datetime = Field(description="By the run's clock.")
    is_overloaded: bool
    cameras: tuple[CameraTold, ...]


class ObjectTold(_Message):
    """One object of the newest look."""

    class_name: str
    score: float = Field(ge=0, le=1)
    track: int
    xyxy: tuple[Share, Share, Share, Share]
    is_hidden: bool = Field(description="Something stands before it: it is where it was seen last.")
    rule: str = Field(description="The rule whose condition it has fulfilled for longest; empty: none's, or not known.")
    dwell_s: float | None = Field(description="For how long; null: no rule's condition holds for it, or not known.")
    is_raised: bool = Field(description="It is part of an open event.")


class PictureTold(_Message):
    """What a camera shows now. The picture itself follows as JPEG."""

    camera: str
    picture: str = Field(description="Names the picture, to be told of as `had`; empty: there is none.")
    n_bytes: int = Field(ge=0, description="Of the JPEG; 0: there is none, or it is the one that was had.")
    taken_at: datetime | None = Field(description="Media time of the picture.")
    width: int = Field(ge=0, description="Of the upright picture as the camera sends it, px.")
    height: int = Field(ge=0)
    looked_at: datetime | None = Field(description="Media time of the look that found the objects.")
    view: str = Field(description="The preset of a PTZ camera that the look has seen; else empty.")
    objects: tuple[ObjectTold, ...]
    state: str = Field(description="As in `CameraTold`.")
    media_now: datetime | None


class PicturesTold(_Message):
    """The first line of an answer; the JPEGs follow it in the same order, without anything between."""

    pictures: tuple[PictureTold, ...]
