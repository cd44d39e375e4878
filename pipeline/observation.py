"""The hinge: what may enter the reasoning, one ordered sequence per camera, and nothing else.

Perception writes these entries, rules read them, the log keeps them. Only what was examined and not found is absent:
an `Observation` says by its `looks` what was examined, and an object whose place was hidden says so by its `sight`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from typing import NewType, Self

import numpy as np
from numpy.typing import NDArray

MediaNs = NewType("MediaNs", int)
"""A moment of media time: nanoseconds since 1970-01-01 UTC. Differences of two are durations."""
CameraId = NewType("CameraId", str)
TrackId = NewType("TrackId", int)

NS_PER_S = 1_000_000_000
GRID_WIDTH, GRID_HEIGHT = 32, 18
STATIC_OBJECT = "static_object"
"""Class of a thing that was not there and now lies still, whatever it is."""
REMOVED_OBJECT = "removed_object"
"""Class of the place of a thing that was there from the start and was taken away, whatever it was."""

COLOUR_LENGTH = 36
"""So many numbers of an appearance tell of colour, and those behind them as much of form."""
GREY_PLACES = (14, 15, 20, 21)
"""Those of the colour numbers in which alone grey counts, in equal parts."""

Floats = NDArray[np.float32]


def seconds(duration_ns: int) -> float:
    """A duration of media time, in seconds."""
    return duration_ns / NS_PER_S


def nanoseconds(duration_s: float) -> int:
    """A duration in whole nanoseconds of media time."""
    return round(duration_s * NS_PER_S)


class LookKind(StrEnum):
    """What a look examined."""

    OBJECTS = "objects"
    """A network ran over the region: an object of the look's classes that is not reported there is absent."""
    PLACES = "places"
    """The places of known still objects were compared with how they looked. It confirms, and never tells absence."""
    STATIC = "static"
    """The region was held against its background: a `static_object` or `removed_object` that is not
    reported there is absent."""
    HEALTH = "health"
    """The picture itself was judged (see `Health`)."""
    CLOSE = "close"
    """A second look at full resolution around one object: it confirms or refutes that object and says nothing else."""


