"""OpenAI's dialect with the embedded model: each field that is enforced shows."""

import json
from typing import Any

import pytest
from litestar.testing import TestClient

URL = "/v1/chat/completions"
COLD = {"temperature": 0.0, "max_tokens": 40}
HOT = {"temperature": 50.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "max_tokens": 12}
SUM = {
    "type": "function",
    "function": {
        "name": "calculate_sum",
        "description": "Add two numbers",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "integer"}, "unit": {"enum": ["m", "km"]}},
    "required": ["answer", "unit"],
    "additionalProperties": False,
}


def ask(prompt: str = "What is 15 + 25?", **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": prompt}], **COLD, **fields}


def whole(client: TestClient[Any], **fields: Any) -> Any:
    answer = client.post(URL, json=ask(**fields))
    assert answer.status_code == 200, answer.text
    return answer.json()


def streamed(client: TestClient[Any], **fields: Any) -> list[Any]:
    answer = client.post(URL, json=ask(**fields, stream=True))
    assert answer.status_code == 200, answer.text
    events = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line.startswith("data: ")]
    assert events.pop() == "[DONE]"
    return [json.loads(event) for event in events]


def text(client: TestClient[Any], **fields: Any) -> str:
    content: str = whole(client, **fields)["choices"][0]["message"]["content"]
    return content


def test_text_whole_and_streamed(client: TestClient[Any]) -> None:
    body = whole(client)
    *chunks, last = streamed(client, stream_options={"include_usage": True})
    content = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    assert "40" in content
    assert content == body["choices"][0]["message"]["content"]
    usage = last["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert 0 <= usage["prompt_tokens_details"]["cached_tokens"] < usage["prompt_tokens"]
    assert usage["completion_tokens"] == body["usage"]["completion_tokens"]
    assert body["model"] == "flowgen-nano"


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "calculate_sum"}}])
def test_a_streamed_call(client: TestClient[Any], choice: Any) -> None:
    chunks = streamed(client, tools=[SUM], tool_choice=choice, parallel_tool_calls=False)
    deltas = [piece for chunk in chunks for piece in chunk["choices"][0]["delta"].get("tool_calls", [])]
    assert deltas[0]["id"].startswith("call_")
    assert (deltas[0]["type"], deltas[0]["function"]["name"]) == ("function", "calculate_sum")
    assert [piece for piece in deltas[1:] if {"id", "type"} & set(piece) or "name" in piece["function"]] == []
    assert {piece["index"] for piece in deltas} == {0}
    arguments = json.loads("".join(piece["function"].get("arguments", "") for piece in deltas))
    assert set(arguments) == {"a", "b"}
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks if chunk["choices"][0]["finish_reason"]] == [
        "tool_calls"
    ]
    assert not any(chunk["choices"][0]["delta"].get("content") for chunk in chunks)


def test_a_whole_call_and_its_result(client: TestClient[Any]) -> None:
    message = whole(client, tools=[SUM], tool_choice="required")["choices"][0]["message"]
    assert message["content"] is None
    call = message["tool_calls"][0]
    assert isinstance(json.loads(call["function"]["arguments"]), dict)
    messages = [
        {"role": "user", "content": "What is 15 + 25?"},
        message,
        {"role": "tool", "tool_call_id": call["id"], "content": "40"},
    ]
    assert text(client, messages=messages, tools=[SUM], tool_choice="none")


def test_a_call_that_is_cut_is_not_a_call(client: TestClient[Any]) -> None:
    body = whole(client, tools=[SUM], tool_choice="required", max_tokens=8)
    assert body["choices"][0]["finish_reason"] == "length"
    assert "tool_calls" not in body["choices"][0]["message"]
    assert "calculate_sum" in body["incomplete_tool_call"]


def test_a_document_of_a_schema(client: TestClient[Any]) -> None:
    response_format = {"type": "json_schema", "json_schema": {"name": "length", "schema": SCHEMA, "strict": True}}
    document = json.loads(text(client, response_format=response_format, max_tokens=200))
    assert isinstance(document["answer"], int)
    assert document["unit"] in ("m", "km")


