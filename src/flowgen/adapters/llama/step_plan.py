"""How many tokens each sequence computes in a step. Pure; knows lengths and budgets, not what the tokens are.

llama.cpp cuts a batch of a hybrid model into one pass for each distinct length, so such a batch has at most two: one
token, and one common length for those with more.
"""

from collections.abc import Sequence

_PASS_COST = 2
"""A pass more costs about as much as computing two more tokens in one pass."""


def uniform_lengths(wanted: Sequence[int], budget: int, num_decoding: int) -> list[int]:
    """Lengths of at most two values, one of them 1, of wishes of at least 1 whose order is who comes first; 0 for those
    that wait.

    The first `num_decoding` are answers, which get a token at least, or the length that computes most, an extra pass
    paid for. The others are prompts: the first one gets its wish, and the others that wait for it with it where their
    wish is the same, since a remainder would cost a pass of its own and wide passes are no faster than long ones.
    """
    if max(wanted, default=1) == 1:  # what most steps are
        return [1] * min(budget, len(wanted)) + [0] * max(0, len(wanted) - budget)
    prompt = next((place for place in range(num_decoding, len(wanted)) if wanted[place] > 1), None)
    if prompt is not None:
        return _with_prompt(wanted, budget, num_decoding, prompt)
    best: list[int] = []
    worth = -1
    for common in sorted(set(wanted)):
        lengths = _filled([common if want >= common else 1 for want in wanted], budget)
        score = sum(lengths) - _PASS_COST * (len(set(lengths) - {0}) - 1)
        if score > worth:
            best, worth = lengths, score
    return best


def _with_prompt(wanted: Sequence[int], budget: int, num_decoding: int, prompt: int) -> list[int]:
    """Where a prompt has its turn: a token for all before it, its wish, then whoever wants as much and has room. The
    other prompts wait: token by token they would cost twice as much as in a piece."""
    lengths = [int(place < num_decoding or place < prompt) for place in range(len(wanted))]
    rest = budget
    for place in range(prompt):
        lengths[place] = min(lengths[place], rest)
        rest -= lengths[place]
    lengths[prompt] = common = min(wanted[prompt], rest)
    rest -= common
    for place in [*range(num_decoding), *range(prompt + 1, len(wanted))]:
        want = wanted[place]
        joins = want >= common if place < num_decoding else want == common
        length = common if joins and common > 1 else int(want == 1)
        if lengths[place] < length <= rest + lengths[place]:
            rest -= length - lengths[place]
            lengths[place] = length
    return lengths


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
    """Cut down to the budget, first come, first served: a longer one that has no room computes one token, then none."""
    rest = budget
    filled = []
    for place, length in enumerate(lengths):
        reserved = sum(1 for later in lengths[place + 1 :] if later)
        fits = length if length <= max(rest - reserved, 1) else 1
        filled.append(min(fits, length, rest))
        rest -= filled[-1]
    return filled
