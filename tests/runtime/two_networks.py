"""Networks under names of their own, for sites with several."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import numpy as np

from tests.live.red_network import red_network
from tests.perception.networks import card_for, constant_network

_NO_CHANGE: Mapping[str, str] = MappingProxyType({})
_SIZE = (160, 96)


def write_card(
    folder: Path,
    name: str,
    classes: Sequence[str],
    *,
    network: bytes | None = None,
    changes: Mapping[str, str] = _NO_CHANGE,
) -> str:
    """A network and its card, `<name>.yaml`, in the folder; one that finds nothing where none is given."""
    size = _SIZE if network is not None else (64, 64)
    network = network or constant_network(np.zeros((1, 1, 6), np.float32), (1, 3, 64, 64))
    with TemporaryDirectory(dir=folder) as made:
        card = card_for(
            Path(made), network, "end_to_end", size=size, classes=classes, changes={"file": f"{name}.onnx", **changes}
        )
        text = card.path.read_text(encoding="utf-8")
    (folder / f"{name}.onnx").write_bytes(network)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return f"{name}.yaml"


def write_blue_network(folder: Path, name: str = "city", class_name: str = "garbage") -> str:
    """A network that takes whatever is blue for one thing of this class: the one for red, its planes exchanged."""
    return write_card(folder, name, (class_name,), network=red_network(), changes={"colour": "bgr"})
