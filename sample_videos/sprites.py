"""Rendered objects: cut-outs with opacity, one for each place along a path.

`python -m sample_videos.sprites RENDERED` packs what `blender/render.py` left there.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path as File

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sample_videos import stage
from sample_videos.stage import Array, Path

CUTOUTS = File(__file__).parent / "cutouts"
_DARKEST_SHADOW = 110  # opacity, of 255; what is more opaque is an object
_FADE_PX = 20


@dataclass(frozen=True)
class Sprite:
    """A cut-out at its place in the picture.

    Attributes:
        colour: Shape (h, w, 3), BGR, in [0, 255].
        opacity: Shape (h, w), in [0, 1]; the shadow on the ground is black with a low opacity.
        corner: x, y of its upper left pixel in the picture; may be fractional or outside.
    """

    colour: NDArray[np.float32]
    opacity: NDArray[np.float32]
    corner: tuple[float, float]


@dataclass(frozen=True)
class SpriteStrip:
    """The cut-outs of one object along its path, ordered by `along`."""

    along: Array
    sprites: tuple[Sprite, ...]

    def at(self, path: Path, s: float) -> Sprite:
        """The cut-out for `s` metres: the nearest one, moved and scaled by what perspective does in between."""
        nearest = int(np.argmin(np.abs(self.along - s)))
        there, here = path.at(float(self.along[nearest])), path.at(s)
        ratio = stage.scale_at(here) / stage.scale_at(there)
        return moved(self.sprites[nearest], stage.to_picture(there)[0], stage.to_picture(here)[0], ratio)


def moved(sprite: Sprite, anchor: Array, to: Array, ratio: float) -> Sprite:
    """The sprite with its picture point `anchor` laid on `to` and scaled about it."""
    x, y = to + (np.array(sprite.corner) - anchor) * ratio
    if abs(ratio - 1) < 1e-6 and x == int(x) and y == int(y):
        return Sprite(sprite.colour, sprite.opacity, (x, y))
    left, top = int(np.floor(x)), int(np.floor(y))
    height, width = sprite.opacity.shape
    warp = np.array([[ratio, 0, x - left], [0, ratio, y - top]], np.float32)
    size = (int(np.ceil(width * ratio)) + 2, int(np.ceil(height * ratio)) + 2)
    # Colour is carried premultiplied, so that nothing bleeds in from the transparent side of an edge.
    premultiplied = np.dstack([sprite.colour * sprite.opacity[..., None], sprite.opacity])
    laid = cv2.warpAffine(premultiplied, warp, size).astype(np.float32)
    opacity = laid[..., 3]
    colour = (laid[..., :3] / np.maximum(opacity, 1e-4)[..., None]).astype(np.float32)
    return Sprite(colour, opacity, (left, top))


def load(name: str) -> SpriteStrip:
    """Reads `cutouts/<name>.webp` and its index.

    Raises:
        FileNotFoundError: It has not been rendered.
    """
    index = json.loads((CUTOUTS / f"{name}.json").read_text(encoding="utf-8"))
    with Image.open(CUTOUTS / f"{name}.webp") as opened:
        sheet = np.asarray(opened.convert("RGBA"), dtype=np.float32)
    sprites, top = [], 0
    for x, y, width, height in index["boxes"]:
        tile = sheet[top : top + height, :width]
        opacity = (tile[..., 3] / 255).astype(np.float32)
        sprites.append(Sprite(np.ascontiguousarray(tile[..., 2::-1], dtype=np.float32), opacity, (float(x), float(y))))
        top += height
    return SpriteStrip(np.array(index["along"], dtype=np.float64), tuple(sprites))


def pack(rendered: File, name: str) -> None:
    """Packs the whole-picture renders `<rendered>/<metres>.png` into one sheet and its index."""
    along, boxes, tiles = [], [], []
    for file in sorted(rendered.glob("*.png")):
        with Image.open(file) as opened:
            picture = opened.convert("RGBA")
        box = picture.getchannel("A").point(lambda a: 255 if a > 3 else 0).getbbox()
        if box is None:
            continue
        along.append(float(file.stem))
        left, top = box[0] - stage.MARGIN_PX, box[1] - stage.MARGIN_PX
        boxes.append((left, top, box[2] - box[0], box[3] - box[1]))
        tiles.append(_faded(picture.crop(box)))
    sheet = Image.new("RGBA", (max(t.width for t in tiles), sum(t.height for t in tiles)))
    top = 0
    for tile in tiles:
        sheet.paste(tile, (0, top))
        top += tile.height
    CUTOUTS.mkdir(exist_ok=True)
    sheet.save(CUTOUTS / f"{name}.webp", quality=90, alpha_quality=95, method=6)
    (CUTOUTS / f"{name}.json").write_text(json.dumps({"along": along, "boxes": boxes}) + "\n", encoding="utf-8")


def _faded(tile: Image.Image) -> Image.Image:
    """The tile with its shadow running out towards the borders: the renderer cuts it off there."""
    colour = np.array(tile)
    height, width = colour.shape[:2]
    inwards = np.minimum.outer(*(np.minimum(np.arange(n), np.arange(n)[::-1]) for n in (height, width)))
    opacity = colour[..., 3]
    shadow = opacity < _DARKEST_SHADOW
    opacity[shadow] = (opacity * np.clip(inwards / _FADE_PX, 0, 1))[shadow]
    return Image.fromarray(colour)


if __name__ == "__main__":
    for folder in sorted(File(sys.argv[1]).iterdir()):
        pack(folder, folder.name)
