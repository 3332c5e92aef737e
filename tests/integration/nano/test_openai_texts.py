"""Texts, tokens, vectors and what can be asked for, with the embedded model."""

from typing import Any

import pytest
from litestar.testing import TestClient

NO_ANSWER = {"add_generation_prompt": False}
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


def test_texts_and_tokens_are_read_in_one_list(client: TestClient[Any]) -> None:
    hello, bye = (post(client, "/tokenize", content=text)["tokens"] for text in ("Hello", "bye"))
    assert post(client, "/tokenize", content=["Hello", 7, "bye"])["tokens"] == [*hello, 7, *bye]
    refused = client.post("/tokenize", json={"content": ["Hello", 10**6]})
    assert (refused.status_code, "content[1]" in refused.json()["error"]) == (400, True)


def test_a_conversation_is_rendered_without_an_answers_beginning(client: TestClient[Any]) -> None:
    whole, closed = (post(client, "/apply-template", **HELLO, **more)["prompt"] for more in ({}, NO_ANSWER))
    assert whole.startswith(closed)
    assert len(whole) > len(closed)


def test_a_prompt_is_computed_anew_where_that_is_asked_for(client: TestClient[Any]) -> None:
    question = {**HELLO, "messages": [{"role": "user", "content": "Say something about the sea. " * 9}]}
    answers = [
        post(client, "/v1/chat/completions", **question, **more)
        for more in ({}, {}, {"cache_prompt": False}, {"cache_prompt": True})
    ]
    cached = [answer["usage"]["prompt_tokens_details"]["cached_tokens"] for answer in answers]
    assert (cached[1] > 0, cached[2], cached[3] > 0) == (True, 0, True)
    assert len({answer["choices"][0]["message"]["content"] for answer in answers}) == 1


@pytest.mark.parametrize("never", [{"Hello": False}, [["Hello", False]]])
def test_a_text_is_kept_out_by_its_tokens(client: TestClient[Any], never: Any) -> None:
    said = post(client, "/v1/chat/completions", **HELLO)["choices"][0]["message"]["content"]
    other = post(client, "/v1/chat/completions", **HELLO, logit_bias=never)["choices"][0]["message"]["content"]
    assert said.startswith("Hello")
    assert "Hello" not in other


def test_no_token_of_a_text_is_only_echoed(client: TestClient[Any]) -> None:
    answer = post(client, "/v1/completions", prompt="Once upon", max_tokens=0, echo=True)
    choice = answer["choices"][0]
    assert (choice["text"], choice["finish_reason"]) == ("Once upon", "length")
    assert answer["usage"]["completion_tokens"] == 0
    refused = client.post("/v1/chat/completions", json={**HELLO, "max_tokens": 0})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "max_tokens")


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
