"""`smart-alert models show`: one network's card for people, with how good it is at what."""

from pathlib import Path

import click
from rich.table import Table

from pipeline.cli.tables import print_table
from pipeline.config.vocabulary import load_vocabulary
from pipeline.perception.model_card import ModelCard
from pipeline.perception.registry import Registry
from pipeline.perception.training_record import TrainingRecord


@click.command(name="show")
@click.argument("model")
def command(model: str) -> None:
    """Show what a network finds, how well, and what it was trained on.

    MODEL is a name of the registry or the path of a card.
    """
    card = Registry.shipped(load_vocabulary()).card(model, Path())
    click.echo(f"{card.name}: {card.about}")
    click.echo(f"licence {card.licence}; {card.source}; {card.built_with}")
    click.echo(f"classes: {', '.join(sorted(set(card.classes)))}")
    for record in card.trained:
        _show_record(card, record)


def _show_record(card: ModelCard, record: TrainingRecord) -> None:
    click.echo(
        f"trained on {record.date} from {record.base}: {record.epochs} epochs at {record.input_px} px in"
        f" {record.minutes:.0f} minutes ({record.device}); judged at {record.judged_px} px: mAP50 {record.map50:.3f}"
    )
    table = Table(
        "class", "labels", "AP50", "threshold", "precision", "recall", "pictures found", "false pictures",
        "found at 1 % false", "calibration error", "missed", "takes for it", box=None, pad_edge=False,
    )  # fmt: skip
    for name, one in record.figures.items():
        kept, strictly = one.kept_pictures, one.found_pictures
        shares = (one.precision, one.recall, kept, one.false_pictures, strictly, one.calibration_error)
        threshold = card.thresholds.get(name)
        table.add_row(
            name,
            str(one.labels),
            f"{one.ap50:.3f}",
            "-" if threshold is None else f"{threshold:.2f}",
            *("-" if share is None else f"{share:.3f}" for share in shares),
            "-" if one.missed is None else str(one.missed),
            ", ".join(f"{what} {n}" for what, n in one.mistaken.items()) or "-",
        )
    print_table(table)
    for data in record.data:
        click.echo(f"{data.name}: {data.pictures} pictures; {data.about} ({data.licence}; {data.origin})")
