"""Reads what a live run tells at `/metrics`."""

import socket
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

_PREFIX = "smart_alert_"
_CAMERA = "camera_"


@dataclass(frozen=True, slots=True)
class Page:
    """What a run told of itself at one moment.

    Attributes:
        by_camera: For each family of the cameras, the sum of its values, by camera.
        by_label: For each of them, the sum over all cameras, by its other labels, joined by blanks.
        process: Values that belong to no camera.
    """

    by_camera: Mapping[str, Mapping[str, float]]
    by_label: Mapping[str, Mapping[str, float]]
    process: Mapping[str, float]

    def total(self, family: str) -> float:
        """Over all cameras."""
        return sum(self.by_camera.get(family, {}).values())

    def mean(self, family: str) -> float:
        """Over the cameras that have one; 0 where none has."""
        values = self.by_camera.get(family, {})
        return sum(values.values()) / max(1, len(values))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def read_page(port: int) -> Page:
    """`/metrics` as it is now.

    Raises:
        OSError: Nobody answers.
    """
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text: str = answer.read().decode("utf-8")
    by_camera: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    by_label: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    process: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name.removeprefix(_PREFIX).removesuffix("_total")
            if "le" in sample.labels or not sample.name.startswith(_PREFIX):
                continue
            if not name.startswith(_CAMERA):
                process[name] += sample.value
                continue
            name = name.removeprefix(_CAMERA)
            by_camera[name][sample.labels["camera"]] += sample.value
            rest = " ".join(value for label, value in sample.labels.items() if label != "camera")
            by_label[name][rest] += sample.value
    return Page(by_camera, by_label, process)


def is_ready(port: int) -> bool:
    """Whether the run says so."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return True
    except OSError:
        return False
