"""One picture and all that is known of it before anything is looked for."""

from dataclasses import dataclass

from pipeline.geofence.boxes import Box, shared_area
from pipeline.perception.detections import Picture
from pipeline.perception.frames import FramePictures
from pipeline.perception.glance import Glance


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture at its time.

    Attributes:
        frame: The picture at any size.
        picture: At the size that is analysed, BGR.
        glance: Its small view.
        t_s: Seconds since the camera's first look.
        attention: Where it matters, shares of the picture; empty: everywhere.
    """

    frame: FramePictures
    picture: Picture
    glance: Glance
    t_s: float
    attention: tuple[Box, ...]

    def heeds(self, box: Box) -> bool:
        """Whether what is in a box matters."""
        return not self.attention or any(shared_area(box, one) > 0 for one in self.attention)
