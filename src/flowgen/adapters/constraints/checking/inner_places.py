"""Finds where inner values stand in a JSON text. Refuses to know why they are sought."""

import json
from collections.abc import Collection

from flowgen.adapters.constraints.checking.json_reader import START, What, read

Path = tuple[str | int, ...]


def starts_of(text: bytes, paths: Collection[Path]) -> tuple[int, ...]:
    """The bytes at which the values at these paths begin, the last first; those that are not there are left out."""
    wanted = set(paths)
    if not wanted:
        return ()
    found: list[int] = []
    steps: list[str | int] = []  # to the value that comes next, one for each open bracket
    for event in read(START, text, 0)[1]:
        if event.what is What.OPEN:
            if tuple(steps) in wanted:
                found.append(event.start)
            if event.first in b"[{":
                steps.append(0 if event.first == b"["[0] else "")
        elif event.what is What.KEY_END:
            steps[-1] = json.loads(text[event.start : event.end])
        elif event.what is What.CLOSE and event.start < 0:
            steps.pop()
        elif event.what is What.COMMA and isinstance(index := steps[-1], int):
            steps[-1] = index + 1
    return tuple(reversed(found))
