"""The latest packets of a live stream, and pictures of them when asked for."""

from collections import deque
from collections.abc import Sequence
from threading import Lock

from pipeline.media.arrival import Arrival
from pipeline.media.damage import Damage, DamageCounter
from pipeline.media.frame import Frame
from pipeline.media.live_decoder import Coding, LiveDecoder
from pipeline.observation import NS_PER_S, MediaNs, seconds

MAX_KEPT_BYTES = 24 * 1024 * 1024
MAX_KEPT_NS = 60 * NS_PER_S
"""Of the row since the newest keyframe."""
_KEPT_BEFORE_NS = 5 * NS_PER_S
_KEPT_BEFORE_BYTES = 4 * 1024 * 1024
_INTERVALS_REMEMBERED = 8
_FULL_UNUSED_NS = 10 * NS_PER_S
_KEYS_UNUSED_NS = 60 * NS_PER_S


class Row:
    """A keyframe and the packets behind it, up to the next keyframe."""

    __slots__ = ("arrivals", "is_whole", "n_bytes")

    def __init__(self, first: Arrival) -> None:
        self.arrivals = [first]
        self.n_bytes = first.n_bytes
        self.is_whole = True


class LivePictures:
    """Keeps packets from the last keyframes on, within bounds, and decodes what is asked for.

    `add` may be called from one thread while another asks for pictures.

    Remembers the rows of packets, two decoders while they are used, and the last picture handed out.
    """

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._lock = Lock()
        self._rows: deque[Row] = deque()
        self._newest: Arrival | None = None
        self._newest_key: Arrival | None = None
        self._newest_t = MediaNs(0)
        self._intervals_ns: deque[int] = deque(maxlen=_INTERVALS_REMEMBERED)
        self._has_b_frames = False
        self._n_given_up = 0
        self._damage = DamageCounter()
        self._keys: LiveDecoder | None = None
        self._full: LiveDecoder | None = None
        self._full_row: Row | None = None
        self._n_fed = 0
        self._passed_t = MediaNs(-1)
        self._tried_key: Arrival | None = None
        self._keys_used_t = MediaNs(0)
        self._full_used_t = MediaNs(0)

    def add(self, arrival: Arrival) -> None:
        """Takes in the newest packet; packets before the first keyframe are dropped."""
        with self._lock:
            if arrival.is_key:
                self._begin(arrival)
            elif self._rows:
                row = self._rows[-1]
                if row.is_whole:
                    row.arrivals.append(arrival)
                    row.n_bytes += arrival.n_bytes
                    self._bound(row, arrival)
            if arrival.t > self._newest_t:
                self._newest_t = arrival.t
            elif self._newest is not None:
                self._has_b_frames = True
            self._newest = arrival

    @property
    def newest_t(self) -> MediaNs | None:
        """The latest moment of which there is a packet; None before the first."""
        return None if self._newest is None else self._newest_t

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
    def n_given_up(self) -> int:
        """How often packets had to be dropped undecoded, for the keyframes lie too far apart."""
        return self._n_given_up

    def keyframe(self) -> Frame | None:
        """The newest keyframe, decoded alone; None where it was handed out before, or is broken."""
        arrival = self._newest_key
        if arrival is None or arrival is self._tried_key or arrival.t <= self._passed_t:
            return None
        self._tried_key = arrival
        self._keys_used_t = arrival.t
        if self._keys is None:
            self._keys = LiveDecoder(self._coding, self._damage, keyframes_only=True)
        self.relax()
        return self._passed(self._keys.alone(arrival))

    def newest(self) -> Frame | None:
        """The latest picture that can be had, decoded on to; None where none is later than the one before."""
        arrivals = self._to_feed()
        if not arrivals:
            return None
        self._full_used_t = self._newest_t
        if self._full is None:
            self._full = LiveDecoder(self._coding, self._damage)
        self.relax()
        latest: Frame | None = None
        for arrival in arrivals:
            for frame in self._full.feed(arrival):
                latest = frame
        return self._passed(latest)

    def at(self, t: MediaNs) -> Frame | None:
        """The picture nearest to a moment, of those whose packets are kept; it may have been handed out before."""
        with self._lock:
            rows = [row.arrivals[:] for row in self._rows if row.is_whole]
        nearest = min(((abs(a.t - t), a, row) for row in rows for a in row), key=lambda each: each[0], default=None)
        if nearest is None:
            return None
        _, wanted, row = nearest
        decoder = LiveDecoder(self._coding, DamageCounter())
        frames: list[Frame] = []
        for arrival in row:
            frames += decoder.feed(arrival)
            if any(frame.t == wanted.t for frame in frames):
                break
            del frames[:-1]
        else:
            frames += decoder.drain()
        return min(frames, key=lambda frame: abs(frame.t - t), default=None)

    def relax(self) -> None:
        """Lets go of decoders that were not used for a while."""
        if self._full is not None and self._newest_t - self._full_used_t > _FULL_UNUSED_NS:
            self._full, self._full_row = None, None
        if self._keys is not None and self._newest_t - self._keys_used_t > _KEYS_UNUSED_NS:
            self._keys = None

    def close(self) -> None:
        """Lets go of everything kept."""
        with self._lock:
            self._rows.clear()
        self._full = self._keys = self._full_row = None

    def _begin(self, arrival: Arrival) -> None:
        if self._newest_key is not None:
            self._intervals_ns.append(arrival.t - self._newest_key.t)
        self._newest_key = arrival
        self._rows.append(Row(arrival))
        n_before = sum(row.n_bytes for row in self._rows)
        while len(self._rows) > 1:
            next_t = self._rows[1].arrivals[0].t
            if arrival.t - next_t < _KEPT_BEFORE_NS and n_before <= _KEPT_BEFORE_BYTES:
                break
            n_before -= self._rows.popleft().n_bytes

    def _bound(self, row: Row, arrival: Arrival) -> None:
        """Gives up a row that has grown too long; a decoder that had all of it may go on."""
        if row.n_bytes <= MAX_KEPT_BYTES and arrival.t - row.arrivals[0].t <= MAX_KEPT_NS:
            return
        self._n_given_up += 1
        row.is_whole = False
        row.arrivals.clear()

    def _to_feed(self) -> Sequence[Arrival]:
        """The packets that the full decoder has not had, from the newest keyframe on."""
        with self._lock:
            if not self._rows:
                return ()
            row = self._rows[-1]
            if not row.is_whole:
                return ()
            if row is not self._full_row or self._full is None:
                if self._full is not None:
                    self._full.restart()
                self._full_row, self._n_fed = row, 0
            arrivals = row.arrivals[self._n_fed :]
            self._n_fed = len(row.arrivals)
            return arrivals

    def _passed(self, frame: Frame | None) -> Frame | None:
        if frame is None or frame.t <= self._passed_t:
            return None
        self._passed_t = frame.t
        self._damage.damaged_frames += frame.is_damaged
        return frame
