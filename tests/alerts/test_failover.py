"""What a Redis that fails over does to alerts: nothing. And addresses with TLS."""

import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from pipeline.alerts.delivery import Delivery, Reached
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import Server, ServerAwayError
from pipeline.alerts.server_url import connector
from pipeline.alerts.stream import RedisSink
from pipeline.dispatch.group import ConsumerGroup
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import Clock, debian_server, wait_until
from tests.alerts.test_stream import STREAM, WEEK_NS, in_stream, numbered


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Alert:
    return told(raised(), site_in(tmp_path_factory.mktemp("site")))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def program(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Debian's server with these arguments, in a folder of its own."""
    folder.mkdir()
    process = subprocess.Popen([str(debian_server()), *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def server_at(port: int, *options: str) -> Sequence[str]:
    return ("--port", str(port), "--bind", "127.0.0.1", "--save", "", *options)


def answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except (RedisConnectionError, OSError):
        return False


def sink_at(url: str) -> RedisSink:
    return RedisSink(Server(connector(url, "redis"), "redis"), STREAM, WEEK_NS)


def test_a_replica_that_may_only_be_read_is_waited_for(tmp_path: Path, sample: Alert) -> None:
    first, second = free_port(), free_port()
    clock = Clock()
    with (
        program(tmp_path / "first", *server_at(first)),
        program(tmp_path / "second", *server_at(second, "--replicaof", f"127.0.0.1 {first}")),
        Outbox(tmp_path, clock) as outbox,
        connector(f"redis://127.0.0.1:{second}", "redis")() as client,
    ):
        wait_until(lambda: answers(client) and client.info("replication")["master_link_status"] == "up")
        delivery = Delivery(outbox, sink_at(f"redis://127.0.0.1:{second}"), clock, at_once=False)
        delivery.accept(sample)
        offer = delivery.offer()
        assert offer.reached is Reached.AWAY
        assert "not ready: " in offer.fault
        assert "READONLY" in offer.fault or "read only replica" in offer.fault
        assert sample.id not in offer.fault
        client.replicaof("NO", "ONE")
        clock.advance(31)
        assert delivery.offer().sent == 1
        assert in_stream(client) == ["e1"]


def test_a_master_that_becomes_a_replica_under_a_reader_that_waits_is_away(tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    with (
        program(tmp_path / "first", *server_at(first)),
        program(tmp_path / "second", *server_at(second)),
        connector(f"redis://127.0.0.1:{second}", "redis")() as client,
        ThreadPoolExecutor(1) as pool,
    ):
        wait_until(lambda: answers(client))
        group = ConsumerGroup(Server(connector(f"redis://127.0.0.1:{second}", "redis"), "redis"), STREAM, "g", "c")
        assert group.new(1, 10) == ()
        waiting = pool.submit(group.new, 1, 4000)
        wait_until(lambda: client.info("clients")["blocked_clients"] == 1)
        client.replicaof("127.0.0.1", str(first))
        with pytest.raises(ServerAwayError):
            waiting.result(10)


@pytest.mark.long
def test_after_a_fail_over_the_new_master_has_all_of_it_in_order(tmp_path: Path, sample: Alert) -> None:
    first, second, sentinel = free_port(), free_port(), free_port()
    (tmp_path / "sentinel").mkdir()
    (tmp_path / "sentinel.conf").write_text(
        f"port {sentinel}\nbind 127.0.0.1\ndir {tmp_path / 'sentinel'}\n"
        f"sentinel monitor main 127.0.0.1 {first} 1\nsentinel down-after-milliseconds main 500\n"
        "sentinel failover-timeout main 3000\n",
        encoding="utf-8",
    )
    clock = Clock()
    with (
        program(tmp_path / "first", *server_at(first)) as master,
        program(tmp_path / "second", *server_at(second, "--replicaof", f"127.0.0.1 {first}")),
        program(tmp_path / "watch", str(tmp_path / "sentinel.conf"), "--sentinel"),
        Outbox(tmp_path, clock) as outbox,
        connector(f"redis://127.0.0.1:{second}", "redis")() as client,
        connector(f"redis://127.0.0.1:{sentinel}", "redis")() as watcher,
    ):
        wait_until(lambda: answers(client) and client.info("replication")["master_link_status"] == "up")
        wait_until(lambda: answers(watcher) and len(watcher.execute_command("SENTINEL", "replicas", "main")) == 1, 20)
        delivery = Delivery(outbox, sink_at(f"redis+sentinel://127.0.0.1:{sentinel}/main"), clock, at_once=False)
        for n in range(5):
            delivery.accept(numbered(sample, n))
        assert delivery.offer().reached is Reached.ALL_SENT
        # What the old master takes from here on the new one has not had.
        client.execute_command("CLIENT", "PAUSE", "1")
        for n in range(5, 8):
            delivery.accept(numbered(sample, n))
        delivery.offer()
        master.kill()
        delivery.accept(numbered(sample, 8))

        def is_sent() -> bool:
            clock.advance(31)
            return delivery.offer().reached is Reached.ALL_SENT

        wait_until(is_sent, 60)
        assert list(dict.fromkeys(in_stream(client))) == [f"e{n}" for n in range(9)]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key, and a certificate that speaks for itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, made = folder / "key.pem", folder / "made.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", str(key)]
    command += ["-out", str(made), "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True)
    return key, made


def test_a_server_is_reached_by_tls_with_a_password_and_none_that_nobody_vouches_for(
    tmp_path: Path, sample: Alert
) -> None:
    key, made = certificate(tmp_path)
    port = free_port()
    options: tuple[str, ...] = (
        "--port",
        "0",
        "--tls-port",
        str(port),
        "--tls-cert-file",
        str(made),
        "--tls-key-file",
        str(key),
    )
    options += ("--tls-ca-cert-file", str(made), "--tls-auth-clients", "no", "--requirepass", "s3cret", "--save", "")
    clock = Clock()
    url = f"rediss://:s3cret@127.0.0.1:{port}/0"
    with program(tmp_path / "server", *options), Outbox(tmp_path, clock) as outbox:
        trusted = f"{url}?ssl_ca_certs={made}"
        with connector(trusted, "redis")() as client:
            wait_until(lambda: answers(client))
        delivery = Delivery(outbox, sink_at(trusted), clock)
        delivery.accept(sample)
        assert outbox.waiting_count() == 0
        with pytest.raises(ServerAwayError) as refused:
            sink_at(url).position("box")
        assert "certificate" in str(refused.value).lower()
        assert "s3cret" not in str(refused.value)
