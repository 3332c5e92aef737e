"""What /schema says of OpenAI's dialect, taken from the structs. Refuses to know values."""

from dataclasses import dataclass
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from flowgen.http.openai.answer_wire import ChatCompletion, ErrorBody
from flowgen.http.openai.fields import ENDPOINTS, ROWS
from flowgen.http.openai.text_answer_wire import EmbeddingList, ModelBody, TextCompletion
from flowgen.http.request_schema import request_bodies, request_body

_MEANINGS = {
    400: "The request cannot be done as asked; `param` names the field.",
    403: "A web page, or another host's name: who may not ask.",
    404: "No model is loaded.",
    413: "The body is too large.",
    422: "The model could not meet what a checked keyword of the schema asks for.",
    429: "Too many requests wait already; see Retry-After.",
    500: "The engine broke.",
    503: "A model is on its way in or out; see Retry-After.",
}


def _spec(kind: type[Any], meaning: str) -> ResponseSpec:
    return ResponseSpec(data_container=kind, description=meaning, generate_examples=False)


_FAILURES = {status: _spec(ErrorBody, meaning) for status, meaning in _MEANINGS.items()}
COMPLETION_RESPONSES = {
    200: _spec(ChatCompletion, "The answer. With `stream`: events of type chat.completion.chunk, then `[DONE]`."),
    **_FAILURES,
}
TEXT_RESPONSES = {
    200: _spec(TextCompletion, "The answer. With `stream`: events of the same type, then `[DONE]`."),
    **_FAILURES,
}
EMBEDDING_RESPONSES = {200: _spec(EmbeddingList, "The vectors, in the inputs' order."), **_FAILURES}
MODEL_RESPONSES = {
    200: _spec(ModelBody, "The model."),
    404: _spec(ErrorBody, "No model of this name is loaded."),
}


def _with_events(operation: Operation) -> None:
    """Say that a success may also be server-sent events."""
    content = ((operation.responses or {})["200"]).content  # type: ignore[union-attr]
    if content is not None:
        content["text/event-stream"] = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))


def _body(path: str) -> RequestBody:
    """The body of an endpoint; a field that is always refused is shown with the values at which it passes."""
    kind = ENDPOINTS[path]
    components = request_bodies([kind])
    for name, row in ROWS[path].items():
        if row.refused is not None:
            shown = components[kind.__name__]["properties"][name]
            components[kind.__name__]["properties"][name] = {
                "description": f"{shown['description']} Refused: {row.refused}.",
                "enum": [row.default, *([None] if row.default is not None else [])],
                "default": row.default,
            }
    return request_body(kind.__name__, components)


@dataclass
class ChatCompletionOperation(Operation):
    """POST /v1/chat/completions with its body."""

    def __post_init__(self) -> None:
        _with_events(self)
        self.request_body = _body("/v1/chat/completions")


@dataclass
class TextCompletionOperation(Operation):
    """POST /v1/completions with its body."""

    def __post_init__(self) -> None:
        _with_events(self)
        self.request_body = _body("/v1/completions")


@dataclass
class EmbeddingOperation(Operation):
    """POST /v1/embeddings with its body."""

    def __post_init__(self) -> None:
        self.request_body = _body("/v1/embeddings")
