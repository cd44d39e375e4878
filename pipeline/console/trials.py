"""A changed site on its way into a trial: which cameras, which logs."""

from pipeline.config.ids import RuleId
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.console.context import Console
from pipeline.console.rules_models import TrialBegun
from pipeline.observation import nanoseconds
from pipeline.replay.holdings import logs_in
from pipeline.replay.trial import trial_jobs
from pipeline.runtime.networks import least_scores, read_networks, with_scores

_HOUR_S = 3600


def begin_trial(console: Console, rule: RuleId, changed: Site, hours: int, owner: str) -> TrialBegun:
    """Begin to try a changed rule on the last hours of the logs.

    Args:
        console: Whose site it is.
        rule: Which.
        changed: The site with it.
        hours: Back from the last entry of the logs.
        owner: Who asks; an earlier trial of theirs that is not over is given up.

    Raises:
        UsageError: There is no log.
        ModelError: A network's card cannot be read.
    """
    site, vocabulary = console.site, load_vocabulary()
    logs = dict(logs_in(site.state / "log"))
    networks = read_networks(changed, vocabulary)
    before, after = with_scores(site, read_networks(site, vocabulary)), with_scores(changed, networks)
    jobs = trial_jobs(
        before,
        after,
        (rule,),
        logs,
        span_ns=nanoseconds(hours * _HOUR_S),
        least_by_class=least_scores(networks),
    )
    looked_at = {
        camera for one in (before, after) for each in one.rules if each.id == rule for camera in each.zones_by_camera
    }
    return TrialBegun(
        trial=console.trials.start(jobs, owner),
        cameras=len(jobs),
        without_log=sorted(looked_at - {job.camera for job in jobs}),
    )
