"""Opens a recorded file with PyAV and nothing but a file: no network, no playlist, no subtitle that is drawn."""

from datetime import UTC, datetime
from pathlib import Path

import av
from av.codec.context import ThreadType
from av.container.input import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from pipeline.errors import SourceError
from pipeline.observation import NS_PER_S, MediaNs

# What the name of a file says is not trusted: a text file would open as a drawing, a playlist would open other files.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,live_flv,asf,ogg,ivf,mxf,dhav,nut,"
    "h264,hevc,m4v,mjpeg,obu,av1,dv,wtv"
)
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
MAX_PIXELS = 16384 * 8192


def open_container(path: Path) -> InputContainer:
    """The opened file.

    Raises:
        SourceError: It is missing, no file, empty, may not be read, or is no video file.
    """
    try:
        if not path.exists():
            raise SourceError(f"{path}: no such file")
        if not path.is_file():
            raise SourceError(f"{path}: not a file, expected a video file")
        if path.stat().st_size == 0:
            raise SourceError(f"{path}: the file is empty")
        return av.open(f"file:{path}", options=_OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SourceError(f"{path}: no video of a known format (mp4, mkv, avi, ts, ...): {reason(error)}") from error


def video_stream(container: InputContainer, path: Path, threads: int) -> VideoStream:
    """The first real video stream, ready to decode; the others are no longer read.

    Raises:
        SourceError: There is none, or nothing here can decode it.
    """
    found = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not found:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise SourceError(f"{path}: no video in it (got {kinds})")
    stream = found[0]
    # PyAV has no context where there is no decoder, though its types say otherwise.
    if getattr(stream, "codec_context", None) is None:
        raise SourceError(f"{path}: no decoder for its video")
    if not stream.time_base:
        raise SourceError(f"{path}: its video has no unit of time")
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all
    context = stream.codec_context
    context.thread_count = threads
    context.thread_type = ThreadType.NONE if threads == 1 else ThreadType.SLICE
    context.copy_opaque = True
    context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


def creation_time(container: InputContainer, stream: VideoStream) -> MediaNs:
    """When the container says that it was made; 1970 where it does not say, or nothing sensible."""
    text = container.metadata.get("creation_time") or stream.metadata.get("creation_time") or ""
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return MediaNs(0)
    since = (made if made.tzinfo else made.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    whole_us = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return MediaNs(max(0, whole_us) * (NS_PER_S // 1_000_000))


def reason(error: Exception) -> str:
    """The error in a few words, without the file's name and numbers."""
    text = str(getattr(error, "strerror", None) or error)
    return text.splitlines()[0] if text else type(error).__name__