def test_a_json_object(client: TestClient[Any]) -> None:
    body = whole(client, response_format={"type": "json_object"}, seed=3, temperature=0.8, max_tokens=400)
    if body["choices"][0]["finish_reason"] == "stop":
        assert isinstance(json.loads(body["choices"][0]["message"]["content"]), dict)


def test_a_schema_that_cannot_be_enforced_is_refused_by_name(client: TestClient[Any]) -> None:
    response_format = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"$ref": "https://example.com/x"}}}
    answer = client.post(URL, json=ask(response_format=response_format))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "response_format.json_schema.schema"


def test_stop_ends_the_answer(client: TestClient[Any]) -> None:
    body = whole(client, prompt="Count from 1 to 9", stop=["4"])
    assert "3" in body["choices"][0]["message"]["content"]
    assert "4" not in body["choices"][0]["message"]["content"]
    assert body["choices"][0]["finish_reason"] == "stop"


def test_seeds_and_temperatures(client: TestClient[Any]) -> None:
    assert text(client, **{**HOT, "seed": 5}) == text(client, **{**HOT, "seed": 5})
    assert len({text(client, **{**HOT, "seed": seed}) for seed in range(4)}) > 1
    assert len({text(client, **{**HOT, "seed": seed, "top_k": 1}) for seed in range(4)}) == 1
    assert len({text(client, **{**HOT, "seed": seed, "top_p": 0.0}) for seed in range(4)}) == 1
    assert len({text(client, **{**HOT, "seed": seed, "min_p": 1.0}) for seed in range(4)}) == 1


def test_logprobs(client: TestClient[Any]) -> None:
    entries = whole(client, logprobs=True, top_logprobs=2)["choices"][0]["logprobs"]["content"]
    assert all(len(entry["top_logprobs"]) == 2 and entry["logprob"] <= 0 for entry in entries)
    chunks = streamed(client, logprobs=True, top_logprobs=2)
    pieces = [chunk["choices"][0].get("logprobs", {}).get("content", []) for chunk in chunks]
    assert [entry["token"] for piece in pieces for entry in piece] == [entry["token"] for entry in entries]


def test_a_bias_forbids_a_token(client: TestClient[Any]) -> None:
    first = text(client, max_tokens=1)
    bias = {str(token): -1000.0 for token in range(1024) if token not in (5, 6)}
    assert text(client, max_tokens=1, logit_bias=bias) != first
    answer = client.post(URL, json=ask(logit_bias={"99999999": 1}))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "logit_bias")


def test_length_and_overflow(client: TestClient[Any]) -> None:
    body = whole(client, max_completion_tokens=2, max_tokens=None)
    assert (body["choices"][0]["finish_reason"], body["usage"]["completion_tokens"]) == ("length", 2)
    answer = client.post(URL, json=ask(prompt="word " * 4000))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "context_length_exceeded")


def test_ignored_end_tokens_leave_only_length(client: TestClient[Any]) -> None:
    assert whole(client)["choices"][0]["finish_reason"] == "stop"
    body = whole(client, ignore_eos=True)
    assert (body["choices"][0]["finish_reason"], body["usage"]["completion_tokens"]) == ("length", COLD["max_tokens"])


def test_penalties_tame_repetition(client: TestClient[Any]) -> None:
    plain = text(client, ignore_eos=True)
    for name, value in (("repeat_penalty", 3.0), ("frequency_penalty", 5.0), ("presence_penalty", 5.0)):
        assert text(client, ignore_eos=True, **{name: value}) != plain


def test_the_second_of_two_equal_prompts_is_cached(client: TestClient[Any]) -> None:
    prompt = "Tell me about the sea. " * 20
    whole(client, prompt=prompt)
    usage = whole(client, prompt=prompt)["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > usage["prompt_tokens"] // 2


def test_the_engine_tells_its_sizes_and_hits(client: TestClient[Any]) -> None:
    engine = client.get("/engine").json()
    assert engine["num_cells"] >= 2048
    assert 0 <= engine["num_cells_used"] <= engine["num_cells"]
    assert 0 < engine["cache"]["hit_rate"] <= 1
    assert engine["tokens_per_second"] > 0
    assert (engine["num_running"], engine["num_waiting"], engine["sequences"]) == (0, 0, [])
