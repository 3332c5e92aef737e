"""POST /v1/chat/completions: whole answers, streams to the byte, and errors before and after the first byte."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from flowgen.domain.errors import ConstraintRefused, EngineFailed, GenerationInterrupted, QueueFull
from flowgen.domain.events import ContentDelta, ToolCallArguments, ToolCallFinished, ToolCallStarted
from flowgen.domain.messages import ToolCall
from support.http_fakes import DONE, HI, Backstage, Step

URL = "/v1/chat/completions"
HELLO: dict[str, Any] = {"model": "any", "messages": [{"role": "user", "content": "Hello!"}]}
STREAM = {**HELLO, "stream": True}


def chunks(answer: httpx.Response) -> list[Any]:
    """The events but for the `[DONE]`, which must be the last."""
    events = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line.startswith("data: ")]
    assert events.pop() == "[DONE]"
    return [json.loads(event) for event in events]


async def test_without_a_model_it_is_a_404_that_no_client_sends_again(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, json=HELLO)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_loaded"


async def test_a_whole_answer_names_the_real_model(loaded: httpx.AsyncClient) -> None:
    answer = await loaded.post(URL, json={**HELLO, "odd": 1})
    body = answer.json()
    assert answer.status_code == 200
    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi you."},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    assert (body["object"], body["model"], body["usage"]["total_tokens"]) == ("chat.completion", "tiny", 5)
    assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 0}
    assert body["id"].startswith("chatcmpl-")
    assert body["created"] > 1_600_000_000
    assert body["warnings"] == ["odd is unknown and was ignored."]


async def test_a_stream_to_the_byte(loaded: httpx.AsyncClient) -> None:
    answer = await loaded.post(URL, json={**STREAM, "odd": 1, "stream_options": {"include_usage": True}})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-flowgen-warnings"] == "odd is unknown and was ignored."
    first = chunks(answer)[0]
    head = f'{{"id":"{first["id"]}","object":"chat.completion.chunk","created":{first["created"]},'
    head += '"model":"tiny","choices":'
    usage = '{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":0},'
    usage += '"discarded_tokens":0}'
    assert answer.text == "".join(
        [
            f'data: {head}[{{"index":0,"delta":{{"role":"assistant","content":null}},"finish_reason":null}}]}}\n\n',
            f'data: {head}[{{"index":0,"delta":{{"content":"Hi"}},"finish_reason":null}}]}}\n\n',
            f'data: {head}[{{"index":0,"delta":{{"content":" you."}},"finish_reason":null}}]}}\n\n',
            f'data: {head}[{{"index":0,"delta":{{}},"finish_reason":"stop"}}]}}\n\n',
            f'data: {head}[],"usage":{usage}}}\n\n',
            "data: [DONE]\n\n",
        ]
    )


async def test_a_stream_without_warnings_has_no_such_header(loaded: httpx.AsyncClient) -> None:
    assert "x-flowgen-warnings" not in (await loaded.post(URL, json=STREAM)).headers


async def test_both_forms_say_the_same(loaded: httpx.AsyncClient, backstage: Backstage) -> None:
    backstage.chat.script = [
        ContentDelta(text="Hm, é\r\n\u2028 "),
        ToolCallStarted(index=0, name="f", id="call_1"),
        ToolCallArguments(index=0, json='{"a":[1,'),
        ToolCallArguments(index=0, json="null]}"),
        ToolCallFinished(index=0, call=ToolCall(name="f", arguments={"a": [1, None]}, id="call_1")),
        ToolCallFinished(index=1, call=ToolCall(name="g", arguments={}, id="call_2")),
        DONE,
    ]
    message = (await loaded.post(URL, json=HELLO)).json()["choices"][0]["message"]
    sent = [chunk["choices"][0] for chunk in chunks(await loaded.post(URL, json=STREAM))]
    calls: dict[int, dict[str, Any]] = {}
    for delta in [delta for choice in sent for delta in choice["delta"].get("tool_calls", [])]:
        call = calls.setdefault(delta["index"], {**delta, "function": {"name": "", "arguments": ""}})
        for name, piece in delta["function"].items():
            call["function"][name] += piece
    assert message["content"] == "".join(choice["delta"].get("content") or "" for choice in sent)
    assert message["tool_calls"] == [
        {name: value for name, value in call.items() if name != "index"} for call in calls.values()
    ]
    assert [choice["finish_reason"] for choice in sent if choice["finish_reason"]] == ["tool_calls"]


@pytest.mark.parametrize("body", [HELLO, STREAM])
@pytest.mark.parametrize(
    ("error", "status", "code", "retry_after"),
    [
        (ConstraintRefused("tools[0].function.parameters", "no"), 400, "constraint_refused", None),
        (QueueFull(32, 7), 429, "queue_full", "7"),
        (GenerationInterrupted("The model was unloaded."), 503, "generation_interrupted", "5"),
    ],
)
async def test_what_can_fail_before_the_first_byte_has_a_status(
    loaded: httpx.AsyncClient,
    backstage: Backstage,
    monkeypatch: pytest.MonkeyPatch,
    body: dict[str, Any],
    error: Exception,
    status: int,
    code: str,
    retry_after: str | None,
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(backstage.chat, "start_choices", fail)
    answer = await loaded.post(URL, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.headers.get("retry-after") == retry_after


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (EngineFailed("The engine broke."), "The engine broke."),
        (ZeroDivisionError("secret"), "Internal error; the server's log has the details."),
    ],
)
async def test_a_failure_in_a_stream_is_its_last_event(
    loaded: httpx.AsyncClient, backstage: Backstage, failure: Exception, text: str
) -> None:
    backstage.chat.script = [ContentDelta(text="Hi"), failure]
    answer = await loaded.post(URL, json=STREAM)
    last = answer.text.rstrip().rsplit("\n\n", 1)[1]
    assert json.loads(last.removeprefix("data: "))["error"]["message"] == text
    assert "[DONE]" not in answer.text
    assert '"finish_reason":"' not in answer.text
    whole = await loaded.post(URL, json=HELLO)
    assert (whole.status_code, whole.json()["error"]["message"]) == (500, text)
    assert backstage.chat.num_open == 0


async def test_silence_is_filled_with_pings(loaded: httpx.AsyncClient, backstage: Backstage) -> None:
    script: list[Step] = [1.2, *HI]
    backstage.chat.script = script
    answer = await loaded.post(URL, json=STREAM)
    role, *rest = answer.text.split("\n\n")
    assert '"role":"assistant"' in role
    assert rest[:2] == [": ping", ": ping"]
    assert answer.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "invalid_request"),
        (b"", 400, "invalid_request"),
        (b"[]", 400, "invalid_field"),
        (b'{"messages": []}', 400, "invalid_field"),
        (b'{"messages": "' + b"x" * 5000 + b'"}', 413, "request_too_large"),
    ],
)
async def test_bad_bodies(loaded: httpx.AsyncClient, content: bytes, status: int, code: str) -> None:
    answer = await loaded.post(URL, content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1", 404, "unknown_url"),
        ("GET", "/v1/nowhere", 404, "unknown_url"),
        ("POST", "/v1/chat/nowhere", 404, "unknown_url"),
        ("GET", URL, 405, "method_not_allowed"),
        ("DELETE", URL, 405, "method_not_allowed"),
    ],
)
async def test_errors_of_routing(client: httpx.AsyncClient, method: str, path: str, status: int, code: str) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_foreign_pages_are_refused_in_the_dialects_shape(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, json=HELLO, headers={"origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize("body", [HELLO, STREAM])
async def test_a_client_that_leaves_frees_the_model(
    socket_client: httpx.AsyncClient, backstage: Backstage, body: dict[str, Any]
) -> None:
    backstage.chat.script = [HI[0], 30.0, *HI]
    asking = asyncio.create_task(socket_client.post(URL, json=body))
    while not backstage.chat.num_open:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.wait({asking})
    assert await backstage.chat.all_closed()
