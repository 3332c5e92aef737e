"""What is timed and counted of a streamed answer: what was asked for, and nothing beside it."""

import json
import random
from typing import Any

import httpx
import pytest
from benchmarks.chat import Answer, Asked, ServerRefused, chat
from benchmarks.texts import toolbox

CALL = {"index": 0, "function": {"name": "f", "arguments": "{}"}}


def asked(**fields: Any) -> Asked:
    return Asked(messages=[{"role": "user", "content": "Hello!"}], max_tokens=2, seed=1, **fields)


async def answered(question: Asked, *chunks: Any) -> Answer:
    events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=events))
    async with httpx.AsyncClient(transport=transport) as client:
        return await chat(client, "http://peer", question)


def piece(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"delta": delta}]}


async def test_a_text_is_good_when_it_is_as_long_as_was_asked_for() -> None:
    usage = {"choices": [], "usage": {"completion_tokens": 2}}
    answer = await answered(asked(), piece(role="assistant"), piece(content="Hi"), piece(content=" you"), usage)
    assert (answer.text, answer.num_tokens, len(answer.gaps_s), answer.is_good) == ("Hi you", 2, 1, True)
    assert not (await answered(asked(), {"choices": [], "usage": {"completion_tokens": 1}})).is_good


async def test_where_a_call_is_asked_for_a_text_before_it_is_not_its_beginning() -> None:
    answer = await answered(asked(tools=toolbox(random.Random(1))), piece(content="Let me"), piece(tool_calls=[CALL]))
    assert (answer.num_tokens, answer.gaps_s, answer.is_good) == (1, [], False)  # no tool is named f


async def test_a_stream_that_ends_with_an_error_is_no_answer() -> None:
    with pytest.raises(ServerRefused, match="broke"):
        await answered(asked(), {"error": {"message": "it broke"}})
