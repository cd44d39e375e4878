"""One camera of a live run: which picture is looked at next, and what becomes of it.

Its streams' threads tell it what arrives, the supervisor how time passes, and a worker takes its turns, one at a time.
"""

from collections.abc import Callable, Sequence
from functools import partial

from pipeline.config.resolved import Camera, LiveSource
from pipeline.media.arrival import Arrival
from pipeline.media.footage import Footage
from pipeline.media.frame import Frame
from pipeline.observation import EndCause, GapCause, MediaNs, nanoseconds, seconds
from pipeline.runtime.best_stream import best_footage, best_picture, delivers
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.examiner import HOLE_NS, TICK_EVERY_NS, Examiner
from pipeline.runtime.look_pace import LookPace
from pipeline.runtime.metrics import CameraMetrics
from pipeline.runtime.need import LONGEST_INTERVAL_NS, Need
from pipeline.runtime.rates import Achieved, FrameRate
from pipeline.runtime.stream import Stream
from pipeline.runtime.turns import Wish

_ON_ITS_WAY_NS = nanoseconds(1.0)
_MOST_IN_VAIN = 3
_UNSEEN_NS = nanoseconds(20.0)
"""Packets that come for so long without a picture that can be decoded are no signal."""


class LiveCamera:
    """Remembers what has arrived since the last look, when the next one is due, and on which stream."""

    def __init__(
        self,
        camera: Camera,
        examiner: Examiner,
        need: Need,
        *,
        wish: Callable[[Wish], None],
        now_ns: Callable[[], int],
        metrics: CameraMetrics,
        events: EventsLog,
    ) -> None:
        """Nothing has arrived yet.

        Args:
            camera: Which.
            examiner: Of this camera.
            need: Of its rules.
            wish: Asks for a turn.
            now_ns: A steady clock.
            metrics: Of this camera.
            events: With its id bound.
        """
        self.camera = camera
        self.examiner = examiner
        self._pace = LookPace(need)
        self._wish, self._now_ns, self._metrics, self._events = wish, now_ns, metrics, events
        self._streams: tuple[Stream, ...] = ()
        self._analysed: Stream | None = None
        # A live camera's time goes on by this machine's clock before it was ever reached; a recording's begins with it.
        self._offset_ns: int | None = 0 if isinstance(camera.source, LiveSource) else None
        self._jumped = False
        self._n_arrived = 0
        self._frame_rate = FrameRate()
        self._looked: MediaNs | None = None
        self._began: MediaNs | None = None
        self._n_in_vain = 0
        self._achieved = Achieved()
        self._has_ended = False
        self._is_over = False

    @property
    def achieved_share(self) -> float:
        """Share of the looks that the rules need which were made of late, in [0, 1]."""
        return self._achieved.share

    @property
    def is_over(self) -> bool:
        """Whether its recording has come to its end and all of it was told."""
        return self._is_over

    @property
    def fault(self) -> str:
        """Why nothing comes of it, one line; empty while one of its streams is there or was not tried yet."""
        return self._streams[0].fault if self._streams and all(stream.fault for stream in self._streams) else ""

    @property
    def streams(self) -> Sequence[Stream]:
        """The main stream first; none before the start."""
        return self._streams

    @property
    def pictures_per_s(self) -> float:
        """Pictures that come of the stream that is looked at, a second; 0 while it is too early to tell."""
        return self._frame_rate.per_s

    @property
    def state(self) -> str:
        """What keeps it from being ready, one line; empty: it has been tried."""
        if not self._streams:
            return "not started"
        untried = [stream.name for stream in self._streams if not stream.is_tried]
        return f"connecting: {', '.join(untried)}" if untried else ""

    def start(self, main: Stream, sub: Stream | None) -> None:
        """Begin: with the sub-stream where there is one."""
        self._streams = (main,) if sub is None else (main, sub)
        self._analysed = self._streams[-1]
        for stream in self._streams:
            stream.start()

    def stop(self) -> None:
        """No more packets. Does not wait for the threads."""
        for stream in self._streams:
            stream.stop()

    def join(self, timeout_s: float) -> None:
        """Wait for the threads of the streams, at most so long for each."""
        for stream in self._streams:
            stream.join(timeout_s)

    def needs(self, need: Need) -> None:
        """The rules need something else from now on."""
        self._pace.needs(need)

    # By the streams' threads.

    def arrived(self, stream: Stream, arrival: Arrival) -> None:
        """A packet has come. Asks for a turn where a look is due."""
        if stream is not self._analysed:
            return
        if arrival.jumped:
            self._jumped = True
        self._offset_ns = arrival.t - arrival.arrival_ns
        self._n_arrived += 1
        if self._pace.is_due(arrival):
            self._achieved.came(arrival.t)
            self._wish(Wish(arrival.arrival_ns, self._pace.plan.interval_ns))

    def ended(self, stream: Stream) -> None:
        """A recording is over."""
        if stream is self._analysed:
            self._has_ended = True
            self._wish(Wish(self._now_ns(), self._pace.plan.interval_ns))

    # By the supervisor.

    def review(self) -> None:
        """Look after the streams, and let time pass where no picture comes. To be called about twice a second."""
        if self._is_over:
            return
        for stream in self._streams:
            stream.watch()
        self._choose()
        now = self.media_now()
        last = self.examiner.last
        if now is not None and (last is None or now - last > TICK_EVERY_NS):
            self._wish(Wish(self._now_ns(), LONGEST_INTERVAL_NS))
        if self._offset_ns is not None:
            self._metrics.clock_offset(seconds(self._offset_ns))

    @property
    def footage(self) -> Footage | None:
        """Of the best stream that delivers, for clips; None: of none."""
        return best_footage(self._streams, self._now_ns())

    @property
    def offset_ns(self) -> int:
        """Media time minus the machine's clock, ns; 0 while it is not known."""
        return self._offset_ns or 0

    def media_now(self) -> MediaNs | None:
        """The present moment of media time; None where it is not known yet (a recording that has not begun)."""
        if self._offset_ns is not None:
            return MediaNs(self._now_ns() + self._offset_ns)
        return None

    # By a worker, one turn at a time.

    def turn(self) -> None:
        """Look at the newest picture, or let time pass.

        Raises:
            SmartAlertError: The network failed on this picture, or something cannot be written.
        """
        frame = self._next_frame()
        if frame is not None:
            self._look(frame)
        elif self._has_ended:
            self.end(EndCause.SOURCE_ENDED)
        else:
            self._pass_time()

    def end(self, cause: EndCause) -> None:
        """Nothing more will come of this camera: its events are cleared."""
        if not self._is_over:
            self._is_over = True
            self.examiner.end(self.examiner.last or MediaNs(self._now_ns()), cause)

    def _next_frame(self) -> Frame | None:
        stream = self._analysed
        pictures = None if stream is None else stream.pictures
        if stream is None or pictures is None:
            return None
        self._pace.keyframe_interval_ns = nanoseconds(pictures.keyframe_interval_s)
        self._pace.replan(is_idle=self.examiner.is_idle)
        is_key_alone = self._pace.plan.keyframes_only
        frame = pictures.keyframe() if is_key_alone else pictures.newest()
        if frame is None:
            # Without a newer keyframe there may be nothing to decode; with one, this was in vain.
            key_t = pictures.newest_key_t
            self._n_in_vain += key_t is None or self._looked is None or key_t > self._looked
            return None
        self._n_in_vain = 0
        self._metrics.keyframe_interval(seconds(self._pace.keyframe_interval_ns), stream.name)
        self._metrics.decoded(int(is_key_alone), int(not is_key_alone), stream.name)
        last = self.examiner.last
        if last is not None and frame.t <= last:
            # The other stream's clock, or a tick that was ahead of a slow camera.
            self._metrics.dropped("late")
            return None
        self._pace.looked(frame.t)
        return frame

    def _look(self, frame: Frame) -> None:
        if self._jumped:
            self._jumped = False
            self.examiner.jump(frame.t)
        self._frame_rate.note(frame.t, self._n_arrived)
        self._achieved.looked(frame.t, self._pace.plan.interval_ns)
        self._metrics.look_rate(1 / seconds(self._pace.plan.interval_ns), self._achieved.share)
        try:
            self.examiner.examine(
                frame,
                partial(best_picture, frame, self._streams[0], self._analysed, self._events),
                self._frame_rate.per_s,
            )
        finally:
            self._looked = frame.t
        if frame.is_key and self._pace.plan.keyframes_only:
            self._pace.judged(changed=not self.examiner.is_idle)
        if not self.examiner.is_idle:
            # What has just begun is followed at once, not after the pause of an idle camera.
            self._pace.replan(is_idle=False)
            self._pace.looked(frame.t)
        captured_ns = frame.t - (self._offset_ns or 0)
        self._metrics.analysed(max(0.0, seconds(self._now_ns() - captured_ns)))
        blindness = self.examiner.blindness
        self._metrics.blind(None if blindness is None else blindness.cause.value)

    def _pass_time(self) -> None:
        now = self.media_now()
        if now is None:
            return
        last = self.examiner.last
        if last is None:
            self._began = now
            self.examiner.start(now)
        elif now > last:
            if self._began is None:
                # A run before this one was broken off: how long the camera has had no signal counts from now.
                self._began = now
            elif self._is_unseen(now) or not (self._has_signal() or self._is_taken_up(now)):
                self._frame_rate.restart()
                self.examiner.lose(GapCause.NO_SIGNAL, self._looked or self._began, last)
                self._metrics.blind(GapCause.NO_SIGNAL.value)
            # A tick must not get ahead of a picture that is just coming in.
            self.examiner.pass_time(MediaNs(now - _ON_ITS_WAY_NS))

    def _is_taken_up(self, now: MediaNs) -> bool:
        """Whether a former run's camera has only just been tried again."""
        blindness = self.examiner.blindness
        is_waiting = blindness is not None and blindness.cause is GapCause.NOT_WATCHED
        return is_waiting and now - (self._began or now) <= HOLE_NS

    def _is_unseen(self, now: MediaNs) -> bool:
        """Whether packets come, and for long nothing could be decoded. A machine that had no time has not tried."""
        if self._n_in_vain < _MOST_IN_VAIN:
            return False
        since = max(self._looked or 0, self._began or 0)
        return since > 0 and now - since > max(_UNSEEN_NS, 3 * self._pace.plan.interval_ns)

    def _has_signal(self) -> bool:
        return any(delivers(stream, self._now_ns()) for stream in self._streams)

    def _choose(self) -> None:
        """The cheaper stream that delivers: the sub-stream, and the main stream while that is away."""
        now_ns = self._now_ns()
        chosen = next((stream for stream in reversed(self._streams) if delivers(stream, now_ns)), self._analysed)
        if chosen is not self._analysed and chosen is not None and self._analysed is not None:
            self._events.info("camera.stream_changed", stream=chosen.name, before=self._analysed.name)
            self._analysed = chosen
            self._pace.restart()
            self._frame_rate.restart()
