"""Officers' reports: on disk first, then in the stream, once."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from pipeline.alerts.delivery import Reached
from pipeline.alerts.message import Alert, AlertZone, parse
from pipeline.alerts.server import Server
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.ids import AlgorithmKey
from pipeline.config.resolved import Site
from pipeline.dispatch.report import Sighting, keep_and_offer, offer_waiting, read_photo, reported
from pipeline.errors import UsageError
from pipeline.runtime.clock import sleep
from tests.alerts.samples import site_in
from tests.alerts.servers import Clock, RunningServer
from tests.dispatch.test_client import entries

STREAM = "smart-alert:alerts"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path / "site")


def picture(folder: Path, name: str = "p.jpg") -> Path:
    Image.new("RGB", (32, 24), (200, 30, 30)).save(folder / name)
    return folder / name


def report(site: Site, photo: Path, now_ns: int) -> Alert:
    algorithm = load_catalogue().algorithms[AlgorithmKey("illegal_billboard")]
    zone = AlertZone(id="lane", name="北侧", category="fire_lane", grid="LZ-01", responsible="desk")
    return reported(site, Sighting(algorithm, "minor", zone, "东墙", "officer-17"), read_photo(photo), now_ns)


def test_a_report_is_an_alert_of_source_manual_with_its_photograph(site: Site, tmp_path: Path) -> None:
    photo = picture(tmp_path)
    alert = parse(report(site, photo, Clock().now_ns).to_json())
    assert (alert.source, alert.camera, alert.rule, alert.revision) == ("manual", None, None, 0)
    assert (alert.algorithm, alert.title.zh, alert.severity) == ("illegal_billboard", "违规户外广告", "minor")
    assert alert.report is not None
    assert (alert.report.text, alert.report.by) == ("东墙", "officer-17")
    assert alert.evidence is not None
    kept = Path(urlsplit(alert.evidence.snapshot).path)
    assert kept.read_bytes() == photo.read_bytes()
    assert alert.evidence.snapshot_sha256 == hashlib.sha256(photo.read_bytes()).hexdigest()


def test_a_report_made_while_redis_is_away_is_sent_by_the_next_one(site: Site, tmp_path: Path) -> None:
    clock = Clock()
    first, second = (report(site, picture(tmp_path, f"{n}.png"), clock.now_ns + n) for n in range(2))
    with RunningServer(tmp_path / "server") as server:
        server.kill()
        away = Server(server.client, "redis")
        assert keep_and_offer(site, away, first, clock, sleep).reached is Reached.AWAY
        server.start()
        assert keep_and_offer(site, away, second, clock, sleep).sent == 2
        with server.client() as redis:
            assert [one["id"] for one in entries(redis, STREAM)] == [first.id, second.id]


def test_a_report_made_while_redis_is_away_is_sent_by_the_dispatcher(site: Site, tmp_path: Path) -> None:
    clock = Clock()
    with RunningServer(tmp_path / "server") as server:
        reports = Server(server.client, "redis")
        offer_waiting(site, reports, clock)
        server.kill()
        keep_and_offer(site, reports, report(site, picture(tmp_path), clock.now_ns), clock, sleep)
        server.start()
        for _ in range(2):
            offer_waiting(site, reports, clock)
        with server.client() as redis:
            assert len(entries(redis, STREAM)) == 1


def test_two_reports_of_one_moment_are_two_events(site: Site, tmp_path: Path) -> None:
    Image.new("RGB", (32, 24), (1, 2, 3)).save(tmp_path / "other.jpg")
    ids = {report(site, path, 7).id for path in (picture(tmp_path), tmp_path / "other.jpg")}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty or too large"), (b"%PDF-1.4", "no picture"), (b"\x89PNG\r\n\x1a\n" + bytes(40), "picture")],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "p.jpg"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        read_photo(path)
    with pytest.raises(UsageError, match="No such file"):
        read_photo(tmp_path / "missing.jpg")
