"""One network for all cameras: real threads, a network that does as the test says."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.observation import nanoseconds
from pipeline.perception.detections import Detections, DetectorBusyError, Picture, ScriptedDetector
from pipeline.runtime.metrics import CameraMetrics, Metrics
from pipeline.runtime.shared_detector import CameraDetector, SharedDetector
from tests.cli.shell import wait_until
from tests.runtime.connections import Clock

BAD, WORSE = 13, 14
"""Shades on which the network fails."""


def shade(value: int) -> Picture:
    return np.full((8, 8, 3), value, np.uint8)


def found_in(picture: Picture) -> Detections:
    """As wide as the picture is bright."""
    value = int(picture[0, 0, 0])
    if value == BAD:
        raise ModelError("the network failed")
    if value == WORSE:
        raise ZeroDivisionError("oops")
    return Detections.of(("car", 0.9, (0.0, 0.0, float(value), 1.0)))


def has_waiting(detector: SharedDetector, n: int) -> bool:
    return detector.waiting == n


class Gate(ScriptedDetector):
    """Looks at nothing before it is opened. Notes what it was shown in which company."""

    def __init__(self) -> None:
        super().__init__(found_in)
        self.opened = threading.Event()
        self.entered = threading.Semaphore(0)
        self.shown: list[list[int]] = []
        self.noted: Callable[[], None] = lambda: None

    def detect_many(self, pictures: Sequence[Picture], input_px: int, min_score: float) -> list[Detections]:
        self.noted()
        self.shown.append([int(picture[0, 0, 0]) for picture in pictures])
        self.entered.release()
        self.opened.wait()
        return super().detect_many(pictures, input_px, min_score)


class Named(Gate):
    """One of another name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._called = name

    @property
    def name(self) -> str:
        return self._called


class Asking:
    """A camera that has asked and waits in a thread of its own."""

    def __init__(self, camera: CameraDetector, value: int, input_px: int = 64) -> None:
        self.answer: Detections | ModelError | DetectorBusyError | None = None
        self._work = (camera, value, input_px)
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    @property
    def width(self) -> float:
        """Of what was found."""
        self._thread.join(5)
        assert isinstance(self.answer, Detections)
        return float(self.answer.xyxy[0, 2])

    @property
    def failure(self) -> str:
        """What kind of failure the answer was."""
        self._thread.join(5)
        return type(self.answer).__name__

    def _ask(self) -> None:
        camera, value, input_px = self._work
        try:
            self.answer = camera.detect(shade(value), input_px, 0.3)
        except (ModelError, DetectorBusyError) as error:
            self.answer = error


@contextmanager
def shared(
    network: ScriptedDetector, clock: Callable[[], int], *, provider: Provider = Provider.CPU, runners: int = 1
) -> Iterator[SharedDetector]:
    with SharedDetector(network, provider, runners, clock, Metrics()) as detector:
        yield detector


def test_each_camera_gets_the_answer_to_its_own_picture() -> None:
    with shared(ScriptedDetector(found_in), Clock(), runners=3) as detector:
        cameras = [detector.for_camera(CameraMetrics()) for _ in range(12)]
        for _ in range(5):
            asked = [Asking(camera, 20 + number) for number, camera in enumerate(cameras)]
            assert [one.width for one in asked] == [20 + number for number in range(12)]


@pytest.mark.parametrize("provider", [Provider.CPU, Provider.CUDA])
def test_a_picture_on_which_the_network_fails_is_its_camera_s_matter_alone(provider: Provider) -> None:
    network = Gate()
    with shared(network, Clock(), provider=provider) as detector:
        first = Asking(detector.for_camera(CameraMetrics()), 20)
        network.entered.acquire()
        values = [21, BAD, 22, WORSE, 23]
        asked = []
        for n, value in enumerate(values):
            asked.append(Asking(detector.for_camera(CameraMetrics()), value))
            wait_until(partial(has_waiting, detector, n + 1), 5)
        network.opened.set()
        assert [one.failure for one in asked] == ["Detections", "ModelError", "Detections", "ModelError", "Detections"]
        assert [asked[i].width for i in (0, 2, 4)] == [21, 22, 23]
        assert first.width == 20
        assert "ZeroDivisionError" in str(asked[3].answer)
        # And it goes on.
        assert Asking(detector.for_camera(CameraMetrics()), 30).width == 30


