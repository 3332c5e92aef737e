"""A client that goes away frees the model at once, streamed or not; over a real socket."""

import asyncio
from typing import Any

import httpx
import pytest
from litestar import Litestar

from flowgen.domain.events import ContentDelta
from support.http_fakes import HI, Backstage, Step

HELLO = {"messages": [{"role": "user", "content": "Hello!"}]}
FLOOD: list[Step] = [step for _ in range(300) for step in (ContentDelta(text="x" * 60_000), 0.001)]


@pytest.mark.parametrize("options", [{}, {"stream": True}])
@pytest.mark.parametrize("start_pause_s", [0.0, 30.0])
async def test_a_client_that_leaves_frees_the_model(
    socket_client: httpx.AsyncClient, backstage: Backstage, options: dict[str, bool], start_pause_s: float
) -> None:
    backstage.chat.script = [HI[0], 30.0, *HI]
    backstage.chat.start_pause_s = start_pause_s
    asking = asyncio.create_task(socket_client.post("/chat", json={**HELLO, "options": options}))
    while not backstage.chat.num_open:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.wait({asking})
    assert await backstage.chat.all_closed()
    backstage.chat.script, backstage.chat.start_pause_s = HI, 0.0
    assert (await socket_client.post("/chat", json=HELLO)).status_code == 200


async def test_a_client_that_leaves_while_it_is_written_to_frees_the_model(
    socket_client: httpx.AsyncClient, backstage: Backstage
) -> None:
    backstage.chat.script = [*FLOOD, 30.0]
    async with socket_client.stream("POST", "/chat", json={**HELLO, "options": {"stream": True}}) as answer:
        pieces = answer.aiter_bytes()
        await anext(pieces)
        await asyncio.sleep(0.3)  # the socket's buffers are full by now
        assert backstage.chat.num_open == 1
    assert await backstage.chat.all_closed()


async def test_pieces_arrive_one_by_one(socket_client: httpx.AsyncClient, backstage: Backstage) -> None:
    backstage.chat.script = [ContentDelta(text="a"), 0.3, ContentDelta(text="b"), HI[-1]]
    arrived: list[tuple[float, bytes]] = []
    clock = asyncio.get_running_loop().time
    async with socket_client.stream("POST", "/chat", json={**HELLO, "options": {"stream": True}}) as answer:
        async for data in answer.aiter_raw():
            arrived.append((clock(), data))
    first = next(at for at, data in arrived if b'"a"' in data)
    second = next(at for at, data in arrived if b'"b"' in data)
    assert second - first > 0.2


async def test_one_clients_trouble_is_nobody_elses(socket_client: httpx.AsyncClient, backstage: Backstage) -> None:
    backstage.chat.script = [HI[0], 0.2, *HI]
    leaving = asyncio.create_task(socket_client.post("/chat", json=HELLO))
    staying = asyncio.create_task(socket_client.post("/chat", json=HELLO))
    await asyncio.sleep(0.1)
    leaving.cancel()
    assert (await socket_client.post("/chat", content=b"{")).status_code == 400
    assert (await staying).json()["choices"][0]["message"]["content"] == "HiHi you."
    await asyncio.wait({leaving})


async def test_a_load_goes_on_when_its_client_leaves(socket_client: httpx.AsyncClient, backstage: Backstage) -> None:
    backstage.runtimes.gate.clear()
    headers = {"accept": "text/event-stream"}
    async with socket_client.stream("POST", "/load", json={"model_path": "other.gguf"}, headers=headers) as answer:
        pieces = answer.aiter_bytes()
        assert b"progress" in await anext(pieces)
    backstage.runtimes.gate.set()
    await asyncio.sleep(0.1)
    assert (await socket_client.get("/health")).json() == {"status": "ok", "model": "other"}


async def test_a_client_that_leaves_in_the_middle_of_its_request_is_no_error(
    socket_client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", socket_client.base_url.port)
    writer.write(b"POST /chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    assert caplog.records == []


async def test_a_client_that_leaves_before_the_first_byte_frees_the_model(
    app: Litestar, client: httpx.AsyncClient, backstage: Backstage
) -> None:
    """The narrowest gap: the answer has begun, and nothing of it has been asked of the generator yet."""
    await client.post("/load", json={"model_path": "/models/tiny.gguf"})
    begun = asyncio.Event()
    body = b'{"messages": [{"role": "user", "content": "Hello!"}], "options": {"stream": true}}'
    messages: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        begun.set()

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": "/chat",
        "raw_path": b"/chat",
        "query_string": b"",
        "headers": [(b"host", b"localhost:8001")],
        "server": ("127.0.0.1", 8001),
        "scheme": "http",
    }
    await app(scope, receive, send)
    assert len(backstage.chat.asked) == 1
    assert backstage.chat.num_open == 0
