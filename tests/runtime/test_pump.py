"""What waits is offered while the cameras are watched, and once more at the end."""

import signal
import threading
import time
from pathlib import Path

import pytest

from pipeline.alerts.delivery import Delivery, Offer, Reached
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.publisher import Publisher
from pipeline.alerts.server import Server
from pipeline.alerts.stream import RedisSink
from pipeline.config.resolved import Site
from pipeline.errors import SmartAlertError, SourceError, StreamError
from pipeline.runtime.clock import stopwatch, wall_now_ns
from pipeline.runtime.pump import Pump
from tests.alerts.samples import picture, raised, site_in
from tests.alerts.servers import RunningServer, wait_until

STREAM = "smart-alert:alerts"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path / "site")


def delivery_to(server: RunningServer, outbox: Outbox) -> Delivery:
    return Delivery(outbox, RedisSink(Server(server.client, "redis"), STREAM, 10**18), wall_now_ns, at_once=False)


def tell(site: Site, delivery: Delivery) -> None:
    Publisher(site, NoEvidence(), [delivery]).publish(raised(), picture)


def length(server: RunningServer) -> int:
    with server.client() as client:
        return int(client.xlen(STREAM))


def test_what_is_told_is_sent_while_the_work_goes_on(site: Site, tmp_path: Path) -> None:
    with RunningServer(tmp_path / "redis") as server, Outbox(site.state, wall_now_ns) as outbox:
        delivery = delivery_to(server, outbox)
        with Pump(delivery) as pump:
            tell(site, delivery)
            wait_until(lambda: length(server) == 1)
        assert pump.last.reached is Reached.ALL_SENT


def test_what_is_told_is_sent_at_once(site: Site, tmp_path: Path) -> None:
    with (
        RunningServer(tmp_path / "redis") as server,
        Outbox(site.state, wall_now_ns) as outbox,
        server.client() as redis,
    ):
        delivery = delivery_to(server, outbox)
        waited_s = []
        with Pump(delivery):
            for n in range(5):
                time.sleep(0.06)
                elapsed = stopwatch()
                Publisher(site, NoEvidence(), [delivery]).publish(raised(f"e{n}"), picture)
                while redis.xlen(STREAM) <= n:
                    time.sleep(0.005)
                waited_s.append(elapsed())
    assert sorted(waited_s)[2] < 0.2


def test_what_is_told_last_is_sent_though_the_work_fails(site: Site, tmp_path: Path) -> None:
    with RunningServer(tmp_path / "redis") as server, Outbox(site.state, wall_now_ns) as outbox:
        delivery = delivery_to(server, outbox)

        def work() -> None:
            with Pump(delivery):
                tell(site, delivery)
                raise SourceError("gate.mp4: cannot be read on: disk")

        with pytest.raises(SourceError, match="disk"):
            work()
        assert length(server) == 1


def test_a_server_that_returns_is_told_without_anything_new(site: Site, tmp_path: Path) -> None:
    with RunningServer(tmp_path / "redis") as server, Outbox(site.state, wall_now_ns) as outbox:
        delivery = delivery_to(server, outbox)
        server.stop()
        tell(site, delivery)
        with Pump(delivery):
            assert delivery.offer(after_pause=False).reached is Reached.AWAY
            server.start()
            wait_until(lambda: length(server) == 1)


def test_a_server_that_stays_away_is_told_at_the_end(site: Site, tmp_path: Path) -> None:
    with RunningServer(tmp_path / "redis") as server, Outbox(site.state, wall_now_ns) as outbox:
        delivery = delivery_to(server, outbox)
        server.stop()
        with Pump(delivery) as pump:
            tell(site, delivery)
        assert pump.last.reached is Reached.AWAY
        assert "cannot be reached" in pump.last.fault


def test_a_server_that_refuses_for_good_is_a_failure(site: Site, tmp_path: Path) -> None:
    with RunningServer(tmp_path / "redis") as server, Outbox(site.state, wall_now_ns) as outbox:
        delivery = delivery_to(server, outbox)
        with server.client() as client:
            client.set(STREAM, "somebody else's")

        def work() -> None:
            with Pump(delivery):
                tell(site, delivery)
                wait_until(lambda: all(thread.name != "delivery" for thread in threading.enumerate()))
                with server.client() as client:
                    client.delete(STREAM)

        with pytest.raises(StreamError, match="WRONGTYPE"):
            work()


def test_a_live_run_ends_though_the_server_has_stopped_answering(site: Site, tmp_path: Path) -> None:
    outcomes: list[Offer | SmartAlertError] = []
    with RunningServer(tmp_path / "redis") as server, Outbox(site.state, wall_now_ns) as outbox:
        delivery = delivery_to(server, outbox)
        with Pump(delivery, outcomes.append) as pump:
            wait_until(lambda: pump.last.reached is Reached.ALL_SENT)
            server.process.send_signal(signal.SIGSTOP)
            tell(site, delivery)
            time.sleep(0.7)
            elapsed_s = stopwatch()
        assert elapsed_s() < 3
        server.process.send_signal(signal.SIGCONT)
        assert outbox.waiting_count() == 1
        n_told = len(outcomes)
        wait_until(lambda: all(thread.name != "delivery" for thread in threading.enumerate()))
        assert len(outcomes) == n_told


def test_a_live_run_offers_once_more_as_it_ends(site: Site, tmp_path: Path) -> None:
    with RunningServer(tmp_path / "redis") as server, Outbox(site.state, wall_now_ns) as outbox:
        delivery = delivery_to(server, outbox)
        with Pump(delivery, lambda _: None):
            tell(site, delivery)
        assert length(server) == 1
