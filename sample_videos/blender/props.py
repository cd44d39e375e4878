"""Builds the objects of the sample clip in Blender: vehicles, the vendor's cart, the heap of rubble."""

import math
from pathlib import Path

import bpy
import numpy as np
from mathutils import Euler, Matrix, Vector
from numpy.typing import NDArray

Object = bpy.types.Object
Material = bpy.types.Material
Scene = bpy.types.Scene
Colour = tuple[float, float, float]
Triple = tuple[float, float, float]
NO_TURN: Triple = (0.0, 0.0, 0.0)

GLASS = (0.012, 0.016, 0.018)


def suv(models: Path) -> list[Object]:
    """A silver SUV."""
    car = model(models / "Scopia/scopia/suv/suv.obj", turn_deg=90)
    polish(car, {"firstcolor"}, (0.30, 0.32, 0.34), metallic=0.55)
    return [car]


def hatchback(models: Path) -> list[Object]:
    """A red hatchback."""
    car = model(models / "BlendSwap-CC-BY/blendswap-cc-by/fordFocus/fordFocus.obj", turn_deg=90)
    polish(car, {"carPaint", "blue_gradient"}, (0.26, 0.012, 0.018), metallic=0.3)
    return [car]


def van(models: Path) -> list[Object]:
    """A white panel van."""
    car = model(models / "Scopia/scopia/van/van.obj", turn_deg=90)
    polish(car, {"firstcolor"}, (0.62, 0.63, 0.63), metallic=0.0)
    return [car]


def cart(models: Path) -> list[Object]:
    """A fruit seller's two-wheeled cart with a parasol; its handles point backwards, to -x."""
    free = models / "BlendSwap-CC-0/blendswap-cc-0"
    wood = material((0.23, 0.11, 0.045), roughness=0.8)
    body = placed(model(free / "crate/crate.obj", size=(1.5, 0.86, 0.34)), (0, 0, 0.5))
    bed = solid("cube", wood, (0, 0, 0.86), scale=(0.80, 0.48, 0.02))
    parasol = placed(model(free / "umbrella/umbrella.obj", size=(1.95, 1.95, 2.35)), (0.42, 0, 0.05))
    carton = placed(
        model(models / "Scopia/scopia/cardboard-box/cardboard-box.obj", size=(0.5, 0.36, 0.32)), (1.02, 0, 0.2)
    )
    shelf = solid("cube", wood, (0.95, 0, 0.185), scale=(0.36, 0.26, 0.015))
    return [body, bed, parasol, carton, shelf, *_running_gear(), *_goods(free / "box/box.obj")]


def _running_gear() -> list[Object]:
    steel = material((0.05, 0.055, 0.06), roughness=0.45, metallic=0.3)
    tyre, rim = material((0.01, 0.01, 0.01), roughness=0.8), material((0.35, 0.36, 0.37), roughness=0.35, metallic=0.8)
    parts = [solid("cylinder", steel, (-1.35, 0, 0.9), turn=(math.pi / 2, 0, 0), radius=0.018, depth=0.76)]
    parts += [solid("cylinder", steel, (0.70, y, 0.34), radius=0.015, depth=0.34) for y in (-0.2, 0.2)]
    for y in (-0.5, 0.5):
        hub = (0.25, y, 0.36)
        parts += [
            solid(
                "torus", tyre, hub, turn=(math.pi / 2, 0, 0), major_radius=0.34, minor_radius=0.028, major_segments=48
            ),
            solid("cylinder", rim, hub, turn=(math.pi / 2, 0, 0), radius=0.05, depth=0.08),
            solid("cylinder", steel, (-1.0, y * 0.75, 0.86), turn=(0, math.pi / 2 - 0.1, 0), radius=0.018, depth=0.75),
            solid("cylinder", steel, (-0.62, y * 0.75, 0.28), radius=0.02, depth=0.56),
        ]
        parts += [solid("cylinder", rim, hub, turn=(0, k * math.pi / 8, 0), radius=0.006, depth=0.66) for k in range(8)]
    return parts


def _goods(box: Path) -> list[Object]:
    rng = np.random.default_rng(5)
    orange, red = material((0.75, 0.22, 0.015), roughness=0.5), material((0.45, 0.02, 0.015), roughness=0.35)
    green, yellow = material((0.22, 0.40, 0.03), roughness=0.4), material((0.75, 0.50, 0.03), roughness=0.45)
    blue_box, red_box, green_box = (0.29, 0.47, 0.91), (0.55, 0.08, 0.05), (0.10, 0.35, 0.15)
    crates = (
        (-0.55, -0.22, orange, blue_box),
        (-0.05, -0.22, red, green_box),
        (0.45, -0.22, green, blue_box),
        (-0.55, 0.22, yellow, red_box),
        (-0.05, 0.22, orange, blue_box),
        (0.45, 0.22, red, green_box),
    )
    parts = []
    for x, y, fruit, plastic in crates:
        floor = 0.98 if y > 0 else 0.88  # the back row stands higher
        crate = placed(model(box, size=(0.46, 0.40, 0.15)), (x, y, floor))
        repaint(crate.data.materials[0], plastic)
        parts.append(crate)
        for dx, dy, lift, radius in rng.uniform((-0.18, -0.15, 0, 0.036), (0.18, 0.15, 0.02, 0.046), (46, 4)):
            heap = 0.09 * max(0.0, 1 - (dx / 0.2) ** 2 - (dy / 0.17) ** 2)
            parts.append(ball(fruit, (x + dx, y + dy, floor + 0.10 + heap + lift), radius))
    return parts


