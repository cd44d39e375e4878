"""Clips, commands and secrets of a whole site as a process."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

from pipeline.alerts.command_message import FIELD, CommandMessage
from pipeline.observation import CommandKind
from tests.alerts.servers import RunningServer
from tests.live.live_run import LiveRun, SiteFile, free_port

pytestmark = pytest.mark.long

AT = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_clip_is_told_and_a_word_from_the_stream_is_obeyed(tmp_path: Path, clips: Path) -> None:
    shutil.copy(clips / "car.mp4", tmp_path)
    port = free_port()
    with RunningServer(tmp_path / "r", None, "--port", str(port)) as redis, redis.client() as client:
        site = SiteFile(tmp_path, {"cam": "source: car.mp4, loop: true, start: '2026-01-05T08:00:00'"}, has_clips=True)
        site.redis, site.more = f"redis://127.0.0.1:{port}/0", "evidence: {clip_before: 2s, clip_after: 3s}\n"
        site.write()
        with LiveRun(site) as run:
            raised = run.wait_for_alert("raised")
            assert raised.evidence is not None
            assert raised.evidence.clip is None
            updated = run.wait_for_alert("updated")
            assert updated.evidence is not None
            assert updated.evidence.clip is not None
            path = Path(unquote(urlsplit(updated.evidence.clip).path))
            assert hashlib.sha256(path.read_bytes()).hexdigest() == updated.evidence.clip_sha256
            word = CommandMessage(
                id="c1", kind=CommandKind.DISMISS, site="linzi", camera="cam", event=raised.id, by="li", at=AT
            )
            client.xadd("smart-alert:commands", {FIELD: word.to_json()})
            cleared = run.wait_for_alert("cleared")
            assert (cleared.reason, cleared.review) == ("dismissed", "dismissed")
            assert run.metric("commands_total", result="obeyed") == 1
            assert run.metric("clips_total", result="written") == 1
            run.stop()


def test_no_password_of_a_site_is_in_any_log_alert_metric_or_file(tmp_path: Path, clips: Path) -> None:
    shutil.copy(clips / "car.mp4", tmp_path)
    port = free_port()
    secrets = {
        "CAM_PASSWORD": "cam#pa ss/wörd",
        "REDIS_PASSWORD": "redis-s3cret",
        "AWS_SECRET_ACCESS_KEY": "store-s3cret",
    }
    cameras = {
        "cam": "source: car.mp4, loop: true, start: '2026-01-05T08:00:00'",
        "away": "source: 'rtsp://viewer:${CAM_PASSWORD}@127.0.0.1:1/stream'",
    }
    with RunningServer(tmp_path / "r", None, "--port", str(port), "--requirepass", "redis-s3cret") as redis:
        site = SiteFile(tmp_path, cameras, has_clips=True)
        site.redis = f"redis://:${{REDIS_PASSWORD}}@127.0.0.1:{port}/0"
        store = "store: 's3://bucket/prefix', endpoint: 'http://127.0.0.1:1'"
        site.more = f"evidence: {{{store}, clip_before: 1s, clip_after: 1s}}\n"
        site.write()
        with LiveRun(site, variables={**secrets, "AWS_ACCESS_KEY_ID": "somebody"}) as run:
            run.wait_for_alert("raised")
            run.wait_for_event("stream.lost", camera="away")
            run.wait_for_event("evidence.chore_failed")
            redis.kill()
            run.wait_for_event("redis.away", 40)
            for place, text in run.texts():
                for secret in secrets.values():
                    assert secret not in text, place
                    assert quote(secret) not in text, place
            run.stop(8)
        assert all(secret not in line for line in run.stderr for secret in secrets.values())
