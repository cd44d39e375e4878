"""Reads a picture file."""

from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import SourceError
from pipeline.media.frame import Bgr


def read_picture(path: Path) -> Bgr:
    """The picture, shape (h, w, 3), uint8, BGR.

    Raises:
        SourceError: It cannot be read, or is no picture.
    """
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR) if len(content) else None
    if picture is None:
        raise SourceError(f"{path}: no picture of a known format (jpg, png, ...)")
    return np.asarray(picture, np.uint8)
