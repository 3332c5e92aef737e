"""Chats of all kinds, dropped at random moments, over HTTP; and what must be left of them, which is nothing."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx

from support.served_here import ServedHere

_NUM_CLIENTS = 12
_PATIENCE_S = 120.0
_SYSTEMS = ("", "You are a helpful assistant.", "Answer in one word. " * 40, "Answer in one word. " * 20 + "Be kind.")
_QUESTIONS = ("Count from 1 to 30", "What is 15 + 25?", "Hello!", "Say this: one two three", "Calculate 3 + 4")
_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "score": {"type": "integer"}},
    "required": ["city", "score"],
}
_SUM = {
    "name": "calculate_sum",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}
_LAST = {
    "messages": [{"role": "user", "content": "What is 15 + 25?"}],
    "options": {"temperature": 0.0, "max_tokens": 40},
}


async def drop_chats(server: ServedHere, num_chats: int, seed: int) -> int:
    """Start so many chats and leave each at a random moment; give how many ended by themselves. Then the engine must
    be as free as it was, no connection and no task be left, and the next answer be right."""
    async with _client(server) as client:
        await _check_last(client)
    before = server.num_open()[1]
    draws = (random.Random(f"{seed}/{number}") for number in range(num_chats))
    async with _client(server) as client:
        ended = await asyncio.gather(*(_visit(client, draws) for _ in range(_NUM_CLIENTS)))
        await _check_nothing_left(client)
        await _check_last(client)
    await _check_no_task_left(server, before)
    return sum(ended)


@contextlib.asynccontextmanager
async def _client(server: ServedHere) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=server.url, timeout=_PATIENCE_S, limits=limits) as client:
        yield client


async def _visit(client: httpx.AsyncClient, draws: Iterator[random.Random]) -> int:
    """Start one chat after the other, as long as there are any; give how many were not cut short."""
    num_ended = 0
    for draw in draws:
        path, body, is_streamed = _chat(draw)
        patience = draw.choice((0.0, 0.01, 0.1, 1.0, 5.0)) * draw.random()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience if draw.random() < 0.8 else _PATIENCE_S):
                if is_streamed:
                    await _read_some(client, path, body, draw.choice((0, 1, 3, 20, None)))
                else:
                    _check_whole(await client.post(path, json=body))
                num_ended += 1
    return num_ended


def _chat(draw: random.Random) -> tuple[str, dict[str, Any], bool]:
    """Where a chat goes, its body, and whether it is streamed."""
    is_native, is_streamed = draw.random() < 0.5, draw.random() < 0.5
    system = draw.choice(_SYSTEMS)
    messages = [{"role": "system", "content": system}] if system else []
    body: dict[str, Any] = {"messages": [*messages, {"role": "user", "content": draw.choice(_QUESTIONS)}]}
    body |= draw.choice(({}, {}, {"response_format": {"type": "json_object", "schema": _SCHEMA}}, _tools(draw)))
    options = {
        "max_tokens": draw.choice((1, 30, 200)),
        "temperature": draw.choice((0.0, 1.0)),
        "seed": draw.randrange(99),
        "stream": is_streamed,
    }
    if is_native:
        return "/chat", body | {"options": options}, is_streamed
    return "/v1/chat/completions", body | {"model": "any"} | options, is_streamed


def _tools(draw: random.Random) -> dict[str, Any]:
    choice = draw.choice(("auto", "required", "none"))
    return {"tools": [{"type": "function", "function": _SUM}], "tool_choice": choice}


async def _read_some(client: httpx.AsyncClient, path: str, body: dict[str, Any], num_lines: int | None) -> None:
    """Read so many events and go, or all of them: then the last one says that this is all."""
    async with client.stream("POST", path, json=body) as answer:
        assert answer.status_code == 200, await answer.aread()
        last = ""
        async for line in answer.aiter_lines():
            if not line.startswith("data: "):
                continue
            if num_lines is not None and num_lines <= 0:
                return
            num_lines = None if num_lines is None else num_lines - 1
            last = line
        assert last == "data: [DONE]", last


def _check_whole(answer: httpx.Response) -> None:
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["finish_reason"] in ("stop", "length", "tool_calls")


async def _check_nothing_left(client: httpx.AsyncClient) -> None:
    """Every sequence is free, and no cell is held but by the cache."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            engine = (await client.get("/engine")).json()
            if engine["num_running"] == engine["num_waiting"] == 0:
                break
            await asyncio.sleep(0.05)
    assert engine["sequences"] == []
    assert engine["num_cells_used"] == engine["cache"]["num_cells"], json.dumps(engine)
    assert (await client.get("/health")).status_code == 200


async def _check_last(client: httpx.AsyncClient) -> None:
    answer = await client.post("/chat", json=_LAST)
    assert answer.status_code == 200, answer.text
    assert "40" in answer.json()["choices"][0]["message"]["content"]


async def _check_no_task_left(server: ServedHere, before: int) -> None:
    """Connections close a moment after their clients."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            num_connections, num_tasks = await asyncio.to_thread(server.num_open)
            if num_connections == 0 and num_tasks <= before:
                return
            await asyncio.sleep(0.05)
