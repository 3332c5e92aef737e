"""Chooses where a prompt's prefill stops for a checkpoint of the recurrent state, and which checkpoints stay. Pure;
knows tokens and positions and nothing else.

Prompts of one kind part at the end of a system message, of the tools, of a message: where a run of control tokens
begins.
"""

from collections.abc import Collection, Sequence

_MOST = 8
_NUM_LAST = 3
_APART = 64
"""Checkpoints that stand closer save less than the cut costs."""
_WORTH = 256
"""Tokens that are worth a cut close to the prompt's end too: a system message with a short question after it."""

_MOST_KEPT = 16
"""Checkpoints of one branch: each may take tens of megabytes."""
_NUM_RECENT = 8
"""Of these the last ones, where a conversation goes on or its last turns are asked anew."""
_MARKS_APART = 16
"""Tokens between two marks in an answer: so many are computed again in one short pass."""
_MOST_MARKS = 4


def checkpoint_positions(prompt: Sequence[int], control: Collection[int]) -> list[int]:
    """Positions in ascending order, at most 9: beginnings of control tokens' runs, those after the longest stretches of
    text and the last ones, and the prompt's end less one token, so that an equal prompt has something to compute."""
    last = len(prompt) - 1
    starts = [place for place in range(1, last) if prompt[place] in control and prompt[place - 1] not in control]
    spread: list[int] = []
    for place in starts:
        is_worth = place >= _WORTH or last - place >= _APART
        if is_worth and place - (spread[-1] if spread else 0) >= _APART:
            spread.append(place)
    stretches = {place: place - before for before, place in zip([0, *spread], spread, strict=False)}
    longest = sorted(spread[:-_NUM_LAST], key=lambda place: -stretches[place])[: _MOST - _NUM_LAST]
    return sorted({*longest, *spread[-_NUM_LAST:], *([last] if last > 0 else [])})


def worth_stopping_for(cuts: Collection[int], num_cached: int) -> set[int]:
    """The cuts at which a prefill that goes on from a cached position is to stop: a pass more for a checkpoint a few
    tokens after one that is there would be a tenth of a short turn's time."""
    return {cut for cut in cuts if cut >= (num_cached + _APART if num_cached else 1)}


def learnt_cut(num_alike: int, num_cached: int) -> set[int]:
    """Where a prompt parts from one that was there before: if nothing was kept near there, so that the beginning is
    computed again, it is kept now. Who asks a third question about the same long text finds it."""
    return {num_alike} if num_alike - num_cached >= _APART else set()


def worth_keeping(places: Collection[int]) -> list[int]:
    """Of a branch's checkpoints, in ascending order, at most 16: the first, the last 8, and those between that
    leave the shortest ways to compute."""
    kept = sorted(places)
    while len(kept) > _MOST_KEPT:
        between = range(1, len(kept) - _NUM_RECENT)
        del kept[min(between, key=lambda index: kept[index + 1] - kept[index - 1])]
    return kept


def is_worth_marking(position: int, places: Collection[int]) -> bool:
    """Whether an answer that may have to come back here has no checkpoint near before it."""
    return not any(position - _MARKS_APART < place <= position for place in places)


def needless_marks(places: Collection[int], start: int) -> list[int]:
    """The checkpoints of an answer, which begins at `start`, that newer ones stand in for: all but the last 4."""
    return sorted(place for place in places if place >= start)[:-_MOST_MARKS]
