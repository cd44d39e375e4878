"""The names that a site file gives to things. A camera's is `pipeline.observation.CameraId`."""

from typing import NewType

RuleId = NewType("RuleId", str)
"""Unique within the site."""
ZoneId = NewType("ZoneId", str)
"""Unique within the camera."""
AlgorithmKey = NewType("AlgorithmKey", str)
"""A key of the catalogue, or a site's own one, which holds a colon."""
