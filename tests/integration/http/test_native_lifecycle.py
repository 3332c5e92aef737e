"""POST /load and /unload, GET /health and /models/current: what they answer in each state of the host."""

import asyncio
import json
from typing import Any

import httpx

from flowgen.domain.errors import ModelFileNotFound, OutOfMemory
from support.http_fakes import HI, Backstage

TINY = {"model_path": "/models/tiny.gguf"}
HELLO = {"messages": [{"role": "user", "content": "Hello!"}]}
EVENTS = {"accept": "text/event-stream"}


async def test_load_answers_when_the_model_is_ready(client: httpx.AsyncClient) -> None:
    answer = await client.post("/load", json={**TINY, "options": {"temperature": 0.5, "odd": 1}})
    body = answer.json()
    assert answer.status_code == 200
    assert body.pop("seconds") >= 0
    assert body == {
        "status": "loaded",
        "model": "tiny",
        "model_path": "/models/tiny.gguf",
        "architecture": "fake",
        "parameters": 5,
        "context": 64,
        "size": 7,
        "template": "a test",
        "tool_call_format": None,
        "tool_call_format_reason": "no known format matches the model's template",
        "options": {"n_ctx": 64},
        "chat_defaults": {"temperature": 0.5},
        "warnings": ["options.odd is unknown and was ignored."],
    }
    current = (await client.get("/models/current")).json()
    assert (current["model"], current["chat_defaults"], current["options"]) == (
        "tiny",
        {"temperature": 0.5},
        {"n_ctx": 64},
    )


async def test_a_watched_load_tells_its_progress_and_then_the_same(client: httpx.AsyncClient) -> None:
    answer = await client.post("/load", json=TINY, headers=EVENTS)
    first, second, last, done, rest = answer.text.split("\n\n")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert first == 'data: {"progress":{"stage":"weights","fraction":0.5}}'
    assert second == 'data: {"progress":{"stage":"weights","fraction":1.0}}'
    loaded = json.loads(last.removeprefix("data: "))["loaded"]
    assert (loaded["status"], loaded["model"]) == ("loaded", "tiny")
    assert (done, rest) == ("data: [DONE]", "")


async def test_a_watched_load_that_fails_before_it_begins_has_a_status(
    client: httpx.AsyncClient, backstage: Backstage
) -> None:
    backstage.runtimes.inspect_failure = ModelFileNotFound("/models/none.gguf")
    answer = await client.post("/load", json=TINY, headers=EVENTS)
    assert (answer.status_code, answer.json()) == (404, {"error": "Model file not found: /models/none.gguf"})


async def test_a_watched_load_that_fails_later_ends_with_an_error(
    client: httpx.AsyncClient, backstage: Backstage
) -> None:
    backstage.runtimes.load_failure = OutOfMemory(9, 5, "weights 9")
    watched = await client.post("/load", json=TINY, headers=EVENTS)
    last = json.loads(watched.text.split("\n\n")[-2].removeprefix("data: "))
    assert "Not enough memory: 9 bytes needed" in last["error"]
    assert "[DONE]" not in watched.text
    assert (await client.post("/load", json=TINY)).status_code == 507


async def test_bad_loads_are_refused(client: httpx.AsyncClient) -> None:
    for body, text in (({}, "model_path is required"), ({"model_path": 3}, "model_path: got 3; allowed: a string")):
        answer = await client.post("/load", json=body)
        assert answer.status_code == 400
        assert text in answer.json()["error"]


async def test_while_a_model_is_being_loaded(client: httpx.AsyncClient, backstage: Backstage) -> None:
    backstage.runtimes.gate.clear()
    loading = asyncio.create_task(client.post("/load", json=TINY))
    await asyncio.sleep(0.05)
    health, second, unload, current, engine, capabilities, chat = await asyncio.gather(
        client.get("/health"),
        client.post("/load", json=TINY),
        client.post("/unload"),
        client.get("/models/current"),
        client.get("/engine"),
        client.get("/capabilities"),
        client.post("/chat", json=HELLO),
    )
    assert (health.status_code, health.json()) == (503, {"status": "loading", "model": None, "loading": "tiny"})
    assert (second.status_code, unload.status_code, current.status_code) == (409, 409, 409)
    assert "in progress" in second.json()["error"]
    assert current.json() == engine.json() == capabilities.json() == second.json()
    assert (chat.status_code, chat.headers["retry-after"]) == (503, "5")
    backstage.runtimes.gate.set()
    assert (await loading).status_code == 200


async def test_health_and_current_without_a_model_and_with_one(client: httpx.AsyncClient, backstage: Backstage) -> None:
    empty = await client.get("/health")
    assert (empty.status_code, empty.json()) == (200, {"status": "ok", "model": None})
    current = await client.get("/models/current")
    assert (current.status_code, current.json()) == (409, {"error": "Model not loaded. Call /load first."})
    await client.post("/load", json={"model_path": "flowgen-nano"})
    assert (await client.get("/health")).json() == {"status": "ok", "model": "flowgen-nano"}
    assert (await client.get("/models/current")).json()["model_path"] == "/pkg/nano.gguf"
    backstage.runtimes.loaded[-1].is_alive = False
    dead = await client.get("/health")
    assert (dead.status_code, dead.json()) == (503, {"status": "failed", "model": "flowgen-nano", "error": "crash"})


async def test_unload_frees_the_model(loaded: httpx.AsyncClient) -> None:
    answer = await loaded.post("/unload")
    assert (answer.status_code, answer.json()) == (200, {"status": "unloaded", "model": "tiny"})
    assert (await loaded.post("/unload", json={"x": 1})).json() == {
        "status": "unloaded",
        "model": None,
        "warnings": ["x is unknown and was ignored."],
    }
    assert (await loaded.post("/chat", json=HELLO)).status_code == 409


async def test_a_model_on_its_way_out_says_so_and_is_unloaded_once(
    loaded: httpx.AsyncClient, backstage: Backstage
) -> None:
    backstage.chat.script = [HI[0], 0.1, *HI]
    chat: asyncio.Task[Any] = asyncio.create_task(loaded.post("/chat", json=HELLO))
    await asyncio.sleep(0.03)
    unloads = [asyncio.create_task(loaded.post("/unload")) for _ in range(2)]
    await asyncio.sleep(0.03)
    current = (await loaded.get("/models/current")).json()
    assert (current["status"], current["model"]) == ("draining", "tiny")
    assert [(await unload).json() for unload in unloads] == [{"status": "unloaded", "model": "tiny"}] * 2
    assert (await chat).status_code == 200


async def test_a_forced_unload_ends_streams_with_an_error(loaded: httpx.AsyncClient, backstage: Backstage) -> None:
    backstage.chat.script = [HI[0], 30.0, *HI]
    stream: asyncio.Task[Any] = asyncio.create_task(loaded.post("/chat", json={**HELLO, "options": {"stream": True}}))
    whole: asyncio.Task[Any] = asyncio.create_task(loaded.post("/chat", json=HELLO))
    await asyncio.sleep(0.05)
    answer = await loaded.post("/unload", json={"force": True})
    assert answer.json()["model"] == "tiny"
    assert (await stream).text == 'data: {"content":"Hi"}\n\ndata: {"error":"The model was unloaded."}\n\n'
    assert ((await whole).status_code, (await whole).json()) == (503, {"error": "The model was unloaded."})


async def test_a_load_in_the_place_of_another_names_it(loaded: httpx.AsyncClient) -> None:
    assert (await loaded.post("/load", json={"model_path": "other.gguf"})).json()["replaced"] == "tiny"
