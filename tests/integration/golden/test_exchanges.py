"""Ten exchanges to the byte: what clients were built to read. A change here is a change of the wire."""

import asyncio
from typing import Any

from flowgen.domain.errors import EngineFailed
from flowgen.testing.scripted_runtime import ScriptedAnswer

TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
    for name in ("get_weather", "get_time")
]
START, END = "<|tool_call_start|>", "<|tool_call_end|>"


def pieces(*texts: str, **fields: Any) -> ScriptedAnswer:
    return ScriptedAnswer(pieces=texts, **fields)


async def test_text(exchange: Any) -> None:
    exchange.script = [pieces("Hi", " you", ".", "\u2028")]
    await exchange.check("text")


async def test_tool_call(exchange: Any) -> None:
    exchange.script = [pieces(START, "[get_weather(", 'city="Zü', 'rich")', "]", END)]
    await exchange.check("tool_call", tools=TOOLS)


async def test_two_calls(exchange: Any) -> None:
    exchange.script = [pieces(START, '[get_weather(city="Bern"), ', 'get_time(city="Oslo")]', END)]
    await exchange.check("two_calls", tools=TOOLS)


async def test_length_inside_a_call(exchange: Any) -> None:
    exchange.script = [pieces(START, "[get_weather(", 'city="Zü', 'rich")', "]", END)]
    await exchange.check("length_inside_a_call", tools=TOOLS, max_tokens=3)


async def test_error_mid_stream(exchange: Any) -> None:
    exchange.script = [pieces("Hi", error=EngineFailed("The engine's process was killed by signal 9."))]
    await exchange.check("error_mid_stream")


async def test_usage(exchange: Any) -> None:
    exchange.script = [pieces("Hi", ".")]
    await exchange.check("usage", stream_options={"include_usage": True})


async def test_two_answers(exchange: Any) -> None:
    exchange.script = [pieces("One"), pieces("Two", "!")]
    await exchange.check("two_answers", n=2, stream_options={"include_usage": True})


async def test_logprobs(exchange: Any) -> None:
    exchange.script = [pieces("é", "!")]
    await exchange.check("logprobs", logprobs=True, top_logprobs=1)


async def test_reasoning(exchange: Any) -> None:
    exchange.script = [pieces("<think>", "Hm", ".", "</think>", "\n\n", "Yes", ".")]
    await exchange.check("reasoning")


async def test_keep_alive(make_exchange: Any) -> None:
    exchange = make_exchange(ping_interval_s=0.1)
    exchange.script, exchange.gate = [pieces("Hi")], asyncio.Event()
    await exchange.check("keep_alive")
