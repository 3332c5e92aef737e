"""Runs what calls itself deeply, so that it does not overflow a stack of the usual size. Refuses to know what it is."""

import threading
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")
_LOCK = threading.Lock()


def with_stack(num_bytes: int, work: Callable[[], R]) -> R:
    """Give what `work` gives, done on a stack of this many bytes; raises what it raises. Blocking."""
    results: list[R] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as fault:  # raised again where it was asked for
            faults.append(fault)

    with _LOCK:  # the size is that of every thread that starts
        before = threading.stack_size(num_bytes)
        try:
            thread = threading.Thread(target=run, daemon=True)
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    if faults:
        raise faults[0]
    return results[0]
