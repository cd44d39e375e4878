"""The networks of all cameras: bounded, fair, in batches where that gains, and no camera's failure is another's."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.observation import seconds
from pipeline.perception.detections import Detections, DetectorBusyError, ObjectDetector, Picture
from pipeline.runtime.metrics import CameraMetrics, Metrics

_LONGEST_WAIT_NS = 1_000_000_000
"""What has waited longer is refused: the camera will have a newer picture to show."""
_BATCH = 16


@dataclass(slots=True, eq=False)
class _Request:
    network: ObjectDetector
    picture: Picture
    input_px: int
    min_score: float
    served_ns: int
    asked_ns: int
    answered_ns: int = 0
    took_ns: int = 0
    answered: threading.Event = field(default_factory=threading.Event)
    found: Detections = field(default_factory=Detections.none)
    failure: ModelError | DetectorBusyError | None = None

    @property
    def kind(self) -> tuple[str, tuple[int, ...], int, float]:
        """Requests of one kind can share a batch."""
        return self.network.name, self.picture.shape, self.input_px, self.min_score


class SharedDetector:
    """Runs requests of all cameras in a few threads of its own.

    A camera has at most one request at a time and waits for its answer, so its results come in order. Of the networks
    that are waited for, the one that has not run for longest is next, and of its pictures that of the camera that has
    gone longest without an answer of it; what has waited for a second is refused.
    """

    def __init__(
        self,
        detector: ObjectDetector,
        provider: Provider,
        runners: int,
        now_ns: Callable[[], int],
        metrics: Metrics,
        *,
        others: Sequence[ObjectDetector] = (),
    ) -> None:
        """Nothing runs yet.

        Args:
            detector: The first network; may be used by several threads.
            provider: What the networks run on: batches gain on a GPU, and nothing on a CPU.
            runners: Threads that run them; 1 is enough for a GPU.
            now_ns: A steady clock.
            metrics: Told of every pass.
            others: Further networks, of other names.
        """
        self._metrics = metrics
        self._detector = detector
        self._network_by_name = {one.name: one for one in (detector, *others)}
        self._turns = 0
        self._turn_by_network = dict.fromkeys(self._network_by_name, 0)
        self._batch = _BATCH if provider is Provider.CUDA else 1
        self._now_ns = now_ns
        self._waiting: list[_Request] = []
        self._changed = threading.Condition()
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"detector-{number}", daemon=True) for number in range(runners)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._is_closed = True
            for request in self._waiting:
                _refuse(request)
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def waiting(self) -> int:
        """How many pictures wait."""
        with self._changed:
            return len(self._waiting)

    def for_camera(self, metrics: CameraMetrics, network: str = "") -> "CameraDetector":
        """A network as one camera sees it: the one of this name, or the first."""
        return CameraDetector(self, self._network_by_name.get(network, self._detector), metrics)

    def ask(
        self, network: ObjectDetector, picture: Picture, input_px: int, min_score: float, served_ns: int
    ) -> "_Request":
        """Have a picture looked at; returns when it is answered.

        Args:
            network: By which.
            picture: See `ObjectDetector`.
            input_px: Likewise.
            min_score: Likewise.
            served_ns: When the camera last had an answer of it, on the steady clock.
        """
        request = _Request(network, picture, input_px, min_score, served_ns, self._now_ns())
        with self._changed:
            if self._is_closed:
                _refuse(request)
                return request
            self._waiting.append(request)
            self._metrics.detector_queue(len(self._waiting))
            self._changed.notify()
        request.answered.wait()
        return request

    def _run(self) -> None:
        while batch := self._take():
            begun_ns = self._now_ns()
            try:
                self._answer(batch)
            finally:
                ended_ns = self._now_ns()
                self._metrics.detector_pass(seconds(ended_ns - begun_ns), len(batch), batch[0].network.name)
                for request in batch:
                    request.took_ns, request.answered_ns = (ended_ns - begun_ns) // len(batch), ended_ns
                    request.answered.set()

    def _answer(self, batch: Sequence[_Request]) -> None:
        """Let the network look; where it fails on a batch, at each by itself: the others have their answers."""
        first = batch[0]
        try:
            pictures = [request.picture for request in batch]
            found = first.network.detect_many(pictures, first.input_px, first.min_score)
            for request, answer in zip(batch, found, strict=True):
                request.found = answer
        # This thread serves all cameras: nothing that a picture brings about may end it.
        except Exception as error:  # noqa: BLE001
            if len(batch) == 1:
                first.failure = _as_failure(error)
                return
            for request in batch:
                self._answer([request])

    def _take(self) -> list[_Request]:
        with self._changed:
            while True:
                self._refuse_late()
                if self._waiting:
                    self._waiting.sort(key=lambda one: (self._turn_by_network[one.network.name], one.served_ns))
                    kind = self._waiting[0].kind
                    self._turns += 1
                    self._turn_by_network[kind[0]] = self._turns
                    batch = [request for request in self._waiting if request.kind == kind][: self._batch]
                    self._waiting = [request for request in self._waiting if request not in batch]
                    self._metrics.detector_queue(len(self._waiting))
                    return batch
                if self._is_closed:
                    return []
                self._changed.wait()

    def _refuse_late(self) -> None:
        now_ns = self._now_ns()
        late = [request for request in self._waiting if now_ns - request.asked_ns > _LONGEST_WAIT_NS]
        self._waiting = [request for request in self._waiting if request not in late]
        for request in late:
            _refuse(request)


class CameraDetector:
    """A shared network as an `ObjectDetector`. Remembers when this camera last had an answer of it."""

    def __init__(self, shared: SharedDetector, detector: ObjectDetector, metrics: CameraMetrics) -> None:
        self._shared, self._detector, self._metrics = shared, detector, metrics
        self._served_ns = 0

    @property
    def name(self) -> str:
        """The network's."""
        return self._detector.name

    @property
    def classes(self) -> frozenset[str]:
        """Canonical names of what it can find."""
        return self._detector.classes

    def input_size(self, picture_size: tuple[int, int], input_px: int) -> tuple[int, int]:
        """See `ObjectDetector`."""
        return self._detector.input_size(picture_size, input_px)

    def detect(self, picture: Picture, input_px: int, min_score: float) -> Detections:
        """The objects of one picture; see `ObjectDetector`.

        Raises:
            ModelError: The network failed on this picture.
            DetectorBusyError: It is overloaded: nothing was looked for.
        """
        request = self._shared.ask(self._detector, picture, input_px, min_score, self._served_ns)
        if request.failure is not None:
            if isinstance(request.failure, DetectorBusyError):
                self._metrics.detector_refused(self.name)
            else:
                self._metrics.network_failed(self.name)
            raise request.failure
        self._served_ns = request.answered_ns
        self._metrics.detected(seconds(request.took_ns), self.name)
        return request.found

    def detect_many(self, pictures: Sequence[Picture], input_px: int, min_score: float) -> list[Detections]:
        """As `detect`, picture by picture: one camera does not fill a batch."""
        return [self.detect(picture, input_px, min_score) for picture in pictures]


def _as_failure(error: Exception) -> ModelError:
    return error if isinstance(error, ModelError) else ModelError(f"the network: {type(error).__name__}: {error}")


def _refuse(request: _Request) -> None:
    request.failure = DetectorBusyError("the network is overloaded: a picture had waited for more than a second")
    request.answered.set()
