"""More cameras than the machine can look at."""

from pathlib import Path

import pytest

from tests.live.footage import write_footage
from tests.live.live_run import LiveRun, SiteFile
from tests.live.red_network import work_of

pytestmark = pytest.mark.long


def test_all_rates_sink_alike_latency_stays_bounded_and_it_is_told(tmp_path: Path) -> None:
    # A car that comes and goes every second keeps the network awake. Eight cameras want sixteen looks a second, and the
    # machine, whatever it is, makes four passes in that time.
    write_footage(tmp_path / "busy.mp4", 10, lambda t_s: int(t_s) % 2 == 0, gop=5)
    names = [f"cam-{number}" for number in range(8)]
    site = SiteFile(tmp_path, dict.fromkeys(names, "source: busy.mp4, loop: true"), dwell="8s")
    (tmp_path / "timed").mkdir()
    site.work = work_of(tmp_path / "timed", pass_s=0.25)
    site.write()
    with LiveRun(site) as run:
        told = run.wait_for_event("load.too_high", longest_s=70)
        assert float(told["achieved_share"]) < 0.8
        assert run.metric("overloaded") == 1
        looks = [run.metric("camera_looks_total", camera=name, kind="health") for name in names]
        assert min(looks) > 0
        assert max(looks) <= 1.5 * min(looks) + 3
        shares = [run.metric("camera_looks_achieved_ratio", camera=name) for name in names]
        assert max(shares) <= 1.6 * min(shares)
        # From the capture of a picture to the end of what it led to: however long it lasts, nothing piles up.
        page = run.get("/metrics")[1]
        n_looks = run.metric("camera_analysis_latency_seconds_count", page)
        assert run.metric("camera_analysis_latency_seconds_bucket", page, le="10.0") == n_looks
        assert run.metric("camera_analysis_latency_seconds_sum", page) / n_looks < 5
        assert run.metric("detector_queue_pictures") <= 8
        assert run.get("/healthz")[0] == 200
        assert run.stop() < 5
        assert run.process.returncode == 0