def waste(models: Path) -> list[Object]:
    """A heap of rubble and bricks with boards, a pallet and three sacks; 2.9 m across."""
    rng = np.random.default_rng(11)
    free = models / "BlendSwap-CC-0/blendswap-cc-0"
    pallet = placed(model(free / "pallet/pallet.obj", size=(1.1, 1.0, 0.12)), (0.95, 0.35, 0.22), (0.35, 0.5, 0.4))
    repaint(pallet.data.materials[0], (0.40, 0.28, 0.16))
    return [_fines(rng), *_rubble(free, rng), pallet, *_boards(), *_sacks()]


HEAP_M = (1.25, 0.95, 0.62)


def _heap_height(x: float, y: float) -> float:
    return HEAP_M[2] * float(max(0.0, 1 - (x / HEAP_M[0]) ** 2 - (y / HEAP_M[1]) ** 2)) ** 1.15


def _fines(rng: np.random.Generator) -> Object:
    """The heap's body: a bumpy mound of dust and grit."""
    n = 49
    corners, faces = [], []
    for x in np.linspace(-1.45, 1.45, n):
        for y in np.linspace(-1.15, 1.15, n):
            height = _heap_height(1.02 * x, 1.02 * y)
            corners.append((x, y, 0.93 * height - 0.03 + 0.03 * rng.normal() * (height > 0.01)))
    for i in range(n - 1):
        faces += [(i * n + j, i * n + j + 1, (i + 1) * n + j + 1, (i + 1) * n + j) for j in range(n - 1)]
    mesh = bpy.data.meshes.new("heap")
    mesh.from_pydata(corners, [], faces)
    mesh.materials.append(material((0.17, 0.155, 0.14), roughness=0.95, specular=0.1))
    heap = bpy.data.objects.new("heap", mesh)
    bpy.context.scene.collection.objects.link(heap)
    return heap


def _rubble(free: Path, rng: np.random.Generator) -> list[Object]:
    rocks = [model(free / f"rock{k}/rock{k}.obj") for k in (1, 2, 3)]
    for rock in rocks:
        rock.hide_render = True
    bricks = [material(c, roughness=0.95, specular=0.1) for c in ((0.30, 0.085, 0.045), (0.36, 0.14, 0.08))]
    lumps = [material(c, roughness=0.95, specular=0.1) for c in ((0.36, 0.345, 0.32), (0.62, 0.60, 0.56))]
    parts = []
    for _ in range(330):
        bearing, out = rng.uniform(0, 2 * math.pi), 1.12 * math.sqrt(rng.uniform())
        x, y = HEAP_M[0] * out * math.cos(bearing), HEAP_M[1] * out * math.sin(bearing)
        turn = _triple(rng.uniform(-math.pi, math.pi, 3))
        at = (x, y, _heap_height(x, y))
        kind = rng.uniform()
        if kind < 0.5:
            parts.append(_copy(rocks[rng.integers(3)], at, turn, rng.uniform(0.08, 0.30) * (1.1 - 0.5 * out)))
        elif kind < 0.8:
            parts.append(
                solid("cube", bricks[rng.integers(2)], at, scale=(rng.uniform(0.05, 0.12), 0.055, 0.035), turn=turn)
            )
        else:
            size = _triple(rng.uniform(0.04, 0.15, 3) * (1, 1, 0.4))
            parts.append(solid("cube", lumps[rng.integers(2)], at, scale=size, turn=turn))
    return parts


def _boards() -> list[Object]:
    board = material((0.42, 0.27, 0.13), roughness=0.8)
    laid = (
        ((0.35, -0.55, 0.42), (0.35, 0.25, 0.5), 1.5),
        ((-0.5, -0.35, 0.45), (0.2, -0.35, 2.4), 1.3),
        ((0.2, 0.1, 0.62), (0.1, 0.2, -0.7), 1.7),
    )
    return [solid("cube", board, at, scale=(length / 2, 0.07, 0.013), turn=turn) for at, turn, length in laid]


