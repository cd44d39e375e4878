"""Renders the cut-outs with Blender's Cycles: needed only to change them, since `cutouts/` holds the results.

    blender -b --factory-startup --python sample_videos/blender/render.py -- MODELS RENDERED [NAME ...]

MODELS is a folder with the unpacked catalogues of Debian's sweethome3d-furniture (README.md says how). For each object
and each place along its path, a picture goes to RENDERED/NAME/METRES.png; those that exist are kept.
`python -m sample_videos.sprites RENDERED` packs them into `cutouts/`.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path as File

import bpy
import numpy as np
from mathutils import Matrix

ROOT = File(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sample_videos import stage  # noqa: E402 - Blender's Python does not know the project
from sample_videos.blender import props  # noqa: E402 - as above

SAMPLES_MOVING, SAMPLES_STANDING = 24, 72
# A dull winter sky: bright overhead, dark buildings and trees around, as (height, colour) from nadir to zenith.
SKY = (
    (0.00, (0.22, 0.23, 0.22)),
    (0.49, (0.20, 0.20, 0.19)),
    (0.50, (0.10, 0.09, 0.08)),
    (0.53, (0.16, 0.13, 0.11)),
    (0.56, (0.50, 0.52, 0.55)),
    (0.70, (0.80, 0.85, 0.92)),
    (1.00, (0.95, 1.00, 1.08)),
)
GROUND = (0.28, 0.28, 0.28)


@dataclass(frozen=True)
class Job:
    """What to render.

    Attributes:
        build: Makes the object about the origin, driving towards +x; takes the models' folder.
        path: Where it goes.
        places: Metres along the path, ascending.
        stop: The one among them where it stands long; it is rendered with more samples.
        reach_m: Half its length on the ground and a little more.
        size: What its own size is multiplied by.
    """

    build: Callable[[File], list[props.Object]]
    path: stage.Path
    places: tuple[float, ...]
    stop: float
    reach_m: float
    size: float = 1.0


def _places(first: float, last: float, step: float, stop: float) -> tuple[float, ...]:
    return tuple(sorted({*np.arange(first, last, step).tolist(), stop}))


def jobs() -> dict[str, Job]:
    """Every object by name."""
    near, far, verge = stage.NEAR_LANE, stage.FAR_LANE, stage.VERGE
    spot = stage.to_picture(stage.WASTE_SPOT)[0]
    here = stage.path_through([(spot[0] + dx, spot[1]) for dx in (-64.0, 0.0, 64.0)])
    middle = here.nearest((spot[0], spot[1]))
    return {
        "suv": Job(props.suv, near, _places(4.0, 29.5, 1.0, stage.LANE_STOP), stage.LANE_STOP, 3.6),
        "hatchback": Job(props.hatchback, near, _places(4.0, 29.5, 1.5, stage.LANE_STOP), stage.LANE_STOP, 3.6),
        "van": Job(props.van, far, _places(0.0, 29.5, 1.0, stage.DUMP_STOP), stage.DUMP_STOP, 4.2),
        "cart": Job(props.cart, verge, _places(0.0, stage.STALL_STOP, 0.5, stage.STALL_STOP), stage.STALL_STOP, 2.2),
        "waste": Job(props.waste, here, (middle,), middle, 2.8, size=1.2),
    }


def main() -> None:
    """Renders what the command line names, or everything."""
    models, rendered, *names = sys.argv[sys.argv.index("--") + 1 :]
    for name in names or jobs():
        _render(jobs()[name], File(models), File(rendered) / name)


def _render(job: Job, models: File, folder: File) -> None:
    scene = _empty_street()
    root = bpy.data.objects.new("root", None)
    scene.collection.objects.link(root)
    for part in job.build(models):
        part.parent = root
    folder.mkdir(parents=True, exist_ok=True)
    for s in job.places:
        file = folder / f"{s:07.3f}.png"
        if file.exists():
            continue
        ground = job.path.at(s)
        root.location = (float(ground[0]), float(ground[1]), 0.0)
        root.scale = (job.size,) * 3
        root.rotation_euler = (0.0, 0.0, job.path.heading(s))
        if not _look_at(scene, ground, job.reach_m):
            continue
        scene.cycles.samples = SAMPLES_STANDING if s == job.stop else SAMPLES_MOVING
        scene.render.filepath = str(file)
        bpy.ops.render.render(write_still=True)


def _look_at(scene: props.Scene, ground: stage.Array, reach_m: float) -> bool:
    """Renders only the part of the picture that the object can cover; False where that is outside of it."""
    centre, scale = stage.to_picture(ground)[0] + stage.MARGIN_PX, stage.scale_at(ground)
    size = np.array([stage.WIDTH, stage.HEIGHT]) + 2 * stage.MARGIN_PX
    low = np.clip((centre - np.array([reach_m, 3.2]) * scale) / size, 0, 1)
    high = np.clip((centre + np.array([reach_m, 1.9]) * scale) / size, 0, 1)
    if (high - low).min() < 0.02:
        return False
    scene.render.border_min_x, scene.render.border_max_x = float(low[0]), float(high[0])
    scene.render.border_min_y, scene.render.border_max_y = float(1 - high[1]), float(1 - low[1])
    return True


def _empty_street() -> props.Scene:
    """A scene with the clip's camera, its light, and a ground that catches shadows."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.seed, scene.cycles.max_bounces = 7, 5
    scene.cycles.use_denoising = scene.cycles.use_adaptive_sampling = False
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.resolution_x = stage.WIDTH + 2 * stage.MARGIN_PX
    scene.render.resolution_y = stage.HEIGHT + 2 * stage.MARGIN_PX
    scene.render.film_transparent = scene.render.use_border = True
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.color_mode = "RGBA"
    _camera(scene)
    _sky(scene)
    _sun(scene)
    _ground()
    return scene


