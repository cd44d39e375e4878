"""A network that takes whatever is red for one car, and fails on a picture with enough pure green in it."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from pipeline.config.resolved import Provider
from pipeline.perception.detector import Detector
from pipeline.perception.model_card import load_card
from pipeline.runtime.clock import stopwatch
from tests.perception.networks import FLOAT32, VOCABULARY, card_for

_SIZE = (160, 96)
_RED_OVER_BLUE = 0.35
_GREEN_OVER_REST = 0.35
_TIMED_WORK = 40
_TIMES = 8


def write_red_network(folder: Path, work: int = 0) -> str:
    """Writes the network and its card, `tiny.yaml`, and returns the card's name for a site file.

    Args:
        folder: The site file's.
        work: Multiplications of matrices of 512 x 512 that it makes besides: 3 ms each or so.
    """
    card_for(folder, red_network(work), "end_to_end", size=_SIZE, classes=("car",))
    return "tiny.yaml"


def work_of(folder: Path, pass_s: float) -> int:
    """How much `work` makes one pass take so long on this machine, with nothing else to do and all of its cores.

    Args:
        folder: For the network that is timed.
        pass_s: Seconds.
    """
    write_red_network(folder, _TIMED_WORK)
    detector = Detector.load(load_card(folder / "tiny.yaml", VOCABULARY), Provider.CPU, threads=0)
    picture = np.zeros((_SIZE[1], _SIZE[0], 3), np.uint8)
    fastest_s = float("inf")
    for _ in range(_TIMES):
        elapsed_s = stopwatch()
        detector.detect(picture, _SIZE[0], 0.3)
        fastest_s = min(fastest_s, elapsed_s())
    return round(_TIMED_WORK * pass_s / fastest_s)


def red_network(work: int = 0) -> bytes:
    """The network itself; see `write_red_network`."""
    # One row: from the first to the last red column and line, in px of the input.
    nodes = [
        helper.make_node("Split", ["images"], ["red", "green", "blue"], axis=1, num_outputs=3),
        helper.make_node("Sub", ["red", "blue"], ["redness"]),
        helper.make_node("Greater", ["redness", "red_from"], ["is_red"]),
        helper.make_node("Cast", ["is_red"], ["mask"], to=TensorProto.FLOAT),
        *_edges("columns", over="over_lines", low="x1", high="x2"),
        *_edges("lines", over="over_columns", low="y1", high="y2"),
        helper.make_node("ReduceMax", ["mask", "over_all"], ["any"], keepdims=0),
        helper.make_node("Mul", ["any", "sure"], ["score"]),
        *_refusal(),
        *_toil(work),
        helper.make_node("Concat", ["x1", "y1", "x2", "y2", "score", "class"], ["row"], axis=1),
        helper.make_node("Unsqueeze", ["row", "first"], ["found"]),
    ]
    width, height = _SIZE
    constants = [
        numpy_helper.from_array(np.array(_RED_OVER_BLUE, np.float32), "red_from"),
        numpy_helper.from_array(np.array(_GREEN_OVER_REST, np.float32), "green_from"),
        numpy_helper.from_array(np.array([1, 2], np.int64), "over_lines"),
        numpy_helper.from_array(np.array([1, 3], np.int64), "over_columns"),
        numpy_helper.from_array(np.array([2, 3], np.int64), "over_all"),
        numpy_helper.from_array(np.array([1], np.int64), "first"),
        numpy_helper.from_array(np.array([[0.9]], np.float32), "sure"),
        numpy_helper.from_array(np.array([[0.0]], np.float32), "nought"),
        numpy_helper.from_array(np.arange(1, width + 1, dtype=np.float32)[None], "columns_up"),
        numpy_helper.from_array(np.arange(width, 0, -1, dtype=np.float32)[None], "columns_down"),
        numpy_helper.from_array(np.array(width, np.float32), "columns_n"),
        numpy_helper.from_array(np.arange(1, height + 1, dtype=np.float32)[None], "lines_up"),
        numpy_helper.from_array(np.arange(height, 0, -1, dtype=np.float32)[None], "lines_down"),
        numpy_helper.from_array(np.array(height, np.float32), "lines_n"),
        numpy_helper.from_array(np.array(0.01, np.float32), "green_share"),
        numpy_helper.from_array(np.array([[0]], np.int64), "row_of_class"),
        numpy_helper.from_array(np.full((512, 512), 1 / 512, np.float32), "toil"),
    ]
    out = helper.make_tensor_value_info("found", FLOAT32, [1, 1, 6])
    into = helper.make_tensor_value_info("images", FLOAT32, (1, 3, height, width))
    graph = helper.make_graph(nodes, "red", [into], [out], constants)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    content: bytes = network.SerializeToString()
    return content


def _edges(along: str, *, over: str, low: str, high: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("ReduceMax", ["mask", over], [f"{along}_any"], keepdims=0),
        helper.make_node("Mul", [f"{along}_any", f"{along}_up"], [f"{along}_last"]),
        helper.make_node("ReduceMax", [f"{along}_last", "first"], [high], keepdims=1),
        helper.make_node("Mul", [f"{along}_any", f"{along}_down"], [f"{along}_first"]),
        helper.make_node("ReduceMax", [f"{along}_first", "first"], [f"{along}_from_end"], keepdims=1),
        helper.make_node("Sub", [f"{along}_n", f"{along}_from_end"], [low]),
    ]


def _refusal() -> list[onnx.NodeProto]:
    """The class is looked up at a place that is not there if more than a hundredth of the picture is green."""
    return [
        helper.make_node("Max", ["red", "blue"], ["rest"]),
        helper.make_node("Sub", ["green", "rest"], ["greenness"]),
        helper.make_node("Greater", ["greenness", "green_from"], ["is_green"]),
        helper.make_node("Cast", ["is_green"], ["green_mask"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["green_mask", "over_all"], ["share"], keepdims=0),
        helper.make_node("Greater", ["share", "green_share"], ["is_refused"]),
        helper.make_node("Cast", ["is_refused"], ["place"], to=TensorProto.INT64),
        helper.make_node("GatherElements", ["row_of_class", "place"], ["class_index"], axis=1),
        helper.make_node("Cast", ["class_index"], ["class_free"], to=TensorProto.FLOAT),
    ]


def _toil(times: int) -> list[onnx.NodeProto]:
    """Work whose result is not worth anything, but is asked for."""
    nodes = [helper.make_node("Add", ["toil", "any"], ["toil_0"])]
    nodes += [helper.make_node("MatMul", [f"toil_{i}", "toil"], [f"toil_{i + 1}"]) for i in range(times)]
    nodes.append(helper.make_node("ReduceMin", [f"toil_{times}"], ["least"], keepdims=0))
    nodes.append(helper.make_node("Mul", ["least", "nought"], ["none"]))
    nodes.append(helper.make_node("Add", ["class_free", "none"], ["class"]))
    return nodes
