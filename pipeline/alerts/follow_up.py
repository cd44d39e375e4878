"""Messages of events of which the site file, or the reasoning, knows no more than their last message."""

from pipeline.alerts.message import Alert, alert_object, utc
from pipeline.observation import MediaNs, seconds
from pipeline.rules.episode import ClearReason, Ended, Episode, State


def continued(episode: Episode, former: Alert) -> Alert:
    """The message that tells one change of an event whose rule, zone or camera is no longer in the site file.

    Args:
        episode: The change.
        former: The last message of the event: what the site called its parts.
    """
    ended = episode.ending if isinstance(episode.ending, Ended) else None
    changes = {
        "revision": episode.revision,
        "state": episode.state,
        "reason": ended.reason.value if ended else None,
        "ended_at": utc(ended.at) if ended else None,
        "dwell_s": round(seconds(episode.dwell_ns), 3),
        "visible": episode.visible,
        "objects": tuple(alert_object(item, None) for item in episode.objects),
        "review": episode.review.value,
        "merged_into": episode.merged_into,
        "merged": episode.merged,
        "merged_count": episode.merged_count,
    }
    return former.model_copy(update=changes)


def closed(former: Alert, reason: ClearReason, ended_at: MediaNs) -> Alert:
    """The message that ends an event of which nothing is known but its last message.

    Args:
        former: That message.
        reason: Why it ends.
        ended_at: The last moment at which it may have held; not before it was raised.
    """
    end = max(utc(ended_at), former.raised_at)
    changes = {
        "revision": former.revision + 1,
        "state": State.CLEARED,
        "reason": reason.value,
        "ended_at": end,
        "dwell_s": round((end - former.started_at).total_seconds(), 3),
        "visible": False,
    }
    return former.model_copy(update=changes)
