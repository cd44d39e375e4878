"""Writes pictures as an H.264 video in an MP4 file that browsers play; it is there whole or not at all."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from pipeline.errors import StateError
from pipeline.media.frame import Bgr
from pipeline.observation import MediaNs

_TICKS_A_SECOND = 90_000
_NS_A_SECOND = 1_000_000_000
_QUALITY = {"crf": "23", "preset": "veryfast"}


class VideoWriter:
    """Takes pictures in the order of their times, which strictly increase; each is shown until the next one.

    Leaving the `with` block normally completes the file; an error discards it. Remembers the first picture's time and
    size, to which the others are held.
    """

    def __init__(self, path: Path) -> None:
        """Begin a file.

        Args:
            path: Where the complete video will be; an older one there stays until then.

        Raises:
            StateError: The folder cannot be written.
        """
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._first: MediaNs | None = None
        self._last_pts = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(self._part), "w", format="mp4", options={"movflags": "+faststart"})
            self._stream = self._container.add_stream("libx264", rate=25, options=_QUALITY)
        except (OSError, av.FFmpegError) as error:
            raise self._fault(error) from error

    def add(self, picture: Bgr, t: MediaNs) -> None:
        """Add the next picture.

        Args:
            picture: An odd last row or column is left out: the format has none.
            t: Later than that of the one before.

        Raises:
            StateError: It cannot be written (a full disk), or is of another size than the first.
        """
        if self._first is None:
            self._begin(picture, t)
        height, width = self._stream.height, self._stream.width
        if picture.shape[0] // 2 * 2 != height or picture.shape[1] // 2 * 2 != width:
            raise StateError(
                f"{self._path}: got a picture of {picture.shape[1]}x{picture.shape[0]}, expected {width}x{height}"
            )
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="bgr24")
        passed_ns = t - (self._first or t)
        frame.pts = max(round(passed_ns * _TICKS_A_SECOND / _NS_A_SECOND), self._last_pts + 1)
        frame.time_base = Fraction(1, _TICKS_A_SECOND)
        self._last_pts = frame.pts
        self._encode(frame)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None or self._first is None:
            self._discard()
            return
        try:
            self._encode(None)
            self._container.close()
            self._part.replace(self._path)
        except (OSError, av.FFmpegError) as failure:
            self._discard()
            raise self._fault(failure) from failure

    def _begin(self, picture: Bgr, t: MediaNs) -> None:
        self._first = t
        self._stream.height, self._stream.width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, _TICKS_A_SECOND)

    def _encode(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (OSError, av.FFmpegError) as error:
            raise self._fault(error) from error

    def _discard(self) -> None:
        with suppress(OSError, av.FFmpegError):
            self._container.close()
        self._part.unlink(missing_ok=True)

    def _fault(self, error: Exception) -> StateError:
        return StateError(f"{self._path}: the video cannot be written: {error}")
