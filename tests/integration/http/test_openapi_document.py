"""Whatever the OpenAPI document allows is answered as it says: no 5xx, and no body outside of the declared schemas."""

import threading
import time
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
_EXAMPLES = 8


@pytest.fixture(scope="module")
def document() -> Iterator[Any]:
    """The document of a server over a scripted engine."""
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
        yield schemathesis.openapi.from_url(f"{url}/schema/openapi.json")
    finally:
        server.should_exit = True
        thread.join(10)


def test_what_the_document_allows_is_answered_as_it_says(document: Any) -> None:
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:
        if operation.path not in ("/load", "/unload"):
            _examine(operation)


def _examine(operation: Any) -> None:
    @given(operation.as_strategy())
    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def examine(case: Any) -> None:
        case.call_and_validate(checks=_CHECKS)

    examine()
