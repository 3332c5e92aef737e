"""Cores are counted by what the process may really use."""

import os
from pathlib import Path

import pytest

from flowgen.adapters.llama.cores import usable_cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000", 8),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("5000 100000", 1),
        ("9900000 100000", 8),
        ("?", 8),
    ],
)
def test_a_quota_bounds_them(tmp_path: Path, quota: str, expected: int) -> None:
    files = {"proc/self/cgroup": "0::/app\n", "sys/fs/cgroup/app/cpu.max": quota}
    assert usable_cores(write(tmp_path, files)) == expected


def test_the_tightest_group_counts(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/app/worker\n",
        "sys/fs/cgroup/app/worker/cpu.max": "max 100000",
        "sys/fs/cgroup/app/cpu.max": "300000 100000",
    }
    assert usable_cores(write(tmp_path, files)) == 3


def test_the_first_version_of_cgroups_is_read_too(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "4:cpu,cpuacct:/app\n2:memory:/app\n",
        "sys/fs/cgroup/cpu/app/cpu.cfs_quota_us": "400000",
        "sys/fs/cgroup/cpu/app/cpu.cfs_period_us": "100000",
    }
    assert usable_cores(write(tmp_path, files)) == 4
    (tmp_path / "sys/fs/cgroup/cpu/app/cpu.cfs_quota_us").write_text("-1")
    assert usable_cores(tmp_path) == 8


def test_without_cgroups_it_is_the_affinity(tmp_path: Path) -> None:
    assert usable_cores(tmp_path) == 8
