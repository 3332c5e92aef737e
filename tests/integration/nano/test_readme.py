"""The README's examples work as printed, in its order, against the server with the embedded model."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.live_server import live_server

README = Path(__file__).parents[3] / "README.md"
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with live_server() as address:
        yield address


def content(output: str) -> str:
    text: str = json.loads(output)["choices"][0]["message"]["content"]
    return text


def calls(output: str) -> list[tuple[str, Any]]:
    return [(call["name"], call["arguments"]) for call in json.loads(output)["tool_calls"]]


def events(output: str) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in output.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def is_team(text: str) -> bool:
    team = json.loads(text)
    return [type(team[key]) for key in ("team_name", "score", "city")] == [str, int, str]


def counted(output: str) -> bool:
    *pieces, last = events(output)
    text = "".join(piece["content"] for piece in pieces)
    return last["completion"]["choices"][0]["message"]["content"] == text and re.findall(r"\d+", text) == list("12345")


EXPECTED: list[tuple[str, Callable[[str], bool]]] = [
    ('http.*/load.*flowgen-nano"\n', lambda out: json.loads(out)["model"] == "flowgen-nano"),
    ("http.*/load.*n_batch", lambda out: json.loads(out)["context"] == 4096),
    ("requests.*/load.*temperature", lambda out: "'chat_defaults': {'temperature': 0.7}" in out),
    ("curl.*/chat.*Hello!", lambda out: len(content(out)) > 1),
    ("curl.*What is 2\\+2", lambda out: "4" in content(out)),
    ("import requests.*# Load model first", lambda out: len(out.strip()) > 1),
    ("curl.*calculate_sum", lambda out: calls(out) == [("calculate_sum", {"a": 15, "b": 25})]),
    ("import.*get_weather", lambda out: "'arguments': {'location': 'Paris'}" in out and "Response: \n" in out),
    ("curl.*basketball", lambda out: is_team(content(out))),
    ("import.*TeamInfo", lambda out: out.startswith("team_name=")),
    ("curl.*Count from 1 to 5", counted),
    ("import.*Count from 1 to 10", lambda out: re.findall(r"\d+", out) == [str(n) for n in range(1, 11)]),
    ("curl.*/v1/chat/completions.*15 \\+ 25", lambda out: "40" in content(out)),
    ("curl.*/unload", lambda out: json.loads(out)["model"] == "flowgen-nano"),
]


def test_every_block_is_expected() -> None:
    assert len(BLOCKS) == len(EXPECTED)
    for (_, block), (pattern, _) in zip(BLOCKS, EXPECTED, strict=True):
        assert re.search(pattern, block, re.DOTALL), pattern


@pytest.mark.parametrize("number", range(len(EXPECTED)))
def test_a_block_works_as_printed(url: str, number: int) -> None:
    language, block = BLOCKS[number]
    program = block.replace("http://localhost:8001", url)
    command = ["bash", "-c", program] if language == "bash" else [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert EXPECTED[number][1](done.stdout), done.stdout
