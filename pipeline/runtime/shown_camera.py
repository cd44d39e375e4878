"""One camera that somebody looks at: which of its streams is shown, its pictures as JPEG, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import cv2

from pipeline.errors import StateError
from pipeline.media.frame import Frame
from pipeline.media.live_pictures import LivePictures
from pipeline.media.onlooker import Onlooker
from pipeline.observation import MediaNs, nanoseconds, seconds
from pipeline.runtime.best_stream import delivers
from pipeline.runtime.clock import thread_cpu_s
from pipeline.runtime.stream import Stream

_SMALL_WIDTH_PX = 480
_QUALITY = (72, 85)
_EVERY_NS = (nanoseconds(0.3), nanoseconds(0.2))
_LEARN = 0.3
"""How much the latest cost counts."""
_HYSTERESIS = 0.85
"""Who decodes every packet already goes on with it though it costs a little more than is left."""
_USUAL_PACKETS_PER_S = 25.0
_USUAL_PACKET_S = 2e-9
"""What a packet takes to decode, for each pixel of its picture, before it was measured."""


class Size(Enum):
    """How large a picture is wanted."""

    SMALL = 0
    """For a wall of them: of the stream that is cheapest to decode."""
    FULL = 1
    """As the camera sends it, of its main stream."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture.

    Attributes:
        t: When it was taken.
        jpeg: The picture.
        size: Width and height of the upright picture that the camera sent, px.
    """

    t: MediaNs
    jpeg: bytes
    size: tuple[int, int]


class ShownCamera:
    """Remembers what is shown, its decoder, and what was measured of its cost.

    Attributes:
        size: How large.
        asked_ns: When somebody last asked, on the steady clock.
        due_ns: When the next picture is due.
        flows: Whether it may decode every packet.
        shown: The newest picture; None: there is none yet.
    """

    def __init__(self, size: Size, now_ns: int) -> None:
        """Nothing is shown yet; it is due at once."""
        self.size = size
        self.asked_ns = self.due_ns = now_ns
        self.flows = False
        self.shown: Shown | None = None
        self._onlooker: Onlooker | None = None
        self._per_s = 1e9 / _EVERY_NS[size.value]
        self._packets_per_s = _USUAL_PACKETS_PER_S
        self._counted: tuple[int, int] | None = None
        self._packet_s = 0.002
        self._convert_s = 0.002
        self._has_flowed = False

    @property
    def least_cost(self) -> float:
        """Of the pictures that are at hand: share of a core."""
        return self._convert_s

    @property
    def flow_cost(self) -> float:
        """Of decoding every packet: share of a core, as measured, or as its pixels let expect."""
        cost = self._packet_s * self._packets_per_s + self._convert_s * self._per_s
        return cost * _HYSTERESIS if self.flows else cost

    def show(self, streams: Sequence[Stream], now_ns: int) -> None:
        """Make the next picture, if there is one.

        Args:
            streams: The camera's, the main one first.
            now_ns: On their clock.

        Raises:
            SmartAlertError: It cannot be decoded.
        """
        self.due_ns = now_ns + _EVERY_NS[self.size.value]
        pictures = _shown_of(streams, now_ns, self.size)
        if pictures is None:
            return
        if self._onlooker is None or self._onlooker.pictures is not pictures:
            self._onlooker, self._counted = Onlooker(pictures), None
        began_s = thread_cpu_s()
        if self.flows and self.shown is not None:
            frame, n_packets = self._onlooker.flowing()
            self._note_flow(n_packets, thread_cpu_s() - began_s, now_ns)
        else:
            frame, self._counted = self._onlooker.at_hand(), None
        if frame is not None:
            began_s = thread_cpu_s()
            self.shown = _as_jpeg(frame, self.size)
            self._convert_s += _LEARN * (thread_cpu_s() - began_s - self._convert_s)
            if not self._has_flowed:
                self._packet_s = frame.size[0] * frame.size[1] * _USUAL_PACKET_S

    def _note_flow(self, n_packets: int, took_s: float, now_ns: int) -> None:
        if not n_packets:
            return
        packet_s = took_s / n_packets
        self._packet_s = packet_s if not self._has_flowed else self._packet_s + _LEARN * (packet_s - self._packet_s)
        self._has_flowed = True
        if self._counted is not None and now_ns > self._counted[1]:
            per_s = n_packets / seconds(now_ns - self._counted[1])
            self._packets_per_s += _LEARN * (min(per_s, 100.0) - self._packets_per_s)
        self._counted = (n_packets, now_ns)


def _shown_of(streams: Sequence[Stream], now_ns: int, size: Size) -> LivePictures | None:
    """Of the stream that fits and delivers; else the last that one of them had. None: there was never any."""
    ordered = tuple(streams) if size is Size.FULL else tuple(reversed(streams))
    there = [stream.pictures for stream in ordered if delivers(stream, now_ns)]
    known = [*there, *(stream.pictures for stream in ordered)]
    return next((pictures for pictures in known if pictures is not None), None)


def _as_jpeg(frame: Frame, size: Size) -> Shown:
    width, height = frame.size
    if size is Size.SMALL and width > _SMALL_WIDTH_PX:
        pixels = frame.scaled(_SMALL_WIDTH_PX, max(1, round(height * _SMALL_WIDTH_PX / width)))
    else:
        pixels = frame.full()
    is_coded, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY[size.value]])
    if not is_coded:
        raise StateError(f"a picture of {width}x{height} cannot be coded as JPEG")
    return Shown(frame.t, coded.tobytes(), (width, height))
