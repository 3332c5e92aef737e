"""The workloads by name: who asks what, how many at once. Each gives its answers and the seconds that it took.

solo     1 client, 100-word prompts, 128 tokens out: what one person sees
crowd8   8 clients, 100-word prompts, 96 tokens out: batching
crowd16  16 clients, the same
agents8  8 clients at once, one new 1500-word system prompt shared by all, 30 words of their own, 32 tokens out: agents
         with the same tools; the time to the first token is the figure
turns    1 client, a conversation of 6 turns over a 600-word system prompt: is the history computed again each turn?
schema1  1 client, answers bound to a JSON Schema
schema8  8 clients, the same
tools4   4 clients, 40 tools that are the same for all, `tool_choice` required: an agent's step
gap      4 clients stream 200 tokens; after 1 s one prompt of 4000 words arrives: the gaps between the four's tokens
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from benchmarks.chat import Answer, Asked, chat
from benchmarks.texts import TEAM, toolbox, words

Outcome = tuple[list[Answer], float]
Workload = Callable[[httpx.AsyncClient, str, random.Random], Awaitable[Outcome]]


@dataclass(frozen=True)
class Crowd:
    """`clients` ask at once, `each` times one after the other. Sizes of prompts are words, of answers tokens."""

    clients: int
    each: int
    own: int
    out: int
    shared: int = 0
    with_schema: bool = False
    with_tools: bool = False

    async def __call__(self, client: httpx.AsyncClient, url: str, rng: random.Random) -> Outcome:
        """Run it."""
        chats = self._chats(rng)
        gate = asyncio.Semaphore(self.clients)

        async def run(asked: Asked) -> Answer:
            async with gate:
                return await chat(client, url, asked)

        start = time.perf_counter()
        answers = await asyncio.gather(*(run(asked) for asked in chats))
        return list(answers), time.perf_counter() - start

    def _chats(self, rng: random.Random) -> list[Asked]:
        tools = toolbox(rng) if self.with_tools else None
        system = [{"role": "system", "content": words(self.shared, rng)}] if self.shared else []
        return [
            Asked(
                messages=[*system, {"role": "user", "content": words(self.own, rng)}],
                max_tokens=self.out,
                seed=_seed(rng),
                schema=TEAM if self.with_schema else None,
                tools=tools,
            )
            for _ in range(self.clients * self.each)
        ]


async def _turns(client: httpx.AsyncClient, url: str, rng: random.Random) -> Outcome:
    messages = [{"role": "system", "content": words(600, rng)}]
    answers: list[Answer] = []
    start = time.perf_counter()
    for _ in range(6):
        messages.append({"role": "user", "content": words(40, rng)})
        answers.append(await chat(client, url, Asked(messages=list(messages), max_tokens=48, seed=_seed(rng))))
        messages.append({"role": "assistant", "content": answers[-1].text})
    return answers[1:], time.perf_counter() - start  # the first turn has no history


async def _gap(client: httpx.AsyncClient, url: str, rng: random.Random) -> Outcome:
    def ask(num_words: int, max_tokens: int) -> "asyncio.Task[Answer]":
        messages = [{"role": "user", "content": words(num_words, rng)}]
        return asyncio.create_task(chat(client, url, Asked(messages=messages, max_tokens=max_tokens, seed=_seed(rng))))

    start = time.perf_counter()
    streams = [ask(20, 200) for _ in range(4)]
    await asyncio.sleep(1)
    await ask(4000, 4)
    return list(await asyncio.gather(*streams)), time.perf_counter() - start


def _seed(rng: random.Random) -> int:
    return rng.randrange(2**31)


WORKLOADS: dict[str, Workload] = {
    "solo": Crowd(clients=1, each=3, own=100, out=128),
    "crowd8": Crowd(clients=8, each=2, own=100, out=96),
    "crowd16": Crowd(clients=16, each=2, own=100, out=96),
    "agents8": Crowd(clients=8, each=1, own=30, out=32, shared=1500),
    "turns": _turns,
    "schema1": Crowd(clients=1, each=3, own=50, out=500, with_schema=True),
    "schema8": Crowd(clients=8, each=2, own=50, out=500, with_schema=True),
    "gap": _gap,
    "tools4": Crowd(clients=4, each=2, own=30, out=300, with_tools=True),
}
