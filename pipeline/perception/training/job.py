"""What the trainer is asked for: a file between the process that calls it and its own."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Job:
    """One training.

    Attributes:
        run: Folder for what it writes, beside the file.
        weights: A `.pt` file that is trusted: loading it runs what it says.
        classes: What the network shall find, by index.
        known: By source, the indices of the classes that it tells of.
        input_px: Side of the pictures.
        epochs: How often all are shown.
        batch: Pictures a step.
        learning_rate: At its highest.
        frozen_layers: Layers that keep their weights.
        device: `cpu`, or a GPU as torch names it.
        seed: Of all that is drawn.
        resume: Go on with the training that lies beside the file.
    """

    run: str
    weights: str
    classes: tuple[str, ...]
    known: Mapping[str, tuple[int, ...]]
    input_px: int
    epochs: int
    batch: int
    learning_rate: float
    frozen_layers: int
    device: str
    seed: int
    resume: bool = False

    def write(self, path: Path) -> None:
        """Write it as JSON.

        Raises:
            OSError: It cannot be written.
        """
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` has written.

        Raises:
            OSError: It cannot be read.
            ValueError: It is no job.
        """
        try:
            written = json.loads(path.read_text(encoding="utf-8"))
            known = {source: tuple(indices) for source, indices in written.pop("known").items()}
            return cls(classes=tuple(written.pop("classes")), known=known, **written)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: no training job: {error}") from error
