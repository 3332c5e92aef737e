"""Each error of the domain has a status, and nothing internal is told."""

import logging

import pytest
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from flowgen.domain import errors
from flowgen.http.native.errors import response_of
from flowgen.http.statuses import INTERNAL, RETRY_AFTER_S, status_of


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (errors.InvalidField("options.top_k", "x", "an integer"), 400, "options.top_k: got 'x'; allowed: an integer."),
        (errors.InvalidModelFile("No GGUF."), 400, "No GGUF."),
        (errors.TokenizerNotFound("No such tokenizer."), 400, "No such tokenizer."),
        (errors.ContextOverflow(9, 5), 400, "The prompt has 9 tokens and the context holds 5"),
        (errors.ModelNotLoaded(), 409, "Model not loaded. Call /load first."),
        (errors.ModelFileNotFound("/m.gguf"), 404, "/m.gguf"),
        (errors.LoadInProgress("/m.gguf"), 409, "/m.gguf"),
        (errors.OutOfMemory(7, 5, "weights 7"), 507, "7 bytes needed (weights 7), 5 bytes free"),
        (errors.QueueFull(32, 7), 429, "32 requests are waiting"),
        (errors.ModelUnavailable("Later."), 503, "Later."),
        (errors.GenerationInterrupted("Unloaded."), 503, "Unloaded."),
        (errors.EngineFailed("Broken."), 500, "Broken."),
    ],
)
def test_statuses(error: errors.FlowGenError, status: int, text: str) -> None:
    response = response_of(error, "POST", "/chat")
    assert (response.status_code, status_of(error)) == (status, status)
    assert text in response.content.error


def test_every_error_of_the_tree_has_a_status_of_its_own() -> None:
    def leaves(kind: type[errors.FlowGenError]) -> set[type[errors.FlowGenError]]:
        below = kind.__subclasses__()
        return {kind}.union(*(leaves(child) for child in below)) if below else {kind}

    known = {kind for kind in leaves(errors.FlowGenError) if kind.__module__ == errors.__name__}
    for kind in known - {errors.FlowGenError, errors.EngineFailed}:
        assert status_of(kind.__new__(kind)) != 500


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (errors.ModelUnavailable("Later.", retry_after=7), "7"),
        (errors.QueueFull(32, 9), "9"),
        (errors.GenerationInterrupted("Unloaded."), str(RETRY_AFTER_S)),
    ],
)
def test_what_passes_by_itself_says_when_to_come_back(error: errors.FlowGenError, seconds: str) -> None:
    assert response_of(error, "POST", "/chat").headers["Retry-After"] == seconds


def test_what_does_not_pass_by_itself_says_nothing_of_coming_back() -> None:
    assert "Retry-After" not in response_of(errors.EngineFailed("Broken."), "POST", "/chat").headers


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (NotFoundException(), 404, "There is nothing at /x."),
        (MethodNotAllowedException(), 405, "PUT is not allowed at /x."),
        (
            MethodNotAllowedException(headers={"allow": "POST, OPTIONS"}),
            405,
            "PUT is not allowed at /x; allowed: POST.",
        ),
        (HTTPException(status_code=413, detail="?"), 413, "The request's body is too large."),
        (HTTPException(status_code=400, detail="Odd."), 400, "Odd."),
    ],
)
def test_the_frameworks_errors_have_our_shape(error: HTTPException, status: int, text: str) -> None:
    response = response_of(error, "PUT", "/x")
    assert (response.status_code, response.content.error) == (status, text)


def test_the_unexpected_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = response_of(ZeroDivisionError("secret"), "POST", "/chat")
    assert (response.status_code, response.content.error) == (500, INTERNAL)
    assert "ZeroDivisionError" in caplog.text
