"""The short form of the soak: cameras that flap leave no threads and no handles behind."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.metrics_page import Page
from benchmarks.processes import Usage
from benchmarks.soak import CAMERAS_EACH, Sample, Soak, soak

LEVEL = Usage(own_s=0.0, started_s=0.0, own_mib=300.0, started_mib=5.0, threads=30, handles=40)
ALL_BACK = Page({"connected": {"stays0": 1.0, "never-there": 0.0}}, {}, {})


def hour_of(usages: Sequence[Usage], page: Page = ALL_BACK) -> Soak:
    step_s = 3600 / (len(usages) - 1)
    return Soak([Sample(n * step_s, usage) for n, usage in enumerate(usages)], page, stopped_in_s=1.0)


def test_what_stays_level_is_no_fault() -> None:
    assert hour_of([LEVEL] * 31).faults() == []


def test_growth_during_the_warm_up_is_no_fault() -> None:
    assert hour_of([replace(LEVEL, own_mib=100.0, threads=10, handles=10)] * 10 + [LEVEL] * 21).faults() == []


def test_memory_that_grows_is_a_fault() -> None:
    grows = [replace(LEVEL, own_mib=300.0 + 2 * n) for n in range(31)]
    assert hour_of(grows).faults() == ["memory grows by 60.0 MiB an hour (allowed: 30)"]


def test_threads_and_handles_that_grow_are_faults() -> None:
    grows = [replace(LEVEL, threads=30 + n, handles=40 + 2 * n) for n in range(31)]
    assert hour_of(grows).leaks() == ["threads have grown by 11 (allowed: 2)", "handles have grown by 22 (allowed: 2)"]


def test_a_camera_that_is_not_back_is_a_fault() -> None:
    page = Page({"connected": {"killed1": 0.0, "never-there": 0.0}, "failed_looks": {"killed1": 2.0}}, {}, {})
    assert hour_of([LEVEL] * 31, page).leaks() == ["not back at the end: killed1", "2 looks failed"]


@pytest.mark.long
def test_flapping_cameras_leave_nothing_behind_and_come_back(tmp_path: Path) -> None:
    result = soak(tmp_path / "soak", duration_s=100.0, round_s=50.0)
    assert result.leaks() == []
    assert result.reconnects() >= 2 * 3 * CAMERAS_EACH
