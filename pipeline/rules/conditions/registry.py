"""The conditions this version has, one line each."""

from collections.abc import Mapping

from pipeline.config import catalogue
from pipeline.rules.condition import Condition
from pipeline.rules.conditions.absence import Absence
from pipeline.rules.conditions.appearance import Appearance
from pipeline.rules.conditions.coverage import Coverage
from pipeline.rules.conditions.crowd import Crowd
from pipeline.rules.conditions.darkness import Darkness
from pipeline.rules.conditions.drifting import Drifting
from pipeline.rules.conditions.group import Group
from pipeline.rules.conditions.intrusion import Intrusion
from pipeline.rules.conditions.line_crossing import LineCrossing
from pipeline.rules.conditions.loitering import Loitering
from pipeline.rules.conditions.pile import Pile
from pipeline.rules.conditions.static_object import StaticObject
from pipeline.rules.conditions.stationary import Stationary
from pipeline.rules.conditions.unaccompanied import Unaccompanied
from pipeline.rules.conditions.wrong_way import WrongWay

CONDITIONS: Mapping[catalogue.Condition, type[Condition]] = {
    catalogue.Condition.STATIONARY: Stationary,
    catalogue.Condition.GROUP: Group,
    catalogue.Condition.STATIC_OBJECT: StaticObject,
    catalogue.Condition.APPEARANCE: Appearance,
    catalogue.Condition.DRIFTING: Drifting,
    catalogue.Condition.INTRUSION: Intrusion,
    catalogue.Condition.LOITERING: Loitering,
    catalogue.Condition.LINE_CROSSING: LineCrossing,
    catalogue.Condition.WRONG_WAY: WrongWay,
    catalogue.Condition.UNACCOMPANIED: Unaccompanied,
    catalogue.Condition.PILE: Pile,
    catalogue.Condition.COVERAGE: Coverage,
    catalogue.Condition.CROWD: Crowd,
    catalogue.Condition.ABSENCE: Absence,
    catalogue.Condition.DARKNESS: Darkness,
}
