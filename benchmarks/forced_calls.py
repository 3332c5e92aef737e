"""Forces every tool-call format on a model: python -m benchmarks.forced_calls [FORMAT ...] [--model GGUF] [--seeds 2].

The model is loaded once for each format with `options.tool_call_format` and asked for calls: every answer is to end, to
be made of calls of known tools, and their arguments to be valid by the `jsonschema` package, another validator than
ours. Answers that the token limit cuts are counted apart.
"""

import argparse
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema
from litestar.testing import TestClient

from flowgen.adapters.catalog import EMBEDDED_MODELS
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings

Body = dict[str, Any]


def _tool(name: str, description: str, parameters: Body) -> Body:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


BOOK = _tool(
    "book_table",
    "Books a table in a restaurant.",
    {
        "type": "object",
        "properties": {
            "restaurant": {"type": "string", "minLength": 2, "maxLength": 20},
            "guests": {"type": "integer", "minimum": 1, "maximum": 12},
            "outside": {"type": "boolean"},
            "meal": {"type": "string", "enum": ["breakfast", "lunch", "dinner"]},
            "wishes": {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 3},
        },
        "required": ["restaurant", "guests", "meal"],
    },
)
NOW = _tool("get_time", "Gives the time.", {"type": "object", "properties": {}})
PRICE = _tool(
    "set_price",
    "Sets the price of a product.",
    {
        "type": "object",
        "properties": {
            "price": {"type": "number", "minimum": 0, "maximum": 1000},
            "product": {
                "type": "object",
                "properties": {
                    "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{3}$"},
                    "weight": {"type": ["number", "null"]},
                },
                "required": ["code"],
                "additionalProperties": False,
            },
            "until": {"anyOf": [{"type": "string", "maxLength": 10}, {"type": "integer"}]},
        },
        "required": ["price", "product"],
    },
)
TAGS = _tool(
    "tag_photo",
    "Tags a photo.",
    {
        "type": "object",
        "properties": {
            "tags": {
                "type": "array",
                "items": {"enum": ["sea", "city", "night", "people"]},
                "minItems": 2,
                "maxItems": 3,
                "uniqueItems": True,
            },
            "sizes": {
                "type": "array",
                "items": {"type": "integer", "minimum": 1, "maximum": 9},
                "contains": {"const": 4},
                "maxItems": 4,
            },
            "place": {
                "type": "object",
                "properties": {
                    "town": {"type": "string", "maxLength": 8},
                    "street": {"type": "string", "maxLength": 8},
                },
                "minProperties": 1,
                "additionalProperties": False,
            },
        },
        "required": ["tags", "place"],
    },
)
ORDER = _tool(
    "place_order",
    "Orders things to a place.",
    {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "article": {"enum": ["cup", "plate", "fork & knife", 7]},
                        "count": {"type": "integer", "minimum": 1, "maximum": 99},
                        "engraving": {"type": ["string", "null"], "maxLength": 10},
                    },
                    "required": ["article", "count"],
                    "additionalProperties": False,
                },
                "minItems": 1,
                "maxItems": 2,
            },
            "to": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 12},
                    "rows": {
                        "type": "array",
                        "items": {"type": "array", "items": {"type": "number", "multipleOf": 0.5}, "maxItems": 2},
                        "maxItems": 2,
                    },
                    "is_gift": {"type": "boolean"},
                },
                "required": ["name"],
            },
            "day": {"type": "string", "format": "date"},
        },
        "required": ["items", "to"],
    },
)
FIND = _tool(
    "find",
    "Finds things; all arguments may be left out.",
    {
        "type": "object",
        "properties": {
            "text": {"type": "string", "maxLength": 16},
            "from": {"$ref": "#/$defs/place"},
            "limit": {"type": ["integer", "null"], "minimum": 1, "maximum": 50},
            "exact": {"const": True},
        },
        "$defs": {"place": {"oneOf": [{"type": "string", "maxLength": 8}, {"type": "boolean"}]}},
        "additionalProperties": False,
    },
)
ASKED: tuple[tuple[str, list[Body]], ...] = (
    ("Book a table for four at Luigi's and tell me the time.", [BOOK, NOW]),
    ("Set the price of AB123 to 12.50.", [PRICE, NOW, BOOK]),
    ("Tag my photo of Hamburg at night.", [TAGS, PRICE]),
    ("Order two cups and a plate to Anna, then find forks.", [ORDER, FIND]),
    ('Find <b>tea</b> & biscuits, "fresh", and order a cup.', [FIND, ORDER, NOW]),
)


