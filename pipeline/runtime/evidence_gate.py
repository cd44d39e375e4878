"""Messages wait for their pictures to reach the store: a little, for a picture late is better than an alert late."""

from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.alerts.message import parse
from pipeline.alerts.outbox import Outgoing
from pipeline.errors import UsageError
from pipeline.observation import nanoseconds
from pipeline.runtime.metrics import Metrics

_LONGEST_NS = nanoseconds(10.0)


class EvidenceGate:
    """Remembers since when messages have waited."""

    def __init__(self, root: Path, now_ns: Callable[[], int], metrics: Metrics) -> None:
        """Nothing waits.

        Args:
            root: Holds the files that are not in the store yet, a folder for each event.
            now_ns: A steady clock.
            metrics: Counts the messages that went without their pictures.
        """
        self._root, self._now_ns, self._metrics = root, now_ns, metrics
        self._since_ns: dict[int, int] = {}

    def ready(self, batch: Sequence[Outgoing]) -> tuple[Outgoing, ...]:
        """Those at the front that may be sent now: order is kept, so behind one that may not everything waits.

        Every one of them waits from now on, not from when it has come to the front: else the waits would add up.
        """
        now_ns = self._now_ns()
        waiting = {message.seq for message in batch if self._is_waiting(message)}
        for seq in waiting:
            self._since_ns.setdefault(seq, now_ns)
        return tuple(takewhile(lambda message: self._may_go(message.seq, is_waiting=message.seq in waiting), batch))

    def _may_go(self, seq: int, *, is_waiting: bool) -> bool:
        if not is_waiting:
            self._since_ns.pop(seq, None)
            return True
        if self._now_ns() - self._since_ns[seq] < _LONGEST_NS:
            return False
        del self._since_ns[seq]
        self._metrics.sent_without_evidence()
        return True

    def _is_waiting(self, message: Outgoing) -> bool:
        if "s3://" not in message.line or not (self._root / message.event).is_dir():
            return False
        try:
            evidence = parse(message.line).evidence
        except UsageError:
            return False
        uris = () if evidence is None else (evidence.snapshot, evidence.frame, evidence.clip, evidence.best)
        names = [urlsplit(uri).path.rpartition("/")[2] for uri in uris if uri is not None]
        return any((self._root / message.event / name).exists() for name in names)
