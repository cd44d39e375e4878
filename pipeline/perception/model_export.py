"""From ultralytics weights to an ONNX file: `python -m pipeline.perception.model_export WEIGHTS TARGET OPSET`.

A process of its own: ultralytics changes settings of torch, OpenCV and logging as it is imported. It prints what the
file was built with. The same weights and versions give the same bytes.
"""

import contextlib
import sys
from importlib.metadata import version
from pathlib import Path

_KEPT_METADATA = frozenset({"author", "description", "docs", "license", "names", "stride", "task"})
"""What is true of the network; left out are the date of the export and the settings of the program."""
_PACKAGES = {"ultralytics": "ultralytics-opencv-headless", "torch": "torch", "onnx": "onnx"}


def export(weights: Path, target: Path, opset: int) -> None:
    """Write the network with free batch, height and width.

    It is not simplified: the simplifier writes another file at every run (measured, with `PYTHONHASHSEED` unset), and
    ONNX Runtime folds the same nodes as it loads (outputs equal, 43.7 against 45.0 ms a picture).

    Args:
        weights: A `.pt` file that is trusted: loading it runs what it says.
        target: The `.onnx` file to be written.
        opset: ONNX operator set.
    """
    import onnx  # noqa: PLC0415  # the extra `train`: imported where it is used
    from ultralytics import YOLO  # noqa: PLC0415  # likewise

    exported = YOLO(str(weights)).export(format="onnx", dynamic=True, simplify=False, opset=opset, device="cpu")
    network = onnx.load(exported)
    kept = sorted((entry.key, entry.value) for entry in network.metadata_props if entry.key in _KEPT_METADATA)
    del network.metadata_props[:]
    for key, value in kept:
        network.metadata_props.add(key=key, value=value)
    target.write_bytes(network.SerializeToString(deterministic=True))


def built_with() -> str:
    """Programs that take part and their versions, as the card has them."""
    return ", ".join(f"{name} {version(package)}" for name, package in _PACKAGES.items())


if __name__ == "__main__":
    # ultralytics reports on stdout.
    with contextlib.redirect_stdout(sys.stderr):
        export(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(built_with() + "\n")
