"""The output layouts that a card can name: one file and one line each."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.perception.layouts.end_to_end import END_TO_END
from pipeline.perception.layouts.layout import Layout
from pipeline.perception.layouts.yolov5 import YOLOV5
from pipeline.perception.layouts.yolov8 import YOLOV8
from pipeline.perception.layouts.yolox import YOLOX

LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "yolov8": YOLOV8,
        "end_to_end": END_TO_END,
        "yolox": YOLOX,
        "yolov5": YOLOV5,
    }
)
