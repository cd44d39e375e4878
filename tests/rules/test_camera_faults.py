"""What is wrong with a camera is told like any event: on every camera, rule or not."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition, Severity
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.ids import AlgorithmKey, RuleId
from pipeline.config.resolved import Geofence, Rule
from pipeline.observation import (
    CameraId,
    Command,
    CommandKind,
    End,
    EndCause,
    Entry,
    Gap,
    GapCause,
    Health,
    Tick,
)
from pipeline.rules.camera_faults import FaultSettings
from pipeline.rules.episode import ClearReason, Ended, Episode, FaultKind, FaultOrigin, Review, State
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    CAMERA,
    SITE,
    VOCABULARY,
    Account,
    at,
    close_look,
    observation,
    reasoner,
    rule,
    run,
    since_start,
    stay,
    times,
    watch,
)

PICTURE_CAUSES = (GapCause.FROZEN, GapCause.COVERED, GapCause.MOVED)
CAUSES = (GapCause.NO_SIGNAL, *PICTURE_CAUSES)
GOOD = Health(brightness=120.0, contrast=40.0, sharpness=8.0, change=0.01)


def gap(t_s: float, since_s: float, cause: GapCause = GapCause.NO_SIGNAL, *, is_open: bool = True) -> Gap:
    return Gap(at(t_s), at(since_s), is_open, cause)


def blind(start_s: float, end_s: float, cause: GapCause = GapCause.NO_SIGNAL, *, closes: bool = True) -> list[Entry]:
    """Gaps every two seconds with their ticks, and the closing."""
    entries: list[Entry] = [gap(start_s, start_s, cause)]
    for t_s in times(end_s - 2, 2.0, start_s + 2):
        entries += [Tick(at(t_s)), gap(t_s, start_s, cause)]
    return [*entries, gap(end_s, start_s, cause, is_open=False)] if closes else entries


def looks(start_s: float, end_s: float, health: Health = GOOD, every_s: float = 0.5) -> list[Entry]:
    return [replace(observation(t_s), health=health) for t_s in times(end_s, every_s, start_s)]


def fault_rule(camera: CameraId = CAMERA, **changes: object) -> Rule:
    """A site's rule that says how camera faults are told."""
    known = rule(Condition.CAMERA_FAULT, rule_id="camera-faults", classes=frozenset(), severity=Severity.CRITICAL)
    return replace(known, zones_by_camera={camera: ()}, **changes)  # type: ignore[arg-type]  # of a rule's fields


def story(account: Account | Sequence[Episode]) -> list[tuple[str, str, float]]:
    """Fault, state and time of every change."""
    episodes = account.faults if isinstance(account, Account) else account
    return [
        (one.origin.kind.value, one.state.value, since_start(one.t))
        for one in episodes
        if isinstance(one.origin, FaultOrigin)
    ]


