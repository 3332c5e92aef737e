"""POST /chat: whole answers, streams to the byte, and errors before and after the first byte."""

import json
from typing import Any

import httpx
import pytest

from flowgen.domain.errors import ConstraintRefused, EngineFailed
from flowgen.domain.events import ContentDelta, LogprobsDelta, MalformedToolCall, ReasoningDelta, ToolCallFinished
from flowgen.domain.generation import TokenAlternative, TokenLogprob
from flowgen.domain.messages import ToolCall
from support.http_fakes import DONE, HI, Backstage, Step

HELLO = {"messages": [{"role": "user", "content": "Hello!"}]}
STREAM = {**HELLO, "options": {"stream": True}}


async def test_before_load_chat_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.post("/chat", json=HELLO)
    assert (answer.status_code, answer.json()) == (409, {"error": "Model not loaded. Call /load first."})


async def test_a_whole_answer(loaded: httpx.AsyncClient) -> None:
    answer = await loaded.post("/chat", json=HELLO)
    body = answer.json()
    assert answer.status_code == 200
    assert body["choices"] == [{"message": {"role": "assistant", "content": "Hi you."}, "finish_reason": "stop"}]
    assert (body["tool_calls"], body["model"], body["usage"]["total_tokens"]) == ([], "tiny", 5)
    assert body["id"].startswith("chat-")
    assert body["created"] > 1_600_000_000
    assert "warnings" not in body


async def test_a_streamed_answer_to_the_byte(loaded: httpx.AsyncClient) -> None:
    answer = await loaded.post("/chat", json=STREAM)
    head, completion, done = answer.content.rsplit(b"data: ", 2)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert head == b'data: {"content":"Hi"}\n\ndata: {"content":" you."}\n\n'
    assert done == b"[DONE]\n\n"
    assert completion.endswith(b"}\n\n")
    body = json.loads(completion)["completion"]
    assert body["choices"][0]["message"]["content"] == "Hi you."
    assert body["tool_calls"] == []


async def test_both_forms_say_the_same(loaded: httpx.AsyncClient, backstage: Backstage) -> None:
    backstage.chat.script = [
        ReasoningDelta(text="hm\nm"),
        ContentDelta(text="é\r\n\u2028"),
        LogprobsDelta(logprobs=(TokenLogprob(chosen=TokenAlternative(token=1, data=b"x", logprob=-1.0)),)),
        ToolCallFinished(index=0, call=ToolCall(name="f", arguments={"a": [1, None]}, id="call_1")),
        MalformedToolCall(raw="[g(", reason="cut"),
        DONE,
    ]
    options = {"logprobs": 0, "model": "mine", "no_such": 1}
    whole = (await loaded.post("/chat", json={**HELLO, "options": options})).json()
    streamed = await loaded.post("/chat", json={**HELLO, "options": {**options, "stream": True}})
    events = [json.loads(line[6:]) for line in streamed.text.split("\n") if line.startswith("data: {")]
    completion = events.pop()["completion"]
    assert events == [{"reasoning": "hm\nm"}, {"content": "é\r\n\u2028"}]
    for body in (whole, completion):
        del body["id"], body["created"]
    assert whole == completion
    assert whole["incomplete_tool_call"] == "[g("
    assert whole["model"] == "mine"
    assert whole["choices"][0]["logprobs"]["content"][0]["bytes"] == [120]
    assert whole["warnings"][0] == "options.no_such is unknown and was ignored."


async def test_the_models_defaults_can_make_it_stream(client: httpx.AsyncClient) -> None:
    await client.post("/load", json={"model_path": "m", "options": {"stream": True, "temperature": 0.25}})
    assert (await client.post("/chat", json=HELLO)).text.startswith("data: ")
    current = (await client.get("/models/current")).json()
    assert current["chat_defaults"] == {"stream": True, "temperature": 0.25}


@pytest.mark.parametrize("body", [HELLO, STREAM])
async def test_what_can_fail_before_the_first_byte_has_a_status(
    loaded: httpx.AsyncClient, backstage: Backstage, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]
) -> None:
    def refuse(*_: Any) -> Any:
        raise ConstraintRefused("response_format.schema", "no", keyword="not", pointer="/not")

    monkeypatch.setattr(backstage.chat, "start", refuse)
    answer = await loaded.post("/chat", json=body)
    assert answer.status_code == 400
    assert "keyword 'not' at '/not'" in answer.json()["error"]


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
    answer = await loaded.post("/chat", json=STREAM)
    assert answer.text == f'data: {{"content":"Hi"}}\n\ndata: {{"error":"{text}"}}\n\n'
    whole = await loaded.post("/chat", json=HELLO)
    assert (whole.status_code, whole.json()) == (500, {"error": text})
    assert backstage.chat.num_open == 0


async def test_silence_is_filled_with_pings(loaded: httpx.AsyncClient, backstage: Backstage) -> None:
    script: list[Step] = [1.2, *HI]
    backstage.chat.script = script
    answer = await loaded.post("/chat", json=STREAM)
    assert answer.text.startswith(': ping\n\n: ping\n\ndata: {"content":"Hi"}\n\n')
    assert answer.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("content", "status", "text"),
    [
        (b"{", 400, "not valid JSON"),
        (b"", 400, "empty"),
        (b"[]", 400, "a JSON object"),
        (b'{"messages": []}', 400, "messages"),
        (b'{"messages": "' + b"x" * 5000 + b'"}', 413, "too large"),
    ],
)
async def test_bad_bodies(loaded: httpx.AsyncClient, content: bytes, status: int, text: str) -> None:
    answer = await loaded.post("/chat", content=content)
    assert answer.status_code == status
    assert text in answer.json()["error"]
