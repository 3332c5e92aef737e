"""What /schema says of OpenAI's dialect, taken from the structs. Refuses to know values."""

from dataclasses import dataclass

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation

from flowgen.http.openai.answer_wire import ChatCompletion, ErrorBody
from flowgen.http.openai.wire import ChatCompletionBody
from flowgen.http.request_schema import request_bodies, request_body

_MEANINGS = {
    400: "The request cannot be done as asked; `param` names the field.",
    404: "No model is loaded.",
    429: "Too many requests wait already; see Retry-After.",
    500: "The engine broke.",
    503: "A model is on its way in or out; see Retry-After.",
}
COMPLETION_RESPONSES = {
    200: ResponseSpec(
        data_container=ChatCompletion,
        description="The answer. With `stream`: events of type chat.completion.chunk, then `[DONE]`.",
        generate_examples=False,
    ),
    **{
        status: ResponseSpec(data_container=ErrorBody, description=meaning, generate_examples=False)
        for status, meaning in _MEANINGS.items()
    },
}


@dataclass
class CompletionOperation(Operation):
    """POST /v1/chat/completions with its body."""

    def __post_init__(self) -> None:
        self.request_body = request_body("ChatCompletionBody", request_bodies([ChatCompletionBody]))