class TestWithoutARule:
    def test_the_defaults_are_those_of_the_catalogue(self) -> None:
        entry = load_catalogue().algorithms[AlgorithmKey("camera_fault")]
        known = FaultSettings()
        assert entry.condition is Condition.CAMERA_FAULT
        assert (known.dwell_ns, known.severity) == (entry.dwell_ns, entry.severity)
        assert (known.grace_ns, known.clear_after_ns, known.cooldown_ns, known.remind_every_ns) == (
            entry.general.grace_ns,
            entry.general.clear_after_ns,
            entry.general.cooldown_ns,
            entry.general.remind_every_ns,
        )

    @pytest.mark.parametrize("cause", CAUSES)
    def test_a_blind_camera_is_told_after_its_dwell_and_cleared_when_it_has_seen_for_ten_seconds(
        self, cause: GapCause
    ) -> None:
        account = run(reasoner(), [*looks(0, 20), *blind(20.5, 60.5, cause), *looks(61, 90)])
        assert story(account) == [(cause.value, "raised", 30.5), (cause.value, "cleared", 70.5)]
        raised, cleared = account.faults
        assert raised.origin == FaultOrigin(FaultKind(cause.value), None)
        assert (raised.objects, raised.visible, raised.severity, raised.review) == ((), True, "major", Review.NONE)
        assert (since_start(raised.started_at), raised.dwell_ns) == (20.5, 10 * 10**9)
        assert cleared.ending == Ended(at(58.5), ClearReason.LEFT)
        assert (cleared.id, cleared.revision, cleared.visible) == (raised.id, 1, False)

    def test_what_is_over_before_its_dwell_is_not_told(self) -> None:
        assert story(run(reasoner(), [*blind(20, 29.5), *looks(30, 60)])) == []

    def test_a_frozen_picture_is_told_when_it_is_found_out(self) -> None:
        found_out: list[Entry] = [gap(30, 18, GapCause.FROZEN), Tick(at(32)), gap(32, 18, GapCause.FROZEN)]
        account = run(reasoner(), [*looks(0, 29), *found_out])
        assert story(account) == [("frozen", "raised", 30)]
        assert since_start(account.faults[0].started_at) == 18

    def test_the_pipelines_own_pause_is_no_fault_of_the_camera(self) -> None:
        entries = [*looks(0, 20), *blind(20, 400, GapCause.NOT_WATCHED), *looks(401, 430)]
        assert story(run(reasoner(), entries)) == []

    def test_a_fault_goes_on_over_the_pipelines_own_pause(self) -> None:
        entries = [*blind(20, 60, closes=False), *blind(60, 400, GapCause.NOT_WATCHED, closes=False)]
        account = run(reasoner(), [*entries, *blind(400, 500), *looks(501, 530)])
        assert story(account) == [("no_signal", "raised", 30), ("no_signal", "cleared", 510)]

    def test_a_clock_that_jumps_is_told_at_once_and_cleared_after_a_quiet_minute(self) -> None:
        def jump(t_s: float) -> list[Entry]:
            return [gap(t_s, t_s, GapCause.CLOCK_JUMPED), gap(t_s + 1, t_s, GapCause.CLOCK_JUMPED, is_open=False)]

        account = run(reasoner(), [*looks(0, 10), *jump(10.5), *looks(12, 40), *jump(41), *looks(43, 120)])
        assert story(account) == [("clock_jumped", "raised", 10.5), ("clock_jumped", "cleared", 101.0)]

    def test_a_signal_that_comes_and_goes_is_one_fault(self) -> None:
        entries = [
            entry
            for start in range(0, 200, 20)
            for entry in [*blind(start, start + 12), *looks(start + 13, start + 19)]
        ]
        account = run(reasoner(), [*entries, *looks(200, 240)])
        assert story(account) == [("no_signal", "raised", 10), ("no_signal", "cleared", 202)]

    def test_one_fault_after_another_are_two(self) -> None:
        entries = [*blind(0, 30, GapCause.COVERED), *blind(30, 60, GapCause.MOVED), *looks(61, 80)]
        assert story(run(reasoner(), entries)) == [
            ("covered", "raised", 10),
            ("covered", "cleared", 40),
            ("moved", "raised", 40),
            ("moved", "cleared", 70),
        ]

    def test_nobody_can_tell_whether_a_lens_is_covered_while_there_is_no_signal(self) -> None:
        entries = [*blind(0, 30, GapCause.COVERED, closes=False), *blind(30, 100, closes=False)]
        again = [*blind(100, 130, GapCause.COVERED), *looks(131, 150)]
        assert story(run(reasoner(), [*entries, *again])) == [
            ("covered", "raised", 10),
            ("no_signal", "raised", 40),
            ("no_signal", "cleared", 110),
            ("covered", "cleared", 140),
        ]

    @pytest.mark.parametrize("cause", CAUSES)
    def test_a_picture_of_a_blind_camera_says_nothing(self, cause: GapCause) -> None:
        pictures = looks(0.5, 40, replace(GOOD, sharpness=1.0))
        entries = sorted([*blind(0, 41, cause), *pictures], key=lambda entry: entry.t)
        assert story(run(reasoner(), [*looks(-120, -1), *entries])) == [(cause.value, "raised", 10)]

    @pytest.mark.parametrize("cause", list(EndCause))
    def test_the_end_clears_them(self, cause: EndCause) -> None:
        account = run(reasoner(), [*blind(0, 30, closes=False), End(at(31), cause), *looks(32, 60)])
        assert story(account) == [("no_signal", "raised", 10), ("no_signal", "cleared", 31)]
        ending = account.faults[-1].ending
        assert isinstance(ending, Ended)
        assert ending.reason.value == cause.value

    def test_ids_tell_cameras_faults_and_moments_apart(self) -> None:
        accounts = [
            run(Reasoner(site, camera, (), Geofence(None, ()), VOCABULARY), blind(start_s, start_s + 30, cause))
            for site in (SITE, "other")
            for camera in (CAMERA, CameraId("other"))
            for cause in CAUSES
            for start_s in (0, 1)
        ]
        assert len({account.faults[0].id for account in accounts}) == len(accounts) == 32


