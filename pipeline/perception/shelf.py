"""Arrays and plain values in one compact block of bytes, and back: what a camera's eyes write down to survive a crash.

A block is a mark, a version, a checksum, then a JSON text, then the arrays that the text refers to. Nothing in it is
code. Pictures are stored as differences of neighbours and deflated by their frequencies alone, which costs half of
deflate's usual search and packs them better.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import StateError
from pipeline.perception.detections import Floats
from pipeline.perception.planes import Mask, Plane, mask_of

_MARK = b"SALM"
_HEAD = struct.Struct("<4sHII")
_LEVEL = 1
_Number = TypeVar("_Number", np.uint8, np.float16)
_NEVER = 0xFF
_AGES_A_S = 28.0
"""Ages of pixels in steps of 1/28 s up to 9 s: no threshold of theirs is beyond."""


@dataclass(frozen=True, slots=True)
class ArrayRef:
    """Where an array lies on its shelf.

    Attributes:
        first: First byte.
        n_bytes: As it is stored.
        shape: Its lengths.
        is_picture: Whether it is stored as differences of neighbours.
    """

    first: int
    n_bytes: int
    shape: tuple[int, ...]
    is_picture: bool


class Shelf:
    """Arrays on their way into a block."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def put_picture(self, picture: NDArray[np.uint8]) -> ArrayRef:
        """Exactly; shape (H, W) or (H, W, 3)."""
        step = picture.copy()
        step[:, 1:] -= picture[:, :-1]
        planes = step if step.ndim == 2 else np.ascontiguousarray(step.transpose(2, 0, 1))
        return self._put(planes.tobytes(), picture.shape, is_picture=True)

    def put_bytes(self, values: NDArray[np.uint8]) -> ArrayRef:
        """Exactly; any shape."""
        return self._put(values.tobytes(), values.shape)

    def put_mask(self, mask: Mask) -> ArrayRef:
        """Exactly; shape (H, W)."""
        return self._put(np.packbits(mask > 0).tobytes(), mask.shape)

    def put_ages(self, t_s: float, since_s: Plane) -> ArrayRef:
        """Moments before `t_s`, s, to 1/28 s and at most 9 s; minus infinity (never) stays so."""
        age = np.clip(np.rint((t_s - since_s) * _AGES_A_S), 0, _NEVER - 1)
        return self.put_bytes(np.where(np.isneginf(since_s), _NEVER, age).astype(np.uint8))

    def put_levels(self, plane: Plane, per_level: float) -> ArrayRef:
        """Levels in steps of 1 / `per_level`, up to 255 steps; shape (H, W)."""
        return self.put_picture(np.clip(np.rint(plane * per_level), 0, 255).astype(np.uint8))

    def put_floats(self, values: Floats) -> ArrayRef:
        """In half precision; any shape."""
        return self._put(values.astype("<f2").tobytes(), values.shape)

    def close(self, text: bytes, version: int) -> bytes:
        """The block: the arrays, and a text that refers to them."""
        packed = zlib.compress(text, _LEVEL)
        body = b"".join([struct.pack("<I", len(packed)), packed, *self._parts])
        return _HEAD.pack(_MARK, version, len(body), zlib.crc32(body)) + body

    def _put(self, raw: bytes, shape: tuple[int, ...], *, is_picture: bool = False) -> ArrayRef:
        press = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
        packed = press.compress(raw) + press.flush()
        ref = ArrayRef(self._length, len(packed), shape, is_picture)
        self._parts.append(packed)
        self._length += len(packed)
        return ref


class OpenShelf:
    """A block that is read back. What does not fit raises `StateError`."""

    def __init__(self, block: bytes, version: int) -> None:
        """Check a block.

        Args:
            block: From `Shelf.close`.
            version: The one that can be read.

        Raises:
            StateError: It is damaged, or of another version.
        """
        if len(block) < _HEAD.size:
            raise StateError(f"snapshot: damaged: got {len(block)} bytes, expected at least {_HEAD.size}")
        mark, found, length, checksum = _HEAD.unpack_from(block)
        if mark != _MARK or found != version:
            raise StateError(f"snapshot: got mark {mark!r}, version {found}, expected {_MARK!r}, {version}")
        body = memoryview(block)[_HEAD.size :]
        if len(body) != length or zlib.crc32(body) != checksum:
            raise StateError(f"snapshot: damaged: {len(body)} bytes of {length}, or its checksum is another")
        (text_length,) = struct.unpack_from("<I", body)
        self.text = _inflated(body[4 : 4 + text_length])
        self._arrays = body[4 + text_length :]

    def picture(self, ref: ArrayRef) -> NDArray[np.uint8]:
        """What `put_picture` or `put_bytes` was given; an array of its own."""
        values = _shaped(np.frombuffer(self._raw(ref), np.uint8), ref)
        if not ref.is_picture:
            return values.copy()
        planes = values.reshape(-1, *ref.shape[:2])
        whole = np.cumsum(planes, axis=2, dtype=np.uint8)
        return np.ascontiguousarray(whole.transpose(1, 2, 0)).reshape(ref.shape)

    def mask(self, ref: ArrayRef) -> Mask:
        """What `put_mask` was given."""
        bits = np.unpackbits(np.frombuffer(self._raw(ref), np.uint8))
        return mask_of(_shaped(bits[: int(np.prod(ref.shape))], ref) > 0)

    def ages(self, ref: ArrayRef, t_s: float) -> Plane:
        """What `put_ages` was given."""
        steps = _shaped(np.frombuffer(self._raw(ref), np.uint8), ref)
        since_s = (t_s - steps / _AGES_A_S).astype(np.float32)
        since_s[steps == _NEVER] = -np.inf
        return since_s

    def levels(self, ref: ArrayRef, per_level: float) -> Plane:
        """What `put_levels` was given."""
        return self.picture(ref).astype(np.float32) / np.float32(per_level)

    def floats(self, ref: ArrayRef) -> Floats:
        """What `put_floats` was given."""
        return _shaped(np.frombuffer(self._raw(ref), np.float16), ref).astype(np.float32)

    def _raw(self, ref: ArrayRef) -> bytes:
        return _inflated(self._arrays[ref.first : ref.first + ref.n_bytes])


def _inflated(packed: memoryview) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise StateError(f"snapshot: damaged: {error}") from error


def _shaped(values: NDArray[_Number], ref: ArrayRef) -> NDArray[_Number]:
    if values.size != np.prod(ref.shape):
        raise StateError(f"snapshot: damaged: got {values.size} elements, expected shape {ref.shape}")
    return values.reshape(ref.shape)
