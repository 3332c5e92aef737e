"""What /schema says of the native bodies, taken from the structs and option tables. Refuses to know values."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody

from flowgen.domain.options import ChatOptions, LoadOptions
from flowgen.http.native.answer_wire import CompletionBody, ErrorBody, HealthBody, LoadedBody
from flowgen.http.native.wire import ChatBody, LoadBody, UnloadBody

_REFERENCE = "#/components/schemas/"
_COMPONENTS = msgspec.json.schema_components(
    [LoadBody, ChatBody, UnloadBody, LoadOptions, ChatOptions], ref_template=_REFERENCE + "{name}"
)[1]

_MEANINGS = {
    400: "The request cannot be done as asked; the text names the field.",
    404: "The model file does not exist.",
    409: "No model is loaded, or a load is in progress.",
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


def _inline(schema: Any) -> Any:
    """Put the schemas in the place of the references to them: Litestar replaces all components with its own."""
    if isinstance(schema, list):
        return [_inline(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if (reference := schema.get("$ref")) is not None:
        return _inline(_COMPONENTS[reference.removeprefix(_REFERENCE)])
    return {name: _inline(value) for name, value in schema.items()}


def _body(kind: type[Any], *, required: bool = True) -> RequestBody:
    schema = _inline(_COMPONENTS[kind.__name__])
    return RequestBody(content={"application/json": OpenAPIMediaType(schema=schema)}, required=required)


@dataclass
class LoadOperation(Operation):
    """POST /load with its body."""

    def __post_init__(self) -> None:
        self.request_body = _body(LoadBody)


@dataclass
class ChatOperation(Operation):
    """POST /chat with its body."""

    def __post_init__(self) -> None:
        self.request_body = _body(ChatBody)


@dataclass
class UnloadOperation(Operation):
    """POST /unload with its body."""

    def __post_init__(self) -> None:
        self.request_body = _body(UnloadBody, required=False)