@dataclass(frozen=True, slots=True)
class Look:
    """One examination of one region of the picture.

    Attributes:
        kind: What was examined.
        region: x1, y1, x2, y2 as shares of width and height, each in [0, 1].
        model: Name of the network or method.
        input_px: Longer side of what the model was given, px.
        classes: What the network can find: of nothing else does the look tell absence. Empty: of all that is reported.
    """

    kind: LookKind
    region: tuple[float, float, float, float]
    model: str
    input_px: int
    classes: frozenset[str] = frozenset()

    def covers(self, box: tuple[float, float, float, float]) -> bool:
        """Whether the middle of the box (shares of the picture) lies in the region."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return self.region[0] <= x <= self.region[2] and self.region[1] <= y <= self.region[3]

    def tells_of(self, class_names: frozenset[str]) -> bool:
        """Whether it would have found a thing that may bear any of these names; none: of which nothing is known."""
        return not self.classes or not class_names or not self.classes.isdisjoint(class_names)


WHOLE_PICTURE = (0.0, 0.0, 1.0, 1.0)


class Sight(IntEnum):
    """How an object that is reported was seen at this moment."""

    DETECTED = 0
    """A network found it in this picture (a static object: it differs from its background)."""
    VERIFIED = 1
    """Its place still looks as it did when it was found there."""
    HIDDEN = 2
    """Something stands before its place: it is neither seen nor absent."""


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """The objects of one picture, one row each. Rows are selected with a mask: `objects[mask]`.

    Attributes:
        xyxy: Shape (N, 4), float32: boxes as shares of the picture's width and height, in [0, 1].
        class_name: Shape (N,), str: the catalogue's vocabulary.
        score: Shape (N,), float32, in [0, 1].
        track: Shape (N,), int64: the track's id, unique within the camera; never reused.
        sight: Shape (N,), uint8: values of `Sight`.
        appearance: Shape (N, D), float32: rows of unit length; a dot product tells likeness. Zero where none is known.
    """

    xyxy: Floats
    class_name: NDArray[np.str_]
    score: Floats
    track: NDArray[np.int64]
    sight: NDArray[np.uint8]
    appearance: Floats

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        if self.xyxy.shape != (n, 4) or self.appearance.ndim != 2:
            raise ValueError(f"xyxy {self.xyxy.shape}, appearance {self.appearance.shape}: expected (N, 4) and (N, D)")
        for field in fields(self):
            if len(getattr(self, field.name)) != n:
                raise ValueError(f"{field.name}: {len(getattr(self, field.name))} rows, xyxy has {n}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Objects":
        return Objects(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def none(cls, appearance_length: int = 0) -> Self:
        """No objects."""
        return cls(
            xyxy=np.zeros((0, 4), np.float32),
            class_name=np.zeros(0, np.str_),
            score=np.zeros(0, np.float32),
            track=np.zeros(0, np.int64),
            sight=np.zeros(0, np.uint8),
            appearance=np.zeros((0, appearance_length), np.float32),
        )

    @classmethod
    def join(cls, parts: Sequence["Objects"]) -> "Objects":
        """The rows of all parts, in order. At least one part; appearance vectors of one length, or absent."""
        present = [part for part in parts if len(part)] or list(parts[:1])
        return cls(*(np.concatenate([getattr(part, field.name) for part in present]) for field in fields(cls)))


@dataclass(frozen=True, slots=True)
class Health:
    """What the picture says of the camera.

    Attributes:
        brightness: Mean luma, in [0, 255].
        contrast: Standard deviation of luma, in [0, 128].
        sharpness: Mean absolute Laplacian of luma at the analysis size; falls when the lens is covered or out of focus.
        change: Share of the picture that differs from the look before, in [0, 1]; exactly 0 in a frozen picture.
        frame_rate: Pictures a second that the camera sent of late; 0 where nobody counted.
        view: The preset of a PTZ camera that the picture shows; empty where the camera has one view.
    """

    brightness: float
    contrast: float
    sharpness: float
    change: float
    frame_rate: float = 0.0
    view: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What was examined at one moment and what was seen.

    Attributes:
        t: When the frame was captured.
        frame_size: Width and height of the decoded frame, px.
        looks: What was examined. Empty: the picture was decoded and nothing was looked for.
        objects: What was found, whole picture.
        brightness: Shape (18, 32), uint8: mean luma, within one level, of a grid over the picture, row by row from
            the top left.
        health: The camera's, as the picture tells it.
    """

    t: MediaNs
    frame_size: tuple[int, int]
    looks: tuple[Look, ...]
    objects: Objects
    brightness: NDArray[np.uint8]
    health: Health

    def __post_init__(self) -> None:
        if self.brightness.shape != (GRID_HEIGHT, GRID_WIDTH):
            raise ValueError(f"brightness {self.brightness.shape}: expected {(GRID_HEIGHT, GRID_WIDTH)}")

    def examined(
        self, kind: LookKind, box: tuple[float, float, float, float], class_names: frozenset[str] = frozenset()
    ) -> bool:
        """Whether a look of this kind covered the middle of the box, and would have found a thing there.

        Args:
            kind: What was examined.
            box: Shares of the picture.
            class_names: The names that networks may give to the thing; empty: whatever it is.
        """
        return any(look.kind is kind and look.tells_of(class_names) and look.covers(box) for look in self.looks)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes with nothing seen: at least every two seconds of media time, also while blind."""

    t: MediaNs


class GapCause(StrEnum):
    """Why the camera is blind."""

    NO_SIGNAL = "no_signal"
    FROZEN = "frozen"
    COVERED = "covered"
    MOVED = "moved"
    CLOCK_JUMPED = "clock_jumped"
    NOT_WATCHED = "not_watched"
    """The pipeline itself was not running: it says nothing of the camera."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The camera is, or was, blind. Sent as it opens, again on every tick, and once more as it closes.

    Attributes:
        t: When this entry was made; the gap reaches at least to here.
        blind_from: The first moment that was not seen.
        is_open: Whether the camera is still blind at `t`.
        cause: Why.
    """

    t: MediaNs
    blind_from: MediaNs
    is_open: bool
    cause: GapCause


class CommandKind(StrEnum):
    """What an operator can say."""

    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    MUTE = "mute"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Command:
    """An operator's word.

    Attributes:
        t: When it takes effect.
        kind: What is asked.
        target: The event's id; for mute and maintenance a rule's id, or empty for the whole camera.
        until: When a mute or a maintenance ends; equal to `t` for the others.
    """

    t: MediaNs
    kind: CommandKind
    target: str
    until: MediaNs


class EndCause(StrEnum):
    """Why nothing more will come."""

    SOURCE_ENDED = "source_ended"
    CAMERA_REMOVED = "camera_removed"


@dataclass(frozen=True, slots=True)
class End:
    """The source ended, or the camera was removed. The last entry."""

    t: MediaNs
    cause: EndCause


Entry = Observation | Tick | Gap | Command | End
