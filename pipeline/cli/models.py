"""`smart-alert models`: what networks there are, whether they fit their cards, how fast they are, and building one."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from rich.table import Table

from pipeline.cli import models_show, models_train
from pipeline.cli.tables import print_table
from pipeline.config.resolved import Provider
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import SmartAlertError
from pipeline.perception.detections import Picture
from pipeline.perception.detector import Detector
from pipeline.perception.model_build import build
from pipeline.perception.model_card import ModelCard
from pipeline.perception.registry import Registry
from pipeline.runtime.clock import stopwatch

_BENCH_PX = (640, 416, 320)
_SEED = 8

_provider_option = click.option(
    "--provider",
    type=click.Choice([provider.value for provider in Provider]),
    default=Provider.AUTO.value,
    show_default=True,
    help="What the network runs on; auto: CUDA where onnxruntime-gpu is installed, else the CPU.",
)
_threads_option = click.option(
    "--threads", type=click.IntRange(0, 256), default=1, show_default=True, help="For one picture; 0: one a core."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
_models_argument = click.argument("models", nargs=-1)


@click.group(name="models")
def command() -> None:
    """The networks: list, show, verify, bench, build, train.

    MODELS are names of the registry or paths of cards (they end in .yaml); without any, all of the registry.
    """


@command.command(name="list")
@_json_option
def list_models(as_json: bool) -> None:  # noqa: FBT001  # click hands a flag over as it likes
    """Show the networks that there are, and whose they are."""
    cards = _cards(())
    if as_json:
        click.echo(json.dumps([_described(card) for card in cards], ensure_ascii=False, indent=2))
        return
    table = Table("model", "licence", "layout", "input", "classes", "about", box=None, pad_edge=False)
    for card in cards:
        size = f"{card.input.width} x {card.input.height}" + (" (free)" if card.input.dynamic else "")
        table.add_row(card.name, card.licence, card.layout_name, size, str(len(set(card.classes))), card.about)
    print_table(table)


@command.command()
@_models_argument
@_provider_option
def verify(models: tuple[str, ...], provider: str) -> int:
    """Load networks and hold them against their cards.

    A line for each that does not fit. Exit code 1 where there is one, 2 where a name or a card is wrong.
    """
    registry = _registry()
    code = 0
    for name in models or registry.names():
        try:
            card = registry.card(name, Path())
            Detector.load(card, Provider(provider))
        except SmartAlertError as error:
            code = max(code, error.exit_code)
            click.echo(str(error), err=True)
        else:
            click.echo(f"{card.name}: fits its card (sha256 {card.sha256[:12]}..., {len(card.classes)} classes)")
    return code


@command.command()
@_models_argument
@click.option("--pictures", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many to time.")
@_provider_option
@_threads_option
@_json_option
def bench(models: tuple[str, ...], pictures: int, provider: str, threads: int, as_json: bool) -> None:  # noqa: FBT001
    """Time networks: milliseconds a 16:9 picture, from the picture to the objects."""
    timings = [
        _timed(Detector.load(card, Provider(provider), threads), input_px, pictures, stopwatch)
        for card in _cards(models)
        for input_px in (_BENCH_PX if card.input.dynamic else (max(card.input.width, card.input.height),))
    ]
    if as_json:
        click.echo(json.dumps([timing.as_json() for timing in timings], indent=2))
        return
    table = Table("model", "runs on", "asked px", "input", "median ms", "fastest ms", box=None, pad_edge=False)
    for timing in timings:
        size = f"{timing.input_size[0]} x {timing.input_size[1]}"
        table.add_row(
            timing.model,
            timing.provider,
            str(timing.asked_px),
            size,
            f"{timing.median_ms:.1f}",
            f"{timing.best_ms:.1f}",
        )
    print_table(table)


@command.command(name="build")
@click.argument("model")
def build_model(model: str) -> None:
    """Build a network's file as its card says (needs the extra `train` and the package index)."""
    card = _registry().card(model, Path())
    built = build(card, os.environ, lambda step: click.echo(f"{card.name}: {step} ...", err=True))
    outcome = "the same bytes as before" if built.is_same else "other bytes than before; the card is brought up to date"
    click.echo(f"{card.name}: {card.onnx}: sha256 {built.sha256} ({built.built_with}): {outcome}")


command.add_command(models_show.command)
command.add_command(models_train.command)


@dataclass(frozen=True, slots=True)
class _Timing:
    model: str
    provider: str
    asked_px: int
    input_size: tuple[int, int]
    median_ms: float
    best_ms: float

    def as_json(self) -> dict[str, str | int | float | list[int]]:
        return {
            "model": self.model,
            "provider": self.provider,
            "asked_px": self.asked_px,
            "input": list(self.input_size),
            "median_ms": round(self.median_ms, 2),
            "best_ms": round(self.best_ms, 2),
        }


def _timed(detector: Detector, input_px: int, n: int, watch: Callable[[], Callable[[], float]]) -> _Timing:
    picture: Picture = np.random.default_rng(_SEED).integers(0, 256, (720, 1280, 3), np.uint8)
    detector.detect(picture, input_px, 0.3)
    elapsed_ms = []
    for _ in range(n):
        elapsed_s = watch()
        detector.detect(picture, input_px, 0.3)
        elapsed_ms.append(elapsed_s() * 1000)
    return _Timing(
        model=detector.name,
        provider=detector.provider.value,
        asked_px=input_px,
        input_size=detector.input_size((1280, 720), input_px),
        median_ms=float(np.median(elapsed_ms)),
        best_ms=min(elapsed_ms),
    )


def _registry() -> Registry:
    return Registry.shipped(load_vocabulary())


def _cards(models: Sequence[str]) -> list[ModelCard]:
    registry = _registry()
    return [registry.card(name, Path()) for name in models or registry.names()]


def _described(card: ModelCard) -> dict[str, str | bool | list[int] | list[str]]:
    return {
        "name": card.name,
        "about": card.about,
        "file": str(card.onnx),
        "sha256": card.sha256,
        "licence": card.licence,
        "source": card.source,
        "built_with": card.built_with,
        "layout": card.layout_name,
        "input": [card.input.width, card.input.height],
        "dynamic": card.input.dynamic,
        "classes": list(card.classes),
    }
