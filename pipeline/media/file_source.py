"""Recorded files as a `VideoSource`."""

from pathlib import Path
from types import TracebackType
from typing import Self

from av.container.input import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.errors import SourceError
from pipeline.media.container import creation_time, open_container, video_stream
from pipeline.media.damage import Damage, DamageCounter
from pipeline.media.decoded_picture import DecodedPicture, image_orientation
from pipeline.media.decoder import Decoded, Decoder
from pipeline.media.frame import Frame
from pipeline.media.info import StreamInfo
from pipeline.media.orientation import Orientation
from pipeline.media.packets import PacketReader
from pipeline.media.pictures import PictureReader
from pipeline.media.timeline import DisplayClock
from pipeline.observation import MediaNs


class FileSource:
    """A recorded file, read from its beginning to its end. Implements `VideoSource`. Not for two threads at a time.

    Remembers the place reached, and what is needed to go from keyframes to full decoding there. Its memory does not
    grow with the length of the video.
    """

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream, start: MediaNs | None) -> None:
        self._path = path
        self._container = container
        self._damage = DamageCounter()
        self._clock = DisplayClock(self._damage)
        self._packets = PacketReader(container, stream, path, self._damage)
        decoder = Decoder(stream, self._clock, self._damage)
        self._pictures = PictureReader(self._packets, decoder, self._clock, self._damage)
        first = self._pictures.peek()
        if first is None:
            raise SourceError(f"{path}: no picture can be decoded (damage: {self.damage})")
        self._orientation = image_orientation(first.image)
        start_ns = creation_time(container, stream) if start is None else start
        # Media time = start + (pts - pts of the first picture).
        self._shift_ns = start_ns - first.shown_ns
        self._info = _describe(container, stream, first.image, self._orientation, MediaNs(start_ns))
        self._packets.measure_interval()

    @classmethod
    def open(cls, path: Path, start: MediaNs | None = None, *, threads: int = 1) -> Self:
        """Opens a file and decodes its first picture.

        Args:
            path: mp4, mkv, avi, ts and others; only its first video stream is read.
            start: Media time of the first picture. None: the container's creation time, else 1970.
            threads: Decoding threads; 0 lets the decoder choose. With one, a core can serve several sources.

        Raises:
            SourceError: The file cannot be opened, or no picture can be decoded.
        """
        container = open_container(path)
        try:
            return cls(path, container, video_stream(container, path, threads), start)
        except BaseException:
            container.close()
            raise

    @property
    def info(self) -> StreamInfo:
        """The stream as the container and the first picture tell it."""
        return self._info

    @property
    def orientation(self) -> Orientation:
        """How its stored pictures are turned to be upright."""
        return self._orientation

    @property
    def damage(self) -> Damage:
        """What was met so far."""
        return self._damage.counted()

    @property
    def keyframe_interval_s(self) -> float:
        """The longest of the last eight distances between keyframes, seconds; measured from the start."""
        return self._packets.keyframe_interval_s

    def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
        """The first picture at or after `not_before` that is later than every one passed before.

        Args:
            not_before: Earlier pictures are passed over, never converted; earlier keyframes are not even decoded
                where keyframes only are asked for.
            keyframes_only: Decode keyframes only. Where they are more than four seconds apart, every picture is
                decoded all the same and the one that is due is returned, a keyframe or not.

        Returns:
            None at the end of the file. After keyframes, the pictures behind the last one can still be had in full.

        Raises:
            SourceError: The file cannot be read on for a reason outside it, such as a failing disk.
        """
        if keyframes_only and self._pictures.can_read_keyframes:
            keyframe = self._pictures.next_keyframe(not_before - self._shift_ns)
            if keyframe is not None:
                return self._frame(keyframe)
            if self._pictures.can_read_keyframes:
                return None
        while (decoded := self._pictures.next_picture()) is not None:
            frame = self._frame(decoded)
            if frame.t >= not_before:
                return frame
        return None

    def close(self) -> None:
        """Closes the file. Frames that were handed out stay readable."""
        self._pictures.close()
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frame(self, decoded: Decoded) -> Frame:
        t = self._clock.follow(decoded.shown_ns, decoded.stamp.step_ns) + self._shift_ns
        picture = DecodedPicture(decoded.image, self._orientation, str(self._path))
        return Frame(MediaNs(t), picture, is_key=decoded.stamp.is_key, is_damaged=decoded.image.is_corrupt)


def _describe(
    container: InputContainer, stream: VideoStream, first: VideoFrame, orientation: Orientation, start: MediaNs
) -> StreamInfo:
    width, height = orientation.upright_size(first.width, first.height)
    duration_s = 0.0
    if stream.duration and stream.time_base:
        duration_s = float(stream.duration * stream.time_base)
    elif container.duration:
        duration_s = container.duration / 1_000_000
    return StreamInfo(
        codec=stream.codec_context.name,
        width=width,
        height=height,
        rotation=90 * orientation.quarters,
        fps=float(stream.average_rate or 0),
        duration_s=max(0.0, duration_s),
        has_b_frames=bool(stream.codec_context.has_b_frames),
        start=start,
    )
