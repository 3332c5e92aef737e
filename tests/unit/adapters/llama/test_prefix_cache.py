"""What is found of a prompt, what is kept, and what goes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from flowgen.adapters.llama.prefix_cache import Branch, Match, PrefixCache, common


def tokens(*values: int) -> NDArray[np.int32]:
    return np.array(values, np.int32)


def branch_of(slot: int | None, *checkpoints: int, copy: bytes | None = None) -> Branch:
    branch = Branch(slot)
    branch.copy = copy
    branch.checkpoints = dict.fromkeys(checkpoints, b"state")
    return branch


@pytest.mark.parametrize(
    ("first", "second", "length"),
    [((), (), 0), ((1,), (), 0), ((1, 2), (1, 2, 3), 2), ((1, 2, 9), (1, 2, 3), 2), ((4,), (5,), 0)],
)
def test_common(first: tuple[int, ...], second: tuple[int, ...], length: int) -> None:
    assert common(tokens(*first), tokens(*second)) == length


def test_the_longest_way_wins_and_of_equal_ones_that_in_the_cells() -> None:
    cache = PrefixCache(100, cuts_anywhere=True)
    copied, resident = branch_of(None, copy=b"x"), branch_of(3)
    cache.keep(copied, tokens(1, 2, 3, 9))
    cache.keep(resident, tokens(1, 2, 3, 8))
    alive = branch_of(5)
    assert cache.find(tokens(1, 2, 3, 4), 3) == Match(branch=resident, position=3, num_alike=3)
    assert cache.find(tokens(1, 2, 3, 9, 9), 4) == Match(branch=copied, position=4, num_alike=4)
    assert cache.find(tokens(1, 2, 3, 4, 5), 4, [(alive, tokens(1, 2, 3, 4))]) == Match(
        branch=alive, position=4, num_alike=4
    )
    assert cache.find(tokens(7, 7), 1) == Match()


def test_a_recurrent_branch_is_gone_on_from_at_checkpoints_and_at_its_end_in_the_cells() -> None:
    cache = PrefixCache(100, cuts_anywhere=False)
    branch = branch_of(1, 2)
    cache.keep(branch, tokens(1, 2, 3, 4))
    assert cache.find(tokens(1, 2, 3, 9), 3).position == 2
    assert cache.find(tokens(1, 2, 3, 4, 5), 4).position == 4
    branch.slot, branch.copy = None, b"x"
    assert cache.find(tokens(1, 2, 3, 4, 5), 4).position == 2
    assert cache.find(tokens(1, 9), 1) == Match(num_alike=1)


def test_a_longer_branch_takes_over_what_a_shorter_one_could_give() -> None:
    cache = PrefixCache(100, cuts_anywhere=False)
    shorter, longer = branch_of(1, 2, 3), branch_of(2, 5)
    assert cache.keep(shorter, tokens(1, 2, 3)) == []
    assert cache.keep(longer, tokens(1, 2, 3, 4, 5)) == [shorter]
    assert (cache.idle, set(longer.checkpoints)) == ([longer], {2, 3, 5})
    again = branch_of(3, 3)
    assert cache.keep(again, tokens(1, 2, 3)) == [again]
    assert cache.idle == [longer]


def test_the_one_used_longest_ago_goes_first() -> None:
    cache = PrefixCache(10, cuts_anywhere=True)
    first, second = branch_of(None, copy=b"1234"), branch_of(None, copy=b"5678")
    cache.keep(first, tokens(1))
    cache.keep(second, tokens(2))
    cache.touch(first)
    assert cache.has_room(4)
    assert cache.idle == [first]
    assert cache.host_bytes == 4
    assert cache.has_room(10)
    assert cache.idle == []
    assert not cache.has_room(11)
