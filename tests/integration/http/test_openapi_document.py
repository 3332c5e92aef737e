"""Whatever the OpenAPI document allows is answered as it says: no 5xx, and no body outside of the declared schemas."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from dependency_injector import providers
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings
from flowgen.testing.scripted_factory import ScriptedRuntimeFactory

_CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
_EXAMPLES = 2
_LEFT_OUT = ("/load", "/unload", "/apply-template")
"""What takes the model away, and what reads the same body as the chats do."""
_MOST_FIELDS = 12
"""Of those that may be left out, in one slice of a body: of seventy at once some are always in one another's way."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The URL of a server over a scripted engine."""
    container = make_container(Settings(port=0, engine="inline"))
    container.runtimes.override(providers.Object(ScriptedRuntimeFactory()))
    server = uvicorn.Server(uvicorn.Config(container.app(), port=0, log_config=None))
    thread = threading.Thread(target=server.run, name="document")
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        httpx.post(f"{url}/load", json={"model_path": "/m/scripted.gguf"}).raise_for_status()
        yield url
    finally:
        server.should_exit = True
        thread.join(10)


def test_what_the_document_allows_is_answered_as_it_says(address: str) -> None:
    document = httpx.get(f"{address}/schema/openapi.json").json()
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    for path, method, slice_of_it in _slices(document):
        operation = schemathesis.openapi.from_dict(slice_of_it)[path][method]
        statuses[path].update(_examine(operation.as_strategy(), address))
    assert len(statuses) >= 10
    for path in ("/v1/chat/completions", "/v1/completions"):
        assert statuses[path][200] > statuses[path].total() / 5, statuses


def _slices(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Documents of one operation each, whose body has few fields; together they have them all."""
    for path, method in [(path, method) for path, item in document["paths"].items() for method in item]:
        if path in _LEFT_OUT:
            continue
        operation = document["paths"][path][method]
        for body in _thinned(operation.get("requestBody")):
            one = {**operation, **({"requestBody": body} if body else {})}
            yield path, method, {**document, "paths": {path: {method: one}}}


def _thinned(body: Any) -> Iterator[Any]:
    schema = body["content"]["application/json"]["schema"] if body else {}
    needed = schema.get("required", [])
    others = [name for name in schema.get("properties", {}) if name not in needed]
    num_slices = max(1, -(-len(others) // _MOST_FIELDS))
    for start in range(num_slices):
        names = [*needed, *others[start::num_slices]]
        fields = {name: schema["properties"][name] for name in names}
        thin = {**schema, "properties": fields}
        yield body and {**body, "content": {"application/json": {"schema": thin}}}


def _examine(cases: Any, address: str) -> list[int]:
    """Send some cases, check what comes, and give the statuses."""
    statuses: list[int] = []

    @given(cases)
    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def examine(case: Any) -> None:
        statuses.append(case.call_and_validate(base_url=address, checks=_CHECKS).status_code)

    examine()
    return statuses
