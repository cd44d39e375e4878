"""Whether the times of showing in an AVI file can be trusted.

AVI stores the order of packets and no times of showing: the demuxer guesses those. It guesses MPEG-4 well, H.264 and
packed B-frames wrongly.
"""

from itertools import islice, pairwise
from pathlib import Path

import av
from av.container.input import InputContainer

from pipeline.media.container import open_container

_PICTURES_TRIED = 32


def has_true_pts(container: InputContainer, path: Path) -> bool:
    """Whether the first pictures of a file come out in the order of its times of showing.

    Args:
        container: The opened file. It is left alone.
        path: The file, which is opened once more if it is an AVI with pictures out of order.

    Raises:
        SourceError: It cannot be opened once more.
    """
    if container.format.name != "avi":
        return True
    if not container.streams.video[0].codec_context.has_b_frames:
        return False  # the order of packets is the order of showing, and is stored
    with open_container(path) as trial:
        stream = trial.streams.video[0]
        stream.codec_context.thread_count = 1
        stamps: list[int] = []
        try:
            for packet in islice(trial.demux(stream), 2 * _PICTURES_TRIED):
                stamps += [-1 if image.pts is None else image.pts for image in stream.decode(packet)]
        except av.FFmpegError:
            return False
    return all(earlier < later for earlier, later in pairwise(stamps[:_PICTURES_TRIED]))
