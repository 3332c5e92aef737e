"""Writes the schema of a request body into the OpenAPI document, from its struct. Refuses to know values and paths."""

from typing import Any

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, RequestBody

_REFERENCE = "#/components/schemas/"


def request_bodies(kinds: list[type[Any]]) -> dict[str, Any]:
    """The schemas of these structs by name; their descriptions refer to one another by it."""
    return msgspec.json.schema_components(kinds, ref_template=_REFERENCE + "{name}")[1]


def request_body(name: str, components: dict[str, Any], *, required: bool = True) -> RequestBody:
    """The body that is `name` among `components`, with all that it refers to in place: Litestar replaces all components
    with its own."""
    schema = _inline(components[name], components)
    return RequestBody(content={"application/json": OpenAPIMediaType(schema=schema)}, required=required)


def _inline(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inline(item, components) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if (reference := schema.get("$ref")) is not None:
        return _inline(components[reference.removeprefix(_REFERENCE)], components)
    return {name: _inline(value, components) for name, value in schema.items()}
