"""Keeping what the engine takes small: glibc would keep hundreds of megabytes that nobody uses any more.

The engine's buffers have another size for every question. Each of its threads would get a heap of its own to
take them from, and none gives back what is freed. Elsewhere the system's own allocator sees to it.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

_ARENA_MAX = -8  # from glibc's malloc.h


def multiply_in_one_thread() -> None:
    """Before numpy is loaded: its products are bound by reading the facts' vectors, a thread takes 30 MB."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def share_one_heap() -> None:
    """Let threads that start from now on take their memory from the process's first heap."""
    if glibc := _glibc():
        mallopt, _ = glibc
        mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Return what was freed; a few milliseconds."""
    if glibc := _glibc():
        _, malloc_trim = glibc
        malloc_trim(0)


@cache
def _glibc() -> tuple[Callable[[int, int], Any], Callable[[int], Any]] | None:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None).mallopt, ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library than glibc
        return None