def test_the_camera_that_has_gone_longest_without_an_answer_is_next() -> None:
    network, clock = Gate(), Clock()
    network.opened.set()
    with shared(network, clock) as detector:
        cameras = [detector.for_camera(CameraMetrics()) for _ in range(3)]
        for number in (2, 0, 1):
            clock.advance(1)
            assert Asking(cameras[number], 50 + number).width == 50 + number
        network.opened.clear()
        network.shown.clear()
        blocker = Asking(detector.for_camera(CameraMetrics()), 99)
        wait_until(lambda: network.shown == [[99]], 5)
        asked = [Asking(camera, 60 + number) for number, camera in enumerate(cameras)]
        wait_until(lambda: detector.waiting == 3, 5)
        network.opened.set()
        assert [one.width for one in asked] == [60, 61, 62]
        assert blocker.width == 99
        assert network.shown == [[99], [62], [60], [61]]


def test_on_a_gpu_what_waits_goes_together_if_it_is_alike() -> None:
    network = Gate()
    with shared(network, Clock(), provider=Provider.CUDA) as detector:
        first = Asking(detector.for_camera(CameraMetrics()), 99)
        network.entered.acquire()
        asked = [Asking(detector.for_camera(CameraMetrics()), value, 64) for value in (20, 21, 22)]
        other = Asking(detector.for_camera(CameraMetrics()), 30, 32)
        wait_until(lambda: detector.waiting == 4, 5)
        network.opened.set()
        assert [one.width for one in (*asked, other, first)] == [20, 21, 22, 30, 99]
    assert sorted(map(len, network.shown)) == [1, 1, 3]


def test_what_has_waited_for_more_than_a_second_is_refused_and_the_network_spared() -> None:
    network, clock, metrics = Gate(), Clock(), CameraMetrics()
    with shared(network, clock) as detector:
        running = Asking(detector.for_camera(CameraMetrics()), 20)
        network.entered.acquire()
        late = Asking(detector.for_camera(metrics), 21)
        wait_until(lambda: detector.waiting == 1, 5)
        clock.now_ns += nanoseconds(1.01)
        network.opened.set()
        assert late.failure == "DetectorBusyError"
        assert running.width == 20
        assert network.shown == [[20]]
        assert metrics.numbers().detector_refused == 1


def test_who_waits_as_the_run_ends_is_refused_and_so_is_who_comes_later() -> None:
    network = Gate()
    with shared(network, Clock()) as detector:
        running = Asking(detector.for_camera(CameraMetrics()), 20)
        network.entered.acquire()
        waiting = Asking(detector.for_camera(CameraMetrics()), 21)
        wait_until(lambda: detector.waiting == 1, 5)
        threading.Timer(0.1, network.opened.set).start()
    assert (running.width, waiting.failure) == (20, "DetectorBusyError")
    assert Asking(detector.for_camera(CameraMetrics()), 22).failure == "DetectorBusyError"


def test_of_several_networks_the_one_that_has_not_run_for_longest_is_next() -> None:
    first, other = Gate(), Named("city")
    order: list[str] = []
    first.noted, other.noted = partial(order.append, "scripted"), partial(order.append, "city")
    with SharedDetector(first, Provider.CPU, 1, Clock(), Metrics(), others=[other]) as detector:
        blocker = Asking(detector.for_camera(CameraMetrics()), 99)
        first.entered.acquire()
        asked = []
        for n, network in enumerate(["scripted", "scripted", "scripted", "city", "city"]):
            asked.append(Asking(detector.for_camera(CameraMetrics(), network), 20 + n))
            wait_until(partial(has_waiting, detector, n + 1), 5)
        other.opened.set()
        first.opened.set()
        assert [one.width for one in asked] == [20, 21, 22, 23, 24]
    assert blocker.width == 99
    assert order == ["scripted", "city", "scripted", "city", "scripted", "scripted"]


def test_what_a_network_does_for_a_camera_is_counted_under_its_name() -> None:
    metrics, process = CameraMetrics(), Metrics()
    city = Named("city")
    city.opened.set()
    with SharedDetector(ScriptedDetector(found_in), Provider.CPU, 1, Clock(), process, others=[city]) as detector:
        assert Asking(detector.for_camera(metrics, "city"), 20).width == 20
        assert Asking(detector.for_camera(metrics, "city"), BAD).failure == "ModelError"
    numbers = metrics.numbers()
    assert list(numbers.network_s) == ["city"]
    assert numbers.network_failures == {"city": 1}
    assert process.process_numbers().network_pictures == {"city": 2}
