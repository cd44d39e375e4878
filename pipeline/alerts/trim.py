"""How the stream is kept from growing for ever, without taking away what a consumer group still needs."""

from dataclasses import dataclass

from redis import Redis

from pipeline.alerts.entry_id import EntryId


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What a trim did.

    Attributes:
        removed: Entries removed.
        held_back_by: The consumer group for which older entries than `keep` were left; empty where none was.
    """

    removed: int
    held_back_by: str


def trim(client: Redis, stream: str, keep_ns: int) -> Trimmed:
    """Remove the entries that were sent longer ago than `keep_ns` and that every consumer group is done with.

    Age is counted from when an entry was sent, by the server's clock, for entry ids are its time. A group is done
    with what it has acknowledged: neither still to be delivered nor pending. A group that reads on while this runs
    only ever gets further, so what was safe stays so.

    Raises:
        RedisError: The server is away or refuses.
    """
    if not client.exists(stream):
        return Trimmed(0, "")
    server_s, server_us = client.time()
    past = EntryId(max(0, (server_s * 1_000_000 + server_us) // 1000 - keep_ns // 1_000_000), 0)
    oldest, holder = past, ""
    for group in client.xinfo_groups(stream):
        needed = _first_needed(client, stream, group["name"], str(group["last-delivered-id"]))
        if needed < oldest:
            oldest, holder = needed, str(group["name"])
    removed = int(client.xtrim(stream, minid=str(oldest), approximate=False))
    first = client.xinfo_stream(stream)["first-entry"]
    is_held_back = first is not None and EntryId.parse(str(first[0])) < past
    return Trimmed(removed, holder if is_held_back else "")


def _first_needed(client: Redis, stream: str, group: str, last_delivered: str) -> EntryId:
    """The first entry that the group has not had or not acknowledged."""
    first_pending = client.xpending(stream, group)["min"]
    if first_pending is None:
        return EntryId.parse(last_delivered).next()
    return EntryId.parse(str(first_pending))
