"""All scripted scenes."""

from benchmarks.worlds.scene import Scene
from benchmarks.worlds.scripted import bicycles, cameras, crossings, fixtures, ground, people, special, things, vehicles

SCENES: tuple[Scene, ...] = (
    *vehicles.SCENES,
    *bicycles.SCENES,
    *crossings.SCENES,
    *people.SCENES,
    *things.SCENES,
    *fixtures.SCENES,
    *ground.SCENES,
    *special.SCENES,
    *cameras.SCENES,
)