class TestObjectAlerts:
    @pytest.mark.parametrize("cause", [*GapCause])
    def test_while_the_camera_is_blind_none_is_raised_and_none_cleared(self, cause: GapCause) -> None:
        car = stay(end_s=25)
        log = [
            *watch([car], times(20)),
            *blind(20.5, 200, cause, closes=False),
            *watch([stay()], times(220, start_s=200)),
        ]
        account = run(reasoner(rule(dwell_s=10)), log, [car])
        assert account.story == [("raised", 10.0), ("updated", 20.5)]
        assert (
            run(
                reasoner(rule(dwell_s=10)), [*blind(0, 4, cause, closes=False), *watch([stay()], times(60, start_s=5))]
            ).story
            == []
        )


class TestARuleThatNamesThem:
    def test_it_sets_dwell_and_severity_and_is_named(self) -> None:
        account = run(reasoner(fault_rule(dwell_ns=40 * 10**9)), [*blind(0, 60), *looks(61, 80)])
        assert story(account) == [("no_signal", "raised", 40), ("no_signal", "cleared", 70)]
        assert {(one.severity, one.origin.rule) for one in account.faults} == {("critical", "camera-faults")}

    def test_it_may_turn_them_off(self) -> None:
        assert story(run(reasoner(fault_rule(enabled=False)), [*blind(0, 60), *looks(61, 80)])) == []

    def test_one_that_is_on_goes_before_one_that_is_off(self) -> None:
        off = replace(fault_rule(enabled=False), id=RuleId("a"))
        assert story(run(reasoner(off, fault_rule()), blind(0, 60)))[0] == ("no_signal", "raised", 10)

    def test_a_rule_of_other_cameras_says_nothing(self) -> None:
        other = fault_rule(CameraId("other"), dwell_ns=40 * 10**9)
        assert run(reasoner(other), blind(0, 60)).faults[0].origin.rule is None

    def test_it_reminds(self) -> None:
        account = run(reasoner(fault_rule(remind_every_ns=60 * 10**9)), blind(0, 200))
        assert [(state, t_s) for _, state, t_s in story(account)] == [
            ("raised", 10),
            ("updated", 70),
            ("updated", 130),
            ("updated", 190),
        ]

    def test_it_has_a_schedule(self) -> None:
        timed = fault_rule(schedule=rule(schedule="00:01-00:02").schedule)
        account = run(reasoner(timed), blind(0, 200))
        assert [(state, t_s) for _, state, t_s in story(account)] == [("raised", 60), ("cleared", 120)]
        assert since_start(account.faults[0].started_at) == 0

    def test_what_it_raised_twice_has_two_ids(self) -> None:
        twice = fault_rule(schedule=rule(schedule="00:00-00:01, 00:02-00:03").schedule)
        raised = [one for one in run(reasoner(twice), blind(0, 200)).faults if one.state is State.RAISED]
        assert len({one.id for one in raised}) == len(raised) == 2
        assert len({one.started_at for one in raised}) == 1

    def test_after_one_it_is_silent_for_the_cool_down(self) -> None:
        entries = [*blind(0, 20), *looks(21, 40), *blind(41, 101), *looks(102, 130)]
        account = run(reasoner(fault_rule(cooldown_ns=60 * 10**9)), entries)
        assert [(state, t_s) for _, state, t_s in story(account)] == [
            ("raised", 10),
            ("cleared", 30),
            ("raised", 79),
            ("cleared", 111),
        ]

    def test_an_operator_must_confirm_where_it_says_so(self) -> None:
        assert run(reasoner(fault_rule(confirm=True)), blind(0, 30)).faults[0].review is Review.PENDING


class TestWords:
    def said(self, kind: CommandKind, word_s: float, until_s: float = 0.0, target: str | None = None) -> Account:
        reasoning = reasoner(fault_rule(remind_every_ns=60 * 10**9))
        first = run(reasoning, blind(0, word_s, closes=False))
        name = (first.faults[0].id if first.faults else "") if target is None else target
        word = Command(at(word_s), kind, name, at(max(until_s, word_s)))
        rest = run(
            reasoning, [word, *blind(word_s, 200, closes=False)[1:], gap(200, 0, is_open=False), *looks(201, 230)]
        )
        return Account([*first.steps, *rest.steps])

    def test_what_is_dismissed_stays_silent_until_it_is_over(self) -> None:
        account = self.said(CommandKind.DISMISS, 20)
        assert [(state, t_s) for _, state, t_s in story(account)] == [("raised", 10), ("cleared", 20)]
        assert account.faults[-1].review is Review.DISMISSED

    def test_what_is_acknowledged_is_not_reminded_of(self) -> None:
        account = self.said(CommandKind.ACKNOWLEDGE, 20)
        assert [(state, t_s) for _, state, t_s in story(account)] == [("raised", 10), ("cleared", 210)]

    def test_what_is_confirmed_says_so(self) -> None:
        assert self.said(CommandKind.CONFIRM, 20).faults[-1].review is Review.CONFIRMED

    @pytest.mark.parametrize("target", ["", "camera-faults"])
    def test_what_is_muted_is_not_raised(self, target: str) -> None:
        account = self.said(CommandKind.MAINTENANCE, 4, 100, target)
        assert story(account)[0] == ("no_signal", "raised", 100)


