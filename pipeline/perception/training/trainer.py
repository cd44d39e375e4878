"""Trains a YOLO on pictures of several folders, with two things of our own.

No folder is labelled for the classes of another, so the loss leaves out what a picture says nothing about, and a mosaic
is made of pictures of one folder. And pictures are made to look as a camera in the street would have taken them.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from ultralytics.data.augment import Format, Mosaic
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.loss import v8DetectionLoss

from pipeline.perception.training.job import Job
from pipeline.perception.training.street_view import as_from_the_street

_MOSAIC_FREE_EPOCHS = 4
"""The last epochs show whole pictures, as the network will meet them."""


class KnownClassesLoss(nn.Module):  # type: ignore[misc]  # torch is not looked into
    """Binary cross-entropy that counts, for each picture, the classes alone that its folder tells of.

    Remembers the mask of the batch that is being judged.
    """

    def __init__(self, known_by_source: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._known_by_source = known_by_source
        self._mask = torch.ones(1)

    def attend(self, files: list[str]) -> None:
        """Take the pictures of a batch: the folder above `images` is the source."""
        self._mask = torch.stack([self._known_by_source[source_of(file)] for file in files])[:, None, :]

    def forward(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Loss by picture, anchor and class: shape (B, A, C)."""
        loss = nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
        return loss * self._mask.to(loss.device, loss.dtype)


def source_of(file: str) -> str:
    """The source that a laid-out picture belongs to."""
    return Path(file).parent.parent.name


class PartlyLabelledModel(DetectionModel):  # type: ignore[misc]  # ultralytics has no types
    """The network with the loss above."""

    known_by_source: Mapping[str, Tensor]

    def init_criterion(self) -> v8DetectionLoss:
        """The usual loss of boxes; of classes ours."""
        criterion = v8DetectionLoss(self)
        criterion.bce = KnownClassesLoss(self.known_by_source)
        return criterion

    def predict(self, x: Tensor, *arguments: object, **settings: object) -> object:
        """As the base has it; in training on a CPU with the products in bfloat16, which halves their time."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training and x.device.type == "cpu"):
            found: object = super().predict(x, *arguments, **settings)
        return _in_float32(found) if self.training else found

    def loss(self, batch: dict[str, object], preds: object = None) -> tuple[Tensor, Tensor]:
        """As the base has it, after the loss was told whose pictures these are."""
        if getattr(self, "criterion", None) is None:
            self.criterion = self.init_criterion()
        self.criterion.bce.attend(batch["im_file"])
        loss: tuple[Tensor, Tensor] = super().loss(batch, preds)
        return loss


def _in_float32(found: object) -> object:
    if isinstance(found, Tensor):
        return found.float()
    if isinstance(found, dict):
        return {name: _in_float32(part) for name, part in found.items()}
    if isinstance(found, list | tuple):
        return type(found)(_in_float32(part) for part in found)
    return found


class OneSourceMosaic(Mosaic):  # type: ignore[misc]  # likewise
    """A mosaic of pictures of one folder: what one of them does not tell the others must not seem to."""

    def __init__(self, mosaic: Mosaic, rng: np.random.Generator) -> None:
        super().__init__(mosaic.dataset, imgsz=mosaic.imgsz, p=mosaic.p, n=mosaic.n)
        self._rng = rng
        self._source = ""
        self._rows_by_source: dict[str, list[int]] = {}
        for row, file in enumerate(self.dataset.im_files):
            self._rows_by_source.setdefault(source_of(file), []).append(row)

    def get_params(self, labels: dict[str, object]) -> dict[str, object]:
        """As the base has it, for the source of the picture that is to be completed."""
        self._source = source_of(str(labels["im_file"]))
        params: dict[str, object] = super().get_params(labels)
        return params

    def get_indexes(self) -> list[int]:
        """Rows of the other pictures."""
        rows = self._rows_by_source[self._source]
        return [rows[int(self._rng.integers(len(rows)))] for _ in range(self.n - 1)]


class StreetView:
    """The step that makes a picture look as a camera in the street would have taken it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def __call__(self, labels: dict[str, object]) -> dict[str, object]:
        """Change the picture; boxes keep their places."""
        labels["img"] = as_from_the_street(np.ascontiguousarray(labels["img"]), self._rng)
        return labels


