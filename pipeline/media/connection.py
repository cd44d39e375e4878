"""The port through which a camera is read, or a recording in its place."""

from typing import Protocol

from pipeline.media.arrival import Arrival
from pipeline.media.info import StreamInfo
from pipeline.media.live_decoder import Coding
from pipeline.media.live_pictures import LivePictures


class Connection(Protocol):
    """One connection to one stream. Belongs to the thread that reads it."""

    @property
    def info(self) -> StreamInfo:
        """The stream as its start tells it."""
        ...

    @property
    def offset_ns(self) -> int:
        """Media time minus the machine's clock, ns."""
        ...

    def next(self) -> Arrival:
        """The next packet; waits for it.

        Raises:
            StreamLostError: No more will come; `kind` says why.
        """
        ...

    @property
    def coding(self) -> Coding:
        """What a decoder must know."""
        ...

    def pictures(self) -> LivePictures:
        """A new store for this connection's packets."""
        ...

    def close(self) -> None:
        """Lets go of the connection. Pictures that were handed out stay readable, and packets decodable."""
        ...
