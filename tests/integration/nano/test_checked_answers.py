"""Values that no grammar can bind, over HTTP with the embedded model: valid, held back, counted, or an error."""

import json
from typing import Any

import jsonschema
import pytest
from litestar.testing import TestClient

Client = TestClient[Any]

NUMBERS = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": 9},
    "minItems": 7,
    "maxItems": 9,
    "uniqueItems": True,
}
PICKS = {
    "type": "object",
    "properties": {"title": {"type": "string", "maxLength": 12}, "numbers": NUMBERS, "last": {"type": "boolean"}},
    "required": ["title", "numbers", "last"],
    "additionalProperties": False,
}
ASK = [{"role": "user", "content": "Give me seven numbers."}]


def chat(client: Client, schema: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = client.post(
        "/chat",
        json={
            "messages": ASK,
            "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
            "options": {"max_tokens": 300, **options},
        },
    )
    body: dict[str, Any] = answer.json()
    return {**body, "status": answer.status_code}


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_document_is_valid_and_what_was_thrown_away_is_counted(client: Client, temperature: float) -> None:
    num_discarded = 0
    for seed in range(5):
        body = chat(client, PICKS, temperature=temperature, seed=seed)
        assert body["status"] == 200, body
        choice = body["choices"][0]
        assert choice["finish_reason"] == "stop"
        jsonschema.validate(json.loads(choice["message"]["content"]), PICKS)
        num_discarded += body["usage"]["discarded_tokens"]
    assert num_discarded > 0


def test_a_seed_still_gives_one_answer(client: Client) -> None:
    first, second = (chat(client, PICKS, temperature=1.0, seed=5, mirostat_mode=2) for _ in range(2))
    assert first["choices"] == second["choices"]
    assert first["usage"] == {**second["usage"], "prompt_tokens_details": first["usage"]["prompt_tokens_details"]}


def test_the_end_of_the_tokens_gives_the_text_so_far(client: Client) -> None:
    body = chat(client, PICKS, max_tokens=8, temperature=0.0)
    assert (body["status"], body["choices"][0]["finish_reason"]) == (200, "length")
    assert body["choices"][0]["message"]["content"].startswith('{"title":"')


def test_a_stream_gives_out_a_checked_value_whole(client: Client) -> None:
    body = {
        "messages": ASK,
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": PICKS}},
        "max_tokens": 300,
        "temperature": 1.0,
        "seed": 3,
        "stream": True,
        "model": "flowgen-nano",
    }
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    pieces = [choice["delta"].get("content") or "" for line in lines for choice in json.loads(line)["choices"]]
    jsonschema.validate(json.loads("".join(pieces)), PICKS)
    assert any("[" in piece and "]" in piece for piece in pieces)
    assert len([piece for piece in pieces if piece]) > 2


def test_past_the_budget_there_is_an_error_and_no_document(client: Client) -> None:
    schema = {**NUMBERS, "minItems": 1, "maxItems": 2, "not": {"items": {"minimum": -1}}}
    body = chat(client, schema, max_tokens=20)
    assert body["status"] == 422, body
    assert body["error"].startswith("response_format: no answer was found that keyword '")


def test_arguments_of_calls_are_checked_too(client: Client) -> None:
    tool = {"type": "function", "function": {"name": "pick", "parameters": PICKS}}
    for seed in range(3):
        answer = client.post(
            "/chat",
            json={
                "messages": ASK,
                "tools": [tool],
                "tool_choice": "required",
                "options": {"max_tokens": 300, "temperature": 1.0, "seed": seed},
            },
        )
        assert answer.status_code == 200, answer.text
        for call in answer.json()["tool_calls"]:
            jsonschema.validate(call["arguments"], PICKS)
        assert answer.json()["tool_calls"] or answer.json()["choices"][0]["finish_reason"] == "length"
