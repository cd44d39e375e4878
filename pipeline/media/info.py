"""What is known of a video before its second picture."""

from dataclasses import dataclass

from pipeline.observation import MediaNs


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """The video stream of a source.

    Attributes:
        codec: Name of the coding, such as `h264`, `hevc`, `mpeg4`; `raw` for pictures held in memory.
        width: Of the upright picture, px.
        height: Of the upright picture, px.
        rotation: Degrees clockwise that a stored picture is turned to be upright: 0, 90, 180 or 270.
        fps: Average rate as the container states it, frames per second; 0 where it does not. For display and
            for sizing only: times come from stamps.
        duration_s: As the container states it, seconds; 0 where it does not.
        has_b_frames: Whether pictures are stored in another order than they are shown.
        start: Media time of the first picture.
    """

    codec: str
    width: int
    height: int
    rotation: int
    fps: float
    duration_s: float
    has_b_frames: bool
    start: MediaNs
