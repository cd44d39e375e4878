"""What a camera's eyes remember over a crash, in one file: its watch, and the looker of each view."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

from pipeline.alerts.durable_file import write_durably
from pipeline.errors import StateError
from pipeline.observation import CameraId

_MARK = b"smart-alert memory 1\n"
_HEAD = struct.Struct("<II")


def write_memory(path: Path, camera: CameraId, parts: Mapping[str, bytes]) -> None:
    """Put the parts in the place of those before; a crash leaves one or the other whole.

    Raises:
        StateError: The file cannot be written.
    """
    index = json.dumps({"camera": camera, "parts": {name: len(part) for name, part in parts.items()}}).encode()
    body = index + b"".join(parts.values())
    write_durably(path, _MARK + _HEAD.pack(len(index), crc32(body)) + body)


def read_memory(path: Path, camera: CameraId) -> Mapping[str, bytes]:
    """The parts, by name; empty where there is no file.

    Raises:
        StateError: The file is damaged, of another version or of another camera.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StateError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return _parts(content, camera)
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise StateError(f"{path}: what camera {camera} remembered is damaged ({error}): it begins afresh") from error


def _parts(content: bytes, camera: CameraId) -> Mapping[str, bytes]:
    body = content[len(_MARK) + _HEAD.size :]
    length, checksum = _HEAD.unpack_from(content, len(_MARK))
    if not content.startswith(_MARK) or crc32(body) != checksum:
        raise ValueError("its checksum is another")
    index = json.loads(body[:length])
    if index["camera"] != camera:
        raise ValueError(f"it is of camera {index['camera']}")
    parts: dict[str, bytes] = {}
    first = length
    for name, n_bytes in index["parts"].items():
        parts[str(name)] = body[first : first + n_bytes]
        first += n_bytes
    return parts
