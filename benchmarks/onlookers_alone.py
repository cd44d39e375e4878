"""What making pictures for who looks on takes by itself: `python -m benchmarks.onlookers_alone --out onlookers`.

The clips are those of `benchmarks.onlookers`. Packets come by a clock of the benchmark's own, and the processor time of
the one thread that makes the pictures counts, so that the figures hold on a busy machine, too. Nothing is analysed
beside it: each keyframe is decoded for who looks on, which in a run the analysis has done for most of them.
"""

import argparse
import io
from collections.abc import Callable
from pathlib import Path

from benchmarks.scenes import Clip, clips
from pipeline.media.arrival import Arrival
from pipeline.media.connection import Connection
from pipeline.media.live_pictures import LivePictures
from pipeline.media.recorded_packets import RecordedPackets
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, MediaNs, nanoseconds
from pipeline.runtime.back_off import BackOff
from pipeline.runtime.clock import thread_cpu_s
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.metrics import CameraMetrics
from pipeline.runtime.shown_camera import ShownCamera, Size
from pipeline.runtime.stream import Stream

_LENGTH_NS = 20 * NS_PER_S
_STEP_NS = nanoseconds(0.05)


class _Nobody:
    """Hears of a stream that is never opened."""

    def arrived(self, stream: Stream, arrival: Arrival) -> None:
        """Nothing."""

    def ended(self, stream: Stream) -> None:
        """Nothing."""


def core_ms(path: Path, size: Size, *, flows: bool) -> tuple[float, float]:
    """Look at a recording for twenty seconds.

    Args:
        path: The recording.
        size: How large.
        flows: Whether every packet is decoded.

    Returns:
        Milliseconds of a core, and pictures, a second.
    """
    packets = RecordedPackets(path, MediaNs(0), loop=True)
    stream = _stream()
    pictures = stream.pictures = LivePictures(packets.coding)
    one = ShownCamera(size, 0)
    worked_s, n_pictures, now_ns = 0.0, 0, 0
    packet, t = packets.next()
    while now_ns < _LENGTH_NS:
        now_ns += _STEP_NS
        while t <= now_ns:
            pictures.add(Arrival(packet, MediaNs(t), packet.is_keyframe, 0, jumped=False, n_bytes=packet.size))
            packet, t = packets.next()
        if one.due_ns <= now_ns:
            before, began_s = one.shown, thread_cpu_s()
            one.flows = flows
            one.show((stream,), now_ns)
            worked_s += thread_cpu_s() - began_s
            n_pictures += one.shown is not before
    packets.close()
    length_s = _LENGTH_NS / NS_PER_S
    return 1000 * worked_s / length_s, n_pictures / length_s


def _stream() -> Stream:
    def never(_: Callable[[float], bool]) -> Connection:
        raise StreamLostError(StreamFault.LOST, "never opened")

    events = EventsLog.open(io.StringIO(), LogFormat.TEXT, LogLevel.ERROR, lambda: 0)
    return Stream(
        "main", never, _Nobody(), BackOff("x"), can_end=False, now_ns=lambda: 0, metrics=CameraMetrics(), events=events
    )


def main() -> None:
    """Measure, and print a line for each way to look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("onlookers"))
    clip: Clip = clips("quiet", Path(parser.parse_args().out) / "clips", print)[0]
    for what, path, size, flows in (
        ("wall, sub-stream 640x360 at 15, every packet", clip.sub, Size.SMALL, True),
        ("wall, main stream 1080p25, keyframes", clip.main, Size.SMALL, False),
        ("wall, main stream 1080p25, every packet", clip.main, Size.SMALL, True),
        ("in full, main stream 1080p25, every packet", clip.main, Size.FULL, True),
    ):
        if path is not None:
            taken_ms, per_s = core_ms(path, size, flows=flows)
            print(f"{what:46} {taken_ms:6.1f} core-ms and {per_s:.1f} pictures a second")


if __name__ == "__main__":
    main()
