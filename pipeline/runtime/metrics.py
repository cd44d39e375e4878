"""What a live run counts of itself, for Prometheus: written by its threads, read by whoever asks for `/metrics`."""

from collections import Counter
from collections.abc import Callable, Collection
from copy import deepcopy
from threading import Lock
from typing import TypeVar

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from pipeline.alerts.outbox_room import GivenUp
from pipeline.observation import CameraId
from pipeline.runtime.metric_families import FamilyCollector
from pipeline.runtime.metric_numbers import CameraNumbers, ProcessNumbers

_Read = TypeVar("_Read")
MAIN = "main"
SUB = "sub"


class CameraMetrics:
    """The numbers of one camera. Every method may be called from any thread and costs about a microsecond.

    What comes with every packet is added in bulk (`received`), for example once a second.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = CameraNumbers()

    def connected(self, stream: str = MAIN, *, is_connected: bool) -> None:
        """Whether packets of this stream may come; False from the start of a stream that has never been reached."""
        with self._lock:
            self._numbers.connected[stream] = is_connected

    def reconnected(self, stream: str = MAIN) -> None:
        """A stream that was lost is there again."""
        self._count(self._numbers.reconnects, stream)

    def connection_failed(self, kind: str, stream: str = MAIN) -> None:
        """An attempt to connect failed, or a connection was lost; `kind` as the source's error names it."""
        self._count(self._numbers.failures, f"{stream}\n{kind}")

    def reader_abandoned(self, stream: str = MAIN) -> None:
        """A reader hung so that its thread was given up and replaced."""
        self._count(self._numbers.abandoned, stream)

    def received(self, n_packets: int, n_bytes: int, stream: str = MAIN) -> None:
        """So many packets came since the last call."""
        with self._lock:
            self._numbers.packets[stream] += n_packets
            self._numbers.received_bytes[stream] += n_bytes

    def keyframe_interval(self, interval_s: float, stream: str = MAIN) -> None:
        """Seconds from keyframe to keyframe, as measured."""
        with self._lock:
            self._numbers.keyframe_interval_s[stream] = interval_s

    def clock_offset(self, offset_s: float) -> None:
        """The camera's time minus this machine's, seconds."""
        with self._lock:
            self._numbers.clock_offset_s = offset_s

    def decoded(self, n_keyframes: int = 0, n_full: int = 0, stream: str = MAIN) -> None:
        """Pictures decoded: keyframes alone, and pictures that took all those before them."""
        with self._lock:
            self._numbers.decoded[f"{stream}\nkeyframe"] += n_keyframes
            self._numbers.decoded[f"{stream}\nfull"] += n_full

    def damaged(self, n_pictures: int = 1, stream: str = MAIN) -> None:
        """Pictures or packets could not be decoded, or came out damaged."""
        self._count(self._numbers.damaged, stream, n_pictures)

    def looked(self, kind: str) -> None:
        """A look at the camera: `glance` (the change measure alone), `objects`, `places`, `static`, `close` ..."""
        self._count(self._numbers.looks, kind)

    def look_rate(self, wanted_per_s: float, achieved_share: float) -> None:
        """How often its rules want it looked at now, and the share of that it got of late, in [0, 1]."""
        with self._lock:
            self._numbers.looks_wanted_per_s = wanted_per_s
            self._numbers.looks_achieved_share = achieved_share

    def analysed(self, latency_s: float) -> None:
        """A picture was reasoned about, so long after it was captured."""
        with self._lock:
            self._numbers.analysis_latency.add(latency_s)
            self._numbers.latest_latency_s = latency_s

    def alert_sent(self, state: str, latency_s: float) -> None:
        """Redis replied to an alert (`raised`, `updated`, `cleared`), so long after the picture that made it."""
        with self._lock:
            self._numbers.alerts[state] += 1
            self._numbers.alert_latency.add(latency_s)

    def dropped(self, reason: str, n: int = 1) -> None:
        """Pictures or packets thrown away: `late`, `full`, `broken` ..."""
        self._count(self._numbers.dropped, reason, n)

    def detected(self, duration_s: float, network: str = "") -> None:
        """A network worked so long for this camera, seconds."""
        with self._lock:
            self._numbers.detector_s += duration_s
            self._numbers.network_s[network] += duration_s

    def detector_refused(self, network: str = "") -> None:
        """The detector was full and did not take this camera's picture for a network."""
        with self._lock:
            self._numbers.detector_refused += 1
            self._numbers.network_refused[network] += 1

    def network_failed(self, network: str) -> None:
        """A network failed on a picture of this camera."""
        self._count(self._numbers.network_failures, network)

    def blind(self, cause: str | None) -> None:
        """Why the camera sees nothing now; None while it sees."""
        with self._lock:
            self._numbers.blind_cause = cause

    def faults(self, open_kinds: Collection[str]) -> None:
        """The camera faults that are open now, in place of those told before."""
        with self._lock:
            for kind in self._numbers.faults:
                self._numbers.faults[kind] = kind in open_kinds
            self._numbers.faults.update(dict.fromkeys(open_kinds, True))

    def feedback(self, rule: str, verdict: str) -> None:
        """An operator has called an event of a rule a `false_alarm`, or `confirmed` it."""
        self._count(self._numbers.feedback, f"{rule}\n{verdict}")

    def log_entries_lost(self, n: int = 1) -> None:
        """Entries could not be written to the observation log."""
        with self._lock:
            self._numbers.log_entries_lost += n

    def failed(self) -> None:
        """A look ended in an error of the program; the camera goes on with the next picture."""
        with self._lock:
            self._numbers.failed_looks += 1

    def read(self, of: Callable[[CameraNumbers], _Read]) -> _Read:
        """What a function makes of the numbers as they are now; it must be quick, and keep nothing that changes."""
        with self._lock:
            return of(self._numbers)

    def numbers(self) -> CameraNumbers:
        """A copy as of now."""
        with self._lock:
            return deepcopy(self._numbers)

    def _count(self, counter: Counter[str], label: str, n: int = 1) -> None:
        with self._lock:
            counter[label] += n


