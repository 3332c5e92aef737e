"""Says how much memory a load needs and how much is free. Knows /proc and cgroups; refuses to know llama.cpp."""

import os
import sys
from pathlib import Path

from flowgen.adapters.llama.reports import BufferSizes
from flowgen.domain.errors import OutOfMemory
from flowgen.domain.values import Value

CELL_BYTES = 48
"""llama.cpp's bookkeeping per KV cell, beside K and V: position, shift, and a bit for each of 256 sequences
(llama_kv_cells in src/llama-kv-cells.h), rounded up."""


class MemoryNeed(Value, frozen=True):
    """The parts of an estimate, in bytes. `weights` counts only what is not mapped from the file."""

    kv_cells: int = 0
    recurrent: int = 0
    compute: int = 0
    weights: int = 0
    adapter: int = 0

    @property
    def total(self) -> int:
        return self.kv_cells + self.recurrent + self.compute + self.weights + self.adapter

    def parts(self) -> str:
        """The parts in words, for an error's message."""
        named = {"KV cells": self.kv_cells, "recurrent states": self.recurrent, "compute buffers": self.compute}
        named |= {"weights": self.weights, "LoRA adapter": self.adapter}
        return ", ".join(f"{name} {size}" for name, size in named.items() if size)

    def check(self, free: int) -> None:
        """Raise OutOfMemory where the need exceeds what is free."""
        if self.total > free:
            raise OutOfMemory(self.total, free, self.parts())


def extrapolate(small: BufferSizes, n_small: int, large: BufferSizes, n_large: int, n_cells: int) -> BufferSizes:
    """The buffers of a context of `n_cells`, from two measured ones: all of them grow linearly with the cells."""

    def line(low: int, high: int) -> int:
        return max(high, high + (high - low) * (n_cells - n_large) // (n_large - n_small))

    return BufferSizes(
        kv_cells=line(small.kv_cells, large.kv_cells),
        recurrent=line(small.recurrent, large.recurrent),
        compute=line(small.compute, large.compute),
    )


def free_memory(root: Path = Path("/")) -> int:
    """Bytes that this process may still take: the least of MemAvailable and what each cgroup above it has left."""
    return max(0, min([_available(root / "proc/meminfo"), *_cgroup_rests(root)]))


def _available(meminfo: Path) -> int:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")  # systems without /proc: all there is
    except (ValueError, OSError, AttributeError):
        return sys.maxsize


def _cgroup_rests(root: Path) -> list[int]:
    """What is left under each limit: cgroup v2 (0::/path) and v1 (n:memory:/path), from the own group upwards."""
    try:
        entries = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    rests = []
    for _, controllers, path in (entry.split(":", 2) for entry in entries if entry.count(":") >= 2):
        if not controllers:
            rests += _rests(root / "sys/fs/cgroup", path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            base = root / "sys/fs/cgroup/memory"
            rests += _rests(base, path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    return rests


def _rests(base: Path, path: str, limit_file: str, usage_file: str, reclaimable: str) -> list[int]:
    own = base / path.strip("/")
    folders = [own, *own.parents]
    rests = [_rest(folder, limit_file, usage_file, reclaimable) for folder in folders if folder.is_relative_to(base)]
    return [rest for rest in rests if rest is not None]


def _rest(folder: Path, limit_file: str, usage_file: str, reclaimable: str) -> int | None:
    """Limit less usage, where page cache that the kernel gives up first counts as free; None without a limit."""
    try:
        limit, usage = (folder / limit_file).read_text().strip(), int((folder / usage_file).read_text())
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None
    if limit == "max":
        return None
    return int(limit) - usage + int(statistics.get(reclaimable, 0))
