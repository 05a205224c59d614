"""Freed memory goes back to the system where the C library would keep it."""

import subprocess
import sys

import pytest

MEASURE = """
import ctypes
from tutor_app.students.memory import give_back

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
taken = [libc.malloc(100_000) for _ in range(1_000)]
for place in taken:
    ctypes.memset(place, 1, 100_000)
for place in taken[:-1]:  # the last one keeps the heap from shrinking by itself
    libc.free(place)
kept = resident()
give_back()
print(kept - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc keeps freed memory")
def test_what_was_freed_is_given_back() -> None:
    given = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    assert int(given.stdout) > 50_000_000
