"""Tiny networks and their cards, made where they are needed, so that tests meet ONNX Runtime with every layout."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from pipeline.config.vocabulary import load_vocabulary
from pipeline.perception.detections import Floats
from pipeline.perception.model_card import ModelCard, load_card

FLOAT32, FLOAT16 = TensorProto.FLOAT, TensorProto.FLOAT16
VOCABULARY = load_vocabulary()


def constant_network(
    output: Floats, shape: Sequence[int | str], *, dtype: int = FLOAT32, input_name: str = "images"
) -> bytes:
    """A network whose output is `output`, whatever it is shown. `shape` is that of its input."""
    nodes = [
        helper.make_node("ReduceMax", [input_name], ["brightest"], keepdims=0),
        helper.make_node("Sub", ["brightest", "brightest"], ["nought"]),
        helper.make_node("Cast", ["nought"], ["zero"], to=FLOAT32),
        helper.make_node("Add", ["constant", "zero"], ["found"]),
    ]
    constant = numpy_helper.from_array(np.asarray(output, np.float32), "constant")
    return _network(nodes, [constant], _port(input_name, dtype, shape), len(output.shape))


def colour_network(shape: Sequence[int | str]) -> bytes:
    """An end-to-end network that finds one object, whose x1, y1, x2, y2 are 0, 0 and the maxima of planes 0 and 2."""
    nodes = [
        helper.make_node("ReduceMax", ["images", "over"], ["planes"], keepdims=0),
        helper.make_node("Gather", ["planes", "wanted"], ["corner"], axis=1),
        helper.make_node("Concat", ["origin", "corner", "score"], ["row"], axis=1),
        helper.make_node("Unsqueeze", ["row", "first"], ["found"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([2, 3], np.int64), "over"),
        numpy_helper.from_array(np.array([0, 2], np.int64), "wanted"),
        numpy_helper.from_array(np.zeros((1, 2), np.float32), "origin"),
        numpy_helper.from_array(np.array([[0.9, 0]], np.float32), "score"),
        numpy_helper.from_array(np.array([1], np.int64), "first"),
    ]
    return _network(nodes, constants, _port("images", FLOAT32, shape), 3)


def card_for(
    folder: Path,
    network: bytes,
    layout: str,
    *,
    size: tuple[int, int] = (64, 64),
    classes: Sequence[str] = ("person", "car", "truck"),
    changes: Mapping[str, str] = MappingProxyType({}),
) -> ModelCard:
    """A card for a network, both written into the folder; `changes` replaces lines of the card or of its `input`."""
    (folder / "tiny.onnx").write_bytes(network)
    lines = {
        "name": "images",
        "dtype": "float32",
        "colour": "rgb",
        "pixel_max": "1",
        "width": str(size[0]),
        "height": str(size[1]),
        "dynamic": "false",
        "file": "tiny.onnx",
        "sha256": sha256(network).hexdigest(),
        "about": "a network for tests",
        "licence": "Apache-2.0",
        "source": "made by the test",
        "output": "found",
        "layout": layout,
        "classes": f"[{', '.join(classes)}]",
        **changes,
    }
    inputs = ("name", "dtype", "colour", "pixel_max", "width", "height", "dynamic")
    text = "\n".join(f"{key}: {value}" for key, value in lines.items() if key not in inputs)
    text += "\ninput:\n" + "\n".join(f"  {key}: {lines[key]}" for key in inputs) + "\n"
    path = folder / "tiny.yaml"
    path.write_text(text, encoding="utf-8")
    return load_card(path, VOCABULARY)


def _port(name: str, dtype: int, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, dtype, shape)


def _network(
    nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto], into: onnx.ValueInfoProto, n_lengths: int
) -> bytes:
    # The output is declared by names only, as exporters do: what really comes out is told by running it.
    out = _port("found", FLOAT32, [f"length{i}" for i in range(n_lengths)])
    graph = helper.make_graph(nodes, "tiny", [into], [out], constants)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    content: bytes = network.SerializeToString()
    return content
