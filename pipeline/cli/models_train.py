"""`smart-alert models train`: a network of one's own, from folders of labelled pictures."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S
from pipeline.perception.model_train import TrainCall, train
from pipeline.perception.registry import Registry
from pipeline.perception.training.recipe import load_recipe
from pipeline.resources import data_folder
from pipeline.runtime.clock import stopwatch, wall_now_ns

_TOLD_EVERY = 200


@click.command(name="train")
@click.argument("recipe")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="The folder in which the recipe's folders of pictures lie.",
)
@click.option("--name", help="Of the network and its card; the recipe's where it is not given.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder for both; here by default."
)
@click.option("--work", type=click.Path(file_okay=False, path_type=Path), help="Folder for what lies about meanwhile.")
@click.option("--device", default="cpu", show_default=True, help="cpu, or a GPU as torch names it: 0, cuda:1 ...")
def command(recipe: str, *, data: Path, name: str | None, out: Path, work: Path | None, device: str) -> None:
    """Train a network on labelled pictures (needs the extra `train`).

    RECIPE is a YAML file, or the name of one that is shipped (`city`). The network is fine-tuned, exported, judged on
    the pictures kept apart for that, and written with its card; a training that was broken off goes on.
    """
    path = _recipe_file(recipe)
    vocabulary = load_vocabulary()
    read = load_recipe(path, data.resolve(), vocabulary)
    name = name or path.stem
    call = TrainCall(
        name=name,
        recipe=read,
        base=Registry.shipped(vocabulary).card(read.base, path.parent),
        work=(work or Path(f"training-{name}")).resolve(),
        out=out,
        device=device,
        date=datetime.fromtimestamp(wall_now_ns() / NS_PER_S, UTC).date().isoformat(),
        environ=os.environ,
    )

    def progress(done: int) -> None:
        if done % _TOLD_EVERY == 0:
            click.echo(f"{name}: {done} pictures judged", err=True)

    record = train(call, stopwatch(), lambda step: click.echo(f"{name}: {step} ...", err=True), progress)
    click.echo(f"{name}: mAP50 {record.map50:.3f} at {record.judged_px} px; {out / name}.yaml says more")
    for class_name, one in record.figures.items():
        click.echo(
            f"  {class_name}: AP50 {one.ap50:.3f}, precision {one.precision:.2f}, recall {one.recall:.2f},"
            f" pictures found at 1 % false {one.found_pictures:.2f} ({one.labels} labels)"
        )


def _recipe_file(recipe: str) -> Path:
    """The file that is meant.

    Raises:
        UsageError: There is none.
    """
    path = Path(recipe)
    if path.suffix in {".yaml", ".yml"}:
        if not path.is_file():
            raise UsageError(f"{recipe}: no such recipe")
        return path
    folder = data_folder("configs") / "training"
    shipped = sorted(one.stem for one in folder.glob("*.yaml"))
    if recipe not in shipped:
        raise UsageError(f"recipe {recipe!r}: not shipped (there are: {', '.join(shipped)}); a file ends in .yaml")
    return folder / f"{recipe}.yaml"
