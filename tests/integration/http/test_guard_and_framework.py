"""What is answered outside of the endpoints: foreign pages, wrong paths and methods, and the schema."""

import re

import httpx
import pytest
from litestar import Litestar


@pytest.mark.parametrize("path", ["/chat", "/health", "/schema", "/nowhere"])
@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"host": "evil.example"}])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_foreign_pages_are_refused_everywhere(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await client.request(method, path, headers=headers)
    assert answer.status_code == 403
    assert set(answer.json()) == {"error"}


async def test_own_pages_pass(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health", headers={"origin": "http://localhost:8001"})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/nowhere", 404, "There is nothing at /nowhere."),
        ("GET", "/chat", 405, "GET is not allowed at /chat; allowed: POST."),
        ("DELETE", "/health", 405, "DELETE is not allowed at /health; allowed: GET, HEAD."),
    ],
)
async def test_errors_of_routing(client: httpx.AsyncClient, method: str, path: str, status: int, text: str) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()) == (status, {"error": text})


@pytest.mark.parametrize("path", ["/health", "/models/current", "/engine", "/v1/models", "/schema", "/nowhere"])
async def test_head_is_get_without_its_body(client: httpx.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)
    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")
    assert get.content


async def test_what_has_no_get_has_no_head(client: httpx.AsyncClient) -> None:
    answer = await client.head("/chat")
    assert (answer.status_code, answer.content) == (405, b"")
    assert set(answer.headers["allow"].split(", ")) == {"POST", "OPTIONS"}


@pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
async def test_head_is_among_the_methods_that_are_told(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/health")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", ["/schema", "/schema/openapi.json", "/schema/openapi.yaml"])
async def test_the_schema_needs_no_internet(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert re.findall(r"https?://(?!localhost)[^\s\"']*", answer.text) == []
    assert "html" not in answer.headers["content-type"]


async def test_the_schema_lists_every_option(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    assert set(schema["paths"]) == {
        "/load",
        "/chat",
        "/unload",
        "/health",
        "/models/current",
        "/engine",
        "/capabilities",
        "/tokenize",
        "/detokenize",
        "/apply-template",
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/models",
        "/v1/models/{model_id}",
    }
    chat = schema["paths"]["/chat"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert chat["properties"]["options"]["properties"]["top_k"]["default"] == 40
    assert set(schema["paths"]["/chat"]["post"]["responses"]) == {
        *("200", "400", "403", "404", "409", "413", "422", "429", "500", "503", "507")
    }


async def test_the_app_closes_the_host_when_it_ends(app: Litestar, client: httpx.AsyncClient) -> None:
    async with app.lifespan():
        assert (await client.get("/health")).status_code == 200
    assert (await client.get("/health")).json()["status"] == "closing"
