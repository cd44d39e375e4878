import struct

import numpy as np
import pytest

from pipeline.media.orientation import AS_STORED, Orientation, orientation

ONE = 1 << 16
CORNERS = np.arange(4, dtype=np.uint8).reshape(2, 2)[..., None].repeat(3, axis=2)
"""0 1 above 2 3."""


def matrix(a: int, b: int, c: int, d: int) -> bytes:
    return struct.pack("=9i", a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("abcd", "corners"),
    [
        ((1, 0, 0, 1), [[0, 1], [2, 3]]),
        ((0, 1, -1, 0), [[2, 0], [3, 1]]),
        ((-1, 0, 0, -1), [[3, 2], [1, 0]]),
        ((0, -1, 1, 0), [[1, 3], [0, 2]]),
        ((-1, 0, 0, 1), [[1, 0], [3, 2]]),
        ((1, 0, 0, -1), [[2, 3], [0, 1]]),
        ((0, 1, 1, 0), [[0, 2], [1, 3]]),
    ],
    ids=["upright", "right", "upside down", "left", "mirrored", "mirrored top to bottom", "transposed"],
)
def test_each_stored_corner_comes_where_the_matrix_puts_it(
    abcd: tuple[int, int, int, int], corners: list[list[int]]
) -> None:
    assert orientation(matrix(*abcd)).upright(CORNERS)[..., 0].tolist() == corners


def test_a_quarter_turn_swaps_the_sides() -> None:
    assert Orientation(1, is_mirrored=False).upright_size(640, 480) == (480, 640)
    assert Orientation(2, is_mirrored=False).upright_size(640, 480) == (640, 480)


def test_what_is_no_matrix_turns_nothing() -> None:
    assert orientation(b"") == orientation(bytes(36)) == AS_STORED
