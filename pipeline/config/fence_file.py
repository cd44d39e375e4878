"""The fence file of one camera as it is written: a GeoJSON FeatureCollection. `fences` checks its shapes."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.area import GroundArea, is_above
from pipeline.config.fields import AreaValue, Flag, Identifier, Number, Part, ScheduleText, Share, Text, fault
from pipeline.config.ground import GroundUnit

MOST_POINTS = 2000


class Frame(StrEnum):
    """What the coordinates are."""

    IMAGE = "image"
    """Shares of the picture's width and height, origin top left."""
    GEOGRAPHIC = "geographic"
    """Longitude and latitude, WGS 84."""


Position = Annotated[list[Number], Field(min_length=2, max_length=3)]
"""Two numbers; GeoJSON allows a height after them, which is not used."""
Pair = Annotated[list[Number], Field(min_length=2, max_length=2)]
PicturePoint = Annotated[list[Share], Field(min_length=2, max_length=2)]
Bounding = Annotated[list[Number], Field(min_length=4, max_length=6)]


class PolygonGeometry(Part):
    """An area."""

    type: Literal["Polygon"]
    coordinates: list[Annotated[list[Position], Field(max_length=MOST_POINTS)]] = Field(
        min_length=1, description="one ring of [x, y] corners"
    )


class LineGeometry(Part):
    """A line to be crossed."""

    type: Literal["LineString"]
    coordinates: list[Position] = Field(min_length=2, max_length=MOST_POINTS, description="two or more [x, y] points")


class ZoneProperties(Part):
    """What a zone is."""

    id: Identifier = Field(description="unique within the file: letters, digits and - _ . between them")
    name: Text | None = Field(None, description="as people call it; the id where it is not given")
    category: Text | None = Field(None, description="one of the catalogue's 16; a mask needs none")
    grid: Text | None = Field(None, description="the grid cell")
    responsible: Text | None = Field(None, description="who is told")
    mask: Flag = Field(False, description="look away here: true or false")
    direction: Annotated[Number, Field(ge=0, lt=360)] | None = Field(
        None,
        description="degrees clockwise from up in the picture, in a geographic frame from north; for lines and lanes",
    )
    schedule: ScheduleText | None = Field(
        None, description='when rules may raise here, on top of their own: always, or such as "Mon-Fri 07:00-09:00"'
    )
    min_area: AreaValue | None = Field(None, description='share of the picture, or "0.5m2", on top of the rules\'')
    max_area: AreaValue | None = Field(None, description='share of the picture, or "0.5m2", on top of the rules\'')

    @model_validator(mode="after")
    def _mask_holds_always(self) -> "ZoneProperties":
        if self.mask and (self.schedule is not None or self.min_area is not None or self.max_area is not None):
            raise fault("a mask holds always and for everything", "schedule, min_area and max_area where mask is false")
        return self


class ZoneFeature(Part):
    """One zone."""

    type: Literal["Feature"] = Field(description="Feature")
    id: Text | int | None = Field(None, description="GeoJSON's own id; not used")
    bbox: Bounding | None = Field(None, description="GeoJSON's own; not used")
    properties: ZoneProperties = Field(description="id, name, category ...")
    geometry: Annotated[PolygonGeometry | LineGeometry, Field(discriminator="type")] = Field(
        description="a Polygon, or a LineString to be crossed"
    )


class PointPair(Part):
    """The same point in the picture and on the ground."""

    image: PicturePoint = Field(description="[x, y] from 0 to 1")
    ground: Pair = Field(description="[longitude, latitude], or [east, north] in metres")


class CalibrationEntry(Part):
    """Picture and ground."""

    unit: GroundUnit = Field(GroundUnit.DEGREES, description="of the ground points: degrees or metres")
    points: list[PointPair] = Field(min_length=4, max_length=500, description="four or more pairs of points")


class FenceFile(Part):
    """The fences of one camera."""

    type: Literal["FeatureCollection"] = Field(description="FeatureCollection")
    name: Text | None = Field(None, description="not used")
    bbox: Bounding | None = Field(None, description="GeoJSON's own; not used")
    frame: Frame = Field(description="image (0 to 1 of width and height) or geographic (longitude, latitude)")
    calibration: CalibrationEntry | None = Field(None, description="four or more pairs of picture and ground points")
    features: list[ZoneFeature] = Field(min_length=1, description="the zones, at least one")


def size_fault(feature: ZoneFeature, *, is_calibrated: bool) -> tuple[str, str] | None:
    """What is wrong with the sizes that a zone asks: the key, and what to say; None: nothing."""
    least, most = feature.properties.min_area, feature.properties.max_area
    for key, area in (("min_area", least), ("max_area", most)):
        if area is not None and isinstance(feature.geometry, LineGeometry):
            return key, f"a line asks no size (got {area}, allowed: on a Polygon, or in the rule)"
        if isinstance(area, GroundArea) and not is_calibrated:
            allowed = "a share of the picture, or a calibration in this file"
            return key, f"square metres need a calibration (got {area}, allowed: {allowed})"
    if least is not None and most is not None and is_above(least, most):
        return "min_area", f"above max_area (got {least}, allowed: at most {most})"
    return None
