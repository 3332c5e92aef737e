"""One server with the embedded model for all clients, as a person starts it."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.live_server import live_server

CALCULATE_SUM: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "calculate_sum",
        "description": "Add two numbers",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """The address that clients are given."""
    with live_server() as url:
        yield f"{url}/v1"


@pytest.fixture(scope="session")
def tool() -> dict[str, Any]:
    return CALCULATE_SUM
