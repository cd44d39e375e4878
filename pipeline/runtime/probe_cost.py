"""What a camera will cost, and what about its streams makes it dear: estimates from measured constants.

All in core-milliseconds for one second of stream. The constants were measured on a core of an EPYC at 2.4 GHz without
a GPU: H.264 at 1080p25 costs 1.5 to demux, 139 to decode whole, 17 for a keyframe decoded alone; 640x360 costs 9.5 at
25 pictures a second; YOLOv8n at 640 px costs 131 a pass. Quiet: the change measure at every look, no network. Busy: all
pictures of the analysed stream are decoded and the network runs once a second. Another machine, codec or scene may
need half or twice as much.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.config.resolved import CPU_DECODE, LiveSource
from pipeline.runtime.probe import Measured, Missing, Probed

FARTHEST_KEYFRAMES_S = 4.0
"""Beyond it keyframes alone are too rare to look at."""
LARGEST_SUB_PIXELS = 960 * 540
BUSY_SHARE = 0.1
_DEMUX_MS = 0.06
_LOOK_MS = 3.0
_LOOK_EVERY_S = 2.0
_DETECTOR_MS = 131.0
_BIG_PIXELS = 1280 * 720
_KEYFRAME_MS_PER_MEGAPIXEL = 8.2
_PICTURE_MS_PER_MEGAPIXEL = 2.7
_SMALL_PICTURE_MS_PER_MEGAPIXEL = 1.65
_ALL_KEYFRAMES = frozenset({"mjpeg", "mjpegb", "jpeg2000", "prores", "dnxhd"})


@dataclass(frozen=True, slots=True)
class Cost:
    """Core-milliseconds for one second of stream.

    Attributes:
        quiet_ms: While nothing happens.
        busy_ms: While something moves all the time.
    """

    quiet_ms: float
    busy_ms: float


def cost_of(probed: Probed) -> Cost | None:
    """What the camera will cost; None where a stream of it is missing."""
    if isinstance(probed.main, Missing) or isinstance(probed.sub, Missing):
        return None
    main, sub = probed.main, probed.sub
    demux_ms = _DEMUX_MS * (main.fps + (sub.fps if sub is not None else 0.0))
    look_ms = _LOOK_MS / _LOOK_EVERY_S
    analysed = main if sub is None else sub
    busy_ms = demux_ms + _LOOK_MS + _whole_ms(analysed) + _DETECTOR_MS
    return Cost(demux_ms + look_ms + min(_keyframes_ms(analysed), _whole_ms(analysed)), busy_ms)


def cores(costs: Sequence[Cost], busy_share: float) -> float:
    """How many cores all of them need where this share is busy."""
    return sum(cost.quiet_ms * (1 - busy_share) + cost.busy_ms * busy_share for cost in costs) / 1000


def remarks(probed: Probed) -> Iterator[str]:
    """What makes the camera dear or slow to notice, and what would help."""
    main, sub, source = probed.main, probed.sub, probed.camera.source
    wanted = source.decode if isinstance(source, LiveSource) else CPU_DECODE
    if isinstance(main, Measured) and wanted != CPU_DECODE and not main.is_hardware:
        yield f"decode: {wanted} is not at work, the processor decodes: there is no such device, or not for this codec"
    if isinstance(main, Measured):
        yield from _remarks_on_main(main, has_sub=sub is not None, is_live=isinstance(source, LiveSource))
    if isinstance(sub, Measured):
        yield from _remarks_on_sub(sub, main)


def _remarks_on_main(main: Measured, *, has_sub: bool, is_live: bool) -> Iterator[str]:
    if not has_sub and is_live:
        yield "no sub-stream: crossings and fast movements need every picture of the main stream; name its sub-stream"
    if main.codec in _ALL_KEYFRAMES:
        yield f"{main.codec}: every picture is a keyframe, much to carry and to store; H.264 or H.265 is better"
    if main.keyframe_interval_s > FARTHEST_KEYFRAMES_S:
        apart = f"keyframes {_apart(main)} apart"
        helps = "evidence may be that far off" if has_sub else "every picture must be decoded"
        yield f"{apart}: {helps}; set an interval of 1 to 2 s in the camera, and switch off its smart codec"


def _remarks_on_sub(sub: Measured, main: Measured | Missing) -> Iterator[str]:
    if sub.width * sub.height > LARGEST_SUB_PIXELS:
        yield f"the sub-stream is larger than needed ({sub.width}x{sub.height}); 640x360 is enough"
    if sub.codec in _ALL_KEYFRAMES:
        yield f"the sub-stream is {sub.codec}; H.264 or H.265 is better"
    if sub.keyframe_interval_s > FARTHEST_KEYFRAMES_S:
        yield f"the sub-stream's keyframes are {_apart(sub)} apart: after a loss it is blind that long; set 1 to 2 s"
    if isinstance(main, Measured):
        shapes = [stream.width / stream.height for stream in (main, sub) if stream.height]
        if len(shapes) == 2 and abs(shapes[0] / shapes[1] - 1) > 0.03:
            sizes = f"{main.width}x{main.height} and {sub.width}x{sub.height}"
            yield f"main and sub-stream differ in shape ({sizes}): fences fit one of them only"
        if sub.width * sub.height >= main.width * main.height:
            yield "the sub-stream is no smaller than the main stream; are they swapped?"


def _apart(stream: Measured) -> str:
    return f"{'' if stream.interval_is_known else 'more than '}{stream.keyframe_interval_s:.1f} s"


def _keyframes_ms(stream: Measured) -> float:
    """Of taking a keyframe whenever a look is due."""
    if stream.keyframe_interval_s > FARTHEST_KEYFRAMES_S:
        return _whole_ms(stream)
    every_s = max(stream.keyframe_interval_s, _LOOK_EVERY_S)
    return _megapixels(stream) * _KEYFRAME_MS_PER_MEGAPIXEL / every_s


def _whole_ms(stream: Measured) -> float:
    """Of decoding all pictures."""
    is_big = stream.width * stream.height >= _BIG_PIXELS
    per_megapixel = _PICTURE_MS_PER_MEGAPIXEL if is_big else _SMALL_PICTURE_MS_PER_MEGAPIXEL
    return stream.fps * _megapixels(stream) * per_megapixel


def _megapixels(stream: Measured) -> float:
    return stream.width * stream.height / 1e6
