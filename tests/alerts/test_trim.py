"""The stream grows old and not for ever; no consumer group loses what it has not dealt with. On a real Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis import Redis

from pipeline.alerts.trim import Trimmed, trim
from tests.alerts.servers import RunningServer

STREAM = "s"
NS_PER_MS = 1_000_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    folder = Path(tmp_path_factory.mktemp("server"))
    with RunningServer(folder, None, "--appendonly", "no") as server, server.client() as connected:
        yield connected


def server_ms(client: Redis) -> int:
    now_s, now_us = client.time()
    return int(now_s * 1000 + now_us // 1000)


def fill(client: Redis, ages_s: list[int]) -> list[str]:
    """Entries of these ages, oldest first."""
    client.flushall()
    now = server_ms(client)
    steps = client.pipeline()
    for i, age in enumerate(ages_s):
        steps.xadd(STREAM, {"a": "1"}, id=f"{now - age * 1000}-{i}")
    return [str(entry) for entry in steps.execute()]


def left(client: Redis) -> list[str]:
    return [str(entry) for entry, _ in client.xrange(STREAM) or []]


@given(
    ages_s=st.lists(st.integers(10, 1000), max_size=30).map(lambda ages: sorted(ages, reverse=True)),
    keep_s=st.integers(1, 1100),
    groups=st.lists(st.tuples(st.integers(0, 30), st.sets(st.integers(0, 29))), max_size=4),
)
@settings(deadline=None, max_examples=120)
def test_exactly_what_is_old_and_dealt_with_by_every_group_goes(
    client: Redis, ages_s: list[int], keep_s: int, groups: list[tuple[int, set[int]]]
) -> None:
    entries = fill(client, ages_s)
    first_needed = len(entries)
    for number, (delivered, acknowledged) in enumerate(groups):
        name = f"g{number}"
        client.xgroup_create(STREAM, name, "0", mkstream=True)
        had = entries[:delivered]
        if had:
            client.xreadgroup(name, "reader", {STREAM: ">"}, count=len(had))
        for i in acknowledged & set(range(len(had))):
            client.xack(STREAM, name, had[i])
        needed = [i for i in range(len(entries)) if i >= len(had) or i not in acknowledged]
        first_needed = min([first_needed, *needed])
    old = sum(age > keep_s for age in ages_s)
    # An entry whose age is the limit itself falls to either side of the milliseconds that pass meanwhile.
    at_the_limit = sum(age == keep_s for age in ages_s)
    done = trim(client, STREAM, keep_s * 1000 * NS_PER_MS)
    assert done.removed in range(min(old, first_needed), min(old + at_the_limit, first_needed) + 1)
    assert left(client) == entries[done.removed :]
    if not at_the_limit:
        assert bool(done.held_back_by) == (done.removed < old)


def test_a_group_that_was_away_gets_all_5000(client: Redis) -> None:
    entries = fill(client, [100] * 5000)
    client.xgroup_create(STREAM, "away", "0")
    assert trim(client, STREAM, 0) == Trimmed(0, "away")
    client.xreadgroup("away", "reader", {STREAM: ">"})
    assert client.xpending(STREAM, "away")["pending"] == len(entries) == 5000


def test_what_was_acknowledged_and_is_old_goes(client: Redis) -> None:
    entries = fill(client, [100, 90, 80, 1])
    client.xgroup_create(STREAM, "g", "0")
    client.xreadgroup("g", "reader", {STREAM: ">"})
    client.xack(STREAM, "g", entries[0], entries[1])
    assert trim(client, STREAM, 50_000 * NS_PER_MS) == Trimmed(2, "g")
    client.xack(STREAM, "g", entries[2])
    assert trim(client, STREAM, 50_000 * NS_PER_MS) == Trimmed(1, "")
    assert left(client) == entries[3:]


def test_a_group_that_starts_at_the_end_holds_nothing_back(client: Redis) -> None:
    fill(client, [100, 90])
    client.xgroup_create(STREAM, "new", "$")
    assert trim(client, STREAM, 0) == Trimmed(2, "")


def test_no_stream_is_nothing_to_trim(client: Redis) -> None:
    client.flushall()
    assert trim(client, STREAM, 0) == Trimmed(0, "")
    assert client.exists(STREAM) == 0
