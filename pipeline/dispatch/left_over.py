"""What was handed out and never acknowledged: to this consumer before it ended or in a lost reply, or to another."""

from collections import deque
from collections.abc import Callable, Container

from pipeline.alerts.entry_id import EntryId
from pipeline.dispatch.delivery import ClientSettings
from pipeline.dispatch.group import ConsumerGroup, GroupEntry
from pipeline.observation import NS_PER_S


class LeftOver:
    """Remembers what was found and not yet handed out again, and when others' was last looked for."""

    def __init__(self, group: ConsumerGroup, settings: ClientSettings, now_ns: Callable[[], int]) -> None:
        """Nothing was looked for yet: the first look finds what this consumer left when it last ended.

        Args:
            group: Whose entries.
            settings: How long others may take.
            now_ns: A clock, ns.
        """
        self._group = group
        self._settings = settings
        self._now_ns = now_ns
        self._entries: deque[EntryId] = deque()
        self._deleted: deque[EntryId] = deque()
        self._may_be_more = True
        self._claimed_ns: int | None = None

    def next(self, out: Container[EntryId]) -> GroupEntry | None:
        """The next one, its tries counted; None where there is none now. One without fields was deleted.

        Args:
            out: What is handed out at the moment.

        Raises:
            ServerAwayError: The server cannot be reached; nothing is forgotten.
            StreamError: It refuses.
        """
        self._claim()
        if self._deleted:
            return GroupEntry(self._deleted.popleft(), {}, 0)
        if not self._entries and self._may_be_more:
            found = self._group.pending(2 * self._settings.in_flight)
            self._entries.extend(entry for entry in found if entry not in out)
            self._may_be_more = bool(self._entries)
        if not self._entries:
            return None
        item = self._group.again(self._entries[0])
        entry = self._entries.popleft()
        return item or GroupEntry(entry, {}, 0)

    def look_again(self) -> None:
        """A reply may have been lost: what was handed out with it is found before anything newer is asked for."""
        self._may_be_more = True

    def _claim(self) -> None:
        """From time to time, take over what other consumers have left."""
        every_ns, now_ns = round(self._settings.claim_after_s * NS_PER_S / 4), self._now_ns()
        # A wall clock may be set back: then it is time at once rather than never.
        if self._claimed_ns is not None and 0 <= now_ns - self._claimed_ns < every_ns:
            return
        taken = self._group.take_over(round(self._settings.claim_after_s * 1000))
        self._deleted.extend(taken.deleted)
        self._may_be_more = self._may_be_more or taken.count > 0
        self._claimed_ns = now_ns
