"""What every file of an observation log says of itself: version, camera, columns."""

import pyarrow as pa

from pipeline.observation import CameraId
from pipeline.replay.rows import EARLIER_SCHEMA, SCHEMA

VERSION = b"3"
_SCHEMA_BY_VERSION = {b"1": EARLIER_SCHEMA, b"2": EARLIER_SCHEMA, VERSION: SCHEMA}
"""Version 2 is the same without the classes of a look, version 1 also without an observation's frame rate and view."""
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
    if found not in _SCHEMA_BY_VERSION:
        allowed = ", ".join(version.decode() for version in sorted(_SCHEMA_BY_VERSION))
        raise ValueError(f"got version {found.decode(errors='replace')}, expected one of {allowed}")
    if not schema.equals(_SCHEMA_BY_VERSION[found]):
        raise ValueError(f"got columns {', '.join(schema.names)[:200]}, expected those of a log")
    return CameraId(metadata.get(_CAMERA, b"").decode())
