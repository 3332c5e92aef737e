"""Free memory from /proc and cgroups, and the arithmetic of an estimate."""

from pathlib import Path

import pytest

from flowgen.adapters.llama.memory import MemoryNeed, extrapolate, free_memory
from flowgen.adapters.llama.reports import BufferSizes
from flowgen.domain.errors import OutOfMemory

MIB = 1024 * 1024


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in {"proc/meminfo": f"MemTotal: 99 kB\nMemAvailable:   {64 * 1024} kB\n", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_without_cgroups_it_is_what_is_available(tmp_path: Path) -> None:
    assert free_memory(write(tmp_path, {})) == 64 * MIB


@pytest.mark.parametrize(
    ("limit", "usage", "cache", "expected"),
    [("max", 10, 0, 64), (str(50 * MIB), 20, 0, 30), (str(50 * MIB), 45, 15, 20), (str(50 * MIB), 60, 0, 0)],
)
def test_the_cgroups_rest_counts_page_cache_as_free(
    tmp_path: Path, limit: str, usage: int, cache: int, expected: int
) -> None:
    group = {
        "proc/self/cgroup": "0::/app/worker\n",
        "sys/fs/cgroup/app/worker/memory.max": limit,
        "sys/fs/cgroup/app/worker/memory.current": str(usage * MIB),
        "sys/fs/cgroup/app/worker/memory.stat": f"anon 5\ninactive_file {cache * MIB}\n",
    }
    assert free_memory(write(tmp_path, group)) == expected * MIB


def test_the_tightest_group_above_counts(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "0::/app/worker\n"}
    for folder, limit in {"app/worker": "max", "app": str(9 * MIB)}.items():
        files[f"sys/fs/cgroup/{folder}/memory.max"] = limit
        files[f"sys/fs/cgroup/{folder}/memory.current"] = str(2 * MIB)
        files[f"sys/fs/cgroup/{folder}/memory.stat"] = "anon 1\n"
    assert free_memory(write(tmp_path, files)) == 7 * MIB


def test_the_first_version_of_cgroups_is_read_too(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/x\n1:name=systemd:/x\n",
        "sys/fs/cgroup/memory/x/memory.limit_in_bytes": str(20 * MIB),
        "sys/fs/cgroup/memory/x/memory.usage_in_bytes": str(15 * MIB),
        "sys/fs/cgroup/memory/x/memory.stat": f"total_inactive_file {MIB}\n",
    }
    assert free_memory(write(tmp_path, files)) == 6 * MIB


def test_without_proc_there_is_still_an_answer(tmp_path: Path) -> None:
    assert free_memory(tmp_path) > 0


def test_an_estimate_names_its_parts() -> None:
    need = MemoryNeed(kv_cells=100, recurrent=20, compute=3)
    need.check(123)
    with pytest.raises(OutOfMemory, match=r"KV cells 100, recurrent states 20, compute buffers 3\), 122"):
        need.check(122)


def test_larger_contexts_lie_on_the_line() -> None:
    small, large = (BufferSizes(kv_cells=10 * n, recurrent=7, compute=100 + 2 * n) for n in (100, 200))
    assert extrapolate(small, 100, large, 200, 1000) == BufferSizes(kv_cells=10_000, recurrent=7, compute=2100)
