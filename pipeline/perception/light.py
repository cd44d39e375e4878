"""Whether a patch of the picture is the same ground under another light: shadow, sun, sun through leaves."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.perception.detections import Picture
from pipeline.perception.planes import Plane, likeness

_LOGARITHMS = (116.0 * np.log(np.arange(256) + 16.0)).astype(np.float32)
_SAME_GROUND = 0.75
_MIN_TEXTURE = 2.0
_SHADE_MAX_SPREAD = 0.10
_SHADE_MAX_CHROMA = 4.0
_DAPPLE_MAX_SPREAD = 0.25
_DAPPLE_MAX_CHROMA = 1.5
_FINE_PX = 7
_MIN_FINE_TEXTURE = 3.0
_OTHER_GROUND = 0.15
_MIN_FINE_SAMPLE_PX = 64


def brightness(ycrcb: Picture) -> Plane:
    """Logarithm of luma, shape (H, W): a stronger light adds to it; 1.0 is one level at middle grey."""
    return np.asarray(_LOGARITHMS[ycrcb[..., 0]], np.float32)


def chroma_change(now: Picture, before: Picture) -> float:
    """Mean change of the two chroma channels of the pixels, shape (N, 3), levels."""
    return float(np.abs(now[:, 1:].astype(np.float64) - before[:, 1:]).mean())


def is_light(
    now: Picture, before: Picture, inside: NDArray[np.bool_], core: NDArray[np.bool_], *, textured: bool
) -> bool:
    """Whether a patch is the background's under another light.

    Its texture is kept; or it is evenly brighter or darker and has kept its colour; sun that falls through leaves is
    less even and keeps the colour better still. But where the ground has a fine texture and the patch has none of it,
    something lies there, however grey.

    Args:
        now: Shape (H, W, 3), uint8, YCrCb.
        before: The background, of the same shape.
        inside: Shape (H, W): the patch.
        core: The patch without its margin.
        textured: Whether there are edges inside that the background lacks.
    """
    luma, ground = now[..., 0][inside].astype(np.float64), before[..., 0][inside].astype(np.float64)
    if not textured and ground.std() > _MIN_TEXTURE and likeness(luma, ground) > _SAME_GROUND:
        return True
    ratio = luma / np.maximum(ground, 4.0)
    spread = float(ratio.std()) / max(float(ratio.mean()), 0.05)
    chroma = chroma_change(now[inside], before[inside])
    dappled = spread < _DAPPLE_MAX_SPREAD and chroma < _DAPPLE_MAX_CHROMA
    shaded = not textured and spread < _SHADE_MAX_SPREAD and chroma < _SHADE_MAX_CHROMA
    return (dappled or shaded) and not _has_lost_its_texture(now, before, core)


def _has_lost_its_texture(now: Picture, before: Picture, core: NDArray[np.bool_]) -> bool:
    """Whether the ground's fine texture is clear, and is not to be seen now."""
    if np.count_nonzero(core) < _MIN_FINE_SAMPLE_PX:
        return False
    fine_now, fine_before = (_fine(brightness(picture))[core].astype(np.float64) for picture in (now, before))
    return bool(fine_before.std() > _MIN_FINE_TEXTURE) and likeness(fine_now, fine_before) < _OTHER_GROUND


def _fine(plane: Plane) -> Plane:
    return plane - np.asarray(cv2.blur(plane, (_FINE_PX, _FINE_PX)), np.float32)
