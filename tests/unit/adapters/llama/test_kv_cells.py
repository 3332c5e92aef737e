"""The ledger of cells against a plain model of sets."""

import hypothesis.strategies as st
from hypothesis import given

from flowgen.adapters.llama.kv_cells import CellLedger

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["extend", "fork", "cut", "release"]), st.integers(0, 3), st.integers(0, 3), st.integers(0, 12)
    )
)


@given(ACTIONS)
def test_it_counts_as_sets_do(actions: list[tuple[str, int, int, int]]) -> None:
    ledger, held, made = CellLedger(64), {number: list[int]() for number in range(4)}, 0
    for action, sequence, other, count in actions:
        if action == "extend" and count <= ledger.num_free:
            ledger.extend(sequence, count)
            held[sequence] += range(made, made + count)
            made += count
        elif action == "fork" and held[sequence] and not held[other]:
            ledger.fork(sequence, other, count)
            held[other] = held[sequence][:count]
        elif action == "cut":
            ledger.cut(sequence, count)
            del held[sequence][count:]
        elif action == "release":
            ledger.release(sequence)
            held[sequence] = []
        used = {cell for cells in held.values() for cell in cells}
        assert ledger.num_used == len(used) == 64 - ledger.num_free
        assert [ledger.length(number) for number in range(4)] == [len(held[number]) for number in range(4)]
        others = {cell for number in (2, 3) for cell in held[number]}
        assert ledger.num_held_only_by([0, 1]) == len({*held[0], *held[1]} - others)
        assert ledger.num_shared(0, count, [0, 1]) == len(others.intersection(held[0][:count]))
