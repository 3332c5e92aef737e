"""Figures of a round, and how two servers compare over the rounds. Pure; refuses to know how they were measured.

tok_s     tokens out per second of the whole workload
docs_s    good answers per second
good      the share of good answers
ttft_*    seconds to the first piece: median and slowest
gap_*     seconds between pieces: median, 99th percentile and longest
"""

import statistics
from collections.abc import Sequence

from benchmarks.chat import Answer

Figures = dict[str, float]
COMPARED = ("tok_s", "docs_s", "ttft_p50", "ttft_max", "gap_p50", "gap_p99", "gap_max")
_RATES = ("tok_s", "docs_s")


def figures(answers: Sequence[Answer], wall_s: float) -> Figures:
    """The figures of one round."""
    first = sorted(answer.first_s for answer in answers)
    gaps = sorted(gap for answer in answers for gap in answer.gaps_s) or [0.0]
    num_good = sum(answer.is_good for answer in answers)
    return {
        "tok_s": sum(answer.num_tokens for answer in answers) / wall_s,
        "docs_s": num_good / wall_s,
        "good": num_good / len(answers),
        "ttft_p50": statistics.median(first),
        "ttft_max": first[-1],
        "gap_p50": statistics.median(gaps),
        "gap_p99": gaps[int(len(gaps) * 0.99)],
        "gap_max": gaps[-1],
    }


def ratios(name: str, a: Sequence[Figures], b: Sequence[Figures]) -> list[float]:
    """How far A is ahead, round by round: above 1 it is, whether more is better (rates) or less (times)."""
    pairs = [(ours[name], theirs[name]) for ours, theirs in zip(a, b, strict=True)]
    if name not in _RATES:
        pairs = [(theirs, ours) for ours, theirs in pairs]
    return [above / below if above and below else 0.0 for above, below in pairs]


def lines(workload: str, a: Sequence[Figures], b: Sequence[Figures]) -> list[str]:
    """A table of medians over the rounds, with the ratios' medians and ranges; `b` is empty where A runs alone."""
    shown = [_line(workload, name, a, b) for name in COMPARED]
    good = f"{workload:8} good      A {min(row['good'] for row in a):9.2f}"
    return [*shown, f"{good}  B {min(row['good'] for row in b):9.2f}" if b else good]


def _line(workload: str, name: str, a: Sequence[Figures], b: Sequence[Figures]) -> str:
    line = f"{workload:8} {name:9} A {_median(name, a):9.4f}"
    if not b:
        return line
    ahead = ratios(name, a, b)
    span = f"({min(ahead):.2f} to {max(ahead):.2f})"
    return f"{line}  B {_median(name, b):9.4f}  A ahead x{statistics.median(ahead):.2f} {span}"


def _median(name: str, rows: Sequence[Figures]) -> float:
    return statistics.median(row[name] for row in rows)
