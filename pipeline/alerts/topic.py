"""What an event is about, in the words of the catalogue: a rule in its zone, or the camera itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pipeline.config.ids import RuleId
from pipeline.config.resolved import Camera, Rule, Zone
from pipeline.config.vocabulary import Title
from pipeline.rules.episode import Episode, FaultKind, FaultOrigin, RuleOrigin, StormOrigin

CAMERA_FAULT = "camera_fault"
"""The catalogue's key of what is wrong with a camera."""
CAMERA_FAULT_TITLE = Title(zh="摄像机异常", en="Camera fault")
"""Its title there: a fault is told on every camera, whether a rule names it or not."""
FAULT_TITLES: Mapping[FaultKind, Title] = MappingProxyType(
    {
        FaultKind.NO_SIGNAL: Title(zh="无信号", en="no signal"),
        FaultKind.FROZEN: Title(zh="画面冻结", en="frozen picture"),
        FaultKind.COVERED: Title(zh="镜头遮挡或黑屏", en="covered or black"),
        FaultKind.MOVED: Title(zh="视角偏移", en="moved off its view"),
        FaultKind.CLOCK_JUMPED: Title(zh="时钟跳变", en="clock jumped"),
        FaultKind.BLURRED: Title(zh="画面模糊", en="blurred picture"),
        FaultKind.LOW_FRAME_RATE: Title(zh="帧率骤降", en="frame rate collapsed"),
    }
)


@dataclass(frozen=True, slots=True)
class RuleTopic:
    """A rule that was broken.

    Attributes:
        rule: The site's.
        zone: The fence that was broken.
    """

    rule: Rule
    zone: Zone
    source: Literal["rule"] = "rule"

    @property
    def algorithm(self) -> str:
        """The catalogue's key."""
        return self.rule.algorithm.key

    @property
    def title(self) -> Title:
        """For people."""
        return self.rule.algorithm.title


@dataclass(frozen=True, slots=True)
class StormTopic:
    """A rule that raises far too many events.

    Attributes:
        rule: The site's.
        zone: The fence of the event that was one too many.
    """

    rule: Rule
    zone: Zone
    source: Literal["storm"] = "storm"

    @property
    def algorithm(self) -> str:
        """The catalogue's key."""
        return self.rule.algorithm.key

    @property
    def title(self) -> Title:
        """For people."""
        title = self.rule.algorithm.title
        return Title(zh=f"告警风暴：{title.zh}", en=f"Alert storm: {title.en}")


@dataclass(frozen=True, slots=True)
class FaultTopic:
    """A camera that is at fault.

    Attributes:
        kind: What is wrong with it.
        rule: The site's rule that says how faults are told; None: none does.
    """

    kind: FaultKind
    rule: Rule | None
    source: Literal["health"] = "health"
    algorithm: str = CAMERA_FAULT

    @property
    def title(self) -> Title:
        """For people."""
        base, fault = CAMERA_FAULT_TITLE, FAULT_TITLES[self.kind]
        return Title(zh=f"{base.zh}：{fault.zh}", en=f"{base.en}: {fault.en}")


Topic = RuleTopic | StormTopic | FaultTopic


def topic_of(episode: Episode, camera: Camera, rule_by_id: Mapping[RuleId, Rule]) -> Topic:
    """What the episode is about.

    Args:
        episode: Of this camera.
        camera: With its fences.
        rule_by_id: The site's rules.

    Raises:
        ValueError: The site has no such rule, or the camera no such zone: the episode belongs to another site file.
    """
    origin = episode.origin
    if isinstance(origin, FaultOrigin):
        return FaultTopic(origin.kind, None if origin.rule is None else rule_by_id.get(origin.rule))
    if origin.rule not in rule_by_id:
        raise ValueError(f"camera {camera.id}: got rule {origin.rule}, the site has {sorted(rule_by_id)}")
    kind = StormTopic if isinstance(origin, StormOrigin) else RuleTopic
    return kind(rule_by_id[origin.rule], _zone_of(camera, origin))


def _zone_of(camera: Camera, origin: RuleOrigin | StormOrigin) -> Zone:
    for zone in camera.geofence.zones:
        if zone.id == origin.zone:
            return zone
    raise ValueError(f"camera {camera.id}: got zone {origin.zone}, has {[zone.id for zone in camera.geofence.zones]}")
