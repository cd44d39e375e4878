"""The routing table of a site that names none: the control room is responsible for everything, and nobody is told."""

from datetime import timedelta, tzinfo

from pipeline.config.catalogue import Severity
from pipeline.config.schedule import parse_schedule
from pipeline.dispatch.deadlines import Deadlines
from pipeline.dispatch.routing import Contact, Routing

CONTROL_ROOM = "control-room"
_NAME = "值班室 / control room"


def no_table(timezone: tzinfo) -> Routing:
    """The table.

    Args:
        timezone: The site's.
    """
    room = Contact(CONTROL_ROOM, _NAME, (), parse_schedule("always", timezone))
    never = Deadlines(timedelta(0), timedelta(0), timedelta(0), timedelta(0))
    return Routing(
        {CONTROL_ROOM: room}, {}, (), CONTROL_ROOM, (), dict.fromkeys((one.value for one in Severity), never)
    )
