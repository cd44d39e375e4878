"""A rule that is switched off in the console is silent in the pipeline, until somebody ends it there."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.alerts.entry_id import EntryId
from pipeline.alerts.outbox import Outbox
from pipeline.console.accounts import Role
from pipeline.observation import nanoseconds
from pipeline.replay.log import log_files
from pipeline.replay.pieces import last_moment
from pipeline.runtime.clock import wall_now_ns
from tests.cli.shell import wait_until
from tests.console.rooms import room, words_said
from tests.runtime.standing_car import write_video
from tests.runtime.test_live_site import CAM_0, running, site_of

STREAM = "smart-alert:commands"
LONGEST_S = 60.0


@pytest.mark.long
def test_a_rule_that_is_switched_off_is_silent_in_the_pipeline_until_it_is_ended(tmp_path: Path) -> None:
    write_video(tmp_path / "car.mp4", 60.0, lambda _: True, gop=10)
    site = site_of(tmp_path, "car.mp4")
    with room(site) as here, here.client(Role.OPERATOR) as operator:
        until = (here.console.now + timedelta(hours=2)).isoformat()
        asked = {"rule": "fire-lane", "until": until, "reason": "fire drill"}
        assert operator.post("api/silences", json=asked).status_code == 200
        with Outbox(site.state, wall_now_ns) as outbox:
            outbox.commands.keep(STREAM, EntryId(1, 0), words_said(here.console))
        with running(site, clock=wall_now_ns) as one:
            log = site.state / "log" / CAM_0
            wait_until(lambda: log.exists() and len(log_files(log)) > 0, LONGEST_S)
            begun = last_moment(log_files(log)) or 0
            # The dwell is two seconds.
            wait_until(lambda: (last_moment(log_files(log)) or 0) > begun + nanoseconds(8), LONGEST_S)
            assert one.kept.alerts == []
            ended = operator.post("api/silences/end", json={"camera": CAM_0, "rule": "fire-lane"})
            assert ended.status_code == 200
            one.live.hand_on(words_said(here.console)[-1])
            wait_until(lambda: one.kept.story() == [("raised", None)], LONGEST_S)
