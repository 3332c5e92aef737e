"""What /schema says of the native bodies, taken from the structs and option tables. Refuses to know values."""

from dataclasses import dataclass

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation

from flowgen.domain.options import ChatOptions, LoadOptions
from flowgen.http.native.answer_wire import CompletionBody, ErrorBody, HealthBody, LoadedBody
from flowgen.http.native.wire import ChatBody, LoadBody, UnloadBody
from flowgen.http.request_schema import request_bodies, request_body

_COMPONENTS = request_bodies([LoadBody, ChatBody, UnloadBody, LoadOptions, ChatOptions])

_MEANINGS = {
    400: "The request cannot be done as asked; the text names the field.",
    403: "A web page of another origin, or a Host that is not this server.",
    404: "The model file does not exist.",
    409: "No model is loaded, or a load is in progress.",
    413: "The request's body is too large.",
    422: "No answer was found that the schema's checks take.",
    429: "Too many requests wait already; see Retry-After.",
    500: "The engine broke, or the server; the server's log has the details.",
    503: "A model is on its way in or out; see Retry-After.",
    507: "Not enough memory for the model.",
}
FAILURES = {
    status: ResponseSpec(data_container=ErrorBody, description=meaning, generate_examples=False)
    for status, meaning in _MEANINGS.items()
}
"""The errors of every endpoint."""
LOAD_RESPONSES = {
    200: ResponseSpec(
        data_container=LoadedBody,
        description="The model is ready. With `Accept: text/event-stream`: `progress` events, then `loaded`.",
        generate_examples=False,
    ),
    **FAILURES,
}
CHAT_RESPONSES = {
    200: ResponseSpec(
        data_container=CompletionBody,
        description="The answer. With `stream`: events of `content` and `reasoning`, one `completion`, `[DONE]`.",
        generate_examples=False,
    ),
    **FAILURES,
}

HEALTH_RESPONSES = {
    503: ResponseSpec(
        data_container=HealthBody, description="A model is being loaded, or cannot chat.", generate_examples=False
    )
}


@dataclass
class LoadOperation(Operation):
    """POST /load with its body."""

    def __post_init__(self) -> None:
        self.request_body = request_body("LoadBody", _COMPONENTS)


@dataclass
class ChatOperation(Operation):
    """POST /chat with its body."""

    def __post_init__(self) -> None:
        self.request_body = request_body("ChatBody", _COMPONENTS)


@dataclass
class UnloadOperation(Operation):
    """POST /unload with its body."""

    def __post_init__(self) -> None:
        self.request_body = request_body("UnloadBody", _COMPONENTS, required=False)
