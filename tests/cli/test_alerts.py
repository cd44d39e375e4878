"""`smart-alert alerts`, as a user calls it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.alerts.embedded import EmbeddedRedis
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.publisher import Publisher
from pipeline.alerts.site_delivery import site_delivery
from pipeline.cli.main import run
from pipeline.config.resolved import Site
from pipeline.rules.episode import Episode
from pipeline.runtime.clock import sleep, wall_now_ns
from tests.alerts.samples import cleared, picture, raised, site_in, write_site
from tests.alerts.servers import RunningServer


def publish(site: Site, *episodes: Episode) -> list[str]:
    """Run the alerts' part of a pipeline; the messages."""
    with site_delivery(site, wall_now_ns, sleep) as delivery:
        publisher = Publisher(site, NoEvidence(), [delivery])
        return [publisher.publish(episode, picture).to_json() for episode in episodes]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path)


def test_a_readable_line_an_alert_in_the_sites_time(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    publish(site, raised(), cleared())
    assert run(["alerts", str(site.path)]) == 0
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == ["time", "state", "severity", "dwell", "title", "camera", "/", "zone"]
    assert first == (
        "2026-01-05 08:01:00  raised                  critical  1 min 00 s   消防通道占用 Fire lane blocked      "
        "  闻韶社区东门 / 北侧消防通道"
    )
    assert second.startswith("2026-01-05 08:01:27  cleared (left)          critical  1 min 27 s ")


def test_bare_messages_for_programs(site: Site, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    messages = publish(site, raised(), cleared())
    assert run(["alerts", str(site.path), "--json"]) == 0
    assert capfdbinary.readouterr().out.decode().splitlines() == messages


def test_only_the_last_and_only_the_recent(site: Site, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    messages = publish(site, *(raised(f"e{number}") for number in range(5)))
    for options, shown in (
        (["--limit", "2"], messages[-2:]),
        (["--since", "1h"], messages),
        (["--since", "2200-01-01"], []),
        (["--since", "2200-01-01T08:00:00+08:00", "--limit", "3"], []),
        (["--since", "2020-01-01T08:00"], messages),
    ):
        assert run(["alerts", str(site.path), "--json", *options]) == 0
        assert capfdbinary.readouterr().out.decode().splitlines() == shown, options


def test_before_the_first_run_there_is_nothing_and_nothing_is_made(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["alerts", str(site.path)]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "no alerts yet" in shown.err
    assert not site.state.exists()


def test_a_wrong_date_is_a_usage_error(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["alerts", str(site.path), "--since", "yesterday"]) == 2
    assert capsys.readouterr().err.startswith("--since: got 'yesterday', allowed are a duration (90s")


def test_a_server_that_is_away_is_one_line_and_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_site(tmp_path, "redis://:hunter2@127.0.0.1:1/0")
    assert run(["alerts", str(path)]) == 1
    shown = capsys.readouterr().err
    assert "cannot be reached" in shown
    assert len(shown.splitlines()) == 1
    assert "hunter2" not in shown


def test_somebody_elses_entry_is_told_and_passed_over(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    publish(site, raised())
    with site_delivery(site, wall_now_ns, sleep):
        with EmbeddedRedis(site.state, time.sleep) as joined, joined.client() as client:
            client.xadd(site.redis.stream, {"alert": '{"schema":"theirs/1"}'})
        assert run(["alerts", str(site.path)]) == 0
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 2
    assert "alert: schema:" in shown.err


def test_a_message_that_was_sent_twice_is_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = site_in(tmp_path)
    publish(site, raised())
    (site.state / "outbox.sqlite").unlink()
    publish(site, raised())
    assert run(["alerts", str(site.path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_a_terminal_without_chinese_is_no_reason_to_fail(site: Site, encoding: str) -> None:
    publish(site, raised())
    for options in ([], ["--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "alerts", str(site.path), *options],
            capture_output=True,
            env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        if options:
            assert json.loads(done.stdout)["title"]["zh"] == "消防通道占用"
        else:
            # click takes "ascii" for a terminal that was never set up, and writes UTF-8.
            assert ("\\u6d88\\u9632" if encoding == "latin-1" else "消防").encode() in done.stdout


def test_follow_shows_what_comes_over_a_change_of_owner(site: Site) -> None:
    messages = publish(site, raised("e0"))
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", "alerts", str(site.path), "--follow", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as following:
        assert following.stdout is not None
        assert following.stdout.readline().decode().rstrip() == messages[0]
        messages += publish(site, raised("e1"))
        assert following.stdout.readline().decode().rstrip() == messages[1]
        following.send_signal(signal.SIGINT)
        assert following.wait(10) == 130
    # The follower owned the server: it has stopped with it, and the next run starts it again with all that was sent.
    with site_delivery(site, wall_now_ns, sleep) as delivery:
        assert delivery.offer().sent == 0


def test_a_server_of_the_sites_own(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with RunningServer(tmp_path / "server", None, "--port", "26395", "--bind", "127.0.0.1"):
        site = site_in(tmp_path, "redis://127.0.0.1:26395/0")
        messages = publish(site, raised(), cleared())
        assert run(["alerts", str(site.path), "--json"]) == 0
        assert capfdbinary.readouterr().out.decode().splitlines() == messages
    assert not (site.state / "redis").exists()
