"""Light where there should be some, and cameras that are not well."""

from benchmarks.worlds.scene import Expected, Fence, Scene, Setting, area
from benchmarks.worlds.script import Lamp, Outage, Script, passes
from pipeline.geofence.boxes import Box
from pipeline.observation import GapCause

_NIGHT, _DAY = "2026-01-05T20:00:00+08:00", "2026-01-05T12:00:00+08:00"
_PLACE: Box = (0.4375, 0.1111, 0.5625, 0.2222)
"""Four cells of the grid of brightness by two."""
_LAMP = (Fence("lamp", area(_PLACE), "sidewalk"),)
_HOURS: dict[str, Setting] = {"schedule": "19:00-05:00"}
_ON, _OFF = 215.0, 28.0
_DARK = ((0.0, 32.0),)

LAMPS = (
    Scene(
        "street_lamp_out",
        "a lamp goes out and is mended",
        Script(6000, lamps=(Lamp(_PLACE, ((0, _ON), (900, _OFF), (4800, _ON))),), ambient=_DARK),
        (Expected("lamp", 900, 4800, 15, 20),),
        _LAMP,
        _HOURS,
        _NIGHT,
    ),
    Scene(
        "street_lamp_out",
        "a lamp that never came on while cars light the street",
        Script(
            4000,
            tuple(passes("car", 40 + 60 * n, 44 + 60 * n, 0.8, look=n) for n in range(60)),
            lamps=(
                Lamp(
                    _PLACE,
                    (
                        (0, _OFF),
                        *((40.0 + 60 * n + d, level) for n in range(60) for d, level in ((0, 70.0), (4, _OFF))),
                    ),
                ),
            ),
            ambient=_DARK,
        ),
        (Expected("lamp", 0, None, 60),),
        _LAMP,
        _HOURS | {"params": {"dark": 40.0}},
        _NIGHT,
    ),
    Scene(
        "street_lamp_out",
        "daylight",
        Script(5000, lamps=(Lamp(_PLACE, ((0, 120.0),)),), ambient=((0, 130.0),)),
        (),
        _LAMP,
        _HOURS,
        _DAY,
    ),
    Scene(
        "street_lamp_out",
        "a cloud at noon",
        Script(
            5000,
            lamps=(Lamp(_PLACE, ((0, 120.0), (900, 62.0), (4000, 120.0))),),
            ambient=((0, 130.0), (900, 70.0), (4000, 130.0)),
        ),
        (),
        _LAMP,
        _HOURS,
        _DAY,
    ),
    Scene(
        "street_lamp_out",
        "a lamp that is lit",
        Script(5000, lamps=(Lamp(_PLACE, ((0, _ON),)),), ambient=_DARK),
        (),
        _LAMP,
        _HOURS,
        _NIGHT,
    ),
    Scene(
        "street_lamp_out",
        "a power cut of twenty minutes",
        Script(5000, lamps=(Lamp(_PLACE, ((0, _ON), (900, _OFF), (2100, _ON))),), ambient=_DARK),
        (),
        _LAMP,
        _HOURS,
        _NIGHT,
    ),
)


def _fault(cause: GapCause) -> Scene:
    """The camera is blind for a minute and a half."""
    return Scene(
        "camera_fault",
        f"a camera that shows nothing: {cause.value}".replace(":", ""),
        Script(400, outages=(Outage(120, 210, cause),)),
        (Expected(cause.value, 120, 210),),
    )


CAMERAS = (
    *(_fault(cause) for cause in (GapCause.NO_SIGNAL, GapCause.FROZEN, GapCause.COVERED, GapCause.MOVED)),
    Scene(
        "camera_fault",
        "a clock that jumps",
        Script(400, outages=(Outage(120, 121, GapCause.CLOCK_JUMPED),)),
        (Expected(GapCause.CLOCK_JUMPED.value, 120, 121),),
    ),
    Scene(
        "camera_fault",
        "a lens out of focus",
        Script(900, sharpness=((0, 8.0), (300, 2.0), (600, 8.0))),
        (Expected("blurred", 300, 600),),
    ),
    Scene(
        "camera_fault",
        "a camera that sends three pictures a second",
        Script(900, frame_rate=((0, 25.0), (300, 3.0), (600, 25.0))),
        (Expected("low_frame_rate", 300, 600),),
    ),
    Scene("camera_fault", "night falls", Script(1800, ambient=tuple((60.0 * n, 130.0 - 3.5 * n) for n in range(30)))),
    Scene("camera_fault", "an empty street", Script(1800)),
    Scene(
        "camera_fault",
        "fog that takes a third of the sharpness",
        Script(1800, sharpness=((0, 8.0), (600, 7.0), (700, 6.0), (800, 5.3))),
    ),
    Scene(
        "camera_fault",
        "a connection that stutters",
        Script(900, outages=tuple(Outage(100.0 + 90 * n, 103.0 + 90 * n, GapCause.NO_SIGNAL) for n in range(8))),
    ),
)

SCENES = (*LAMPS, *CAMERAS)
