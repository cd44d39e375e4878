"""What goes on behind the pages for as long as a console is open."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from pipeline.console.evidence_files import EvidenceStore, SmallPictures
from pipeline.console.feed import Feed
from pipeline.console.keeper import Keeper, Surrounding
from pipeline.console.run_watch import RunWatch
from pipeline.console.shown_event import Surroundings
from pipeline.console.words_out import WordsOut
from pipeline.dispatch.routing import Routing


class Live:
    """The ledger kept, words brought to the pipeline, news brought to the browsers.

    Attributes:
        feed: What browsers hear.
        store: Where evidence lies beyond this machine.
        small: Its pictures made small.
        run: Whether the pipeline runs.
    """

    def __init__(self, around: Surrounding, environ: Mapping[str, str]) -> None:
        """Nothing runs yet.

        Args:
            around: What it works with.
            environ: Holds the keys of the store.
        """
        self._around = around
        routing = around.routing.now()
        self._shown_with = routing, Surroundings.of(around.site, routing)
        self.store, self.small = EvidenceStore(environ), SmallPictures()
        self.feed = Feed(around.database, lambda: self.around, around.told)
        self._keeper = Keeper(around, self.feed.ring)
        self._words = WordsOut(around)
        self.run = RunWatch(around.site.state, around.told)

    @contextmanager
    def running(self) -> Iterator[None]:
        """For as long as the block lasts.

        Raises:
            StateError: The state folder or the ledger cannot be used.
            StreamError: The address of Redis cannot be understood.
        """
        with ExitStack() as stack:
            stack.enter_context(self.feed.running())
            stack.enter_context(self._keeper.running())
            stack.enter_context(self._words.running())
            stack.enter_context(self.run.running())
            yield

    @property
    def routing(self) -> Routing:
        """The routing table as it is now, or what stands in for it."""
        return self._around.routing.now()

    @property
    def around(self) -> Surroundings:
        """What events are shown with."""
        routing, (known, shown_with) = self.routing, self._shown_with
        if routing is not known:
            shown_with = Surroundings.of(self._around.site, routing)
            self._shown_with = routing, shown_with
        return shown_with

    def said(self) -> None:
        """Something was written into the ledger here: it goes to the pipeline and to all browsers at once."""
        self._words.ring()
        self.feed.ring()

    @property
    def faults(self) -> tuple[str, ...]:
        """What keeps alerts from coming or words from going, a line each."""
        return tuple(dict.fromkeys(one for one in (self.feed.fault, self._keeper.fault, self._words.fault) if one))
