"""The latest packets of a live stream, and pictures of them when asked for."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from pipeline.media.arrival import Arrival
from pipeline.media.damage import Damage, DamageCounter
from pipeline.media.frame import Frame
from pipeline.media.kept_rows import Row, drop_old
from pipeline.media.live_decoder import Coding, LiveDecoder
from pipeline.observation import NS_PER_S, MediaNs, seconds

_INTERVALS_REMEMBERED = 8
_FULL_UNUSED_NS = 10 * NS_PER_S
_KEYS_UNUSED_NS = 60 * NS_PER_S


class LivePictures:
    """Keeps packets from the last keyframes on, within bounds, and decodes what is asked for.

    `add` may be called from one thread while another asks for pictures.

    Remembers the rows of packets, two decoders while they are used, and the last picture handed out.
    """

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._lock = Lock()
        self._rows: deque[Row] = deque()
        self._has_any = False
        self._newest_key: Arrival | None = None
        self._newest_t = MediaNs(0)
        self._intervals_ns: deque[int] = deque(maxlen=_INTERVALS_REMEMBERED)
        self._has_b_frames = False
        self._damage = DamageCounter()
        self._keys: LiveDecoder | None = None
        self._full: LiveDecoder | None = None
        self._full_row: Row | None = None
        self._n_fed = 0
        self._passed_t = MediaNs(-1)
        self._passed_frame: Frame | None = None
        self._tried_key: Arrival | None = None
        self._keys_used_t = MediaNs(0)
        self._full_used_t = MediaNs(0)

    def add(self, arrival: Arrival) -> None:
        """Takes in the newest packet; packets before the first keyframe are dropped."""
        with self._lock:
            if arrival.t > self._newest_t:
                self._newest_t = arrival.t
            elif arrival.t < self._newest_t:
                self._has_b_frames = True
            self._has_any = True
            if arrival.is_key:
                self._begin(arrival)
            elif self._rows:
                row = self._rows[-1]
                row.add(arrival, self._n_fed if row is self._full_row else 0)

    @property
    def newest_t(self) -> MediaNs | None:
        """The latest moment of which there is a packet; None before the first."""
        return self._newest_t if self._has_any else None

    @property
    def newest_key_t(self) -> MediaNs | None:
        """The moment of the newest keyframe; None before the first."""
        key = self._newest_key
        return None if key is None else key.t

    @property
    def keyframe_interval_s(self) -> float:
        """The longest of the latest distances between keyframes, the unfinished one included, seconds."""
        with self._lock:
            open_ns = 0 if self._newest_key is None else self._newest_t - self._newest_key.t
            return seconds(max(open_ns, *self._intervals_ns, 0))

    @property
    def has_b_frames(self) -> bool:
        """Whether packets came in another order than their pictures are shown."""
        return self._has_b_frames

    @property
    def damage(self) -> Damage:
        """What was met so far."""
        return self._damage.counted()

    @property
    def is_hardware(self) -> bool:
        """Whether a hardware decoder is at work; false where it was asked for and the work is done in software."""
        return any(decoder is not None and decoder.is_hardware for decoder in (self._keys, self._full))

    def keyframe(self) -> Frame | None:
        """The newest keyframe, decoded alone; None where it was handed out before, or is broken."""
        with self._lock:
            arrival = self._newest_key
            if arrival is None or arrival is self._tried_key or arrival.t <= self._passed_t:
                return None
            self._tried_key = arrival
            self._keys_used_t = self._newest_t
            if self._keys is None:
                self._keys = LiveDecoder(self._coding, self._damage, keyframes_only=True)
            decoder = self._keys
        return self._passed(decoder.alone(arrival))

    def newest(self) -> Frame | None:
        """The latest picture that can be had, decoded on to; None where none is later than the one before."""
        with self._lock:
            decoder, arrivals = self._to_feed()
        latest: Frame | None = None
        for arrival in arrivals:
            for frame in decoder.feed(arrival):
                latest = frame
        return self._passed(latest)

    @property
    def latest(self) -> Frame | None:
        """The last picture that `keyframe` or `newest` gave, for another thread than theirs; None before the first."""
        frame = self._passed_frame
        return None if frame is None else frame.apart()

    def after(self, had: Arrival | None) -> Sequence[Arrival]:
        """The packets since one that was had, for a decoder that goes on by itself.

        Args:
            had: The last one that it was fed; None: none yet.

        Returns:
            Those after it; where they begin with a keyframe the decoder is to begin anew with it. None of them where
            nothing has come, or where their beginning is gone.
        """
        with self._lock:
            row = self._rows[-1] if self._rows else None
            if row is None or row.is_lost:
                return ()
            newer = _since(row.arrivals, had)
            return newer if newer is not None else row.arrivals[:] if row.is_whole else ()

    @property
    def newest_key(self) -> Arrival | None:
        """The newest keyframe; None before the first."""
        return self._newest_key

    @property
    def coding(self) -> Coding:
        """What a decoder must know now."""
        return self._coding

    def at(self, t: MediaNs, *, keyframe_within_ns: int = 0) -> Frame | None:
        """The picture nearest to a moment, of those whose packets are kept; it may have been handed out before.

        Decodes from the keyframe before it on, with a decoder of its own, and leaves `newest` where it is.

        Args:
            t: The moment.
            keyframe_within_ns: A keyframe no further away will do, which takes the time of one picture.
        """
        with self._lock:
            rows = [row.arrivals[:] for row in self._rows if row.is_whole]
        row = min(rows, key=lambda row: min(abs(arrival.t - t) for arrival in row), default=None)
        if row is None:
            return None
        keys = [row[0] for row in rows if abs(row[0].t - t) <= keyframe_within_ns]
        decoder = LiveDecoder(self._coding, DamageCounter())
        if keys:
            frame = decoder.alone(min(keys, key=lambda key: abs(key.t - t)))
            if frame is not None:
                return frame
        return _nearest(decoder, row, t)

    def relax(self) -> None:
        """Lets go of decoders that were not used for a while, as each keyframe that comes does."""
        with self._lock:
            self._forget_unused()

    def close(self) -> None:
        """Lets go of everything kept."""
        with self._lock:
            self._rows.clear()
        self._full = self._keys = self._full_row = self._passed_frame = None

    def _begin(self, arrival: Arrival) -> None:
        key = self._newest_key
        if key is not None and key.t == arrival.t and self._rows[-1].arrivals == [key]:
            # Some senders repeat the parameters before each part of a keyframe, which cuts it into several packets.
            self._newest_key = self._rows[-1].merge(arrival)
            if self._full_row is self._rows[-1]:
                self._full_row = None
            return
        if key is not None:
            self._intervals_ns.append(arrival.t - key.t)
        if arrival.packet.has_sidedata("new_extradata"):
            self._coding = replace(self._coding, extradata=bytes(arrival.packet.get_sidedata("new_extradata")))
        self._newest_key = arrival
        self._rows.append(Row(arrival))
        drop_old(self._rows)
        self._forget_unused()

    def _forget_unused(self) -> None:
        # Where the beginning of the row is gone no other decoder could go on from here.
        can_begin_again = self._full_row is None or self._full_row.is_whole or self._full_row is not self._rows[-1]
        if self._full is not None and self._newest_t - self._full_used_t > _FULL_UNUSED_NS and can_begin_again:
            self._full, self._full_row = None, None
        if self._keys is not None and self._newest_t - self._keys_used_t > _KEYS_UNUSED_NS:
            self._keys = None

    def _to_feed(self) -> tuple[LiveDecoder, Sequence[Arrival]]:
        """The full decoder and the packets that it has not had, from the newest keyframe on."""
        self._full_used_t = self._newest_t
        if self._full is None:
            self._full, self._full_row = LiveDecoder(self._coding, self._damage), None
        row = self._rows[-1] if self._rows else None
        if row is None or row.is_lost or (row is not self._full_row and not row.is_whole):
            return self._full, ()
        if row is not self._full_row:
            self._full.restart()
            self._full_row, self._n_fed = row, 0
        arrivals = row.arrivals[self._n_fed - row.n_dropped :]
        self._n_fed = row.n_dropped + len(row.arrivals)
        return self._full, arrivals

    def _passed(self, frame: Frame | None) -> Frame | None:
        if frame is None or frame.t <= self._passed_t:
            return None
        self._passed_t, self._passed_frame = frame.t, frame
        self._damage.damaged_frames += frame.is_damaged
        return frame


def _since(arrivals: Sequence[Arrival], had: Arrival | None) -> Sequence[Arrival] | None:
    """What follows one of them; None where it is not among them."""
    for n_newer, arrival in enumerate(reversed(arrivals)):
        if arrival is had:
            return arrivals[len(arrivals) - n_newer :]
    return None


def _nearest(decoder: LiveDecoder, row: Sequence[Arrival], t: MediaNs) -> Frame | None:
    """The picture of a row that is nearest to a moment, decoding no further than to it."""
    wanted_t = min((arrival.t for arrival in row), key=lambda each: abs(each - t))
    decoder.restart()
    best: Frame | None = None
    for arrival in (*row, None):
        for frame in decoder.drain() if arrival is None else decoder.feed(arrival):
            if best is None or abs(frame.t - t) < abs(best.t - t):
                best = frame
        if best is not None and best.t == wanted_t:
            break
    return best
