"""Does a server slow down with what it remembers? `solo` on a fresh server, then after 100 other conversations."""

import random
import statistics

import httpx

from benchmarks.figures import Figures, figures
from benchmarks.load import Report
from benchmarks.workloads import WORKLOADS, Crowd

NUM_OTHERS = 100
_OTHERS = Crowd(clients=4, each=NUM_OTHERS // 4, own=100, out=32)


async def drive_aged(url: str, rounds: int, seed: int | None) -> Report:
    """Measure both and print them with their ratio. The first solo warms the server up and does not count."""
    rng = random.Random(seed)
    async with httpx.AsyncClient(timeout=900) as client:
        await WORKLOADS["solo"](client, url, rng)
        fresh = await _solo(client, url, rng, rounds)
        await _OTHERS(client, url, rng)
        aged = await _solo(client, url, rng, rounds)
    before, after = (statistics.median(row["tok_s"] for row in rows) for rows in (fresh, aged))
    print(f"solo     tok_s     fresh {before:9.4f}  after {NUM_OTHERS} others {after:9.4f}  x{after / before:.2f}")
    return {"aged": {"fresh": fresh, "aged": aged}}


async def _solo(client: httpx.AsyncClient, url: str, rng: random.Random, rounds: int) -> list[Figures]:
    return [figures(*await WORKLOADS["solo"](client, url, rng)) for _ in range(rounds)]
