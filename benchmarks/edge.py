"""What a streamed token costs besides the engine: the whole application over scripted answers.

    python -m benchmarks.edge [--streams 16] [--tokens 1000] [--sockets]

Prints streamed tokens per second of one core's time, the script's own share included, and how long a lone client waits
for its first byte. With `--sockets` the server is the one of `flowgen serve` and each stream a TCP connection from
another process; without, the application is called as a server would call it.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from typing import Any

import httpx
import msgspec
import uvicorn
from dependency_injector import providers

from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings
from flowgen.cli.listening import listen
from flowgen.cli.server import Server
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


async def _connected(port: int, num_tokens: int) -> float:
    """Ask over a connection and read to the end; the seconds until the first byte. Raises SystemExit for less."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps(_BODY).encode()
    head = f"POST {_PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    start = time.perf_counter()
    writer.write(head.encode() + body)
    data = await reader.read(1)
    first_s = time.perf_counter() - start
    data += await reader.read()
    writer.close()
    if data.count(b"data: ") < num_tokens:
        raise SystemExit("an answer was cut short")
    return first_s


def _ask(port: int, num_streams: int, num_tokens: int) -> list[float]:
    """What the other process does: the seconds until each stream's first byte."""

    async def ask() -> list[float]:
        return list(await asyncio.gather(*(_connected(port, num_tokens) for _ in range(num_streams))))

    return asyncio.run(ask())


async def _measure_sockets(num_streams: int, num_tokens: int) -> None:
    app = await _loaded_app(num_tokens)
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    server = Server(app, lambda: asyncio.sleep(0))
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    with multiprocessing.get_context("spawn").Pool(1) as clients:
        lone = [(await _asked(clients, port, 1, num_tokens))[0] for _ in range(_NUM_LONE)]
        start = time.process_time()
        await _asked(clients, port, num_streams, num_tokens)
        seconds = time.process_time() - start
    server.handle_exit(0, None)
    await serving
    _tell(num_streams * num_tokens / seconds, f"{num_streams} connections", statistics.median(lone))


async def _asked(clients: Any, port: int, num_streams: int, num_tokens: int) -> list[float]:
    """Ask from the other process, while this one's loop serves."""
    found: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
    tell = asyncio.get_running_loop().call_soon_threadsafe
    arguments = (port, num_streams, num_tokens)
    clients.apply_async(
        _ask,
        arguments,
        callback=lambda told: tell(found.set_result, told),
        error_callback=lambda error: tell(found.set_exception, error),
    )
    return await found


def _tell(rate: float, over: str, first_s: float) -> None:
    print(f"{rate:.0f} tokens/s of one core over {over}; first byte after {first_s:.4f} s")


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
    _tell(num_streams * num_tokens / seconds, f"{num_streams} streams", first_s)


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
    parser.add_argument("--sockets", action="store_true")
    arguments = parser.parse_args()
    measure = _measure_sockets if arguments.sockets else _measure
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:  # as `flowgen serve` does
        runner.run(measure(arguments.streams, arguments.tokens))


if __name__ == "__main__":
    main()
