"""The console held against its own description: every route fuzzed, every answer as it is declared."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Protocol

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import CheckFunction, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pipeline.console.accounts import Role
from tests.console.rooms import room, site_in

ENDLESS = "/api/live"
ENDS_THE_SESSION = "/api/logout"
AWAY = 503
OTHERWISE: list[CheckFunction] = [not_a_server_error, positive_data_acceptance]
"""That a run or a database is away is no fault of the program; and a schema does not say all, such as which of two
times is the earlier one, so that what it allows may be refused."""
A_ROUTE = 8
"""Requests that are right, and as many that are wrong; there are dozens of routes."""
FUZZED = settings(
    max_examples=A_ROUTE,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Answer(Protocol):
    """What came back."""

    status_code: int


class Fuzzed(Protocol):
    """A request that was made up."""

    def call_and_validate(
        self, *, base_url: str, headers: Mapping[str, str], timeout: float, excluded_checks: list[CheckFunction]
    ) -> Answer:
        """Ask, and hold the answer against its description."""


@pytest.mark.long
def test_whatever_is_asked_the_answer_is_as_declared(tmp_path: Path) -> None:
    with room(site_in(tmp_path)) as here, here.client(Role.ADMIN) as client:
        cookie = f"smart_alert_session={client.cookies['smart_alert_session']}"
        headers = {"Cookie": cookie, "X-CSRF-Token": client.headers["X-CSRF-Token"], "Origin": here.origin}
        whole = schemathesis.openapi.from_dict(client.get("api/openapi.json").json())
        found = whole.exclude(path=[ENDLESS, ENDS_THE_SESSION]).get_all_operations()
        asked = {one.ok().label: one.ok() for one in found if isinstance(one, Ok)}
        assert len(asked) > 8
        wrong: list[str] = []
        for (label, operation), mode in product(asked.items(), GenerationMode):
            if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
                continue

            @FUZZED
            @given(case=operation.as_strategy(mode))
            def ask(case: Fuzzed) -> None:
                answer = case.call_and_validate(
                    base_url=here.url, headers=headers, timeout=60, excluded_checks=OTHERWISE
                )
                assert answer.status_code < 500 or answer.status_code == AWAY, answer.status_code

            try:
                ask()
            except Unsatisfiable:
                # Whatever is asked of it is right.
                assert mode is GenerationMode.NEGATIVE, label
            except (AssertionError, BaseExceptionGroup) as error:
                wrong.append(f"{label}, {mode.value}: {error!r}"[:2000])
    assert wrong == []
