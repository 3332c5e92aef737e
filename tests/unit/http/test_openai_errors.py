"""Each error has OpenAI's shape, a status that its clients understand, and nothing internal in it."""

import logging

import msgspec
import pytest
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from flowgen.domain import errors
from flowgen.http.openai.errors import is_ours, refusal, response_of


@pytest.mark.parametrize(
    ("error", "status", "kind", "param", "code"),
    [
        (errors.InvalidField("top_k", "x", "an integer"), 400, "invalid_request_error", "top_k", "invalid_field"),
        (errors.ContextOverflow(9, 5), 400, "invalid_request_error", "messages", "context_length_exceeded"),
        (errors.NotAChatModel("It embeds."), 400, "invalid_request_error", None, "not_a_chat_model"),
        (errors.ModelNotLoaded(), 404, "invalid_request_error", None, "model_not_loaded"),
        (errors.QueueFull(3, 7), 429, "rate_limit_error", None, "queue_full"),
        (errors.ModelUnavailable("Later."), 503, "server_error", None, "model_unavailable"),
        (errors.GenerationInterrupted("Unloaded."), 503, "server_error", None, "generation_interrupted"),
        (errors.EngineFailed("Broken."), 500, "server_error", None, "engine_failed"),
        (ZeroDivisionError("secret"), 500, "server_error", None, "internal_error"),
        (NotFoundException(), 404, "invalid_request_error", None, "unknown_url"),
        (MethodNotAllowedException(), 405, "invalid_request_error", None, "method_not_allowed"),
        (HTTPException(status_code=413, detail="?"), 413, "invalid_request_error", None, "request_too_large"),
        (HTTPException(status_code=500, detail="secret"), 500, "server_error", None, "internal_error"),
    ],
)
def test_statuses_and_shape(error: Exception, status: int, kind: str, param: str | None, code: str) -> None:
    response = response_of(error, "POST", "/v1/x")
    assert response.status_code == status
    body = msgspec.to_builtins(response.content)["error"]
    assert (body["type"], body["param"], body["code"]) == (kind, param, code)
    assert body["message"]
    assert "secret" not in body["message"]


def test_a_chats_options_are_named_as_they_are_here() -> None:
    body = response_of(errors.InvalidField("options.logit_bias", 9, "token ids"), "POST", "/v1/x").content.error
    assert (body.param, body.message) == ("logit_bias", "logit_bias: got 9; allowed: token ids.")


@pytest.mark.parametrize("error", [errors.QueueFull(3, 7), errors.ModelUnavailable("Later.", retry_after=7)])
def test_what_passes_by_itself_says_when_to_come_back(error: errors.FlowGenError) -> None:
    assert response_of(error, "POST", "/v1/x").headers["Retry-After"] == "7"


def test_the_unexpected_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response_of(ZeroDivisionError("secret"), "POST", "/v1/x")
    assert "ZeroDivisionError" in caplog.text


def test_refusals_and_paths() -> None:
    assert refusal("No.").error.code == "forbidden"
    assert [is_ours(path) for path in ("/v1", "/v1/", "/v1/chat/completions", "/v1x", "/chat")] == [
        True,
        True,
        True,
        False,
        False,
    ]
