"""Does a server slow down with what it remembers, and what does remembering cost? `solo` on a server after 100 other
conversations and on a fresh one, in turn; and the memory of 16 conversations that nobody goes on with."""

import random
import statistics
from itertools import pairwise

import httpx

from benchmarks.figures import Figures, figures
from benchmarks.load import Report
from benchmarks.workloads import WORKLOADS, Crowd

NUM_OTHERS = 100
_OTHERS = Crowd(clients=4, each=NUM_OTHERS // 4, own=100, out=32)
_IDLE = Crowd(clients=4, each=4, own=400, out=32)


async def drive_aged(aged_url: str, fresh_url: str, rounds: int, seed: int | None) -> Report:
    """Measure both in turn and print them with the median of their ratios. The fresh one's first solo does not count:
    it warms the server up."""
    rng = random.Random(seed)
    rows: dict[str, list[Figures]] = {"fresh": [], "aged": []}
    async with httpx.AsyncClient(timeout=900) as client:
        held = [await _held(client, aged_url)]
        for work in (_IDLE, _OTHERS):
            await work(client, aged_url, rng)
            held.append(await _held(client, aged_url))
        await WORKLOADS["solo"](client, fresh_url, rng)
        for _ in range(rounds):
            for name, url in (("fresh", fresh_url), ("aged", aged_url)):
                rows[name].append(figures(*await WORKLOADS["solo"](client, url, rng)))
    before, after = (statistics.median(row["tok_s"] for row in rows[name]) for name in rows)
    ratio = statistics.median(b["tok_s"] / a["tok_s"] for a, b in zip(rows["fresh"], rows["aged"], strict=True))
    print(f"solo     tok_s     fresh {before:9.4f}  after {NUM_OTHERS} others {after:9.4f}  x{ratio:.2f}")
    for name, (old, new) in zip(("16 conversations", f"{NUM_OTHERS} others"), pairwise(held), strict=True):
        change = {key: new[key] - old[key] for key in new}
        print(f"held     {name}: {change['cells']:.0f} KV cells, {change['host_bytes'] / 2**20:.1f} MiB of host memory")
    return {"aged": {**rows, "held": held}}


async def _held(client: httpx.AsyncClient, url: str) -> Figures:
    """What the cache holds while nobody is answered."""
    cache = (await client.get(f"{url}/engine")).json()["cache"]
    return {"cells": float(cache["num_cells"]), "host_bytes": float(cache["host_bytes"])}
