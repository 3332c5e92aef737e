"""The app over a scripted engine: in this process, and on a real socket."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from litestar import Litestar

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.application.schema_support import SchemaSupport
from flowgen.http.app import create_app
from flowgen.http.guard import Bound
from support.http_fakes import Backstage

PING_S = 0.5


@pytest.fixture
async def backstage() -> Backstage:
    return Backstage()


@pytest.fixture
def app(backstage: Backstage) -> Litestar:
    return create_app(
        host=backstage.host,
        chat=backstage.chat,
        catalog=backstage.catalog,
        schemas=SchemaSupport(LlguidanceConstrainer()),
        bound=Bound(host="127.0.0.1", port=8001),
        ping_interval_s=PING_S,
        max_body=4096,
    )


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Without a socket: for everything but connections."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8001") as client:
        yield client


@pytest.fixture
async def loaded(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same with a model."""
    answer = await client.post("/load", json={"model_path": "/models/tiny.gguf"})
    assert answer.status_code == 200
    return client


@pytest.fixture
async def socket_client(app: Litestar, backstage: Backstage) -> AsyncIterator[httpx.AsyncClient]:
    """Over a real server and a real socket, with a model."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=2))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await client.post("/load", json={"model_path": "/models/tiny.gguf"})
        yield client
    server.should_exit = True
    await serving
