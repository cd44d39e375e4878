"""A live run of a site as a whole: network, outbox, cameras, metrics; until it is told to stop, or all is over."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from pipeline.alerts.command_stream import CommandStream
from pipeline.alerts.delivery import Offer, Reached
from pipeline.alerts.outbox_room import NOTHING
from pipeline.alerts.publisher import Destination
from pipeline.alerts.server import Server
from pipeline.alerts.site_delivery import site_delivery, site_server
from pipeline.config.resolved import Provider, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import SmartAlertError, SourceError
from pipeline.runtime.allocator import keep_large_blocks_apart
from pipeline.runtime.clip_maker import ClipMaker
from pipeline.runtime.clock import sleep, steady_clock, stopwatch, wall_now_ns
from pipeline.runtime.command_intake import Addressee, CommandIntake, fault_of
from pipeline.runtime.console_server import ConsoleServer
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.evidence_chores import evidence_chores, site_keeper, site_store
from pipeline.runtime.evidence_desk import EvidenceDesk
from pipeline.runtime.evidence_gate import EvidenceGate
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.live_site import Crew, LiveSite
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.networks import load_beside, read_networks, with_scores
from pipeline.runtime.pump import Pump
from pipeline.runtime.reloads import Reloads
from pipeline.runtime.sent_alerts import SentAlerts
from pipeline.runtime.shared import Shared
from pipeline.runtime.shared_detector import SharedDetector
from pipeline.runtime.status_server import StatusServer
from pipeline.runtime.turns import Turns
from pipeline.runtime.wake import Bell, Wake

_WORKERS_A_CORE = 2
"""A worker that waits for the network leaves its core to one that decodes."""
_WORKERS_A_CORE_GPU = 4
"""With a GPU the network takes no core, and batches form of what waits."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """How a live run was called.

    Attributes:
        site: What to watch.
        vocabulary: Names of the classes.
        listeners: Destinations beside the outbox.
        duration_s: Stop after so long; infinite: when told.
        ends_with_recordings: Stop when every camera was a recording that has ended.
        read_again: Reads the site file anew.
    """

    site: Site
    vocabulary: Vocabulary
    listeners: Sequence[Destination]
    duration_s: float
    ends_with_recordings: bool
    read_again: Callable[[], Site]


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told how the run goes."""

    events: EventsLog
    metrics: Metrics


def run_live(call: LiveCall, bell: Bell, events: EventsLog) -> None:
    """Watch every camera of a site.

    Args:
        call: What and how long.
        bell: Tells when to stop, and when to read the site file again.
        events: Told of what happens.

    Raises:
        ConfigError: The network or the address to listen on is wrong.
        SourceError: The run was to end with its recordings, and some could not be read.
        SmartAlertError: The network, the outbox or Redis cannot be used.
    """
    keep_large_blocks_apart()
    now_ns, cores = steady_clock(), os.cpu_count() or 1
    metrics = Metrics()
    networks = read_networks(call.site, call.vocabulary)
    site = with_scores(call.site, networks)
    detector = load_detector(site, call.vocabulary, threads=1)
    beside = load_beside(site, networks, threads=1)
    has_gpu = detector.provider is Provider.CUDA
    runners = 1 if has_gpu else cores
    store = site_store(site)
    keeper = site_keeper(site, call.vocabulary.titles, store)
    with ExitStack() as stack:
        sent = SentAlerts(metrics, now_ns)
        gate = EvidenceGate(keeper.root, now_ns, metrics)
        delivery = stack.enter_context(
            site_delivery(site, wall_now_ns, sleep, at_once=False, sent=sent.told, ready=gate.ready)
        )
        stack.enter_context(Pump(delivery, partial(_report, Told(events, metrics))))
        others = [one.detector for one in beside.specialists]
        shared_detector = stack.enter_context(
            SharedDetector(detector, detector.provider, runners, now_ns, metrics, others=others)
        )
        turns = Turns[str](now_ns)
        chores = evidence_chores(site, store, delivery.outbox)
        desk = stack.enter_context(EvidenceDesk(chores, now_ns, metrics=metrics, events=events))
        clips = ClipMaker(site.evidence, keeper, desk, len(site.cameras))
        shared = Shared(
            shared_detector, call.vocabulary, delivery.outbox, turns, now_ns, metrics, events, sent, clips, beside
        )
        workers = cores * (_WORKERS_A_CORE_GPU if has_gpu else _WORKERS_A_CORE)
        live = LiveSite(site, shared, Crew(workers, keeper, (delivery, *call.listeners)))
        reloads = Reloads(site, bell.ring, wall_now_ns)
        stack.enter_context(StatusServer(site.operation, metrics, live.liveness, live.readiness, events))
        stack.enter_context(live)
        stack.enter_context(ConsoleServer(site.state, live, shared, reloads.pages()))
        stack.enter_context(_commands(site, live, shared, stack.enter_context(site_server(site, sleep))))
        events.info("run.started", site=site.id, cameras=len(site.cameras), provider=detector.provider.value)
        again = replace(call, read_again=lambda: with_scores(call.read_again(), networks))
        _watch(again, live, bell, Told(events, metrics), reloads)
        failures = live.failures if call.ends_with_recordings else ()
        events.info("run.stopping")
    events.info("run.stopped")
    if failures:
        raise SourceError("\n".join(failures))


