"""Vectors from an encoder, which can do nothing else, and from a model that was loaded to embed."""

import base64
import math
from collections.abc import Iterator
from struct import unpack
from typing import Any

import pytest
from litestar.testing import TestClient

from support.tiny_bert import EMBD, N_CTX_TRAIN, write_tiny_bert

URL = "/v1/embeddings"


def post(client: TestClient[Any], path: str, **body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def encoder(client: TestClient[Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    """The server with an encoder, loaded without a word about embedding."""
    path = write_tiny_bert(tmp_path_factory.mktemp("models") / "tiny-bert.gguf")
    post(client, "/load", model_path=str(path), options={"n_seq_max": 24})
    yield client
    post(client, "/load", model_path="flowgen-nano")


def vectors(client: TestClient[Any], given: Any, **fields: Any) -> list[list[float]]:
    found = post(client, URL, input=given, **fields)
    assert [item["index"] for item in found["data"]] == list(range(len(found["data"])))
    return [item["embedding"] for item in found["data"]]


def refusal(client: TestClient[Any], **body: Any) -> tuple[int, str, str]:
    answer = client.post(URL, json=body)
    error = answer.json()["error"]
    return answer.status_code, error["param"], error["code"]


def test_a_decoder_embeds_where_it_was_loaded_to(client: TestClient[Any]) -> None:
    assert refusal(client, input="Hello") == (400, "input", "refused_field")
    post(client, "/load", model_path="flowgen-nano", options={"embedding": True, "pooling_type": 1, "n_ctx": 512})
    try:
        assert math.hypot(*vectors(client, "Hello")[0]) == pytest.approx(1.0)
    finally:
        post(client, "/load", model_path="flowgen-nano")


def test_a_text_its_tokens_and_a_batch_have_the_same_vectors(encoder: TestClient[Any]) -> None:
    tokens = post(encoder, "/tokenize", content="hello world", add_special=True)["tokens"]
    [alone], [by_tokens] = vectors(encoder, "hello world"), vectors(encoder, tokens)
    other, again = vectors(encoder, ["good bye", "hello world"])
    assert len(alone) == EMBD
    assert math.hypot(*alone) == pytest.approx(1.0)
    assert by_tokens == pytest.approx(alone, abs=1e-5)
    assert again == pytest.approx(alone, abs=1e-5)
    assert other != pytest.approx(alone, abs=1e-2)
    assert len(vectors(encoder, [tokens, tokens[:3]])) == 2


def test_numbers_are_packed_and_cut_at_length_one(encoder: TestClient[Any]) -> None:
    [cut] = vectors(encoder, "hello", dimensions=4)
    [packed] = vectors(encoder, "hello", dimensions=4, encoding_format="base64")
    assert math.hypot(*cut) == pytest.approx(1.0)
    assert unpack("<4f", base64.b64decode(packed)) == pytest.approx(cut, abs=1e-6)  # type: ignore[arg-type]


def test_every_token_that_was_read_counts(encoder: TestClient[Any]) -> None:
    usage = post(encoder, URL, input=["hello", "hello world"])["usage"]
    assert usage == {"prompt_tokens": 7, "total_tokens": 7}  # [CLS] and [SEP] around each


def test_what_cannot_be_embedded_is_named_and_the_engine_lives(encoder: TestClient[Any]) -> None:
    too_long = [4] * (N_CTX_TRAIN + 1)
    assert refusal(encoder, input=too_long) == (400, "input", "context_length_exceeded")
    assert refusal(encoder, input=["hello", too_long]) == (400, "input", "context_length_exceeded")
    assert refusal(encoder, input=[10**6]) == (400, "input", "invalid_field")
    assert refusal(encoder, input="hello", dimensions=EMBD + 1) == (400, "dimensions", "invalid_field")
    assert len(vectors(encoder, [4] * N_CTX_TRAIN)) == 1


def test_an_encoder_says_what_it_is(encoder: TestClient[Any]) -> None:
    body = encoder.get("/capabilities").json()
    assert (body["embeds"], body["chats"]) == (True, False)
    assert body["fields"][URL]["input"]["status"] == "enforced"
    chat = encoder.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hello"}]})
    assert (chat.status_code, chat.json()["error"]["code"]) == (400, "not_a_chat_model")
