"""Biases and penalties have several names and shapes on the wire, and one in the engine."""

from typing import Any

import pytest

from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.generation import Sampling
from flowgen.http.openai.mapping import read_completion

NEVER = float("-inf")


def sampling(**fields: Any) -> Sampling:
    return read_completion({"messages": [{"role": "user", "content": "Hi"}], **fields}).request.sampling


@pytest.mark.parametrize(
    ("raw", "biases"),
    [
        ({"5": 1}, {5: 1.0}),
        ({"5": False}, {5: NEVER}),
        ([[5, -1.5], [6, False]], {5: -1.5, 6: NEVER}),
        ([], {}),
        (None, {}),
    ],
)
def test_biases_are_an_object_or_pairs(raw: Any, biases: dict[int, float]) -> None:
    assert sampling(logit_bias=raw).logit_bias == biases


@pytest.mark.parametrize("raw", [[["", 1.0]], {"": 1}, [[-1, 1.0]], {"-1": 1.0}, {"5": True}, [[5]], "5", [5]])
def test_other_biases_are_named(raw: Any) -> None:
    with pytest.raises(InvalidField) as refused:
        sampling(logit_bias=raw)
    assert (refused.value.field or "").startswith("logit_bias")


def test_a_text_is_biased_by_its_tokens_in_pairs_whatever_it_says() -> None:
    body = {"messages": [{"role": "user", "content": "Hi"}], "logit_bias": [["Hello", 2], ["5", False], [5, 1]]}
    request = read_completion(body).request
    assert (request.text_biases, request.sampling.logit_bias) == ((("Hello", 2.0), ("5", NEVER)), {5: 1.0})
    assert read_completion({**body, "logit_bias": {"the": 1}}).request.text_biases == (("the", 1.0),)


def test_the_penalty_of_repetitions_has_two_names() -> None:
    assert sampling(repetition_penalty=1.3).repeat_penalty == 1.3
    assert sampling(repetition_penalty=1.3, repeat_penalty=1.3).repeat_penalty == 1.3
    with pytest.raises(ConflictingFields):
        sampling(repetition_penalty=1.3, repeat_penalty=1.2)
