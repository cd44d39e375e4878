"""The numbers of a run as Prometheus' metric families: names, help texts, labels."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from pipeline.observation import NS_PER_S, CameraId
from pipeline.runtime.metric_numbers import CameraNumbers, ProcessNumbers, Spread

_PREFIX = "smart_alert_"
CameraRows = Iterable[tuple[str, CameraNumbers]]


class FamilyCollector(Collector):
    """Gives the numbers to a registry when it is asked for them.

    Args:
        process: The process's numbers as of now.
        cameras: Each camera's numbers as of now.
    """

    def __init__(
        self, process: Callable[[], ProcessNumbers], cameras: Callable[[], Mapping[CameraId, CameraNumbers]]
    ) -> None:
        self._process = process
        self._cameras = cameras

    def collect(self) -> Iterator[Metric]:
        """All families: of the process, then of the cameras."""
        cameras = self._cameras()
        yield from _process_families(self._process(), len(cameras))
        rows = list(cameras.items())
        yield from _stream_families(rows)
        yield from _look_families(rows)
        yield from _outcome_families(rows)


def _process_families(process: ProcessNumbers, n_cameras: int) -> Iterator[Metric]:
    yield _gauge("cameras", "Cameras that are watched.", n_cameras)
    yield _gauge("threads", "Threads that run Python; those inside libraries left out.", threading.active_count())
    yield _gauge("overloaded", "1 while the machine does less than the rules want.", process.is_overloaded)
    yield _gauge("detector_queue_pictures", "Pictures that wait for the detector.", process.detector_queue)
    yield _counter("detector_pictures", "Pictures the network has examined.", process.detector_pictures)
    passes = HistogramMetricFamily(_PREFIX + "detector_pass_seconds", "Time of one run of the network.")
    passes.add_metric([], process.detector_pass.cumulative(), process.detector_pass.total)
    yield passes
    yield _by_network("network_pictures", "Pictures a network has examined.", process.network_pictures)
    yield _by_network("network_seconds", "Time of a network.", process.network_s)
    yield _gauge("outbox_waiting_messages", "Messages on disk that Redis has not had.", process.outbox_waiting)
    yield _counter("messages_sent", "Messages that Redis has taken.", process.sent)
    yield _counter("send_failures", "Times Redis could not be reached, or refused.", process.send_failures)
    sent_s = process.last_sent_ns / NS_PER_S
    yield _gauge("last_sent_timestamp_seconds", "When Redis last took a message, since 1970; 0: not yet.", sent_s)
    reloads = CounterMetricFamily(_PREFIX + "site_reloads", "Times the site file was read again.", labels=["result"])
    for result in ("taken_over", "refused"):
        reloads.add_metric([result], process.reloads[result])
    yield reloads
    commands = CounterMetricFamily(_PREFIX + "commands", "Operators' words that came.", labels=["result"])
    for result in ("taken", "obeyed", "refused", "another_site"):
        commands.add_metric([result], process.commands[result])
    yield commands
    yield from _evidence_families(process)
    reload_s = process.last_reload_ns / NS_PER_S
    yield _gauge("site_loaded_timestamp_seconds", "When the site file was last taken over again.", reload_s)


def _evidence_families(process: ProcessNumbers) -> Iterator[Metric]:
    clips = CounterMetricFamily(_PREFIX + "clips", "Clips, by what became of them.", labels=["result"])
    for result in ("written", "lost"):
        clips.add_metric([result], process.clips[result])
    yield clips
    given_up = CounterMetricFamily(
        _PREFIX + "outbox_given_up_messages", "Messages removed as the outbox or the disk was full.", labels=["what"]
    )
    for what in ("sent", "overtaken", "unheard"):
        given_up.add_metric([what], process.given_up[what])
    yield given_up
    yield _gauge("evidence_bytes", "Evidence that is kept.", process.evidence_bytes)
    yield _counter("evidence_removed_events", "Events whose evidence was removed.", process.evidence_removed_events)
    yield _counter("evidence_removed_bytes", "Evidence that was removed.", process.evidence_removed_bytes)
    yield _counter(
        "messages_sent_without_evidence", "Messages sent before their pictures were in the store.",
        process.sent_without_evidence,
    )  # fmt: skip


def _stream_families(rows: CameraRows) -> Iterator[Metric]:
    yield _gauges(rows, "connected", "1 while packets of the stream come.", ("stream",), lambda n: n.connected)
    yield _counters(rows, "reconnects", "Times a lost stream was there again.", ("stream",), lambda n: n.reconnects)
    yield _counters(
        rows, "connection_failures", "Attempts to connect that failed, and connections lost.",
        ("stream", "kind"), lambda n: n.failures,
    )  # fmt: skip
    yield _counters(
        rows, "readers_abandoned", "Reader threads that hung and were given up.", ("stream",), lambda n: n.abandoned
    )
    yield _counters(rows, "packets", "Packets received.", ("stream",), lambda n: n.packets)
    yield _counters(rows, "received_bytes", "Bytes of video received.", ("stream",), lambda n: n.received_bytes)
    yield _gauges(
        rows,
        "keyframe_interval_seconds",
        "Time from keyframe to keyframe.",
        ("stream",),
        lambda n: n.keyframe_interval_s,
    )
    yield _gauges(
        rows, "clock_offset_seconds", "The camera's time minus this machine's.", (), lambda n: _one(n.clock_offset_s)
    )
    yield _counters(
        rows, "pictures_decoded", "Pictures decoded: keyframes alone, or with all before them.",
        ("stream", "how"), lambda n: n.decoded,
    )  # fmt: skip
    yield _counters(
        rows, "pictures_damaged", "Pictures that could not be decoded or came out damaged.",
        ("stream",), lambda n: n.damaged,
    )  # fmt: skip


def _look_families(rows: CameraRows) -> Iterator[Metric]:
    yield _counters(rows, "looks", "Looks at the camera, by what was examined.", ("kind",), lambda n: n.looks)
    yield _gauges(
        rows, "looks_wanted_per_second", "Looks its rules want now.", (), lambda n: _one(n.looks_wanted_per_s)
    )
    yield _gauges(
        rows, "looks_achieved_ratio", "Share of the wanted looks that it got of late.",
        (), lambda n: _one(n.looks_achieved_share),
    )  # fmt: skip
    yield _counters(
        rows, "failed_looks", "Looks that ended in an error of the program.", (), lambda n: _one(n.failed_looks)
    )
    yield _counters(rows, "dropped", "Pictures or packets thrown away.", ("reason",), lambda n: n.dropped)
    yield _counters(rows, "detector_seconds", "Time of the network for this camera.", (), lambda n: _one(n.detector_s))
    yield _counters(
        rows, "detector_refused", "Pictures a full detector did not take.", (), lambda n: _one(n.detector_refused)
    )
    network = ("network",)
    yield _counters(rows, "network_seconds", "Time of a network for this camera.", network, lambda n: n.network_s)
    yield _counters(rows, "network_refused", "Pictures not taken for a network.", network, lambda n: n.network_refused)
    yield _counters(
        rows, "network_failures", "Pictures on which a network failed.", network, lambda n: n.network_failures
    )
    yield _histograms(
        rows, "analysis_latency_seconds", "From the capture of a picture to the end of reasoning about it.",
        lambda n: n.analysis_latency,
    )  # fmt: skip


def _outcome_families(rows: CameraRows) -> Iterator[Metric]:
    yield _gauges(
        rows, "blind", "1 while the camera sees nothing, by cause.",
        ("cause",), lambda n: {n.blind_cause or "none": n.blind_cause is not None},
    )  # fmt: skip
    yield _gauges(rows, "fault_open", "1 while a fault of the camera is open.", ("kind",), lambda n: n.faults)
    yield _counters(rows, "alerts", "Alerts that Redis has taken.", ("state",), lambda n: n.alerts)
    yield _counters(rows, "feedback", "What operators said of its events.", ("rule", "verdict"), lambda n: n.feedback)
    yield _histograms(
        rows, "alert_latency_seconds", "From the capture of the picture that made an alert to Redis' reply.",
        lambda n: n.alert_latency,
    )  # fmt: skip
    yield _counters(
        rows, "log_entries_lost", "Entries not written to the observation log.", (), lambda n: _one(n.log_entries_lost)
    )


def _one(value: float | None) -> dict[str, float]:
    return {} if value is None else {"": value}


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, text, value=float(value))


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(_PREFIX + name, text, value=float(value))


def _by_network(name: str, text: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, text, labels=["network"])
    for network, value in values.items():
        family.add_metric([network], float(value))
    return family


Read = Callable[[CameraNumbers], Mapping[str, float]]


def _gauges(rows: CameraRows, name: str, text: str, labels: tuple[str, ...], read: Read) -> Metric:
    family = GaugeMetricFamily(f"{_PREFIX}camera_{name}", text, labels=["camera", *labels])
    for camera_id, key, value in _values(rows, read):
        family.add_metric([camera_id, *(key.split("\n") if labels else ())], value)
    return family


def _counters(rows: CameraRows, name: str, text: str, labels: tuple[str, ...], read: Read) -> Metric:
    family = CounterMetricFamily(f"{_PREFIX}camera_{name}", text, labels=["camera", *labels])
    for camera_id, key, value in _values(rows, read):
        family.add_metric([camera_id, *(key.split("\n") if labels else ())], value)
    return family


def _values(rows: CameraRows, read: Read) -> Iterator[tuple[str, str, float]]:
    for camera_id, numbers in rows:
        for key, value in read(numbers).items():
            yield camera_id, key, float(value)


def _histograms(rows: CameraRows, name: str, text: str, read: Callable[[CameraNumbers], Spread]) -> Metric:
    family = HistogramMetricFamily(f"{_PREFIX}camera_{name}", text, labels=["camera"])
    for camera_id, numbers in rows:
        spread = read(numbers)
        family.add_metric([camera_id], spread.cumulative(), spread.total)
    return family
