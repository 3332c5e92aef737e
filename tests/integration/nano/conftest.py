"""The whole server with the embedded model, in this process, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings

Client = TestClient[Any]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A server with the embedded model loaded."""
    container = make_container(Settings(drain_s=5.0))
    with TestClient(container.app(), base_url="http://127.0.0.1:8001", timeout=60) as connected:
        answer = connected.post("/load", json={"model_path": "flowgen-nano"})
        assert answer.status_code == 200, answer.text
        yield connected
