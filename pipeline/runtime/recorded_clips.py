"""Clips of a recording that is run to its end: cut from its file as an event is raised, for all of it is there."""

import logging
from dataclasses import dataclass
from pathlib import Path

from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.evidence_keeper import seal_clip
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import EvidenceSettings
from pipeline.errors import SmartAlertError
from pipeline.media.arrival import Arrival
from pipeline.media.clip import write_clip
from pipeline.media.footage import Take
from pipeline.media.packet_kind import starts_decoding
from pipeline.media.recorded_packets import RecordedPackets
from pipeline.media.stream_fault import StreamLostError
from pipeline.observation import NS_PER_S, MediaNs
from pipeline.rules.episode import Episode, State
from pipeline.runtime.camera_clips import tell_clip

_LOG = logging.getLogger(__name__)
_REORDERED_NS = NS_PER_S // 2
_MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecordedClips:
    """How the clips of one recording are made.

    Attributes:
        path: The recording.
        start: Media time of its first picture.
        settings: How long clips are.
        keeper: Takes them.
    """

    path: Path
    start: MediaNs
    settings: EvidenceSettings
    keeper: EvidenceFolder

    def tell(self, publisher: Publisher, episode: Episode) -> None:
        """Cut and tell the clip of an event that was just raised. A recording that yields none costs the clip alone.

        Raises:
            StateError: The message could not be written.
        """
        if episode.state is not State.RAISED or not self.settings.has_clips:
            return
        part = self.keeper.clip_part(episode.id)
        try:
            take = take_of(self.path, self.start, *self._span(episode))
            span = write_clip(part, take)
            clip = seal_clip(part, span.start, span.end)
        except SmartAlertError as error:
            part.unlink(missing_ok=True)
            _LOG.warning("event %s has no clip: %s", episode.id, error)
            return
        tell_clip(publisher, self.keeper, episode.camera, episode.id, clip)

    def _span(self, episode: Episode) -> tuple[MediaNs, MediaNs]:
        settings = self.settings
        return MediaNs(episode.t - settings.clip_before_ns), MediaNs(episode.t + settings.clip_after_ns)


def take_of(path: Path, start: MediaNs, since: MediaNs, until: MediaNs) -> Take:
    """The packets of a recording from the keyframe at or before a moment to another moment.

    Args:
        path: The recording.
        start: Media time of its first picture.
        since: The first moment that is wanted.
        until: The last.

    Raises:
        SourceError: The recording cannot be read, or is over before `since`.
    """
    packets = RecordedPackets(path, start, loop=False)
    coding = packets.coding
    arrivals: list[Arrival] = []
    n_bytes = 0
    try:
        packets.skip_to(max(since, start))
        while n_bytes < _MOST_BYTES:
            packet, t = packets.next()
            if t > until + _REORDERED_NS or (starts_decoding(packet) and t > until):
                break
            arrivals.append(Arrival(packet, MediaNs(t), starts_decoding(packet), 0, jumped=False, n_bytes=packet.size))
            n_bytes += packet.size
    except StreamLostError:
        # The end of the recording is the end of the clip.
        if not arrivals:
            raise
    finally:
        packets.close()
    return Take(coding, arrivals, is_cut_short=False)
