"""A process that answers: one that fails is replaced, and its late words are nobody's answer."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks import children
from benchmarks.children import Child, ChildFailed


def doubling(first: str) -> Callable[[int], int]:
    """Take long to start the first time."""
    if not Path(first).exists():
        time.sleep(60)
    return lambda question: os._exit(1) if question < 0 else 2 * question


def test_a_late_start_and_a_crash_cost_one_answer_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tmp_path / "first"
    child = Child(doubling, str(first))
    monkeypatch.setattr(children, "_START_S", 0.0)
    with pytest.raises(ChildFailed, match="timeout"):
        child.ask(1, 60)
    monkeypatch.undo()
    first.touch()
    assert child.ask(1, 60) == 2
    with pytest.raises(ChildFailed, match="crash"):
        child.ask(-1, 60)
    assert child.ask(3, 60) == 6
    child.close()
