"""All scripted scenes."""

from benchmarks.worlds.scene import Scene
from benchmarks.worlds.scripted import cameras, crossings, people, special, things, vehicles

SCENES: tuple[Scene, ...] = (
    *vehicles.SCENES,
    *crossings.SCENES,
    *people.SCENES,
    *things.SCENES,
    *special.SCENES,
    *cameras.SCENES,
)
