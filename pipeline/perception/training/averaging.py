"""The mean of what several rounds of a training have learnt.

Source: Wortsman et al., Model soups: averaging weights of multiple fine-tuned models, 2022.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn


def average(paths: Sequence[Path], out: Path) -> None:
    """Write a checkpoint whose weights are the mean of others'; all else is the last one's.

    Args:
        paths: Checkpoints of one network, as the trainer leaves them.
        out: The file to be written.

    Raises:
        OSError: One cannot be read, or the mean cannot be written.
    """
    # A checkpoint of ultralytics is a pickled network; these are our own files.
    checkpoints = [torch.load(path, map_location="cpu", weights_only=False) for path in paths]
    models = [_learnt(checkpoint) for checkpoint in checkpoints]
    mean = models[-1].state_dict()
    states = [model.state_dict() for model in models]
    for name, weight in mean.items():
        if weight.is_floating_point():
            mean[name] = torch.stack([state[name] for state in states]).mean(0)
    models[-1].load_state_dict(mean)
    torch.save({**checkpoints[-1], "model": models[-1].half(), "ema": None, "optimizer": None}, out)


def _learnt(checkpoint: dict[str, nn.Module]) -> nn.Module:
    """The network of a checkpoint; averaged over the steps where the trainer has kept that."""
    return (checkpoint.get("ema") or checkpoint["model"]).float()
