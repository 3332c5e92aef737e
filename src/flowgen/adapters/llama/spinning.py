"""Has llama.cpp's threads spin long while the cores are theirs, and briefly while others want them.

They meet a hundred times a token. A thread that spins until the others come is there at once; where another process
has a core, it spins on the core that the one it waits for could go on with: tens of times slower. GNU OpenMP spins
300,000 rounds, and 100 where it manages more threads than there are cores. So a thread that does nothing is a switch:
while it holds a team of its own, libgomp counts one thread too many. Refuses to know models and steps.
"""

import contextlib
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping

from flowgen.adapters.llama.cores import usable_cores

_CROWDED, _CALM = 0.55, 0.4
"""Seconds that this process's threads were ready to run and had no core, to a second. A crowd's own server and clients
make 0.3 of them on two cores; one other process that wants a core makes 0.7."""


class Spinning:
    """Watches from a thread of its own while steps are computed. `waited` gives the seconds that this process's threads
    have waited for a core in all; `crowd` is called with what is the case, when that changes."""

    def __init__(self, waited: Callable[[], float], crowd: Callable[[bool], None], period_s: float = 0.1) -> None:
        self._waited, self._crowd, self._period_s = waited, crowd, period_s
        self._is_crowded = False
        self._is_busy = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._watch, name="flowgen-spinning", daemon=True)
        self._thread.start()

    def step(self) -> None:
        """A step begins; cheap."""
        if not self._is_busy.is_set():
            self._is_busy.set()

    def rest(self) -> None:
        """There is nothing to compute: until the next step nobody watches."""
        self._is_busy.clear()

    def close(self) -> None:
        """End the watching; harmless twice."""
        self._is_over = True
        self._is_busy.set()
        self._thread.join()

    def _watch(self) -> None:
        while self._is_busy.wait() and not self._is_over:
            begun, before = time.monotonic(), self._waited()
            time.sleep(self._period_s)
            self.judge((self._waited() - before) / (time.monotonic() - begun))
        self.judge(0.0)

    def judge(self, share: float) -> None:
        """Take seconds of waiting to a second; what was the case stays so until it is clearly otherwise."""
        is_crowded = share > (_CALM if self._is_crowded else _CROWDED)
        if is_crowded != self._is_crowded:
            self._is_crowded = is_crowded
            self._crowd(is_crowded)


def spinning(num_threads: int, environment: Mapping[str, str] = os.environ) -> Spinning | None:
    """For llama.cpp with so many threads; None where it spins as the user says, where there are cores to spare, and
    where this is no GNU OpenMP on Linux."""
    is_told = not {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}.isdisjoint(environment)
    if is_told or num_threads < 2 or num_threads < usable_cores() or sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL("libgomp.so.1", mode=os.RTLD_NOLOAD)
        return Spinning(_waited_s, _Bystander(library).switch)
    except (OSError, AttributeError):  # another OpenMP, or none
        return None


class _Bystander:
    """A thread that holds a team of its own, while it is there."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._parallel = library.GOMP_parallel
        self._parallel.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
        self._nothing = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
        self._leave: threading.Event | None = None

    def switch(self, is_there: bool) -> None:
        """Come, or leave: libgomp takes the team apart with its thread."""
        if self._leave is not None:
            self._leave.set()
            self._leave = None
        if is_there:
            self._leave = threading.Event()
            threading.Thread(target=self._stay, args=[self._leave], name="flowgen-bystander", daemon=True).start()

    def _stay(self, leave: threading.Event) -> None:
        self._parallel(self._nothing, None, 2, 0)
        leave.wait()


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 128)
    finally:
        os.close(file)


def _waited_s() -> float:
    """The scheduler's count for all threads of this process (`run_delay` of /proc/<pid>/task/<tid>/schedstat).

    Read without Python's file objects: ten looks a second at twenty threads cost a hundredth of a core with them."""
    total = 0
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError, IndexError):  # it has just ended, or this kernel does not count
            total += int(_read(f"/proc/self/task/{task}/schedstat").split()[1])
    return total / 1e9
