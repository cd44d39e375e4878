"""FFmpeg's errors as what helps against them. Its own messages hold the whole address, so none of them is passed on."""

import errno

import av

from pipeline.config.secrets import SecretUrl
from pipeline.media.stream_fault import StreamFault, StreamLostError

_REFUSED = (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)
_NO_PATH = (
    av.error.HTTPNotFoundError,
    av.error.HTTPBadRequestError,
    av.error.HTTPOtherClientError,
    av.error.FileNotFoundError,
)
_LATE = (av.error.ExitError, av.error.TimeoutError, TimeoutError)
_UNDECODABLE = (av.error.DecoderNotFoundError, av.error.DemuxerNotFoundError, av.error.ProtocolNotFoundError)


def stream_lost(url: SecretUrl, error: Exception, *, doing: str) -> StreamLostError:
    """The error to raise, from the one FFmpeg gave.

    Args:
        url: The address, for its name.
        error: FFmpeg's.
        doing: What failed, as a verb.
    """
    kind, text = _kind(error)
    if doing != "cannot be opened" and kind in {StreamFault.UNREACHABLE, StreamFault.NO_VIDEO}:
        kind = StreamFault.LOST
    return StreamLostError(kind, f"{url}: {doing}: {text}")


def _kind(error: Exception) -> tuple[StreamFault, str]:
    if isinstance(error, _REFUSED):
        return StreamFault.REFUSED_PASSWORD, "the camera refuses the user or the password"
    if isinstance(error, _NO_PATH):
        return StreamFault.NO_SUCH_PATH, f"the camera has no such stream ({_said(error)})"
    if isinstance(error, _LATE):
        return StreamFault.TIMED_OUT, "nothing came in time"
    if isinstance(error, _UNDECODABLE):
        return StreamFault.UNDECODABLE, f"a kind of stream that is not known here ({_said(error)})"
    if isinstance(error, av.error.InvalidDataError):
        return StreamFault.NO_VIDEO, "what comes is no video"
    return StreamFault.UNREACHABLE, _said(error)


def _said(error: Exception) -> str:
    """FFmpeg's or the system's words for the kind of error alone, never its message."""
    code = getattr(error, "errno", None)
    if code == errno.EIO:
        return "no connection: the address is unknown or the connection broke"
    text = getattr(error, "strerror", None)
    return text.splitlines()[0] if isinstance(text, str) and text else type(error).__name__
