"""Who is responsible, and who is told."""

from datetime import timedelta

import pytest

from pipeline.dispatch.routing import CELL_MANAGER, CELL_OFFICER, Addressed, Matter, Route, Routing, addressed, on_duty
from pipeline.observation import MediaNs
from tests.dispatch.samples import contact, match, office, routing

NOON = office().now_ns
MIDNIGHT = MediaNs(NOON + round(timedelta(hours=12).total_seconds() * 1e9))


def matter(*, grid: str = "LZ-01", severity: str = "critical", zone_contact: str = "", source: str = "rule") -> Matter:
    return Matter("gate", "lane", grid, "fire_lane", zone_contact, "fire_lane_blocked", severity, source)


def test_the_cells_officer_is_responsible() -> None:
    assert addressed(routing(), matter(), NOON) == Addressed("squad", ("squad",))


def test_off_duty_the_deputy_is_told_and_the_officer_stays_responsible() -> None:
    assert addressed(routing(), matter(), MIDNIGHT) == Addressed("squad", ("duty",))


def test_whom_the_fence_names_is_told_besides_where_the_table_knows_it() -> None:
    assert addressed(routing(), matter(zone_contact="property"), NOON).told == ("squad", "property")
    assert addressed(routing(), matter(zone_contact="gatehouse"), NOON).told == ("squad",)


def test_without_a_cell_the_fences_contact_is_responsible_and_without_either_the_fallback() -> None:
    assert addressed(routing(), matter(grid="XX", zone_contact="property"), NOON).responsible == "property"
    assert addressed(routing(), matter(grid="XX"), NOON).responsible == "centre"


def test_who_is_told_of_rules_is_told_of_their_storms_and_a_route_may_be_for_storms_alone() -> None:
    table = routing(Route(match(sources=("rule",)), "district", ()))
    assert addressed(table, matter(source="storm"), NOON).responsible == "district"
    table = routing(Route(match(sources=("storm",)), "district", ()))
    assert addressed(table, matter(source="storm"), NOON).responsible == "district"
    assert addressed(table, matter(source="rule"), NOON).responsible == "squad"


def test_the_first_route_that_names_somebody_decides_and_all_that_match_tell() -> None:
    table = routing(
        Route(match(severities=("minor",)), "district", ()),
        Route(match(categories=("fire_lane",)), "", ("centre",)),
        Route(match(zones=("gate/lane",)), CELL_MANAGER, (CELL_OFFICER,)),
        Route(match(grid=("LZ-*",)), "district", ("duty",)),
    )
    assert addressed(table, matter(), NOON) == Addressed("property", ("property", "centre", "squad", "duty"))


def test_a_cell_without_a_manager_falls_through() -> None:
    table = routing(Route(match(), CELL_MANAGER, ()), Route(match(grid=("LZ-02",)), "duty", ()))
    assert addressed(table, matter(grid="LZ-02"), NOON).responsible == "duty"


@pytest.mark.parametrize(("now", "expected"), [(NOON, "squad"), (MIDNIGHT, "district")])
def test_a_route_holds_at_its_time(now: MediaNs, expected: str) -> None:
    table = routing(Route(match(time="22:00-06:00"), "district", ()))
    assert addressed(table, matter(), now).responsible == expected


@pytest.mark.parametrize("source", ["health", "rule"])
def test_faults_of_cameras_go_to_who_mends_them(source: str) -> None:
    table = routing(Route(match(sources=("health",)), "duty", ()))
    assert (addressed(table, matter(source=source), NOON).responsible == "duty") is (source == "health")


def test_deputies_that_stand_in_for_one_another_come_to_an_end() -> None:
    night = "22:00-06:00"
    contacts = {
        one.id: one for one in (contact("a", on_duty=night, deputy="b"), contact("b", on_duty=night, deputy="a"))
    }
    table = Routing(contacts, {}, (), "a", (), {})
    assert on_duty(table, "a", NOON) == "b"
