"""What a streamed token costs besides the engine: the whole application over scripted answers, without sockets.

    python -m benchmarks.edge [--streams 16] [--tokens 1000]

Prints streamed tokens per second of one core's time, the script's own share included, and how long a lone client waits
for its first byte.
"""

import argparse
import asyncio
import json
import statistics
import time
from typing import Any

import httpx
import msgspec
from dependency_injector import providers

from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings
from flowgen.domain.model import ModelSpec
from flowgen.testing.scripted_factory import ScriptedRuntimeFactory
from flowgen.testing.scripted_runtime import ScriptedAnswer, ScriptedRuntime, scripted_info

_NUM_LONE = 9
_PATH = "/v1/chat/completions"
_BODY = {"messages": [{"role": "user", "content": "Hello!"}], "stream": True}


class Listener:
    """A client that only counts: the pieces it was sent, and the seconds until the first."""

    def __init__(self) -> None:
        self.num_pieces = 0
        self.first_s = 0.0
        self._started = 0.0
        self._request: list[dict[str, Any]] = [
            {"type": "http.request", "body": json.dumps(_BODY).encode(), "more_body": False}
        ]

    async def receive(self) -> dict[str, Any]:
        """Ask, then stay."""
        if self._request:
            return self._request.pop()
        await asyncio.Event().wait()
        raise AssertionError("unreachable: nobody sets the event")

    async def send(self, message: dict[str, Any]) -> None:
        """Count a piece."""
        if message["type"] == "http.response.body":
            self.first_s = self.first_s or time.perf_counter() - self._started
            self.num_pieces += 1

    async def listen(self, app: Any) -> None:
        """Ask and read to the end."""
        self._started = time.perf_counter()
        scope = {"type": "http", "method": "POST", "path": _PATH, "raw_path": _PATH.encode(), "query_string": b""}
        scope |= {"headers": [(b"host", b"localhost")], "server": ("127.0.0.1", 8001), "scheme": "http"}
        await app(scope, self.receive, self.send)


async def _measure(num_streams: int, num_tokens: int) -> None:
    app = await _loaded_app(num_tokens)
    lone = [Listener() for _ in range(_NUM_LONE)]
    for listener in lone:
        await listener.listen(app)
    listeners = [Listener() for _ in range(num_streams)]
    start = time.process_time()
    await asyncio.gather(*(listener.listen(app) for listener in listeners))
    seconds = time.process_time() - start
    if any(listener.num_pieces < num_tokens for listener in listeners):
        raise SystemExit("an answer was cut short")
    first_s = statistics.median(listener.first_s for listener in lone)
    rate = num_streams * num_tokens / seconds
    print(f"{rate:.0f} tokens/s of one core over {num_streams} streams; first byte after {first_s:.4f} s")


async def _loaded_app(num_tokens: int) -> Any:
    answer = ScriptedAnswer(pieces=("word ",) * num_tokens)

    def make(spec: ModelSpec) -> ScriptedRuntime:
        info = scripted_info(n_ctx=2 * num_tokens + 1000)
        facts = msgspec.structs.replace(info.facts, path=spec.path)
        return ScriptedRuntime(lambda _: answer, info=msgspec.structs.replace(info, facts=facts))

    container = make_container(Settings(port=0))
    container.runtimes.override(providers.Object(ScriptedRuntimeFactory(make)))
    app = container.app()
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        (await client.post("/load", json={"model_path": "scripted.gguf"})).raise_for_status()
    return app


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=1000)
    arguments = parser.parse_args()
    asyncio.run(_measure(arguments.streams, arguments.tokens))


if __name__ == "__main__":
    main()
