"""What a test sees of processes from outside. Knows /proc."""

import contextlib
import os
import time
from pathlib import Path


def children(pid: int | None = None) -> set[int]:
    """The processes that one has started: this one, unless told; none where it is gone itself.

    A thread that ends meanwhile hands its children to another, which may have been read already: then again."""
    tasks = Path(f"/proc/{pid or os.getpid()}/task")
    while tasks.exists():
        with contextlib.suppress(OSError):
            return {int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()}
    return set()


def engines(pid: int) -> set[int]:
    """The engines' processes that a server has started; those that try constraints are none."""
    found = set()
    for child in children(pid):
        with contextlib.suppress(OSError):
            if b"flowgen.bootstrap.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.add(child)
    return found


def is_there(pid: int) -> bool:
    """Whether a process computes and holds memory: one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until_gone(pid: int, seconds: float = 10.0) -> float:
    """Give the seconds that it took; a process that stays is a failure."""
    began = time.monotonic()
    while is_there(pid):
        if time.monotonic() - began > seconds:
            raise AssertionError(f"process {pid} is still there")
        time.sleep(0.005)
    return time.monotonic() - began
