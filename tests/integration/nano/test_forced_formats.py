"""Formats that the embedded model has not learnt, forced on it: its calls parse and validate all the same. All formats,
and more of each: benchmarks/forced_calls.py."""

from typing import Any

import pytest
from benchmarks.forced_calls import ask, fault, requests
from litestar.testing import TestClient

NAMES = ["qwen3_coder", "gemma4", "minimax_m3", "derived"]
"""The families furthest from what the model has learnt, and what the model's own template shows."""


@pytest.mark.parametrize("name", NAMES)
def test_a_forced_format_gives_valid_calls(client: TestClient[Any], name: str) -> None:
    answer = client.post("/load", json={"model_path": "flowgen-nano", "options": {"tool_call_format": name}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["tool_call_format"] == name
    asked = [one for one in requests(1) if not one["parallel_tool_calls"] and one["temperature"] and one["stream"]]
    for request in (asked[0], asked[-1]):
        assert fault(request, *ask(client, request)) == ""
