"""How long hostile schemas keep a server: each is asked for in one short chat; it works, or is a 400 that says why.

    python -m benchmarks.hostile [--url http://127.0.0.1:8000] [--rounds N] [--only WORD]

Without `--url` a server with the embedded model is started. 1 where an answer was neither, or took longer than 2 s.
"""

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.hostile_schemas import hostile_schemas
from benchmarks.servers import free_port, running

PROMISED_S = 2.0
_LONGEST_S = 60.0
_EASY = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 99}}, "required": ["n"]}


@dataclass(frozen=True)
class Ended:
    """How one schema ended. `status` is 0 where no answer came."""

    name: str
    num_bytes: int
    status: int
    seconds: float
    told: str

    @property
    def is_good(self) -> bool:
        return self.status in (200, 400) and self.seconds <= PROMISED_S


def main(argv: Sequence[str] | None = None) -> int:
    """Ask, print a table, the slowest first; 1 where something was not as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a server that runs (default: one is started)")
    parser.add_argument("--rounds", type=int, default=1, help="times that each is asked for")
    parser.add_argument("--only", default="", help="names with this word")
    arguments = parser.parse_args(argv)
    with _server(arguments.url) as url, httpx.Client(base_url=url, timeout=_LONGEST_S) as client:
        ended = [
            ask(client, name, schema, salt)
            for salt in range(arguments.rounds)
            for name, schema in hostile_schemas().items()
            if arguments.only in name
        ]
        is_serving = ask(client, "easy", _EASY, 0).status == 200
    print(*table(ended), sep="\n")
    print("it serves" if is_serving else "IT DOES NOT SERVE ANY MORE")
    return int(not is_serving or any(not one.is_good for one in ended))


@contextlib.contextmanager
def _server(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    port = free_port()
    with running([sys.executable, "-m", "flowgen", "serve", "--port", str(port)], port) as started:
        yield started


def ask(client: httpx.Client, name: str, schema: Any, salt: int) -> Ended:
    """Ask for a few tokens under a schema. `salt` makes it another one than before, so that nothing is remembered."""
    if salt and isinstance(schema, dict):
        schema = {**schema, "$comment": f"round {salt}"}
    body = json.dumps(
        {
            "messages": [{"role": "user", "content": "Hello!"}],
            "response_format": {"type": "json_schema", "json_schema": {"schema": schema}},
            "options": {"max_tokens": 4},
        }
    )
    began = time.monotonic()
    try:
        answer = client.post("/chat", content=body)
        status, told = answer.status_code, _reason(answer)
    except httpx.TransportError as error:
        status, told = 0, type(error).__name__
    return Ended(name, len(body), status, time.monotonic() - began, told)


def _reason(answer: httpx.Response) -> str:
    """The error's sentence; nothing where there is none."""
    if answer.status_code == 200:
        return ""
    try:
        return " ".join(str(answer.json()["error"]["message"]).split())
    except (ValueError, LookupError, TypeError):
        return answer.text[:200]


def table(ended: Sequence[Ended]) -> Iterator[str]:
    """A line for each, the slowest first."""
    yield f"{'schema':40} {'bytes':>8} {'status':>6} {'seconds':>8}  reason"
    for one in sorted(ended, key=lambda one: -one.seconds):
        mark = " " if one.is_good else "!"
        yield f"{one.name[:40]:40} {one.num_bytes:8} {one.status:6} {one.seconds:8.2f}{mark} {one.told[:150]}"


if __name__ == "__main__":
    sys.exit(main())