def _commands(site: Site, live: LiveSite, shared: Shared, server: Server) -> CommandIntake:
    """What reads operators' words for the cameras."""
    stream, outbox = site.redis.commands, shared.outbox
    to = Addressee(site.id, lambda command: fault_of(command, live.site, outbox), live.hand_on)
    source = CommandStream(server, stream, site.redis.keep_ns)
    return CommandIntake(stream, source, outbox.commands, to, metrics=shared.metrics, events=shared.events)


def _report(told: "Told", outcome: Offer | SmartAlertError) -> None:
    """Tell how an offer to Redis went, where it went wrong."""
    if isinstance(outcome, Offer):
        if outcome.reached is Reached.AWAY:
            told.metrics.send_failed()
            told.events.warning("redis.away", fault=outcome.fault)
        if outcome.given_up != NOTHING:
            told.metrics.given_up(outcome.given_up)
            told.events.error(
                "outbox.given_up",
                sent=outcome.given_up.sent,
                overtaken=outcome.given_up.overtaken,
                unheard=outcome.given_up.unheard,
            )
        if outcome.held_back_by:
            told.events.warning("stream.held_back", group=outcome.held_back_by)
        return
    told.metrics.send_failed()
    told.events.error("redis.refused", fault=str(outcome))


def _watch(call: LiveCall, live: LiveSite, bell: Bell, told: "Told", reloads: Reloads) -> None:
    elapsed_s = stopwatch()
    while not (call.ends_with_recordings and live.is_over):
        left_s = call.duration_s - elapsed_s()
        if left_s <= 0:
            return
        word = bell.wait(min(0.5, left_s))
        if word is Wake.STOP:
            return
        if word is Wake.RELOAD:
            _reload(call, live, told, reloads)


def _reload(call: LiveCall, live: LiveSite, told: "Told", reloads: Reloads) -> None:
    """Take over the site file as it is now; a wrong one is refused, and the run goes on as it was."""
    reloads.begin()
    try:
        live.reload(call.read_again())
    except SmartAlertError as error:
        told.metrics.reloaded(wall_now_ns(), is_taken_over=False)
        for line in str(error).splitlines():
            told.events.error("site.refused", fault=line)
        reloads.refused(tuple(str(error).splitlines()))
        return
    told.metrics.reloaded(wall_now_ns(), is_taken_over=True)
    told.events.info("site.reloaded")
    reloads.taken_over(live.site)
