"""Composed scenes of lamps, and of cameras that are not well."""

from benchmarks.worlds.composition import Composition
from benchmarks.worlds.pixels.cast import (
    DWELL,
    LAMP_PX,
    LIGHTS,
    NIGHT,
    RAIN,
    SHAKE,
    pacing,
)
from benchmarks.worlds.scene import Expected, Fence, Scene, fires
from benchmarks.worlds.weather import Covered, Fog, Knocked, Light, Night
from sample_videos.stage import HEIGHT, WIDTH

_NIGHT_AT = "2026-01-05T22:30:00+08:00"
_CLOUDS = Light(((0, 1.0), (12, 0.72), (24, 1.05), (33, 0.7), (50, 1.1), (70, 0.8), (200, 1.0)))
_LAMP_BOX = (LAMP_PX[0] - 26, LAMP_PX[1] - 26, LAMP_PX[0] + 26, LAMP_PX[1] + 26)
_LAMP = (
    Fence(
        "lane",
        tuple(
            (x / WIDTH, y / HEIGHT)
            for x, y in (
                (_LAMP_BOX[0], _LAMP_BOX[1]),
                (_LAMP_BOX[2], _LAMP_BOX[1]),
                (_LAMP_BOX[2], _LAMP_BOX[3]),
                (_LAMP_BOX[0], _LAMP_BOX[3]),
            )
        ),
        "sidewalk",
    ),
)

LIGHT = (
    Scene(
        "street_lamp_out",
        "a lamp goes out",
        Composition(240, (), (Night(LAMP_PX, ((0, 150),)),), noise=3),
        (fires(150, within_s=6),),
        _LAMP,
        {"dwell": DWELL, "schedule": "19:00-05:00"},
        _NIGHT_AT,
    ),
    Scene(
        "street_lamp_out",
        "a lamp that is lit",
        Composition(240, (), (Night(LAMP_PX, ((0, 1e6),)),), noise=3),
        (),
        _LAMP,
        {"dwell": DWELL, "schedule": "19:00-05:00"},
        _NIGHT_AT,
    ),
    Scene(
        "street_lamp_out",
        "clouds at noon",
        Composition(120, (), (_CLOUDS,)),
        (),
        _LAMP,
        {"dwell": DWELL, "schedule": "19:00-05:00"},
    ),
    Scene(
        "camera_fault",
        "a hand before the lens",
        Composition(150, (), (Covered(60, 100),)),
        (Expected("covered", 60, 100),),
    ),
    Scene(
        "camera_fault",
        "a picture that stands still",
        Composition(150, (pacing(0, 150, ((180, 265), (420, 300)), 1),), frozen=((60, 100),)),
        (Expected("frozen", 60, 100),),
    ),
    Scene(
        "camera_fault",
        "a camera that is knocked and set right again",
        Composition(200, (pacing(0, 200, ((180, 265), (420, 300)), 1),), (Knocked(60, 120),)),
        (Expected("moved", 60, 120),),
    ),
    Scene("camera_fault", "night falls", Composition(240, (), (Light(((0, 1.0), (200, 0.12), (240, 0.12))),))),
    Scene("camera_fault", "fog", Composition(240, (), (Fog(((0, 0.0), (200, 0.7), (240, 0.7))),))),
    Scene("camera_fault", "rain on a mast that sways", Composition(120, (), (RAIN, SHAKE))),
    Scene("camera_fault", "headlights at night", Composition(120, (), (NIGHT, LIGHTS), noise=4), start=_NIGHT_AT),
)

SCENES = LIGHT
