"""A recorder beside a live run: what a camera sends, as files whose names tell when they begin."""

import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.runtime.clock import wall_now_ns

_PAUSE_S = 0.2


class Recorder:
    """Records from a thread of its own until the `with` block ends: a file from each time the camera is reached."""

    def __init__(self, url: str, folder: Path) -> None:
        """Nothing is recorded yet.

        Args:
            url: Of the camera.
            folder: Of the files, named by the milliseconds since 1970 at which they begin. It is made.
        """
        folder.mkdir()
        self._url, self._folder = url, folder
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._record)

    @property
    def n_files(self) -> int:
        """How many it has begun."""
        return len(list(self._folder.iterdir()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _record(self) -> None:
        while not self._is_over.wait(_PAUSE_S):
            # The camera is away, or has gone away: it is tried again, as recorders do.
            with (
                suppress(av.FFmpegError),
                av.open(self._url, options={"rtsp_transport": "tcp"}, timeout=(5.0, 10.0)) as camera,
            ):
                self._copy(camera)

    def _copy(self, camera: InputContainer) -> None:
        video = camera.streams.video[0]
        packets = camera.demux(video)
        for first in packets:
            if first.is_keyframe and first.pts is not None and first.dts is not None:
                break
        else:
            return
        path = self._folder / f"{wall_now_ns() // 1_000_000}.mp4"
        with av.open(str(path), "w") as file:
            copied = file.add_stream_from_template(video)
            self._write(first, copied, file)
            with suppress(av.FFmpegError):
                for packet in packets:
                    if self._is_over.is_set():
                        return
                    if packet.pts is not None and packet.dts is not None:
                        self._write(packet, copied, file)

    @staticmethod
    def _write(packet: "Packet[VideoStream]", stream: VideoStream, file: OutputContainer) -> None:
        packet.stream = stream
        file.mux(packet)
