"""Whether a number has fallen far below what is usual of it: the sharpness in this light, the frame rate."""

from pipeline.observation import Health, MediaNs, nanoseconds
from pipeline.rules.fault_memory import FaultMemory, Level

_LEARNED_NS = nanoseconds(60)
_LONGEST_STEP_NS = nanoseconds(10)
"""What lies between two looks further apart was not seen."""
_FOLLOWED_OVER_NS = nanoseconds(600)
_LIGHT_LEVELS = 32
_MIN_CONTRAST = 4.0
"""Levels: a picture with less shows no edges by which to tell."""
_BLURRED, _SHARP = 0.45, 0.6
_COLLAPSED, _RECOVERED = 0.3, 0.5


def is_blurred(memory: FaultMemory, health: Health, t: MediaNs) -> bool | None:
    """Whether the picture is blurred, by its sharpness over its contrast, which fog and night lower together.

    What is usual is learned for each light by itself: a lamp in the dark has another contrast than a street at noon.

    Returns:
        None where it cannot be told: this light is new, or there is nothing to see.
    """
    if health.contrast < _MIN_CONTRAST:
        return None
    light = int(health.brightness // _LIGHT_LEVELS)
    return _is_low(memory, f"sharpness/{light}", health.sharpness / health.contrast, t, (_BLURRED, _SHARP))


def is_slow(memory: FaultMemory, health: Health, t: MediaNs) -> bool | None:
    """Whether the camera sends far fewer pictures than it usually does.

    Returns:
        None where it cannot be told: nobody counted, or not for long.
    """
    if health.frame_rate <= 0:
        return None
    return _is_low(memory, "frame_rate", health.frame_rate, t, (_COLLAPSED, _RECOVERED))


def _is_low(memory: FaultMemory, key: str, value: float, t: MediaNs, shares: tuple[float, float]) -> bool | None:
    """Whether it is below a share of what is usual: it falls below the first, and rises again above the second."""
    level = next((one for one in memory.levels if one.key == key), None)
    if level is None:
        memory.levels.append(Level(key, value, 0, t))
        memory.levels.sort(key=lambda one: one.key)
        return None
    is_learned = level.looked_ns >= _LEARNED_NS
    enter, leave = shares
    is_low = is_learned and value < level.value * (leave if key in memory.low else enter)
    if is_low != (key in memory.low):
        (memory.low.append if is_low else memory.low.remove)(key)
    if not is_low:
        _follow(level, value, t)
    level.at = t
    return is_low if is_learned else None


def _follow(level: Level, value: float, t: MediaNs) -> None:
    step_ns = min(t - level.at, _LONGEST_STEP_NS)
    level.looked_ns = min(level.looked_ns + step_ns, _FOLLOWED_OVER_NS)
    if level.looked_ns > 0:
        level.value += (value - level.value) * min(1.0, step_ns / level.looked_ns)
