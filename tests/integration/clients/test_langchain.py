"""LangChain's chat model: tools, structured output, an asynchronous stream."""

from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx
import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr


class Reading(BaseModel):
    """What the model is to answer with."""

    unit: Literal["km", "m"]
    number: int


@tool
def calculate_sum(a: int, b: int) -> int:
    """Add two numbers"""
    return a + b


@pytest.fixture
async def model(base_url: str) -> AsyncIterator[ChatOpenAI]:
    """With HTTP clients that are closed: its own it leaves open."""
    with httpx.Client() as client:
        async with httpx.AsyncClient() as async_client:
            yield ChatOpenAI(
                model="any",
                base_url=base_url,
                api_key=SecretStr("none"),
                temperature=0,
                max_completion_tokens=60,
                http_client=client,
                http_async_client=async_client,
            )


@pytest.mark.parametrize("strict", [None, True])
def test_bound_tools_are_called(model: ChatOpenAI, strict: bool | None) -> None:
    answer = model.bind_tools([calculate_sum], tool_choice="any", strict=strict).invoke("What is 15 + 25?")
    assert answer.tool_calls[0]["name"] == "calculate_sum"
    assert isinstance(calculate_sum.invoke(answer.tool_calls[0]["args"]), int)


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output_is_an_instance(model: ChatOpenAI, method: Any) -> None:
    assert isinstance(model.with_structured_output(Reading, method=method).invoke("How far?"), Reading)


async def test_a_stream_in_pieces(model: ChatOpenAI) -> None:
    whole: Any = None
    async for chunk in model.astream("Hello!", stream_usage=True):
        whole = chunk if whole is None else whole + chunk
    assert isinstance(whole, AIMessageChunk)
    assert whole.text
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] > 0


async def test_a_streamed_call_is_not_lost(model: ChatOpenAI) -> None:
    whole: Any = None
    async for chunk in model.bind_tools([calculate_sum], tool_choice="any").astream("What is 15 + 25?"):
        whole = chunk if whole is None else whole + chunk
    assert [call["name"] for call in whole.tool_calls][:1] == ["calculate_sum"]
