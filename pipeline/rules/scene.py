"""One picture's objects as the rules read them: rows taken apart once, what lies under a mask left out."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.config.resolved import Zone
from pipeline.geofence.boxes import Box
from pipeline.geofence.geometry import ZoneShape, holds_ground_point
from pipeline.observation import STATIC_OBJECT, Look, LookKind, MediaNs, Objects, Observation, Sight, TrackId

UNKNOWN = np.zeros(0, np.float32)
"""The appearance of what has none."""
_NO_KIN: Mapping[str, frozenset[str]] = MappingProxyType({})


class Sighting(NamedTuple):
    """One object of one picture.

    Attributes:
        box: Shares of the picture.
        class_name: The vocabulary's.
        score: In [0, 1].
        track: The track's id.
        sight: How it was seen.
        appearance: Shape (D,), float32, unit length; empty where none is known.
    """

    box: Box
    class_name: str
    score: float
    track: TrackId
    sight: Sight
    appearance: NDArray[np.float32]


class Scene(NamedTuple):
    """What one look saw.

    Attributes:
        t: Of the picture.
        aspect: Width over height of the picture, px.
        brightness: Mean luma of the picture, in [0, 255].
        sightings: Objects that no mask covers.
        looks: What was examined.
        kin: By class, all classes by which a network tells of it; a class of which only its own name tells is absent.
    """

    t: MediaNs
    aspect: float
    brightness: float
    sightings: tuple[Sighting, ...]
    looks: tuple[Look, ...]
    kin: Mapping[str, frozenset[str]] = _NO_KIN

    def examined(self, kind: LookKind, box: Box, class_name: str) -> bool:
        """Whether a look of this kind covered the middle of the box and would have found a thing of this class there.

        Args:
            kind: What was examined.
            box: Shares of the picture.
            class_name: Of the thing, or of its kin; empty: not known, so that every look counts.
        """
        names = self.kin.get(class_name, frozenset({class_name} if class_name else ()))
        return any(look.kind is kind and look.tells_of(names) and look.covers(box) for look in self.looks)

    def would_show(self, class_name: str, box: Box) -> bool:
        """Whether a thing of this class in this place would have been reported: if it is not, it is absent."""
        kind = LookKind.STATIC if class_name == STATIC_OBJECT else LookKind.OBJECTS
        return self.examined(kind, box, class_name)


def is_close_look(observation: Observation) -> bool:
    """Whether it confirms or refutes one object and says nothing else."""
    return bool(observation.looks) and all(look.kind is LookKind.CLOSE for look in observation.looks)


def read_scene(
    observation: Observation, masks: Iterable[ZoneShape], kin: Mapping[str, frozenset[str]] = _NO_KIN
) -> Scene:
    """Take an observation apart.

    Args:
        observation: Any.
        masks: Where nobody looks: an object whose ground point is in one is left out.
        kin: See `Scene`.
    """
    objects = observation.objects
    for mask in masks:
        if len(objects):
            objects = objects[~holds_ground_point(mask, objects.xyxy)]
    width, height = observation.frame_size
    return Scene(
        t=observation.t,
        aspect=width / height,
        brightness=observation.health.brightness,
        sightings=_sightings(objects),
        looks=observation.looks,
        kin=kin,
    )


def mask_shapes(masks: Iterable[Zone]) -> tuple[ZoneShape, ...]:
    """The masks, ready to be asked."""
    return tuple(ZoneShape(mask) for mask in masks)


_SIGHTS = (Sight.DETECTED, Sight.VERIFIED, Sight.HIDDEN)


def _sightings(objects: Objects) -> tuple[Sighting, ...]:
    if not len(objects):
        return ()
    known = np.any(objects.appearance, axis=1).tolist()
    return tuple(
        Sighting(
            box=(x1, y1, x2, y2),
            class_name=class_name,
            score=score,
            track=TrackId(track),
            sight=_SIGHTS[sight],
            appearance=appearance if has_appearance else UNKNOWN,
        )
        for (x1, y1, x2, y2), class_name, score, track, sight, appearance, has_appearance in zip(
            objects.xyxy.tolist(),
            objects.class_name.tolist(),
            objects.score.tolist(),
            objects.track.tolist(),
            objects.sight.tolist(),
            objects.appearance,
            known,
            strict=True,
        )
    )
