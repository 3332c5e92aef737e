"""Threads spin long while the cores are theirs; where others want them, libgomp is told of one thread too many."""

import sys
import threading
import time

import pytest

from flowgen.adapters.llama import backend
from flowgen.adapters.llama.cores import usable_cores
from flowgen.adapters.llama.spinning import Spinning, spinning

MANY = usable_cores() + 1


def bystanders() -> int:
    return sum(thread.name == "flowgen-bystander" for thread in threading.enumerate())


def settle(wanted: int) -> None:
    deadline = time.monotonic() + 10
    while bystanders() != wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    assert bystanders() == wanted


def test_what_was_the_case_stays_so_until_it_is_clearly_otherwise() -> None:
    told: list[bool] = []
    watch = Spinning(lambda: 0.0, told.append)
    for share in (0.5, 0.7, 0.5, 0.7, 0.1, 0.5, 0.1):
        watch.judge(share)
    watch.close()
    assert told == [True, False]


def test_it_watches_only_while_steps_are_computed() -> None:
    looks: list[float] = []

    def waited() -> float:
        looks.append(time.monotonic())
        return float(len(looks))  # a second more at each look: crowded

    crowded = threading.Event()
    watch = Spinning(waited, lambda is_crowded: crowded.set(), period_s=0.001)
    assert not looks
    watch.step()
    assert crowded.wait(10)
    watch.rest()
    time.sleep(0.05)
    seen = len(looks)
    time.sleep(0.05)
    assert len(looks) == seen
    watch.close()
    watch.close()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux counts how long threads wait for a core")
def test_a_bystander_comes_and_leaves_beside_llama_cpp() -> None:
    assert backend.Model is not None  # libgomp is there once llama.cpp is
    watch = spinning(MANY, {})
    assert watch is not None
    watch.judge(1.0)
    settle(1)
    watch.judge(0.0)
    settle(0)
    watch.judge(1.0)
    settle(1)
    watch.close()
    settle(0)


@pytest.mark.parametrize("environment", [{"GOMP_SPINCOUNT": "5"}, {"OMP_WAIT_POLICY": "passive"}])
def test_who_says_how_to_spin_is_obeyed(environment: dict[str, str]) -> None:
    assert spinning(MANY, environment) is None


def test_one_thread_meets_nobody() -> None:
    assert spinning(1, {}) is None
