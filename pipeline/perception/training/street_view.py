"""Makes a picture look as a street camera would have taken it: from afar, in bad light, squeezed through a codec.

Sources of the parts: sensor noise is Gaussian; a codec's damage is that of JPEG, whose blocks and rings are those of
the intra pictures of video; an infra-red picture has no colour.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALLEST_SHARE = 0.35
_QUALITY = (12, 70)
_NOISE_LEVELS = (2.0, 14.0)
_GAMMA = (0.45, 1.9)
_DARK = (0.25, 0.7)


def as_from_the_street(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """One picture, differently bad at each call; about a third stay as they are.

    Args:
        picture: Shape (H, W, 3), uint8, BGR.
        rng: What decides.

    Returns:
        Of the same shape. Boxes keep their places.
    """
    seen = picture
    if rng.random() < 0.33:
        return seen
    if rng.random() < 0.35:
        seen = _from_afar(seen, rng)
    if rng.random() < 0.15:
        seen = _blurred(seen, rng)
    if rng.random() < 0.35:
        seen = _relit(seen, rng)
    if rng.random() < 0.1:
        seen = np.repeat(cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY)[:, :, None], 3, axis=2).astype(np.uint8)
    if rng.random() < 0.3:
        seen = _noisy(seen, rng)
    if rng.random() < 0.5:
        seen = _squeezed(seen, rng)
    return seen


def _from_afar(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Fewer pixels, stretched again: a digital zoom, or a sub-stream."""
    height, width = picture.shape[:2]
    share = rng.uniform(_SMALLEST_SHARE, 0.9)
    small = cv2.resize(
        picture, (max(8, round(width * share)), max(8, round(height * share))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _blurred(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Out of focus, or moved while the shutter was open."""
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 2.0)), np.uint8)
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), np.float32)
    if rng.random() < 0.7:
        kernel[length // 2] = 1 / length
    else:
        kernel[:, length // 2] = 1 / length
    return np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8)


def _relit(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another exposure, and a cast as of a sodium lamp or of a cold sky; sometimes dusk."""
    gamma = float(np.exp(rng.uniform(np.log(_GAMMA[0]), np.log(_GAMMA[1]))))
    gain = rng.uniform(*_DARK) if rng.random() < 0.3 else rng.uniform(0.8, 1.2)
    levels = np.arange(256) / 255
    cast = rng.uniform(0.85, 1.15, 3)
    table = np.clip(255 * gain * np.power(levels, gamma)[:, None] * cast, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table[None]), np.uint8)


def _noisy(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    level = rng.uniform(*_NOISE_LEVELS)
    noise = rng.standard_normal(picture.shape, np.float32) * level
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _squeezed(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    quality = int(rng.integers(*_QUALITY))
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
