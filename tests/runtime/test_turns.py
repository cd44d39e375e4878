"""Who is looked at next: with real threads where threads are the point."""

import threading
import time
from collections import Counter
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.observation import nanoseconds
from pipeline.runtime.turns import Turns, Wish
from tests.cli.shell import wait_until

S = 1_000_000_000


class Clock:
    """Shows what it is told."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def taken_by_a_thread(turns: Turns[str], into: list[str | None]) -> threading.Thread:
    thread = threading.Thread(target=lambda: into.append(turns.take()), daemon=True)
    thread.start()
    return thread


def test_the_one_that_is_late_by_most_of_its_intervals_is_next() -> None:
    clock = Clock()
    turns = Turns[str](clock)
    turns.wish("slow", Wish(0, 10 * S))
    turns.wish("quick", Wish(3 * S, S))
    clock.now_ns = 5 * S
    assert [turns.take(), turns.take()] == ["quick", "slow"]


def test_a_camera_waits_once_whatever_it_sends_and_keeps_its_place() -> None:
    clock = Clock()
    turns = Turns[str](clock)
    for i in range(100):
        turns.wish("busy", Wish(i * S, S))
    turns.wish("other", Wish(S, S))
    assert turns.waiting == 2
    clock.now_ns = 100 * S
    assert [turns.take(), turns.take()] == ["busy", "other"]
    assert turns.waiting == 0


def test_a_camera_has_one_turn_at_a_time() -> None:
    turns = Turns[str](Clock())
    turns.wish("gate", Wish(0, S))
    assert turns.take() == "gate"
    turns.wish("gate", Wish(0, S))
    got: list[str | None] = []
    thread = taken_by_a_thread(turns, got)
    thread.join(0.1)
    assert got == []
    turns.done("gate")
    thread.join(5)
    assert got == ["gate"]


def test_who_waits_for_a_turn_is_let_go_as_it_closes() -> None:
    turns = Turns[str](Clock())
    got: list[str | None] = []
    threads = [taken_by_a_thread(turns, got) for _ in range(3)]
    turns.close()
    for thread in threads:
        thread.join(5)
    assert got == [None] * 3
    turns.wish("gate", Wish(0, S))
    assert turns.take() is None


def test_forgetting_waits_for_the_turn_and_drops_the_wish() -> None:
    turns = Turns[str](Clock())
    turns.wish("gate", Wish(0, S))
    assert turns.take() == "gate"
    turns.wish("gate", Wish(0, S))
    thread = threading.Thread(target=turns.forget, args=("gate",), daemon=True)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    turns.done("gate")
    thread.join(5)
    assert not thread.is_alive()
    assert turns.waiting == 0


def test_while_a_camera_is_held_it_gets_no_turn_and_the_others_do() -> None:
    turns = Turns[str](Clock())
    turns.hold("gate")
    turns.wish("gate", Wish(0, S))
    turns.wish("yard", Wish(0, S))
    assert turns.take() == "yard"
    got: list[str | None] = []
    thread = taken_by_a_thread(turns, got)
    thread.join(0.1)
    assert got == []
    turns.done("gate")
    thread.join(5)
    assert got == ["gate"]


def test_a_wish_wakes_a_worker_though_somebody_waits_to_hold_another_camera() -> None:
    turns = Turns[str](Clock())
    turns.wish("gate", Wish(0, S))
    assert turns.take() == "gate"
    holders = [threading.Thread(target=turns.hold, args=("gate",), daemon=True) for _ in range(5)]
    for holder in holders:
        holder.start()
    time.sleep(0.05)
    got: list[str | None] = []
    worker = taken_by_a_thread(turns, got)
    time.sleep(0.05)
    turns.wish("yard", Wish(0, S))
    worker.join(2)
    assert got == ["yard"]


@settings(max_examples=10, deadline=None)
@given(
    intervals_s=st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=20, max_size=40),
    cost=st.floats(min_value=1.2, max_value=6.0),
)
def test_under_load_the_rates_of_all_sink_by_the_same_share(intervals_s: list[float], cost: float) -> None:
    """One worker that can do a `cost`-th of what is asked for: every camera gets that share of its looks."""
    clock = Clock()
    turns = Turns[int](clock)
    look_ns = nanoseconds(cost / sum(1 / interval_s for interval_s in intervals_s))
    due = [0] * len(intervals_s)
    looks: Counter[int] = Counter()
    while clock.now_ns < 100 * S:
        for camera, interval_s in enumerate(intervals_s):
            if clock.now_ns >= due[camera]:
                turns.wish(camera, Wish(due[camera], nanoseconds(interval_s)))
        if not turns.waiting:
            clock.now_ns += S // 100
            continue
        taken = turns.take()
        assert taken is not None
        due[taken] = clock.now_ns + nanoseconds(intervals_s[taken])
        clock.now_ns += look_ns
        looks[taken] += 1
        turns.done(taken)
    shares = [looks[camera] * interval_s / 100 for camera, interval_s in enumerate(intervals_s)]
    assert sum(shares) / len(shares) == pytest.approx(1 / cost, rel=0.2)
    assert max(shares) / min(shares) <= 1.3


class Guarded:
    """Workers that note who is inside a turn."""

    def __init__(self, n_workers: int) -> None:
        self.turns = Turns[int](time.monotonic_ns)
        self.inside: Counter[int] = Counter()
        self.done: Counter[int] = Counter()
        self.clashes: list[int] = []
        self.workers = [threading.Thread(target=self._work, daemon=True) for _ in range(n_workers)]
        for worker in self.workers:
            worker.start()

    def _work(self) -> None:
        while (camera := self.turns.take()) is not None:
            self.inside[camera] += 1
            if self.inside[camera] != 1:
                self.clashes.append(camera)
            time.sleep(0.0002)
            self.inside[camera] -= 1
            self.done[camera] += 1
            self.turns.done(camera)


def test_many_threads_never_share_a_camera_and_lose_no_wish() -> None:
    guarded = Guarded(6)
    for i in range(600):
        guarded.turns.wish(i % 7, Wish(i, S))
        if i % 5 == 0:
            time.sleep(0.0005)
    for camera in range(7):
        before = guarded.done[camera]
        guarded.turns.wish(camera, Wish(0, S))
        wait_until(partial(lambda camera, before: guarded.done[camera] > before, camera, before), 5)
    guarded.turns.close()
    for worker in guarded.workers:
        worker.join(5)
    assert guarded.clashes == []
