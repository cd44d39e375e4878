"""All composed scenes."""

from benchmarks.worlds.pixels import light, living, standing
from benchmarks.worlds.scene import Scene

SCENES: tuple[Scene, ...] = (*standing.SCENES, *living.SCENES, *light.SCENES)
