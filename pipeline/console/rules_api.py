"""Rules: what runs where and by which numbers; numbers changed, tried on the last hours' logs, and saved."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pipeline.config.resolved import Rule
from pipeline.console.context import Console, ConsoleOf
from pipeline.console.guard import Engineer, Operator
from pipeline.console.login_api import address_of
from pipeline.console.refusals import not_found, unprocessable
from pipeline.console.rule_edit import Proposal, SiteText, proposed
from pipeline.console.rule_views import diff_lines, fault_answers, rule_answer, rules_answer
from pipeline.console.rules_models import (
    ChangeRequest,
    Changes,
    CheckAnswer,
    RuleAnswer,
    RulesAnswer,
    SavedAnswer,
    SaveRequest,
    TrialAnswer,
    TrialBegun,
    TrialRequest,
)
from pipeline.console.silences_api import silences_now
from pipeline.console.site_file import refuse_conflict, save, site_text
from pipeline.console.trial_views import trial_answer
from pipeline.console.trials import begin_trial


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/rules", tags=["rules"])

    @routes.get("")
    def rules(user: Operator, console: ConsoleOf, camera: Annotated[str, Query(max_length=64)] = "") -> RulesAnswer:
        del user
        return rules_answer(console.site, console.sites.faults, silences_now(console), camera)

    @routes.get("/{rule}")
    def rule(rule: str, user: Operator, console: ConsoleOf) -> RuleAnswer:
        del user
        return rule_answer(console.site, _rule(console, rule), site_text(console), silences_now(console))

    @routes.post("/{rule}/check")
    def check(rule: str, asked: ChangeRequest, user: Engineer, console: ConsoleOf) -> CheckAnswer:
        del user
        text = site_text(console)
        found = _proposed(console, text, rule, asked.changes)
        return CheckAnswer(faults=fault_answers(found.faults), diff=diff_lines(text.text, found.site.text))

    @routes.put("/{rule}")
    def put(rule: str, asked: SaveRequest, user: Engineer, console: ConsoleOf, request: Request) -> SavedAnswer:
        text = site_text(console)
        refuse_conflict(text, asked.sha256)
        found = _proposed(console, text, rule, asked.changes)
        _refuse_faults(found)
        saved = save(console, user, found.site, asked.sha256, asked.why or f"rule {rule}")
        changed = "; ".join(f"{key}: {value}" for key, value in asked.changes.items())
        detail = f"version {saved.version}: {changed} ({asked.why})"
        console.audit.write(user, "rules.save", rule, detail, address_of(request))
        return saved

    @routes.post("/{rule}/trials")
    def begin(rule: str, asked: TrialRequest, user: Engineer, console: ConsoleOf) -> TrialBegun:
        known = _rule(console, rule)
        found = _proposed(console, site_text(console), rule, asked.changes)
        _refuse_faults(found)
        return begin_trial(console, known.id, found.draft.site, asked.hours, f"rules:{user.name}")

    @routes.get("/trials/{trial}")
    def trial(trial: str, user: Engineer, console: ConsoleOf) -> TrialAnswer:
        del user
        state = console.trials.state(trial)
        if state is None:
            raise not_found("trial: none of this id, or it was long ago; begin it again")
        return trial_answer(state, console.site, console.database)

    return routes


def _rule(console: Console, rule_id: str) -> Rule:
    for rule in console.site.rules:
        if rule.id == rule_id:
            return rule
    raise not_found(f"rule: the site has none of this id (got {rule_id})")


def _proposed(console: Console, text: SiteText, rule: str, changes: Changes) -> Proposal:
    return proposed(text, _rule(console, rule).id, changes)


def _refuse_faults(found: Proposal) -> None:
    if found.faults:
        first = found.faults[0]
        raise unprocessable(f"{first.key}: {first.text}" if first.key else first.text)