class TestBlurred:
    BLURRED = replace(GOOD, sharpness=2.5)

    def test_a_picture_that_loses_its_detail_is_blurred(self) -> None:
        account = run(reasoner(), [*looks(0, 120), *looks(120.5, 200, self.BLURRED), *looks(200.5, 240)])
        assert story(account) == [("blurred", "raised", 130.5), ("blurred", "cleared", 210.5)]

    @pytest.mark.parametrize(
        "health",
        [
            pytest.param(Health(40.0, 11.0, 2.2, 0.01), id="night: all of it is darker"),
            pytest.param(Health(120.0, 10.0, 2.1, 0.01), id="fog: contrast goes with it"),
            pytest.param(Health(125.0, 40.0, 4.9, 0.01), id="rain takes some of it"),
            pytest.param(Health(25.0, 60.0, 2.0, 0.01), id="lamps in the dark: a light of its own"),
            pytest.param(Health(120.0, 3.0, 0.1, 0.01), id="nothing to see"),
        ],
    )
    def test_what_weather_and_night_do_is_no_blur(self, health: Health) -> None:
        assert story(run(reasoner(), [*looks(0, 120), *looks(120.5, 400, health), *looks(400.5, 440)])) == []

    def test_it_must_be_clearly_sharp_again(self) -> None:
        between = replace(GOOD, sharpness=4.4)
        entries = [*looks(0, 120), *looks(120.5, 140, self.BLURRED), *looks(140.5, 200, between), *looks(200.5, 230)]
        assert story(run(reasoner(), entries)) == [("blurred", "raised", 130.5), ("blurred", "cleared", 210.5)]
        assert story(run(reasoner(), [*looks(0, 120), *looks(120.5, 200, between)])) == []

    def test_a_moment_of_it_is_nothing(self) -> None:
        entries = [*looks(0, 120), *looks(120.5, 128, self.BLURRED), *looks(128.5, 180)]
        assert story(run(reasoner(), entries)) == []

    def test_a_close_look_does_not_say(self) -> None:
        blurred = replace(close_look(125, ()), health=self.BLURRED)
        close: list[Entry] = [replace(blurred, t=at(120.5 + n / 2)) for n in range(60)]
        assert story(run(reasoner(), [*looks(0, 120), *close])) == []

    def test_it_is_not_known_while_the_camera_is_blind(self) -> None:
        entries = [*looks(0, 120), *looks(120.5, 140, self.BLURRED), *blind(140.5, 300), *looks(301, 330, self.BLURRED)]
        assert [one for one in story(run(reasoner(), entries)) if one[0] == "blurred"] == [("blurred", "raised", 130.5)]


class TestFrameRate:
    def rated(self, start_s: float, end_s: float, rate: float) -> list[Entry]:
        return looks(start_s, end_s, replace(GOOD, frame_rate=rate))

    def test_one_that_collapses_is_told(self) -> None:
        account = run(reasoner(), [*self.rated(0, 120, 25), *self.rated(120.5, 200, 3), *self.rated(200.5, 240, 24)])
        assert story(account) == [("low_frame_rate", "raised", 130.5), ("low_frame_rate", "cleared", 210.5)]

    @pytest.mark.parametrize("rate", [12.5, 25, 50, 0])
    def test_half_of_it_at_night_more_or_none_counted_is_no_fault(self, rate: float) -> None:
        assert story(run(reasoner(), [*self.rated(0, 120, 25), *self.rated(120.5, 300, rate)])) == []

    def test_a_camera_that_is_always_slow_is_not_at_fault(self) -> None:
        assert story(run(reasoner(), self.rated(0, 300, 2))) == []


