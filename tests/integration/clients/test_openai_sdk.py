"""OpenAI's own SDK: sync and async, parse, stream, the loop of a tool, errors that are not sent again."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal

import openai
import pytest
from pydantic import BaseModel

ASK: list[Any] = [{"role": "user", "content": "What is 15 + 25?"}]
COLD: dict[str, Any] = {"model": "any", "temperature": 0, "max_tokens": 60}


class Reading(BaseModel):
    """What the model is to answer with."""

    unit: Literal["km", "m"]
    number: int


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="none") as client:
        yield client


@pytest.fixture
async def async_client(base_url: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=base_url, api_key="none") as client:
        yield client


def test_an_answer(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(messages=ASK, n=2, seed=1, **COLD)
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert answer.choices[0].message.content
    assert answer.model == client.models.list().data[0].id == "flowgen-nano"
    assert answer.usage is not None
    assert answer.usage.prompt_tokens_details is not None


async def test_a_stream_says_what_the_whole_says(async_client: openai.AsyncOpenAI) -> None:
    whole = await async_client.chat.completions.create(messages=ASK, **COLD)
    stream = await async_client.chat.completions.create(
        messages=ASK, stream=True, stream_options={"include_usage": True}, **COLD
    )
    chunks = [chunk async for chunk in stream]
    told = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert told == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    assert whole.usage is not None
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens


def test_parse_gives_the_model_that_was_asked_for(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(messages=ASK, response_format=Reading, **COLD)
    assert isinstance(answer.choices[0].message.parsed, Reading)


def test_stream_gives_events_and_the_whole(client: openai.OpenAI, tool: Any) -> None:
    strict: Any = {**tool, "function": {**tool["function"], "strict": True}}
    with client.chat.completions.stream(messages=ASK, tools=[strict], tool_choice="required", **COLD) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert "tool_calls.function.arguments.done" in kinds
    calls = final.choices[0].message.tool_calls
    assert calls
    assert calls[0].function.name == "calculate_sum"
    assert set(json.loads(calls[0].function.arguments)) >= {"a", "b"}
    assert final.choices[0].finish_reason == "tool_calls"


def test_the_loop_of_a_tool(client: openai.OpenAI, tool: Any) -> None:
    named: Any = {"type": "function", "function": {"name": "calculate_sum"}}
    asked = client.chat.completions.create(messages=ASK, tools=[tool], tool_choice=named, **COLD)
    message = asked.choices[0].message
    assert message.tool_calls
    results: list[Any] = [{"role": "tool", "tool_call_id": call.id, "content": "40"} for call in message.tool_calls]
    answer = client.chat.completions.create(messages=[*ASK, message, *results], tools=[tool], **COLD)
    assert answer.choices[0].finish_reason in ("stop", "tool_calls")


def test_texts_and_tokens(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="any", prompt=["Once", [590, 234]], max_tokens=2, logprobs=1, n=2)  # type: ignore[arg-type]
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert answer.choices[0].logprobs is not None


def test_errors_name_the_field_and_are_sent_once(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.embeddings.create(model="any", input="x")
    assert (raised.value.param, raised.value.code) == ("input", "refused_field")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("another")
    long: list[Any] = [{"role": "user", "content": "word " * 9000}]
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(messages=long, **COLD)
    assert raised.value.code == "context_length_exceeded"
