"""What /schema says of the endpoints of tokens and templates, taken from the structs."""

from dataclasses import dataclass
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation

from flowgen.http.llamacpp.wire import ContentBody, DetokenizeBody, PromptBody, TokenizeBody, TokensBody
from flowgen.http.native.openapi import FAILURES
from flowgen.http.openai.wire import ChatCompletionBody
from flowgen.http.request_schema import request_bodies, request_body


def _responses(kind: type[Any], meaning: str) -> dict[int, ResponseSpec]:
    return {200: ResponseSpec(data_container=kind, description=meaning, generate_examples=False), **FAILURES}


TOKENS_RESPONSES = _responses(TokensBody, "The tokens.")
CONTENT_RESPONSES = _responses(ContentBody, "The text.")
PROMPT_RESPONSES = _responses(PromptBody, "The prompt.")


@dataclass
class TokenizeOperation(Operation):
    """POST /tokenize with its body."""

    def __post_init__(self) -> None:
        self.request_body = request_body("TokenizeBody", request_bodies([TokenizeBody]))


@dataclass
class DetokenizeOperation(Operation):
    """POST /detokenize with its body."""

    def __post_init__(self) -> None:
        self.request_body = request_body("DetokenizeBody", request_bodies([DetokenizeBody]))


@dataclass
class TemplateOperation(Operation):
    """POST /apply-template with its body."""

    def __post_init__(self) -> None:
        self.request_body = request_body("ChatCompletionBody", request_bodies([ChatCompletionBody]))
