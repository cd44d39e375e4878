"""A review of events becomes labels. Pure: the command line puts it to people.

What people say of events in the console becomes labels of the same kind (`dispatch.feedback`).
"""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from pipeline.config.faults import did_you_mean
from pipeline.config.sources import parse_moment
from pipeline.errors import UsageError
from pipeline.observation import CameraId
from pipeline.replay.events import Event
from pipeline.replay.truth import Label, Verdict

_MISSED_KEYS = ("camera", "rule", "zone", "start", "end", "note")


def label_of(event: Event, verdict: Verdict, note: str = "") -> Label:
    """What a person says of an event."""
    end = event.raised_at if event.ended_at is None else event.ended_at
    return Label(
        event.camera, event.rule or event.algorithm, event.zone, event.started_at, max(event.started_at, end), verdict,
        event.id, note,
    )  # fmt: skip


def missed_label(text: str, events: Sequence[Event], timezone: tzinfo) -> Label:
    """What nobody was told of, from `rule=..,zone=..,start=..`; `camera=`, `end=` and `note=` may be added.

    Args:
        text: The note comes last where it holds commas.
        events: Where they are all of one camera, that is the camera of a text that names none.
        timezone: Of times without an offset.

    Raises:
        UsageError: Something is missing, unknown or no time.
    """
    told = _parts(text)
    cameras = {event.camera for event in events}
    if "camera" not in told and len(cameras) == 1:
        told["camera"] = next(iter(cameras))
    missing = [key for key in ("camera", "rule", "start") if not told.get(key)]
    if missing:
        raise UsageError(f"--missed: got {text!r}, expected also {', '.join(f'{key}=' for key in missing)}")
    try:
        start = parse_moment(told["start"], timezone)
        end = parse_moment(told["end"], timezone) if told.get("end") else start
    except ValueError as error:
        raise UsageError(f"--missed: got {text!r}, expected times as {error}") from error
    if end < start:
        raise UsageError(f"--missed: got {text!r}, expected an end that is not before its start")
    camera, note = CameraId(told["camera"]), told.get("note", "")
    return Label(camera, told["rule"], told.get("zone", ""), start, end, Verdict.MISSED, note=note)


def named_event(events: Sequence[Event], name: str) -> Event:
    """The event of an id, or of its first letters.

    Raises:
        UsageError: There is none, or there are several.
    """
    found = [event for event in events if event.id.startswith(name)] if name else []
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{name}: {len(found)} events begin so (expected more letters of the id)")
    raise UsageError(f"{name}: no such event ({did_you_mean(name, (event.id for event in events))})")


def unjudged(events: Iterable[Event], labels: Iterable[Label]) -> list[Event]:
    """The events of which no label speaks by their id, in order."""
    judged = {label.event for label in labels}
    return [event for event in events if event.id not in judged]


def joined(before: Iterable[Label], new: Iterable[Label]) -> tuple[Label, ...]:
    """Old labels and new ones: of one event the newest judgement counts, and nothing is said twice."""
    kept: dict[object, Label] = {}
    for label in (*before, *new):
        kept[label.event or label] = label
    return tuple(kept.values())


def _parts(text: str) -> dict[str, str]:
    head, mark, note = text.partition("note=")
    told = {"note": note.strip()} if mark else {}
    for part in head.split(","):
        key, mark, value = part.partition("=")
        if not part.strip():
            continue
        if not mark or key.strip() not in _MISSED_KEYS:
            raise UsageError(f"--missed: got {part.strip()!r}, expected {', '.join(f'{one}=' for one in _MISSED_KEYS)}")
        told[key.strip()] = value.strip()
    return told
