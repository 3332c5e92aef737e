"""Schemas that want to hang, crash or bloat the server: each is a 400 that says why, or works, in time (422 where the
model finds nothing that its keyword takes); and meanwhile others are served."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from benchmarks.hostile_schemas import hostile_schemas

from support.live_server import live_server

_ALLOWED_S = 20.0
"""Ten times what is promised: the tests share their machine."""
_EASY = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 99}}, "required": ["n"]}


@pytest.fixture(scope="module")
def server() -> Iterator[httpx.Client]:
    with live_server() as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def ask(client: httpx.Client, schema: Any, **options: Any) -> httpx.Response:
    body = {
        "messages": [{"role": "user", "content": "Hello!"}],
        "response_format": {"type": "json_schema", "json_schema": {"schema": schema}},
        "options": {"max_tokens": 4, **options},
    }
    return client.post("/chat", content=json.dumps(body))


def test_each_ends_in_time_with_a_reason_or_works(server: httpx.Client) -> None:
    slow, odd = [], []
    for name, schema in hostile_schemas().items():
        began = time.monotonic()
        answer = ask(server, schema)
        seconds = time.monotonic() - began
        if seconds > _ALLOWED_S:
            slow.append((name, seconds))
        if answer.status_code not in (200, 400, 422) or not (answer.is_success or _is_named(answer.text)):
            odd.append((name, answer.status_code, answer.text[:200]))
    assert slow == []
    assert odd == []
    assert ask(server, _EASY, max_tokens=100).status_code == 200


@pytest.mark.parametrize("pattern", ["^(a?){2000}a{2000}$", "^a{0,2000}a{2000}$"])
def test_a_pattern_that_runs_out_while_it_is_followed_is_refused_before(server: httpx.Client, pattern: str) -> None:
    answer = ask(server, {"properties": {"a": {"type": "string", "pattern": pattern}}})
    assert answer.status_code == 400
    assert "'pattern' at '/properties/a/pattern'" in answer.text


def _is_named(text: str) -> bool:
    return "response_format" in text or "nested too deeply" in text or "valid JSON" in text


def test_many_at_once_leave_the_others_their_turn(server: httpx.Client) -> None:
    """Slow ones, each of them new, while easy ones go on; an easy schema that is new waits for its turn at most."""
    bombs = [{"type": "string", "pattern": f"^(([a-z]{{1,{90 + n}}}){{1,90}}){{1,90}}$"} for n in range(12)]
    is_over = threading.Event()
    plain: list[int] = []

    def chat() -> None:
        while not is_over.is_set():
            answer = server.post(
                "/chat", json={"messages": [{"role": "user", "content": "Hi"}], "options": {"max_tokens": 2}}
            )
            plain.append(answer.status_code)

    with ThreadPoolExecutor(16) as threads:
        chatting = threads.submit(chat)
        answers = list(threads.map(lambda bomb: ask(server, bomb).status_code, bombs))
        is_over.set()
        chatting.result()
    assert set(answers) <= {200, 400, 503}
    assert set(plain) == {200}
    assert ask(server, _EASY, max_tokens=100).status_code == 200


def test_the_answer_tells_warnings_and_the_time_of_compiling(server: httpx.Client) -> None:
    body = ask(server, {**_EASY, "x-widget": 1, "properties": {"n": {"format": "colour"}}}).json()
    assert any("x-widget" in warning for warning in body["warnings"])
    assert any("colour" in warning for warning in body["warnings"])
    assert body["timings"]["compile_s"] >= 0
