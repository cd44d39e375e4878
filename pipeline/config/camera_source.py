"""Where a camera's pictures come from."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.config.secrets import SecretUrl
from pipeline.observation import MediaNs


@dataclass(frozen=True, slots=True)
class RecordedSource:
    """A file.

    Attributes:
        path: Absolute.
        start: When it was recorded; None: the container's creation time, else 1970.
        loop: Begin again at its end.
        sub: The same recording as the camera's small stream; None where there is none.
    """

    path: Path
    start: MediaNs | None
    loop: bool
    sub: Path | None = None

    def __str__(self) -> str:
        return str(self.path)


class Transport(StrEnum):
    """How RTSP's packets travel."""

    TCP = "tcp"
    UDP = "udp"


CPU_DECODE = "cpu"


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A camera's streams.

    Attributes:
        main: The full picture.
        sub: The small one; None where there is none.
        transport: Of RTSP.
        decode: `cpu`, or the name of a hardware decoder as FFmpeg has it (`cuda`, `vaapi`, `qsv` ...).
    """

    main: SecretUrl
    sub: SecretUrl | None
    transport: Transport = Transport.TCP
    decode: str = CPU_DECODE

    def __str__(self) -> str:
        return str(self.main) if self.sub is None else f"{self.main} (sub-stream {self.sub})"
