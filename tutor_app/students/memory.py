"""Giving freed memory back to the system.

The engine's buffers have another size for every question, and glibc keeps what they leave: several hundred
megabytes after some dozens of questions. Elsewhere the system's own allocator sees to it.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from typing import Any


def give_back() -> None:
    """Return what was freed; a few milliseconds."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], Any] | None:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library than glibc
        return None
