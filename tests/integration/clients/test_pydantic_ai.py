"""pydantic-ai: an agent that calls a tool and answers, and one whose answer is a model."""

from collections.abc import AsyncIterator
from typing import Literal

import openai
import pytest
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import NativeOutput
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings


class Reading(BaseModel):
    """What the model is to answer with."""

    unit: Literal["km", "m"]
    number: int


@pytest.fixture
async def model(base_url: str) -> AsyncIterator[OpenAIChatModel]:
    async with openai.AsyncOpenAI(base_url=base_url, api_key="none") as client:
        settings = ModelSettings(temperature=0, max_tokens=60)
        yield OpenAIChatModel("any", provider=OpenAIProvider(openai_client=client), settings=settings)


async def test_an_agent_calls_a_tool_and_answers(model: OpenAIChatModel) -> None:
    agent = Agent(model)
    called: list[tuple[int, int]] = []

    @agent.tool_plain
    def calculate_sum(a: int, b: int) -> int:
        """Add two numbers"""
        called.append((a, b))
        return a + b

    answer = await agent.run("What is 15 + 25?")
    assert called
    assert answer.output
    assert answer.usage.requests >= 2


async def test_an_answer_that_is_a_model(model: OpenAIChatModel) -> None:
    agent = Agent(model, output_type=NativeOutput(Reading))
    assert isinstance((await agent.run("How far is it?")).output, Reading)


async def test_a_stream(model: OpenAIChatModel) -> None:
    async with Agent(model).run_stream("Hello!") as stream:
        pieces = [piece async for piece in stream.stream_text(delta=True)]
    assert "".join(pieces)
    assert stream.usage.output_tokens > 0
