"""A server over a scripted engine, and the golden files of what it sends. `GOLDEN=write` writes them anew."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from dependency_injector import providers

from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings
from flowgen.domain.model import ModelSpec
from flowgen.testing.scripted_factory import ScriptedRuntimeFactory
from flowgen.testing.scripted_runtime import ScriptedAnswer, ScriptedRuntime, scripted_info

TEMPLATE = (
    "{% if tools %}{{ tools | tojson }}\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}{# <think></think> #}"
)
CONTROL = ("<|im_start|>", "<|im_end|>", "<|tool_call_start|>", "<|tool_call_end|>")
_FOLDER = Path(__file__).parent
_CHANGING = ((r'"id":"chatcmpl-[0-9a-f]+"', '"id":"chatcmpl-0"'), (r'"created":\d+', '"created":0'))


class Exchange:
    """A server whose model answers from `script`; with a `gate`, a quarter of a second after it was asked. `send` gives
    the exact bytes of a stream, but for ids and times."""

    def __init__(self, ping_interval_s: float = 60.0) -> None:
        self.gate: asyncio.Event | None = None
        self.script: list[ScriptedAnswer] = []
        container = make_container(Settings(port=0, engine="inline"))
        container.runtimes.override(providers.Object(ScriptedRuntimeFactory(self._runtime)))
        transport = httpx.ASGITransport(app=container.app(ping_interval_s=ping_interval_s))  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    def _runtime(self, spec: ModelSpec) -> ScriptedRuntime:
        info = scripted_info(control_tokens=CONTROL)
        facts = msgspec.structs.replace(info.facts, path=spec.path, templates={"default": TEMPLATE})
        answers = iter(self.script)

        def answer(_: object) -> ScriptedAnswer:
            if self.gate is not None:
                asyncio.get_running_loop().call_later(0.25, self.gate.set)
            return next(answers)

        return ScriptedRuntime(answer, info=msgspec.structs.replace(info, facts=facts), gate=self.gate)

    async def check(self, name: str, **body: Any) -> None:
        """Compare with the golden file, to the byte; where answers interleave, one after the other."""
        text = await self.send(**body)
        if body.get("n", 1) > 1:
            text = "".join(sorted(text.splitlines(keepends=True), key=_place))
        sent = text.encode()
        path = _FOLDER / f"{name}.sse"
        if os.environ.get("GOLDEN") == "write":
            path.write_bytes(sent)
        assert sent == path.read_bytes()

    async def send(self, **body: Any) -> str:
        loaded = await self.client.post(
            "/load", json={"model_path": "/m/scripted.gguf", "options": {"tool_call_format": "lfm2"}}
        )
        assert loaded.status_code == 200, loaded.text
        messages = [{"role": "user", "content": "Hello!"}]
        answer = await self.client.post("/v1/chat/completions", json={"messages": messages, "stream": True, **body})
        assert answer.status_code == 200, answer.text
        text = answer.text
        for pattern, told in _CHANGING:
            text = re.sub(pattern, told, text)
        calls = list(dict.fromkeys(re.findall(r"call_[0-9a-f]{24}", text)))
        for index, call in enumerate(calls):
            text = text.replace(call, f"call_{index}")
        return re.sub(r"(: ping\n\n)+", ": ping\n\n", text)


def _place(line: str) -> int:
    found = re.search(r'"choices":\[\{"index":(\d+)', line)
    return int(found[1]) if found else 99 if line.strip() else -1


@pytest.fixture
async def make_exchange() -> AsyncIterator[Callable[..., Exchange]]:
    made: list[Exchange] = []

    def make(**settings: float) -> Exchange:
        made.append(Exchange(**settings))
        return made[-1]

    yield make
    for exchange in made:
        await exchange.client.aclose()


@pytest.fixture
async def exchange(make_exchange: Callable[..., Exchange]) -> Exchange:
    return make_exchange()
