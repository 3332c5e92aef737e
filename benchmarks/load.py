"""Drives one running server, or two in turn (A B A B ...), and prints medians and ratios.

    python -m benchmarks.load --a http://127.0.0.1:8001 --b http://127.0.0.1:8081 [--rounds 3] [--only solo,agents8]
        [--json out.json]

A ratio above 1 means that A is ahead. `benchmarks.compare` starts the servers too.
"""

import argparse
import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path

import httpx

from benchmarks.figures import Figures, figures, lines
from benchmarks.workloads import WORKLOADS

Report = dict[str, dict[str, list[Figures]]]
"""Rounds of figures by workload and side."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `load` and `compare` have in common."""
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(WORKLOADS), help="workloads, with commas between (default: all)")
    parser.add_argument("--seed", type=int, default=None, help="draw the same prompts again (default: new ones)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every round here")


async def drive(urls: dict[str, str], names: Sequence[str], rounds: int, seed: int | None) -> Report:
    """Run the workloads on each side in turn, and print each when it is done. `urls` are by side: a, or a and b."""
    seeds, report = random.Random(seed), Report()
    async with httpx.AsyncClient(timeout=900, limits=httpx.Limits(max_connections=64)) as client:
        for name in names:
            rows: dict[str, list[Figures]] = {side: [] for side in urls}
            for _ in range(rounds):
                for side, url in urls.items():
                    rng = random.Random(seeds.randrange(2**62))
                    rows[side].append(figures(*await WORKLOADS[name](client, url, rng)))
            report[name] = rows
            print("\n".join(lines(name, rows["a"], rows.get("b", []))), flush=True)
    return report


def workload_names(text: str) -> list[str]:
    """Read `--only`. Raises SystemExit for a name that is none."""
    names = text.split(",")
    for name in names:
        if name not in WORKLOADS:
            raise SystemExit(f"no workload is named {name!r}; there are {', '.join(WORKLOADS)}")
    return names


def write(report: Report, path: Path | None) -> None:
    """Write the raw figures, where a file was named."""
    if path is not None:
        path.write_text(json.dumps(report, indent=1) + "\n")


def main() -> None:
    """Read the command line and drive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a", required=True, metavar="URL")
    parser.add_argument("--b", metavar="URL")
    add_options(parser)
    arguments = parser.parse_args()
    urls = {"a": arguments.a} | ({"b": arguments.b} if arguments.b else {})
    report = asyncio.run(drive(urls, workload_names(arguments.only), arguments.rounds, arguments.seed))
    write(report, arguments.json)


if __name__ == "__main__":
    main()
