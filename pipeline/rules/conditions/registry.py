"""The conditions this version has, one line each."""

from collections.abc import Mapping

from pipeline.config import catalogue
from pipeline.rules.condition import Condition
from pipeline.rules.conditions.group import Group
from pipeline.rules.conditions.static_object import StaticObject
from pipeline.rules.conditions.stationary import Stationary

CONDITIONS: Mapping[catalogue.Condition, type[Condition]] = {
    catalogue.Condition.STATIONARY: Stationary,
    catalogue.Condition.GROUP: Group,
    catalogue.Condition.STATIC_OBJECT: StaticObject,
}
