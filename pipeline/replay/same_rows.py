"""The different rows of a table of numbers: by a hash of each, for sorting rows is ten times as dear."""

import numpy as np
from numpy.typing import NDArray

_ODD = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93], np.uint64)


def different_rows(table: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One row of each kind.

    Args:
        table: Shape (N, K).

    Returns:
        Shape (M,), the place of one row of each kind; shape (N,), which of them each row equals.
    """
    bits = np.ascontiguousarray(table).view(np.uint64)
    hashed = np.zeros(len(bits), np.uint64)
    for n in range(bits.shape[1]):
        hashed = (hashed ^ bits[:, n]) * _ODD[n % len(_ODD)]
        hashed ^= hashed >> np.uint64(29)
    _, first, kind = np.unique(hashed, return_index=True, return_inverse=True)
    kind = kind.ravel()
    if not np.array_equal(table[first][kind], table):
        # Two different rows of one hash: sorted after all.
        _, first, kind = np.unique(table, axis=0, return_index=True, return_inverse=True)
    return first.astype(np.int64), kind.ravel().astype(np.int64)
