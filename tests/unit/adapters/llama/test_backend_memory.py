"""The context as the engine's memory, on the real library: batches of many sequences, forks, checkpoints, copies.

Logits of the same tokens differ a little with the split of batches, so they are compared within a bound.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from flowgen.adapters.llama import backend
from flowgen.adapters.llama.batch import BatchArrays
from flowgen.adapters.llama.kv_memory import BatchPiece, DecodingContext
from support.tiny_runtimes import NANO, WriteModel

Scores = NDArray[np.float32]
BOUND = 0.1
KINDS = ("lfm2", "llama")
PROMPT = b"The tide tables of a harbour say when a ship can leave it, and how much water it will have under its keel."
FIELDS = {"n_ctx": 1024, "n_batch": 512, "n_ubatch": 512, "n_seq_max": 8, "kv_unified": True, "n_threads": 1}
FIELDS |= {"n_threads_batch": 1}


def make_context(model: backend.Model, **fields: int) -> backend.Context:
    return backend.Context(model, FIELDS | fields)


@pytest.fixture(scope="module")
def models(write_model: WriteModel) -> Iterator[dict[str, backend.Model]]:
    """The embedded model, which is a hybrid, and a tiny one with attention only."""
    files = {"lfm2": NANO, "llama": write_model(arch="llama", seed=3)}
    models = {kind: backend.Model(str(path), {"n_gpu_layers": 0}) for kind, path in files.items()}
    yield models
    for model in models.values():
        model.close()


@pytest.fixture(params=KINDS)
def model(request: pytest.FixtureRequest, models: dict[str, backend.Model]) -> backend.Model:
    return models[request.param]


@pytest.fixture
def context(model: backend.Model) -> Iterator[backend.Context]:
    context = make_context(model)
    yield context
    context.close()


@pytest.fixture
def prompt(model: backend.Model) -> list[int]:
    return model.tokenize(PROMPT, special=False)


def extend(context: DecodingContext, sequence: int, position: int, tokens: Sequence[int]) -> Scores:
    """Compute tokens of one sequence; give the scores after the last."""
    piece = BatchPiece(sequence=sequence, position=position, tokens=tokens, num_outputs=1)
    assert context.decode([piece]) == 0
    return context.logits(len(tokens) - 1).copy()


def fresh(model: backend.Model, tokens: Sequence[int]) -> Scores:
    context = make_context(model)
    scores = extend(context, 0, 0, tokens)
    context.close()
    return scores


def assert_close(scores: Scores, expected: Scores) -> None:
    assert np.abs(scores - expected).max() < BOUND
    assert np.argmax(scores) == np.argmax(expected)


def test_what_the_scheduler_asks_at_load(models: dict[str, backend.Model]) -> None:
    kinds = {
        kind: [model.number(name) for name in ("is_hybrid", "is_recurrent", "n_swa")] for kind, model in models.items()
    }
    assert kinds == {"lfm2": [1, 0, 0], "llama": [0, 0, 0]}
    for kind, expected in (("lfm2", 4), ("llama", 0)):
        context = make_context(models[kind], n_rs_seq=4)
        assert (context.number("n_rs_seq"), context.number("n_seq_max")) == (expected, 8)
        context.close()


def test_sequences_of_one_batch_do_not_see_each_other(
    model: backend.Model, context: backend.Context, prompt: list[int]
) -> None:
    parts = [prompt[:4], prompt[4:8], prompt[8:12]]
    pieces = [
        BatchPiece(sequence=number, position=0, tokens=part, num_outputs=1)
        for number, part in zip((5, 0, 2), parts, strict=True)
    ]
    assert context.decode(pieces) == 0
    for index, part in enumerate(parts):
        assert_close(context.logits(4 * index + 3), fresh(model, part))


def test_prefill_and_decode_share_a_batch(model: backend.Model, context: backend.Context, prompt: list[int]) -> None:
    extend(context, 0, 0, prompt[:-1])
    pieces = [
        BatchPiece(sequence=1, position=0, tokens=prompt[:6], num_outputs=0),
        BatchPiece(sequence=0, position=len(prompt) - 1, tokens=prompt[-1:], num_outputs=1),
    ]
    assert context.decode(pieces) == 0
    assert_close(context.logits(6), fresh(model, prompt))
    assert_close(extend(context, 1, 6, prompt[6:]), fresh(model, prompt))


def test_a_piece_may_ask_for_all_scores_or_none(context: backend.Context, prompt: list[int]) -> None:
    assert context.decode([BatchPiece(sequence=0, position=0, tokens=prompt[:5], num_outputs=0)]) == 0
    with pytest.raises(IndexError):
        context.logits(4)
    assert context.decode([BatchPiece(sequence=0, position=5, tokens=prompt[5:10], num_outputs=5)]) == 0
    assert all(np.isfinite(context.logits(index)).all() for index in range(5))


def test_scores_are_a_view_that_cannot_be_written(context: backend.Context, prompt: list[int]) -> None:
    extend(context, 0, 0, prompt)
    scores = context.logits(len(prompt) - 1)
    with pytest.raises(ValueError, match="read-only"):
        scores[0] = 1.0


def test_a_fork_at_a_checkpoint_leaves_its_source_alone(
    model: backend.Model, context: backend.Context, prompt: list[int]
) -> None:
    middle = len(prompt) // 2
    extend(context, 0, 0, prompt[:middle])
    checkpoint = context.save_state(0)
    extend(context, 0, middle, prompt[middle:-1])
    context.fork(0, 3, middle)
    assert context.load_state(3, checkpoint)
    other = prompt[:middle] + prompt[:5]
    assert_close(extend(context, 3, middle, prompt[:5]), fresh(model, other))
    assert_close(extend(context, 0, len(prompt) - 1, prompt[-1:]), fresh(model, prompt))


def test_a_sequence_rolls_back_in_place(model: backend.Model, context: backend.Context, prompt: list[int]) -> None:
    middle = len(prompt) // 2
    extend(context, 0, 0, prompt[:middle])
    checkpoint = context.save_state(0)
    extend(context, 0, middle, prompt[:9])
    assert context.load_state(0, checkpoint)
    assert context.take_back(0, middle)
    assert_close(extend(context, 0, middle, prompt[middle:]), fresh(model, prompt))


def test_only_attention_is_cut_without_a_checkpoint(models: dict[str, backend.Model]) -> None:
    for kind, can in (("lfm2", False), ("llama", True)):
        context = make_context(models[kind])
        extend(context, 0, 0, list(range(20)))
        assert context.take_back(0, 10) is can
        assert bool(context.save_state(0)) is not can
        context.close()


def test_a_whole_sequence_goes_to_host_memory_and_back(
    model: backend.Model, context: backend.Context, prompt: list[int]
) -> None:
    extend(context, 0, 0, prompt[:-1])
    data = context.save(0)
    assert context.save_size(0) == len(data)
    context.forget(0)
    extend(context, 1, 0, prompt[3:9])
    assert context.load(2, data)
    assert len(context.save(2)) == len(data)
    assert_close(extend(context, 2, len(prompt) - 1, prompt[-1:]), fresh(model, prompt))


def test_a_copy_of_a_fork_stands_alone(model: backend.Model, context: backend.Context, prompt: list[int]) -> None:
    middle = len(prompt) // 2
    extend(context, 0, 0, prompt[:middle])
    checkpoint = context.save_state(0)
    extend(context, 0, middle, prompt[:7])
    context.fork(0, 1, middle)
    assert context.load_state(1, checkpoint)
    extend(context, 1, middle, prompt[middle:-1])
    data = context.save(1)
    for sequence in (0, 1):
        context.forget(sequence)
    assert context.load(4, data)
    assert_close(extend(context, 4, len(prompt) - 1, prompt[-1:]), fresh(model, prompt))


def test_a_copy_that_finds_no_cells_leaves_the_sequence_empty(model: backend.Model, prompt: list[int]) -> None:
    context = make_context(model, n_ctx=256, n_batch=256)
    long = (prompt * 9)[:180]
    extend(context, 0, 0, long)
    data = context.save(0)
    assert not context.load(1, data)
    assert not context.load(1, data[: len(data) // 2])
    assert_close(extend(context, 1, 0, prompt[:9]), fresh(model, prompt[:9]))
    context.close()


def test_no_free_cells_is_a_status(model: backend.Model, prompt: list[int]) -> None:
    context = make_context(model, n_ctx=256, n_batch=256)
    tokens = (prompt * 9)[:180]
    assert context.decode([BatchPiece(sequence=0, position=0, tokens=tokens, num_outputs=1)]) == 0
    assert context.decode([BatchPiece(sequence=1, position=0, tokens=tokens, num_outputs=1)]) == 1
    context.forget(1)
    context.forget(0)
    assert_close(extend(context, 1, 0, prompt), fresh(model, prompt))
    context.close()


def test_a_rejected_draft_is_taken_back_through_n_rs_seq(model: backend.Model, prompt: list[int]) -> None:
    context = make_context(model, n_rs_seq=4)
    extend(context, 0, 0, prompt[:-2])
    extend(context, 0, len(prompt) - 2, [prompt[-2], *prompt[:3]])
    assert context.take_back(0, len(prompt) - 1)
    checkpoint = context.save_state(0)
    expected = fresh(model, prompt)
    assert_close(extend(context, 0, len(prompt) - 1, prompt[-1:]), expected)
    assert context.load_state(0, checkpoint)
    assert context.take_back(0, len(prompt) - 1)
    assert_close(extend(context, 0, len(prompt) - 1, prompt[-1:]), expected)
    context.close()


def test_a_batch_too_large_is_refused_before_llama_cpp_ends_the_process(context: backend.Context) -> None:
    piece = BatchPiece(sequence=0, position=0, tokens=[0] * 513, num_outputs=1)
    with pytest.raises(ValueError, match="513 tokens in a batch of at most 512"):
        context.decode([piece])


def test_the_arrays_of_a_batch() -> None:
    arrays = BatchArrays(8)
    pieces = [
        BatchPiece(sequence=4, position=7, tokens=[11, 12, 13], num_outputs=2),
        BatchPiece(sequence=1, position=0, tokens=[14], num_outputs=0),
        BatchPiece(sequence=2, position=5, tokens=[15, 16], num_outputs=2),
    ]
    assert arrays.fill(pieces) == 6
    assert arrays.token[:6].tolist() == [11, 12, 13, 14, 15, 16]
    assert arrays.position[:6].tolist() == [7, 8, 9, 0, 5, 6]
    assert arrays.sequence[:6].tolist() == [4, 4, 4, 1, 2, 2]
    assert arrays.output[:6].tolist() == [0, 1, 1, 0, 1, 1]
    lists = arrays.pointers()[4]
    assert [lists[row][0] for row in range(6)] == [4, 4, 4, 1, 2, 2]
    assert arrays.fill([]) == 0


def test_a_token_of_each_sequence_is_laid_as_longer_pieces_are() -> None:
    arrays = BatchArrays(3)
    arrays.fill([BatchPiece(sequence=9, position=40, tokens=[8, 8, 8], num_outputs=3)])  # what was there before
    pieces = [
        BatchPiece(sequence=5, position=17, tokens=(3,), num_outputs=1),
        BatchPiece(sequence=2, position=0, tokens=[4], num_outputs=0),
    ]
    assert arrays.fill(pieces) == 2
    rows = zip(arrays.token, arrays.position, arrays.sequence, arrays.output, strict=True)
    assert [tuple(int(value) for value in row) for row in rows][:2] == [(3, 17, 5, 1), (4, 0, 2, 0)]
    with pytest.raises(ValueError, match="at most 3"):
        arrays.fill(pieces * 2)


def test_scores_are_looked_up_anew_after_each_decode(context: backend.Context, prompt: list[int]) -> None:
    first = extend(context, 0, 0, prompt[:4])
    view = context.logits(3)
    second = extend(context, 0, 4, prompt[4:8])
    assert not np.array_equal(first, second)
    assert np.array_equal(context.logits(3), second)
    assert context.logits(3) is view  # no row is described twice
