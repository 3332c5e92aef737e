"""The plugins that come with FlowGen, one after the other."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowgen
from flowgen.adapters.plugins.huggingface_tokenizer import HuggingFaceTokenizer
from flowgen.adapters.plugins.max_time import MaxTime
from flowgen.adapters.plugins.no_repeat_ngram import NoRepeatNgram
from flowgen.adapters.plugins.prompt_lookup import PromptLookup
from flowgen.domain.plugins import TimeLimit

NANO_TOKENIZER = Path(flowgen.__file__).parent / "models/flowgen-nano/tokenizer"


def test_max_time_stops_once_the_seconds_have_passed() -> None:
    criterion = MaxTime(seconds=0.5)
    assert [criterion.should_stop([1], seconds) for seconds in (0.0, 0.49, 0.5, 9.0)] == [False, False, True, True]
    assert isinstance(criterion, TimeLimit)
    assert criterion.time_limit_s == 0.5


@pytest.mark.parametrize("seconds", [0, -1, "5", True, None, float("nan")])
def test_max_time_says_what_is_wrong_with_its_seconds(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds"):
        MaxTime(seconds=seconds)


@pytest.mark.parametrize("n", [0, -1, 2.5, "3", True, None])
def test_no_repeat_ngram_says_what_is_wrong_with_its_n(n: int) -> None:
    with pytest.raises(ValueError, match="n must be"):
        NoRepeatNgram(n=n)


@given(n=st.integers(1, 4), draws=st.lists(st.integers(0, 5), max_size=60))
def test_no_run_of_n_tokens_comes_twice(n: int, draws: list[int]) -> None:
    processor, tokens = NoRepeatNgram(n=n), list[int]()
    for draw in draws:
        logits = np.zeros(6, np.float32)
        processor.process([0, 0, 0], tokens, logits)
        if not np.isfinite(logits[draw]):
            continue
        tokens.append(draw)
    runs = [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    assert len(runs) == len(set(runs))


def test_no_repeat_ngram_learns_from_tokens_that_come_several_at_once() -> None:
    processor, logits = NoRepeatNgram(n=2), np.zeros(4, np.float32)
    processor.process([], [1, 2, 3, 1], logits)
    assert [bool(np.isfinite(score)) for score in logits] == [True, True, False, True]


def test_prompt_lookup_gives_what_followed_the_latest_such_run() -> None:
    lookup = PromptLookup(max_ngram_size=2, num_tokens=3)
    assert list(lookup.draft([1, 2, 3, 4, 5, 9, 1, 2])) == [3, 4, 5]
    assert list(lookup.draft([1, 2, 3, 1, 2, 4, 1, 2])) == [4, 1, 2]
    assert list(lookup.draft([7, 2, 3, 8, 2])) == [3, 8, 2]
    assert list(lookup.draft([5, 5])) == [5]
    assert [list(lookup.draft(tokens)) for tokens in ([], [1], [1, 2, 3])] == [[], [], []]


@pytest.mark.parametrize("parameters", [{"max_ngram_size": 0}, {"num_tokens": True}, {"num_tokens": "3"}])
def test_prompt_lookup_says_what_is_wrong(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        PromptLookup(**parameters)


def test_a_hugging_face_folder_tokenizes_in_the_models_own_ids() -> None:
    tokenizer = HuggingFaceTokenizer(path=str(NANO_TOKENIZER))
    assert len(tokenizer.tokenize("<|im_end|>", True)) == 1
    assert len(tokenizer.tokenize("<|im_end|>", False)) > 1


def test_a_folder_without_a_tokenizer_is_said_to_be_one(tmp_path: Path) -> None:
    for path in (str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(ValueError, match="tokenizer"):
            HuggingFaceTokenizer(path=path)
