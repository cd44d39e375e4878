"""What every sub-command of `smart-alert ledger` needs: the site, its routing table, and the time."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from pipeline.config.duration import parse_duration
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.dispatch.export import Names
from pipeline.dispatch.office import Office
from pipeline.dispatch.routing import Routing
from pipeline.dispatch.site_ledger import site_routing
from pipeline.errors import UsageError
from pipeline.runtime.clock import wall_now_ns

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the command."""

    site: Site
    routing: Routing
    now: datetime

    @classmethod
    def of(cls, site_file: Path) -> Self:
        """The call about a site, now."""
        site = load_site(site_file, os.environ)
        now = _EPOCH + timedelta(microseconds=wall_now_ns() // 1000)
        return cls(site, site_routing(site, os.environ), now)

    @property
    def office(self) -> Office:
        """What decisions need."""
        return Office(self.routing, self.site.timezone, self.now)

    @property
    def names(self) -> Names:
        """What ids are called."""
        return Names({key: contact.name for key, contact in self.routing.contact_by_id.items()}, self.site.timezone)

    def moment(self, text: str | None, option: str) -> datetime | None:
        """So long ago, or a date in the site's time zone; None for none."""
        if text is None:
            return None
        try:
            return self.now - timedelta(microseconds=parse_duration(text) // 1000)
        except ValueError:
            pass
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise UsageError(f"{option}: got {text!r}, expected 7d or 2026-01-05 or 2026-01-05T08:00") from error
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.site.timezone)).astimezone(UTC)