def _resumed(reasoning: Reasoner, *rules: Rule) -> Reasoner:
    fence = Geofence(None, ())
    return Reasoner.resume(SITE, CAMERA, rules, fence, VOCABULARY, snapshot=reasoning.snapshot())


_HEALTHS = (
    GOOD,
    replace(GOOD, sharpness=2.0),
    replace(GOOD, frame_rate=25.0),
    replace(GOOD, frame_rate=2.0),
    replace(GOOD, brightness=30.0),
)
_stretches = st.lists(
    st.tuples(
        st.sampled_from([*GapCause, *_HEALTHS, None, CommandKind.DISMISS, CommandKind.MUTE]),
        st.integers(1, 40),
        st.sampled_from([0.5, 1.0, 2.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def _entries(history: Iterable[tuple[GapCause | Health | CommandKind | None, int, float, bool]]) -> list[Entry]:
    entries: list[Entry] = []
    t_s = 0.0
    for what, count, every_s, closes in history:
        start_s = t_s
        for _ in range(count):
            t_s += every_s
            if isinstance(what, GapCause):
                entries += [Tick(at(t_s)), gap(t_s, start_s, what)]
            elif isinstance(what, Health):
                entries.append(replace(observation(t_s), health=what))
            else:
                entries.append(Tick(at(t_s)))
        if isinstance(what, GapCause) and closes:
            entries.append(gap(t_s, start_s, what, is_open=False))
        if isinstance(what, CommandKind):
            entries.append(Command(at(t_s), what, "", at(t_s + 30)))
    return entries


@given(history=_stretches, dwell_s=st.integers(1, 30), clear_s=st.integers(0, 30), cut=st.floats(0, 1))
@settings(deadline=None, max_examples=150)
def test_whatever_happens_to_a_camera_its_faults_keep_the_contract(
    history: list[tuple[GapCause | Health | CommandKind | None, int, float, bool]],
    dwell_s: int,
    clear_s: int,
    cut: float,
) -> None:
    mine = fault_rule(dwell_ns=dwell_s * 10**9, clear_after_ns=clear_s * 10**9)
    entries = _entries(history)
    entries.append(End(entries[-1].t, EndCause.SOURCE_ENDED))
    whole = Reasoner(SITE, CAMERA, (mine,), Geofence(None, ()), VOCABULARY)
    said = [episode for entry in entries for episode in whole.feed(entry).episodes]

    part = Reasoner(SITE, CAMERA, (mine,), Geofence(None, ()), VOCABULARY)
    middle = round(cut * len(entries))
    halves = [episode for entry in entries[:middle] for episode in part.feed(entry).episodes]
    part = _resumed(part, mine)
    halves += [episode for entry in entries[middle:] for episode in part.feed(entry).episodes]
    assert halves == said

    open_by_kind: dict[FaultKind, Episode] = {}
    ids: set[str] = set()
    for one in said:
        assert isinstance(one.origin, FaultOrigin)
        kind = one.origin.kind
        if one.state is State.RAISED:
            assert kind not in open_by_kind
            assert one.id not in ids
            ids.add(one.id)
            assert one.t == one.raised_at
            assert kind is FaultKind.CLOCK_JUMPED or one.t - one.started_at >= dwell_s * 10**9
        else:
            first = open_by_kind.pop(kind)
            assert (one.id, one.revision, one.raised_at) == (first.id, first.revision + 1, first.raised_at)
        if one.state is State.CLEARED:
            assert isinstance(one.ending, Ended)
            assert one.raised_at <= one.ending.at <= one.t
            ended_by_itself = one.ending.reason in (ClearReason.LEFT, ClearReason.GONE_DURING_GAP)
            assert not ended_by_itself or one.t - one.ending.at >= max(clear_s, 10) * 10**9
        else:
            open_by_kind[kind] = one
    assert not open_by_kind


def test_a_rule_that_is_turned_off_meanwhile_clears_them() -> None:
    reasoning = reasoner(fault_rule())
    run(reasoning, blind(0, 30, closes=False))
    account = run(_resumed(reasoning, fault_rule(enabled=False)), blind(30, 60))
    assert [(one.state, one.ending) for one in account.faults] == [
        (State.CLEARED, Ended(at(30), ClearReason.RULE_CHANGED))
    ]


def test_another_severity_is_told_with_the_next_entry() -> None:
    reasoning = reasoner(fault_rule())
    run(reasoning, blind(0, 30, closes=False))
    account = run(_resumed(reasoning, fault_rule(severity=Severity.INFO)), blind(30, 60))
    assert [(one.state, one.severity) for one in account.faults] == [(State.UPDATED, "info")]
