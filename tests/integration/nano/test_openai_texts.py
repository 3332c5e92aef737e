"""Texts, tokens, vectors and what can be asked for, with the embedded model."""

import base64
import math
from struct import unpack
from typing import Any

import pytest
from litestar.testing import TestClient

HELLO = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 8, "temperature": 0}


def post(client: TestClient[Any], path: str, **body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_the_model_reads_token_by_token(client: TestClient[Any]) -> None:
    prompt = post(client, "/apply-template", **HELLO)["prompt"]
    assert "Hello!" in prompt
    tokens = post(client, "/tokenize", content=prompt)["tokens"]
    assert post(client, "/detokenize", tokens=tokens)["content"] == prompt
    pieces = post(client, "/tokenize", content="Hé", with_pieces=True)["tokens"]
    told = [item["piece"].encode() if isinstance(item["piece"], str) else bytes(item["piece"]) for item in pieces]
    assert b"".join(told) == "Hé".encode()
    whole = post(client, "/v1/chat/completions", **HELLO)
    assert whole["usage"]["prompt_tokens"] == len(tokens)
    again = post(client, "/v1/completions", prompt=tokens, max_tokens=8, temperature=0)
    assert again["choices"][0]["text"] == whole["choices"][0]["message"]["content"]


def test_several_answers_are_those_of_their_seeds(client: TestClient[Any]) -> None:
    wild = {**HELLO, "temperature": 20.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
    both = post(client, "/v1/chat/completions", **wild, n=2, seed=3)
    alone = [post(client, "/v1/chat/completions", **wild, seed=seed) for seed in (3, 4)]
    contents = [choice["message"]["content"] for choice in both["choices"]]
    assert contents == [one["choices"][0]["message"]["content"] for one in alone]
    assert len(set(contents)) == 2
    assert both["usage"]["completion_tokens"] == sum(one["usage"]["completion_tokens"] for one in alone)


def test_the_last_message_is_continued(client: TestClient[Any]) -> None:
    whole = post(client, "/v1/chat/completions", **HELLO)["choices"][0]["message"]["content"]
    begun = [*HELLO["messages"], {"role": "assistant", "content": whole[:5]}]  # type: ignore[misc]
    rest = post(client, "/v1/chat/completions", **{**HELLO, "messages": begun})["choices"][0]["message"]["content"]
    assert (whole[:5] + rest).startswith(whole[:10])
    refused = client.post("/v1/chat/completions", json={**HELLO, "messages": begun, "guided_regex": "a"})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "guided_regex")


@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        ({"guided_choice": ["red", "green"]}, ["red", "green"]),
        ({"guided_regex": "ye?s"}, ["yes", "ys"]),
        ({"grammar": 'root ::= "up" | "down"'}, ["up", "down"]),
        ({"structured_outputs": {"choice": ["one"]}}, ["one"]),
        ({"guided_json": '{"const": 5}'}, ["5"]),
    ],
)
def test_what_binds_an_answer_by_its_other_names(
    client: TestClient[Any], field: dict[str, Any], allowed: list[str]
) -> None:
    assert post(client, "/v1/chat/completions", **HELLO, **field)["choices"][0]["message"]["content"] in allowed


def test_capabilities_are_those_of_the_model(client: TestClient[Any]) -> None:
    body = client.get("/capabilities").json()
    fields = body["fields"]["/v1/chat/completions"]
    assert (fields["tools"]["status"], fields["reasoning_effort"]["status"]) == ("enforced", "refused")
    assert body["fields"]["/v1/embeddings"]["input"]["reason"].startswith("the model does not embed")
    assert (body["defaults"]["temperature"], body["defaults"]["repeat_penalty"]) == (0.8, 1.0)
    assert "properties" in body["json_schema"]["exact"]


def test_vectors_have_length_one(client: TestClient[Any]) -> None:
    options = {"embedding": True, "pooling_type": 1, "n_ctx": 512}
    post(client, "/load", model_path="flowgen-nano", options=options)
    try:
        found = post(client, "/v1/embeddings", input=["Hello", "Good bye"], dimensions=4)
        packed = post(client, "/v1/embeddings", input="Hello", dimensions=4, encoding_format="base64")
        vectors = [item["embedding"] for item in found["data"]]
        assert [math.hypot(*vector) for vector in vectors] == pytest.approx([1.0, 1.0])
        assert unpack("<4f", base64.b64decode(packed["data"][0]["embedding"])) == pytest.approx(vectors[0], abs=1e-5)
        refused = client.post("/v1/embeddings", json={"input": "x", "dimensions": 10**6})
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "dimensions")
    finally:
        post(client, "/load", model_path="flowgen-nano")
