"""Generated conversations: calls fit their tools' schemas, seeds repeat, held-out cases use held-out names."""

import random
from typing import Any

import jsonschema
import pytest
from training.cases import cases
from training.conversations import conversation
from training.families import EXEMPT
from training.names import Source, is_held


def calls_of(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [call["function"] for message in messages for call in message.get("tool_calls", ())]


@pytest.mark.parametrize("held", [True, False])
def test_calls_satisfy_the_schemas_of_the_offered_tools(held: bool) -> None:
    src = Source(random.Random(1), held=held)
    for _ in range(200):
        messages, tools = conversation(src)
        schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}
        for call in calls_of(messages):
            jsonschema.validate(call["arguments"], {**schemas[call["name"]], "additionalProperties": False})


def test_a_seed_gives_the_same_conversations() -> None:
    first, second = (Source(random.Random(5)) for _ in range(2))
    assert [conversation(first) for _ in range(20)] == [conversation(second) for _ in range(20)]


def test_the_cases_for_measuring_use_names_that_training_never_draws() -> None:
    for case in cases(100):
        for tool in case.tools:
            assert is_held(tool["function"]["name"])
            assert all(is_held(name) for name in tool["function"]["parameters"]["properties"])


def test_training_tools_never_use_a_held_out_name() -> None:
    src = Source(random.Random(2))
    names = {tool["function"]["name"] for _ in range(300) for tool in conversation(src)[1]}
    assert not {name for name in names if is_held(name)} - set(EXEMPT)
