"""Pictures of a live stream for somebody who looks on, beside the analysis and without a word to it."""

from collections.abc import Sequence

from pipeline.media.arrival import Arrival
from pipeline.media.damage import DamageCounter
from pipeline.media.frame import Frame
from pipeline.media.live_decoder import LiveDecoder
from pipeline.media.live_pictures import LivePictures
from pipeline.media.packet_kind import video_packet
from pipeline.observation import MediaNs, nanoseconds

_MOST_AT_ONCE = 50
"""Packets: who begins in the middle of a long row catches up step by step, and others get their turn in between."""
_LEFT_TO_ANALYSIS_NS = nanoseconds(0.6)
"""A keyframe that the analysis is about to decode need not be decoded twice."""


class Onlooker:
    """Decodes for who looks on. From one thread at a time, which may be another than the analysis has.

    Remembers a decoder and how far it was fed, and the last picture that it showed.
    """

    def __init__(self, pictures: LivePictures) -> None:
        """Nothing was shown yet.

        Args:
            pictures: Of the connection.
        """
        self.pictures = pictures
        self._decoder: LiveDecoder | None = None
        self._had: Arrival | None = None
        self._shown_t = MediaNs(-1)
        self._tried_key: Arrival | None = None

    def flowing(self) -> tuple[Frame | None, int]:
        """The latest picture there is, by decoding on; None where none is later than the one before.

        Returns:
            The picture, and how many packets were decoded for it.
        """
        arrivals = self.pictures.after(self._had)[:_MOST_AT_ONCE]
        latest: Frame | None = None
        for arrival in arrivals:
            for frame in self._fed(arrival):
                latest = frame
        return self._later(latest), len(arrivals)

    def at_hand(self) -> Frame | None:
        """The latest picture that costs next to nothing: one that the analysis has decoded, or the newest keyframe.

        None where neither is later than the one before.
        """
        looked, key = self.pictures.latest, self.pictures.newest_key
        if looked is not None and (key is None or looked.t >= key.t):
            return self._later(looked)
        newest_t = self.pictures.newest_t
        is_left = looked is not None and newest_t is not None and key is not None
        if is_left and newest_t is not None and key is not None and newest_t - key.t < _LEFT_TO_ANALYSIS_NS:
            return self._later(looked)
        return self._later(self._alone(key)) or self._later(looked)

    def _alone(self, key: Arrival | None) -> Frame | None:
        if key is None or key is self._tried_key or key.t <= self._shown_t:
            return None
        self._tried_key, self._had = key, None
        self._restarted()
        return self._ready().alone(_apart(key))

    def _fed(self, arrival: Arrival) -> Sequence[Frame]:
        if arrival.is_key and (self._had is None or arrival.t > self._had.t):
            self._restarted()
        self._had = arrival
        return self._ready().feed(_apart(arrival))

    def _restarted(self) -> None:
        if self._decoder is not None:
            self._decoder.restart()

    def _ready(self) -> LiveDecoder:
        if self._decoder is None:
            self._decoder = LiveDecoder(self.pictures.coding, DamageCounter())
        return self._decoder

    def _later(self, frame: Frame | None) -> Frame | None:
        if frame is None or frame.t <= self._shown_t:
            return None
        self._shown_t = frame.t
        return frame


def _apart(arrival: Arrival) -> Arrival:
    """The packet once more: a decoder writes on it, and two threads must not write on the same."""
    own = video_packet(bytes(arrival.packet))
    own.pts, own.dts, own.time_base = arrival.packet.pts, arrival.packet.dts, arrival.packet.time_base
    own.is_keyframe = arrival.is_key
    return Arrival(own, arrival.t, arrival.is_key, arrival.arrival_ns, arrival.jumped, arrival.n_bytes)
