"""Which of a camera's streams shows more, and whether it is there."""

from collections.abc import Sequence

from pipeline.errors import SmartAlertError
from pipeline.media.footage import Footage
from pipeline.media.frame import Frame
from pipeline.observation import nanoseconds
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.examiner import HOLE_NS
from pipeline.runtime.stream import Phase, Stream

_SAME_SCENE_NS = nanoseconds(0.5)
"""A keyframe so near shows what the frame shows, and costs one picture instead of up to a whole group of them."""


def delivers(stream: Stream, now_ns: int) -> bool:
    """Whether packets of a stream come."""
    return stream.phase is Phase.READING and now_ns - stream.arrived_ns <= HOLE_NS


def best_picture(frame: Frame, main: Stream, analysed: Stream | None, events: EventsLog) -> Frame:
    """The picture of a frame's moment on the main stream, the frame itself where that one is away.

    Args:
        frame: Of the stream that is analysed.
        main: The main stream.
        analysed: That stream; the main one: the frame is the best there is.
        events: Told of a picture that cannot be had.
    """
    if main is analysed or main.pictures is None or main.phase is not Phase.READING:
        return frame
    try:
        return main.pictures.at(frame.t, keyframe_within_ns=_SAME_SCENE_NS) or frame
    except SmartAlertError as error:
        events.warning("stream.no_picture", stream=main.name, fault=str(error))
        return frame


def best_footage(streams: Sequence[Stream], now_ns: int) -> Footage | None:
    """Of the first stream that delivers, else of the main stream as far as it came; None: there is none.

    Args:
        streams: The main stream first.
        now_ns: On their clock.
    """
    there = [stream.footage for stream in streams if delivers(stream, now_ns)]
    return next((one for one in there if one is not None), streams[0].footage if streams else None)
