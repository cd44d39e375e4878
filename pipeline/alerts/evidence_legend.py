"""What the legend of a snapshot says of an event."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, tzinfo

from pipeline.alerts.legend import Fact, Legend
from pipeline.alerts.message import utc
from pipeline.alerts.topic import FAULT_TITLES, FaultTopic, Topic
from pipeline.config.resolved import Camera
from pipeline.config.vocabulary import Title
from pipeline.rules.episode import Episode


def legend_of(episode: Episode, camera: Camera, topic: Topic, timezone: tzinfo, titles: Mapping[str, Title]) -> Legend:
    """The legend.

    Args:
        episode: The event as it stands.
        camera: Its camera.
        topic: What it is about.
        timezone: Of the times.
        titles: Names of the object classes, for people.
    """
    started, raised = (utc(t).astimezone(timezone) for t in (episode.started_at, episode.raised_at))
    facts = (
        Fact("摄像机 Camera", camera.name or camera.id),
        _fact_of(topic),
        Fact(f"开始 Started  {_offset(started)}", started.strftime("%Y-%m-%d %H:%M:%S")),
        Fact(f"告警 Raised  {_offset(raised)}", raised.strftime("%Y-%m-%d %H:%M:%S")),
        Fact("持续 Dwell", in_words(episode.dwell_ns)),
        Fact("画面 Picture", "异常时最近画面 latest one")
        if isinstance(topic, FaultTopic)
        else Fact("对象 Objects", _count(episode, titles)),
    )
    return Legend(str(episode.severity), topic.title.zh, topic.title.en, facts)


def title_of(class_name: str, titles: Mapping[str, Title]) -> Title:
    """The name of a class for people; the class where it has none."""
    return titles.get(class_name, Title(class_name, class_name))


def _count(episode: Episode, titles: Mapping[str, Title]) -> str:
    counts = Counter(item.class_name for item in episode.objects)
    return "、".join(f"{title_of(name, titles).zh} ×{n}" for name, n in sorted(counts.items()))


def _fact_of(topic: Topic) -> Fact:
    if isinstance(topic, FaultTopic):
        title = FAULT_TITLES[topic.kind]
        return Fact("异常 Fault", f"{title.zh} {title.en}")
    return Fact("区域 Zone", topic.zone.name or topic.zone.id)


def _offset(moment: datetime) -> str:
    written = moment.strftime("%z")
    return f"UTC{written[:3]}:{written[3:5]}"


def in_words(duration_ns: int) -> str:
    """A duration for people: `45 s`, `1 min 05 s`, `2 h 00 min`."""
    whole_s = duration_ns // 1_000_000_000
    minutes, rest_s = divmod(whole_s, 60)
    if not minutes:
        return f"{rest_s} s"
    hours, rest_min = divmod(minutes, 60)
    return f"{hours} h {rest_min:02d} min" if hours else f"{minutes} min {rest_s:02d} s"