def requests(seeds: int) -> Iterator[Body]:
    """The requests that each format answers."""
    kinds = itertools.product(ASKED, ("required", "named"), (True, False), (0.0, 1.0), range(seeds))
    for index, ((text, tools), choice, is_parallel, temperature, seed) in enumerate(kinds):
        if seed and not temperature:
            continue
        named = {"type": "function", "function": {"name": tools[0]["function"]["name"]}}
        yield {
            "messages": [{"role": "user", "content": text}],
            "tools": tools,
            "tool_choice": named if choice == "named" else choice,
            "parallel_tool_calls": is_parallel,
            "temperature": temperature,
            "seed": seed,
            "stream": index % 2 == 1,
            "max_tokens": 3000,
        }


def ask(client: TestClient[Any], request: Body) -> tuple[str, list[Body], str]:
    """Give why an answer ended, its calls, and its content; of an error its words."""
    answer = client.post("/v1/chat/completions", json={"model": EMBEDDED_MODELS[0], **request})
    if answer.status_code != 200:
        return f"status {answer.status_code}", [], answer.text
    if not request["stream"]:
        choice = answer.json()["choices"][0]
        calls = [call["function"] for call in choice["message"].get("tool_calls") or ()]
        return choice["finish_reason"], calls, choice["message"].get("content") or ""
    return _folded(answer.text)


def _folded(text: str) -> tuple[str, list[Body], str]:
    calls: dict[int, Body] = {}
    reason, content = "no end", ""
    for line in text.split("\n"):
        if not line.startswith("data: {"):
            continue
        event = json.loads(line[6:])
        if "error" in event:
            return "error", [], json.dumps(event)
        for choice in event["choices"]:
            reason = choice["finish_reason"] or reason
            content += choice["delta"].get("content") or ""
            for piece in choice["delta"].get("tool_calls") or ():
                call = calls.setdefault(piece["index"], {"name": "", "arguments": ""})
                call["name"] += piece["function"].get("name") or ""
                call["arguments"] += piece["function"].get("arguments") or ""
    return reason, list(calls.values()), content


def fault(request: Body, reason: str, calls: list[Body], content: str) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if reason != "tool_calls":
        return f"{reason}: {content[:300]}"
    if content.strip() or not calls:
        return f"content {content[:100]!r} beside {len(calls)} calls"
    schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in request["tools"]}
    if isinstance(request["tool_choice"], dict):
        wanted = request["tool_choice"]["function"]["name"]
        schemas = {wanted: schemas[wanted]}
    if len(calls) > 1 and not request["parallel_tool_calls"]:
        return f"{len(calls)} calls"
    for call in calls:
        if call["name"] not in schemas:
            return f"calls {call['name']!r}"
        try:
            jsonschema.validate(json.loads(call["arguments"]), schemas[call["name"]])
        except (ValueError, jsonschema.ValidationError) as error:
            return f"{type(error).__name__} {str(error).splitlines()[0]}: {call}"
    return ""


def main() -> int:
    """Print a line for each format; 0 where all answers parse and validate."""
    options = _options()
    names = options.formats or [one.name for one in builtin_formats() if one.declaration.calls is not None]
    is_good = True
    container = make_container(Settings(drain_s=5.0, engine="inline"))
    with TestClient(container.app(), base_url="http://127.0.0.1:8001", timeout=300) as client:
        for name in names:
            body = {"model_path": options.model, "options": {"tool_call_format": name, "n_ctx": 8192}}
            answer = client.post("/load", json=body)
            if answer.status_code != 200:
                raise SystemExit(answer.text)
            is_good = _one(client, name, list(requests(options.seeds))[:: options.every]) and is_good
    return 0 if is_good else 1


def _one(client: TestClient[Any], name: str, asked: list[Body]) -> bool:
    began, counts, shown = time.perf_counter(), Counter[str](), []
    for request in asked:
        reason, calls, content = ask(client, request)
        wrong = fault(request, reason, calls, content)
        kind = "good" if not wrong else "length" if reason == "length" else "wrong"
        counts[kind] += 1
        if kind != "good":
            chosen = "named" if isinstance(request["tool_choice"], dict) else "required"
            told = {key: request[key] for key in ("parallel_tool_calls", "temperature", "seed", "stream")}
            shown.append(f"    {kind} {request['tools'][0]['function']['name']} {chosen} {told}: {wrong}")
    seconds = time.perf_counter() - began
    print(f"{name:22} good {counts['good']:3} length {counts['length']:3} wrong {counts['wrong']:3}  {seconds:.0f} s")
    print("\n".join(shown), end="\n" if shown else "", flush=True)
    return set(counts) == {"good"}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="names; all of them unless some are given")
    parser.add_argument("--model", default=EMBEDDED_MODELS[0], help="a path or the embedded model's name")
    parser.add_argument("--every", type=int, default=1, help="ask only each so manieth of the requests")
    parser.add_argument("--seeds", type=int, default=2, help="answers at temperature 1 to each request")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
