"""How many tokens each sequence computes in a step. Pure; knows lengths and budgets, not what the tokens are.

llama.cpp cuts a batch of a hybrid model into one pass for each distinct length, so such a batch has at most two: one
token, and one common length for those with more.
"""

from collections.abc import Sequence

_PASS_COST = 2
"""A pass more costs about as much as computing two more tokens in one pass."""


def uniform_lengths(wanted: Sequence[int], budget: int, first_prompt: int = 0) -> list[int]:
    """Lengths of at most two values, one of them 1: that which computes most, an extra pass paid for. `wanted` are at
    least 1 each and their order is who comes first; of those that the budget has no room for the length is 0. From
    `first_prompt` on they are prompts: the first of more than one token is always among the longer ones."""
    best: list[int] = []
    worth = -1
    most = next((want for want in wanted[first_prompt:] if want > 1), max(wanted, default=1))
    for common in sorted({want for want in wanted if want <= most}):
        lengths = _filled([common if want >= common else 1 for want in wanted], budget)
        score = sum(lengths) - _PASS_COST * (len(set(lengths) - {0}) - 1)
        if score > worth:
            best, worth = lengths, score
    return best


def free_lengths(wanted: Sequence[int], budget: int) -> list[int]:
    """Everyone's wish, first come, first served, as far as the budget goes; one token at least for as many as it
    has."""
    rest = budget - min(budget, len(wanted))
    lengths = []
    for place, want in enumerate(wanted):
        extra = min(want - 1, rest)
        rest -= extra
        lengths.append(1 + extra if place < budget else 0)
    return lengths


def _filled(lengths: list[int], budget: int) -> list[int]:
    """Cut down to the budget: the longer ones that have no room compute one token, then none."""
    rest = budget - min(budget, len(lengths))
    filled = []
    for place, length in enumerate(lengths):
        extra = length - 1 if length - 1 <= rest else 0
        rest -= extra
        filled.append(1 + extra if place < budget else 0)
    return filled
