"""One streamed chat, timed from outside, and whether its answer is what was asked for. Speaks OpenAI's dialect."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import jsonschema

PATH = "/v1/chat/completions"


@dataclass(frozen=True)
class Asked:
    """A chat: a document of `schema`, one call of one of `tools`, or a text of exactly `max_tokens` tokens."""

    messages: list[dict[str, Any]]
    max_tokens: int
    seed: int
    schema: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None

    def body(self) -> dict[str, Any]:
        """What is sent."""
        body: dict[str, Any] = {
            "model": "bench",
            "messages": self.messages,
            "max_tokens": self.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.8,
            "top_p": 0.95,
            "seed": self.seed,
        }
        if self.schema is not None:
            inner = {"name": "team", "schema": self.schema, "strict": True}
            return {**body, "response_format": {"type": "json_schema", "json_schema": inner}}
        if self.tools is not None:
            return {**body, "tools": self.tools, "tool_choice": "required", "parallel_tool_calls": False}
        return {**body, "ignore_eos": True}


@dataclass(frozen=True)
class Answer:
    """Times are seconds; `first_s` is until the first piece of text or of a call, `gaps_s` lie between the pieces."""

    first_s: float
    total_s: float
    num_tokens: int
    gaps_s: list[float]
    text: str
    is_good: bool


@dataclass
class _Heard:
    """What has come of an answer so far. `calls` are names and arguments by index."""

    started: float
    times: list[float] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    calls: dict[int, list[str]] = field(default_factory=dict)
    num_tokens: int | None = None

    def add(self, chunk: dict[str, Any], asked: Asked) -> None:
        """Take a chunk and the time, where it holds some of what was asked for: a text before a call does not."""
        if chunk.get("usage"):
            self.num_tokens = chunk["usage"]["completion_tokens"]
        delta = chunk["choices"][0]["delta"] if chunk.get("choices") else {}
        for piece in delta.get("tool_calls") or []:
            call, function = self.calls.setdefault(piece["index"], ["", ""]), piece.get("function") or {}
            call[0] += function.get("name") or ""
            call[1] += function.get("arguments") or ""
        self.text.append(delta.get("content") or "")
        if delta.get("content" if asked.tools is None else "tool_calls"):
            self.times.append(time.perf_counter())

    def answer(self, asked: Asked) -> Answer:
        """The whole, at its end."""
        total_s = time.perf_counter() - self.started
        text = "".join(self.text)
        return Answer(
            first_s=self.times[0] - self.started if self.times else total_s,
            total_s=total_s,
            num_tokens=self.num_tokens or len(self.times),
            gaps_s=[after - before for before, after in zip(self.times, self.times[1:], strict=False)],
            text=text,
            is_good=is_good(asked, text, self.calls, self.num_tokens),
        )


class ServerRefused(Exception):
    """A server did not answer 200, or its stream ended with an error."""


async def chat(client: httpx.AsyncClient, url: str, asked: Asked) -> Answer:
    """Ask and read the stream to its end. Raises ServerRefused."""
    heard = _Heard(started=time.perf_counter())
    async with client.stream("POST", url + PATH, json=asked.body()) as response:
        if response.status_code != 200:
            raise ServerRefused(f"{url}: {response.status_code} {(await response.aread())[:500]!r}")
        async for line in response.aiter_lines():
            if not line.startswith("data:"):
                continue
            data = line.removeprefix("data:").strip()
            if data == "[DONE]":
                break
            chunk = json.loads(data)
            if "error" in chunk:
                raise ServerRefused(f"{url}: {data[:500]}")
            heard.add(chunk, asked)
    return heard.answer(asked)


def is_good(asked: Asked, text: str, calls: dict[int, list[str]], num_tokens: int | None) -> bool:
    """Say whether an answer is a document of the schema, one valid call, or of the length that was asked for."""
    try:
        if asked.schema is not None:
            jsonschema.validate(json.loads(text), asked.schema)
        elif asked.tools is not None:
            ((name, arguments),) = calls.values()
            schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in asked.tools}
            jsonschema.validate(json.loads(arguments), schemas[name])
        else:
            return num_tokens is None or num_tokens == asked.max_tokens
    except (ValueError, KeyError, jsonschema.ValidationError):
        return False
    return True
