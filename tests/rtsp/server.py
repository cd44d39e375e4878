"""A real RTSP server for the tests: GStreamer's, in a process of its own that can be killed, halted, started again."""

import json
import os
import signal
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

import pytest

from pipeline.config.secrets import SecretUrl

_PYTHON = "/usr/bin/python3"
_PROGRAM = Path(__file__).with_name("serve.py")
_NEEDED = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
names = "videotestsrc x264enc x265enc jpegenc rtph264pay rtph265pay h265parse qtdemux alawenc".split()
raise SystemExit(not all(Gst.ElementFactory.find(name) for name in names))
"""
_CAPS = "video/x-raw,format=I420,width={},height={},framerate={}/1"
_SOUND = "audiotestsrc is-live=true ! audioconvert ! alawenc ! rtppcmapay name={} pt=8"
_PAYLOADERS = {
    "h264": "h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h265": "h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1",
}


@dataclass(frozen=True)
class Pattern:
    """A ball that jumps about, coded as it is watched, from the moment of the first watcher on.

    Attributes:
        gop: Pictures from one keyframe to the next.
        b_frames: Bidirectional pictures in a row.
        is_sliced: Code each picture in parts; the parameters are sent before each part of a keyframe.
        resize_after_s: When the size changes to the later one; 0: never.
    """

    codec: Literal["h264", "h265", "mjpeg"] = "h264"
    width: int = 320
    height: int = 240
    fps: int = 25
    gop: int = 25
    b_frames: int = 0
    kbit_per_s: int = 300
    is_sliced: bool = False
    with_sound: bool = False
    resize_after_s: float = 0
    later_width: int = 480
    later_height: int = 320

    def launch(self) -> str:
        """GStreamer's pipeline."""
        caps = _CAPS.format(self.width, self.height, self.fps)
        pattern = f"videotestsrc is-live=true pattern=ball animation-mode=frames ! capsfilter name=size caps={caps}"
        sound = _SOUND.format("pay1") if self.with_sound else ""
        return f"( {pattern} ! {self._encoder()} {sound} )"

    def later_caps(self) -> str:
        """The later size, as GStreamer has it."""
        return _CAPS.format(self.later_width, self.later_height, self.fps)

    def _encoder(self) -> str:
        common = f"speed-preset=ultrafast key-int-max={self.gop} bitrate={self.kbit_per_s}"
        if self.codec == "h264":
            slices = "sliced-threads=true threads=2" if self.is_sliced else "threads=1"
            profile = "video/x-h264,profile=main"
            encoder = f"x264enc {common} bframes={self.b_frames} b-adapt=false rc-lookahead=0 {slices}"
            return f"{encoder} ! {profile} ! {_PAYLOADERS['h264']}"
        if self.codec == "h265":
            more = f"bframes={self.b_frames}:rc-lookahead=4:scenecut=0:pools=1:frame-threads=1"
            return f"x265enc {common} option-string={more} ! {_PAYLOADERS['h265']}"
        return "jpegenc ! rtpjpegpay name=pay0 pt=26"


@dataclass(frozen=True)
class Recording:
    """An mp4 file at its pace; each watcher gets it from its beginning, and its end ends the stream.

    Attributes:
        is_shared: All watchers get the same pictures: who comes later sees it from there on.
    """

    path: Path
    codec: Literal["h264", "h265"] = "h264"
    is_shared: bool = False

    def launch(self) -> str:
        """GStreamer's pipeline."""
        return f'( filesrc location="{self.path}" ! qtdemux ! {_PAYLOADERS[self.codec]} )'


@dataclass(frozen=True)
class Sound:
    """A stream without video."""

    def launch(self) -> str:
        """GStreamer's pipeline."""
        return f"( {_SOUND.format('pay0')} )"


Stream: TypeAlias = Pattern | Recording | Sound


class RtspServer:
    """A server on a free port of this machine. It is killed as the `with` block ends.

    Attributes:
        port: Stays the same over `kill` and `start`.
    """

    def __init__(
        self, streams: Mapping[str, Stream], *, user: str = "", password: str = "", is_digest: bool = False
    ) -> None:
        """Starts it.

        Args:
            streams: By path, without a slash before it.
            user: Who may watch, with `password`; empty: anybody.
            password: In the clear.
            is_digest: Whether the password is asked for as a digest.
        """
        _require_gstreamer()
        self._login = {"user": user, "password": password, "is_digest": is_digest}
        self._streams = {path: _served(stream) for path, stream in streams.items()}
        self.port = 0
        self.start()

    def start(self, without: Collection[str] = ()) -> None:
        """Starts it, again where it was killed.

        Args:
            without: Paths that are gone this time.
        """
        streams = {path: stream for path, stream in self._streams.items() if path not in without}
        self._process = subprocess.Popen(
            [_PYTHON, str(_PROGRAM), json.dumps({"port": self.port, **self._login, "streams": streams})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        said = self._process.stdout.readline() if self._process.stdout else ""
        if not said.startswith("port "):
            self.kill()
            raise RuntimeError("the RTSP server did not start")
        self.port = int(said.split()[1])

    def kill(self) -> None:
        """Ends it at once: its connections break."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def halt(self) -> None:
        """Makes it silent: connections stay, nothing comes any more."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Ends `halt`."""
        self._process.send_signal(signal.SIGCONT)

    def url(self, path: str, *, user: str = "", password: str = "") -> SecretUrl:
        """The address of a stream."""
        login = f"{user}:{password}@" if user else ""
        return SecretUrl(f"rtsp://127.0.0.1:{self.port}/{path}", f"rtsp://{login}127.0.0.1:{self.port}/{path}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def _served(stream: Stream) -> dict[str, str | float | bool]:
    """What `serve.py` is told of a stream."""
    later = stream if isinstance(stream, Pattern) else Pattern()
    return {
        "launch": stream.launch(),
        "is_shared": stream.is_shared if isinstance(stream, Recording) else isinstance(stream, Pattern),
        "resize_after_s": later.resize_after_s,
        "later_caps": later.later_caps(),
    }


def _require_gstreamer() -> None:
    """Without it a test is skipped, but fails in CI, which installs it."""
    found = subprocess.run([_PYTHON, "-c", _NEEDED], capture_output=True, check=False).returncode == 0
    if not found and os.environ.get("CI") == "true":
        pytest.fail("GStreamer's RTSP server is not installed, and CI has to have it")
    if not found:
        pytest.skip("GStreamer's RTSP server is not installed")
