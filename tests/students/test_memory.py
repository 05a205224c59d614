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


HEAPS = """
import sys, threading
from tutor_app.students.memory import share_one_heap

def heaps():
    gate, taken = threading.Barrier(9), []
    def take():
        taken.append(bytearray(50_000))
        gate.wait()
        gate.wait()
    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.wait()
    with open("/proc/self/maps") as maps:  # every other heap begins where a multiple of 64 MiB does
        found = sum(int(line.split("-")[0], 16) % (1 << 26) == 0 and " rw-p " in line for line in maps)
    gate.wait()
    for thread in threads:
        thread.join()
    return found

if sys.argv[1:]:
    share_one_heap()
print(heaps())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc gives each thread a heap of its own")
def test_threads_share_one_heap() -> None:
    own, shared = (
        int(subprocess.run([sys.executable, "-c", HEAPS, *given], capture_output=True, text=True).stdout)
        for given in ((), ("shared",))
    )
    assert shared < own
