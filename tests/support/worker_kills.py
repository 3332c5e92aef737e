"""Kills the engine's process under load, over HTTP, again and again: everyone is told, and the next chat works."""

import json
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from support.processes import engines

NUM_CLIENTS = 4
_PATIENCE_S = 60.0
LONG = {
    "messages": [{"role": "user", "content": "Count from 1 to 99"}],
    "options": {"max_tokens": 0, "grammar": "root ::= [ab]{1500}", "stream": True},
}
SHORT = {"messages": [{"role": "user", "content": "Count from 1 to 9"}], "options": {"max_tokens": 8}}


def engine_of(server: int) -> int:
    """The engine's process of a server, once there is one."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if found := engines(server):
            return max(found)
        time.sleep(0.01)
    raise AssertionError("the server has no process of the engine")


def kill_under_load(url: str, server: int, times: int, seed: int = 0) -> None:
    """Kill at random moments of streams; each client must see an error that names the signal, each time."""
    draw = random.Random(seed)
    for _ in range(times):
        begun = threading.Barrier(NUM_CLIENTS + 1)
        with ThreadPoolExecutor(NUM_CLIENTS) as pool:
            streams = [pool.submit(_stream, url, begun) for _ in range(NUM_CLIENTS)]
            begun.wait(_PATIENCE_S)
            time.sleep(draw.random() * 0.2)
            os.kill(engine_of(server), signal.SIGKILL)
            endings = [stream.result(_PATIENCE_S) for stream in streams]
        assert all("SIGKILL" in ending or ending == "[DONE]" for ending in endings), endings
        assert any("SIGKILL" in ending for ending in endings), endings
        answer = httpx.post(f"{url}/chat", json=SHORT, timeout=_PATIENCE_S)
        assert answer.status_code == 200, answer.text
        assert answer.json()["choices"][0]["message"]["content"]


def _stream(url: str, begun: threading.Barrier) -> str:
    """The last event of a long answer: its end, or the error's text."""
    last = ""
    with httpx.stream("POST", f"{url}/chat", json=LONG, timeout=_PATIENCE_S) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                if not last:
                    begun.wait(_PATIENCE_S)
                last = line[6:]
    return last if last == "[DONE]" else str(json.loads(last).get("error"))
