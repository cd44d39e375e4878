"""Why a camera's stream cannot be had, sorted by what helps against it."""

from enum import StrEnum

from pipeline.errors import SourceError


class StreamFault(StrEnum):
    """What went wrong with a stream."""

    UNREACHABLE = "unreachable"
    """No answer from there: the network, the address or the camera's power."""
    REFUSED_PASSWORD = "refused_password"  # noqa: S105 - the name of a fault
    """The camera answers and wants another user or password."""
    NO_SUCH_PATH = "no_such_path"
    """The camera answers and has no such stream, or does not give it."""
    NO_VIDEO = "no_video"
    """What comes holds no video."""
    UNDECODABLE = "undecodable"
    """The video is of a kind that nothing here decodes."""
    LOST = "lost"
    """It was there and broke off."""
    TIMED_OUT = "timed_out"
    """It was opened or read for as long as is allowed, and nothing came."""
    ENDED = "ended"
    """The sender said that it is over: a recording's end, a stream that was closed."""
    STOPPED = "stopped"
    """We were told to stop."""


class StreamLostError(SourceError):
    """A live stream cannot be opened or read on.

    Attributes:
        kind: What helps against it.
    """

    def __init__(self, kind: StreamFault, message: str) -> None:
        super().__init__(message)
        self.kind = kind
