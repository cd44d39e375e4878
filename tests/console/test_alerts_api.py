"""Events, words and evidence over HTTP, on a real ledger; what is told as it happens."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pipeline.console.accounts import Role
from pipeline.console.moments import moment
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.no_table import no_table
from pipeline.dispatch.office import Office
from pipeline.runtime.clock import wall_now_ns
from tests.console.rooms import Room, room, site_in
from tests.dispatch.samples import alert, gone, incoming


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(site_in(tmp_path_factory.mktemp("room"))) as made:
        yield made


def take(here: Room, *alerts) -> None:
    console = here.console
    office = Office(no_table(console.site.timezone), console.site.timezone, moment(wall_now_ns()))
    Ledger(console.database).take(incoming(*alerts), office)


def test_smoke(here: Room) -> None:
    take(here, alert("event-1"), alert("event-2"), gone("event-2"))
    client = here.client(Role.OPERATOR)
    answer = client.get("api/events")
    print(json.dumps(answer.json(), indent=1, ensure_ascii=False))
    print(client.get("api/events/event-1").text)
    print(client.post("api/events/event-1/words", json={"word": "acknowledge"}).text)
    print(client.post("api/events/event-1/words", json={"word": "close", "note": "x"}).text)
    print(client.post("api/events/event-2/words", json={"word": "mute", "note": "x", "minutes": 5}).text)
    with client.stream("GET", "api/live") as s:
        for i, line in enumerate(s.iter_lines()):
            print(line)
            if i > 5: break
    assert 0