def _with_ours(transforms: object, seed: int) -> object:
    """The chain of transforms with our mosaic in the place of the usual one, and the street before it is packed."""
    steps = transforms.transforms  # type: ignore[attr-defined]  # ultralytics has no types
    for place, step in enumerate(steps):
        if isinstance(step, Mosaic):
            steps[place] = OneSourceMosaic(step, np.random.default_rng(seed))
        elif hasattr(step, "transforms"):
            _with_ours(step, seed)
        elif isinstance(step, Format):
            steps.insert(place, StreetView(np.random.default_rng(seed + 1)))
            break
    return transforms


class Trainer(DetectionTrainer):  # type: ignore[misc]  # likewise
    """The usual training with our loss and our pictures."""

    known_by_source: Mapping[str, Tensor]
    own_seed = 11

    def get_model(self, cfg: object = None, weights: object = None, verbose: bool = True) -> PartlyLabelledModel:  # noqa: FBT001, FBT002  # the base's
        """The network that is trained, with the base's weights where they fit."""
        PartlyLabelledModel.known_by_source = self.known_by_source
        model = PartlyLabelledModel(cfg, nc=self.data["nc"], ch=self.data["channels"], verbose=verbose)
        if weights is not None:
            model.load(weights)
        # Measured on two cores with bfloat16: a step takes 0.25 s instead of 0.29.
        laid_out: PartlyLabelledModel = model.to(memory_format=torch.channels_last)
        return laid_out

    def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> object:
        """The pictures; those of the training as from the street."""
        dataset = super().build_dataset(img_path, mode, batch)
        if mode == "train":
            usual = dataset.build_transforms

            def build_transforms(hyp: object = None) -> object:
                return _with_ours(usual(hyp), self.own_seed)

            dataset.build_transforms = build_transforms
            dataset.transforms = build_transforms(self.args)
        return dataset


def train(job: Job, folder: Path) -> Path:
    """Train as a job says.

    Args:
        job: What to train, and how.
        folder: Laid out by `labels.lay_out`; the run is written below it.

    Returns:
        The weights of the last epoch, averaged over the steps before it.
    """
    data = folder / "data.yaml"
    # It is judged elsewhere, and the trainer wants something to read.
    pictures = f"{job.run}.txt"
    first = (folder / pictures).read_text(encoding="utf-8").splitlines()[0]
    (folder / "valid.txt").write_text(f"{first}\n", encoding="utf-8")
    names = dict(enumerate(job.classes))
    data.write_text(
        json.dumps({"path": str(folder), "train": pictures, "val": "valid.txt", "names": names}), encoding="utf-8"
    )
    known = {}
    for source, indices in job.known.items():
        known[source] = torch.zeros(len(job.classes))
        known[source][list(indices)] = 1.0
    last = folder / job.run / "weights" / "last.pt"
    settings = {
        "model": str(last) if job.resume else job.weights,
        "resume": str(last) if job.resume else False,
        "data": str(data), "imgsz": job.input_px, "epochs": job.epochs, "batch": job.batch,
        "device": job.device, "amp": False if job.device == "cpu" else "bf16", "seed": job.seed,
        "deterministic": False,
        "optimizer": "AdamW", "lr0": job.learning_rate, "lrf": 0.02, "cos_lr": True, "warmup_epochs": 1.0,
        "weight_decay": 0.0005, "freeze": job.frozen_layers or None,
        "mosaic": 0.6, "close_mosaic": min(_MOSAIC_FREE_EPOCHS, job.epochs // 3), "scale": 0.6, "translate": 0.15,
        "degrees": 4.0, "fliplr": 0.5, "hsv_h": 0.015, "hsv_s": 0.6, "hsv_v": 0.4, "multi_scale": 0.25,
        "erasing": 0.0, "val": False, "plots": False, "save": True, "cache": "ram",
        "project": str(folder), "name": job.run, "exist_ok": True, "verbose": False,
    }  # fmt: skip
    Trainer.known_by_source = known
    trainer = Trainer(overrides=settings)
    # ultralytics allows itself workers on a GPU alone, and leaves a core free: one would wait while the other works.
    trainer.args.workers = 2
    trainer.add_callback("on_train_start", lambda _: torch.set_num_threads(os.cpu_count() or 1))
    trainer.train()
    return last
