"""Counts the calls of Python functions that something takes: a measure of work that no machine's speed changes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def num_calls(work: Callable[[], object]) -> int:
    """The calls while `work` runs; a generator that goes on is one."""
    count = 0

    def count_call(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