def _camera(scene: props.Scene) -> None:
    width = stage.WIDTH + 2 * stage.MARGIN_PX
    lens = bpy.data.cameras.new("camera")
    lens.sensor_width, lens.clip_end = 36.0, 500.0
    lens.lens = stage.FOCAL_PX * lens.sensor_width / width
    lens.shift_x = (stage.WIDTH / 2 - stage.CENTRE_PX[0]) / width
    lens.shift_y = (stage.CENTRE_PX[1] - stage.HEIGHT / 2) / width
    camera = bpy.data.objects.new("camera", lens)
    # Blender looks along -z with y up; the calibration looks along +z with y down.
    pose = np.eye(4)
    pose[:3, :3] = stage.ROTATION.T @ np.diag([1.0, -1.0, -1.0])
    pose[:3, 3] = -stage.ROTATION.T @ stage.TRANSLATION
    camera.matrix_world = Matrix(pose.tolist())
    scene.collection.objects.link(camera)
    scene.camera = camera


def _sky(scene: props.Scene) -> None:
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    direction, split = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    height, ramp = nodes.new("ShaderNodeMapRange"), nodes.new("ShaderNodeValToRGB")
    height.inputs["From Min"].default_value = -1.0
    links.new(direction.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], height.inputs["Value"])
    links.new(height.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], nodes["Background"].inputs["Color"])
    stops = ramp.color_ramp.elements
    stops[0].position, stops[1].position = SKY[0][0], SKY[-1][0]
    for position, _ in SKY[1:-1]:
        stops.new(position)
    for stop, (_, colour) in zip(stops, SKY, strict=True):
        stop.color = (*colour, 1.0)


def _sun(scene: props.Scene) -> None:
    light = bpy.data.lights.new("sun", "SUN")
    light.energy, light.angle = 0.9, math.radians(40)
    sun = bpy.data.objects.new("sun", light)
    sun.rotation_euler = (math.radians(35), math.radians(15), 0.0)
    scene.collection.objects.link(sun)


def _ground() -> None:
    bpy.ops.mesh.primitive_plane_add(size=120)
    plane = bpy.context.object
    plane.is_shadow_catcher = True
    plane.data.materials.append(props.material(GROUND, roughness=0.9))


if __name__ == "__main__":
    main()