def _sacks() -> list[Object]:
    cloth = material((0.62, 0.60, 0.54), roughness=0.9, specular=0.1)
    sacks = []
    for at, turn_z, size in (
        ((-1.2, -0.45, 0.14), 0.4, 1.0),
        ((-1.42, 0.15, 0.14), 1.3, 0.95),
        ((-1.25, -0.15, 0.36), -0.4, 0.9),
    ):
        scale = (0.40 * size, 0.25 * size, 0.15 * size)
        sack = solid(
            "uv_sphere", cloth, at, scale=scale, turn=(0.1, 0.12, turn_z), radius=1, segments=40, ring_count=24
        )
        folds = bpy.data.textures.new("folds", "CLOUDS")
        folds.noise_scale = 0.35
        bumps = sack.modifiers.new("folds", "DISPLACE")
        bumps.texture, bumps.strength, bumps.texture_coords = folds, 0.22, "LOCAL"
        sacks.append(sack)
    return sacks


def model(file: Path, size: Triple | None = None, turn_deg: float = 0.0) -> Object:
    """Reads a Wavefront file as one object, standing on the middle of its footprint.

    Args:
        file: In centimetres.
        size: Metres along x, y and z to fit it to; its own size otherwise.
        turn_deg: Anticlockwise from above.
    """
    before = set(bpy.data.objects)
    bpy.ops.wm.obj_import(filepath=str(file))
    parts = [part for part in bpy.data.objects if part not in before]
    with bpy.context.temp_override(active_object=parts[0], object=parts[0], selected_editable_objects=parts):
        bpy.ops.object.join()
    mesh = parts[0].data
    corners = np.empty(3 * len(mesh.vertices))
    mesh.vertices.foreach_get("co", corners)
    pose = np.array(parts[0].matrix_world)
    turn = math.radians(turn_deg)
    about_z = np.array([[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]])
    corners = (corners.reshape(-1, 3) @ pose[:3, :3].T + pose[:3, 3]) @ about_z.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    corners -= [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]
    corners *= 0.01 if size is None else np.array(size) / (high - low)
    mesh.vertices.foreach_set("co", corners.ravel())
    mesh.update()
    parts[0].matrix_world = Matrix.Identity(4)
    return parts[0]


def material(colour: Colour, roughness: float, metallic: float = 0.0, specular: float = 0.4) -> Material:
    """A plain surface; colour is linear, in [0, 1]."""
    made = bpy.data.materials.new("plain")
    made.use_nodes = True
    repaint(made, colour)
    _set(made, Roughness=roughness, Metallic=metallic, Specular=specular)
    return made


def repaint(surface: Material, colour: Colour) -> None:
    """Gives a surface one colour in place of its own or its picture."""
    _unlink(surface, "Base Color")
    surface.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*colour, 1.0)


def polish(car: Object, painted: set[str], colour: Colour, metallic: float) -> None:
    """Gives a car's painted parts a clear coat, and makes its windows dark glass."""
    for surface in car.data.materials:
        name = surface.name.split(".")[0]
        if name in painted:
            repaint(surface, colour)
            _set(surface, Metallic=metallic, Roughness=0.32, Clearcoat=1.0, Specular=0.5)
        elif name in {"glass", "glass_dark"}:
            repaint(surface, GLASS)
            _unlink(surface, "Alpha")
            _set(surface, Alpha=1.0, Metallic=0.0, Roughness=0.03, Specular=0.9)
        elif "chrome" in name:
            _set(surface, Metallic=0.9, Roughness=0.25)


def solid(
    kind: str, surface: Material, at: Triple, *, scale: Triple = (1, 1, 1), turn: Triple = NO_TURN, **shape: float
) -> Object:
    """One of Blender's simple bodies: cube, cylinder, torus, uv_sphere."""
    getattr(bpy.ops.mesh, f"primitive_{kind}_add")(**shape)
    made = bpy.context.object
    made.location, made.scale, made.rotation_euler = at, scale, turn
    made.data.materials.append(surface)
    for face in made.data.polygons:
        face.use_smooth = kind != "cube"
    return made


def ball(surface: Material, at: Triple, radius: float) -> Object:
    """A small sphere."""
    return solid("uv_sphere", surface, at, radius=radius, segments=12, ring_count=8)


def placed(thing: Object, at: Triple, turn: Triple = NO_TURN) -> Object:
    """Moves an object and returns it."""
    thing.matrix_world = Matrix.LocRotScale(Vector(at), Euler(turn), None)
    return thing


def _copy(rock: Object, at: Triple, turn: Triple, size_m: float) -> Object:
    made = rock.copy()
    made.hide_render = False
    bpy.context.scene.collection.objects.link(made)
    sunk = Vector((at[0], at[1], at[2] - 0.3 * size_m))
    made.matrix_world = Matrix.LocRotScale(sunk, Euler(turn), Vector((size_m / 0.5,) * 3))
    return made


def _set(surface: Material, **value_by_input: float) -> None:
    inputs = surface.node_tree.nodes["Principled BSDF"].inputs
    for name, value in value_by_input.items():
        inputs[name].default_value = value


def _unlink(surface: Material, name: str) -> None:
    socket = surface.node_tree.nodes["Principled BSDF"].inputs[name]
    for link in [link for link in surface.node_tree.links if link.to_socket == socket]:
        surface.node_tree.links.remove(link)


def _triple(values: NDArray[np.float64]) -> Triple:
    return (float(values[0]), float(values[1]), float(values[2]))
