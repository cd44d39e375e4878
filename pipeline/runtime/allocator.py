"""Keeps the C library from keeping memory: pictures are large, short-lived, and taken by dozens of threads."""

import ctypes

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE_BYTES = 128 * 1024
_ARENAS = 4


def keep_large_blocks_apart() -> None:
    """Let every large block be a mapping of its own, which goes back to the system when it is freed.

    Without that glibc raises the size from which it does so to that of the largest block freed so far, up to 32 MB:
    pictures then lie among what lives long, in as many arenas as there are threads, and leave holes that are never
    filled. To be called before threads are started; does nothing where the C library is not glibc (mallopt(3)).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return freed memory of all threads' arenas; does nothing where the C library is not glibc.

    Takes some milliseconds.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
