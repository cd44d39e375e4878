"""What every file of an observation log says of itself: version, camera, columns."""

import pyarrow as pa

from pipeline.observation import CameraId
from pipeline.replay.rows import SCHEMA

VERSION = b"2"
_READ = frozenset({b"1", VERSION})
"""Version 1 is the same without the frame rate and the view of an observation."""
_VERSION_KEY, _CAMERA = b"smart-alert.log", b"smart-alert.camera"


def log_schema(camera: CameraId) -> pa.Schema:
    """The columns of a log, with its version and whose entries it holds."""
    return SCHEMA.with_metadata({_VERSION_KEY: VERSION, _CAMERA: camera.encode()})


def camera_in(schema: pa.Schema) -> CameraId:
    """Whose entries a log of this schema holds.

    Raises:
        ValueError: It is no log, or one of another version.
    """
    metadata = schema.metadata or {}
    found = metadata.get(_VERSION_KEY, b"none")
    if found not in _READ:
        allowed = " or ".join(version.decode() for version in sorted(_READ))
        raise ValueError(f"got version {found.decode(errors='replace')}, expected {allowed}")
    if not schema.equals(SCHEMA):
        raise ValueError(f"got columns {', '.join(schema.names)[:200]}, expected those of a log")
    return CameraId(metadata.get(_CAMERA, b"").decode())
