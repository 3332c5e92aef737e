"""Says how many cores this process may use. Knows affinity and the cgroup's share of time; refuses to know threads."""

import math
import os
from pathlib import Path


def usable_cores(root: Path = Path("/")) -> int:
    """The cores that the process may run on, at most as many as its cgroups' quotas pay for; at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *_quotas(root)]))


def _quotas(root: Path) -> list[int]:
    try:
        entries = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    base = root / "sys/fs/cgroup"
    found = []
    for _, controllers, path in (entry.split(":", 2) for entry in entries if entry.count(":") >= 2):
        if not controllers:
            own = base / path.strip("/")
            folders = [folder for folder in (own, *own.parents) if folder.is_relative_to(base)]
            found += [_cores(folder / "cpu.max") for folder in folders]
        elif "cpu" in controllers.split(","):
            folder = base / "cpu" / path.strip("/")
            found.append(_cores(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us"))
    return [cores for cores in found if cores is not None]


def _cores(*files: Path) -> int | None:
    """Quota over period, rounded up; from one file in cgroup v2 (`200000 100000`, `max 100000`), from two in v1."""
    try:
        quota, period = " ".join(file.read_text() for file in files).split()
        return math.ceil(int(quota) / int(period)) if int(quota) > 0 else None
    except (OSError, ValueError, ZeroDivisionError):
        return None