class Metrics:
    """All numbers of one process, in a registry of its own.

    Attributes:
        registry: Prometheus' registry with these numbers, memory, processor time and file handles of the process.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._camera_by_id: dict[CameraId, CameraMetrics] = {}
        self._numbers = ProcessNumbers()
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(FamilyCollector(self.process_numbers, self.camera_numbers))
        ProcessCollector(registry=self.registry)

    def camera(self, camera_id: CameraId) -> CameraMetrics:
        """The numbers of a camera; made at the first call, the same object at each later one."""
        with self._lock:
            return self._camera_by_id.setdefault(camera_id, CameraMetrics())

    def forget(self, camera_id: CameraId) -> None:
        """The camera was removed: its numbers are no longer told. Unknown cameras are no error."""
        with self._lock:
            self._camera_by_id.pop(camera_id, None)

    def detector_queue(self, n_waiting: int) -> None:
        """So many pictures wait for the detector."""
        with self._lock:
            self._numbers.detector_queue = n_waiting

    def detector_pass(self, duration_s: float, n_pictures: int, network: str = "") -> None:
        """A network ran once, on so many pictures."""
        with self._lock:
            self._numbers.detector_pass.add(duration_s)
            self._numbers.detector_pictures += n_pictures
            self._numbers.network_pictures[network] += n_pictures
            self._numbers.network_s[network] += duration_s

    def outbox(self, n_waiting: int) -> None:
        """So many messages are on disk and not yet with Redis."""
        with self._lock:
            self._numbers.outbox_waiting = n_waiting

    def sent(self, now_ns: int, n_messages: int = 1) -> None:
        """Redis took messages; `now_ns` since 1970 by this machine's clock. Its age is `time() - ...` in a query."""
        with self._lock:
            self._numbers.sent += n_messages
            self._numbers.last_sent_ns = now_ns

    def send_failed(self) -> None:
        """Redis could not be reached, or refused."""
        with self._lock:
            self._numbers.send_failures += 1

    def clip(self, *, is_lost: bool) -> None:
        """A clip was written, or could not be."""
        with self._lock:
            self._numbers.clips["lost" if is_lost else "written"] += 1

    def sent_without_evidence(self) -> None:
        """A message was sent before its pictures were in the store."""
        with self._lock:
            self._numbers.sent_without_evidence += 1

    def given_up(self, what: GivenUp) -> None:
        """The outbox was full, or the disk: these messages were removed from it."""
        with self._lock:
            self._numbers.given_up.update({"sent": what.sent, "overtaken": what.overtaken, "unheard": what.unheard})

    def evidence(self, kept_bytes: int, removed_events: int, removed_bytes: int) -> None:
        """Evidence was looked through: so much is there, and so much was removed."""
        with self._lock:
            self._numbers.evidence_bytes = kept_bytes
            self._numbers.evidence_removed_events += removed_events
            self._numbers.evidence_removed_bytes += removed_bytes

    def command(self, result: str) -> None:
        """An operator's word came: `taken`, `obeyed`, `refused`, or `another_site`."""
        with self._lock:
            self._numbers.commands[result] += 1

    def reloaded(self, now_ns: int, *, is_taken_over: bool) -> None:
        """The site file was read again, and taken over or refused."""
        with self._lock:
            self._numbers.reloads["taken_over" if is_taken_over else "refused"] += 1
            if is_taken_over:
                self._numbers.last_reload_ns = now_ns

    def overload(self, *, is_overloaded: bool) -> None:
        """Whether the machine does less than the rules want."""
        with self._lock:
            self._numbers.is_overloaded = is_overloaded

    def process_numbers(self) -> ProcessNumbers:
        """A copy as of now."""
        with self._lock:
            return deepcopy(self._numbers)

    def camera_numbers(self) -> dict[CameraId, CameraNumbers]:
        """A copy as of now, in the order in which the cameras came."""
        with self._lock:
            cameras = dict(self._camera_by_id)
        return {camera_id: camera.numbers() for camera_id, camera in cameras.items()}

    def page(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
