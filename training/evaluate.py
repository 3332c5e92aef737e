"""Measure tool calls on fresh cases: `python -m training.evaluate --url http://127.0.0.1:8001` against a server.

A call is right when name and arguments equal the case's. Knows the server's native API and the modes of the bars; with
`--gguf` it measures a file in this process instead, without constraint.
"""

import argparse
import json
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from training.cases import Case, cases

Call = dict[str, Any]
Answer = Callable[[Case, dict[str, Any]], list[Call]]

MODES: dict[str, dict[str, Any]] = {
    "greedy, free": {"temperature": 0, "repeat_penalty": 1.0, "constrain_tools": False},
    "defaults, free": {"constrain_tools": False, "seed": 1},
    "greedy, constrained": {"temperature": 0, "repeat_penalty": 1.0},
    "defaults, constrained": {"seed": 1},
}


def over_http(url: str) -> Answer:
    """Ask a server's /chat."""

    def ask(case: Case, options: dict[str, Any]) -> list[Call]:
        body = {"messages": case.messages, "tools": case.tools, "options": {"max_tokens": 400, **options}}
        request = urllib.request.Request(f"{url}/chat", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=300) as response:
            return json.load(response).get("tool_calls") or []

    return ask


def is_valid(call: Call, case: Case) -> bool:
    """Whether the call names an offered tool and its arguments satisfy the tool's schema."""
    import jsonschema

    schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in case.tools}
    if call["name"] not in schemas:
        return False
    strict = {**schemas[call["name"]], "additionalProperties": False}
    return jsonschema.Draft202012Validator(strict).is_valid(call["arguments"])


def is_same(got: Any, wanted: Any) -> bool:
    """Equality that tells true from 1 and takes 2.0 for 2."""
    if isinstance(got, bool) != isinstance(wanted, bool):
        return False
    if isinstance(got, dict) and isinstance(wanted, dict):
        return got.keys() == wanted.keys() and all(is_same(got[key], wanted[key]) for key in got)
    if isinstance(got, list) and isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(is_same, got, wanted))
    return bool(got == wanted)


def is_right(got: list[Call], case: Case) -> bool:
    """Whether these are the case's calls, in order."""
    bare = [{"name": call["name"], "arguments": call["arguments"]} for call in got]
    return is_same(bare, case.calls)


def groups_of(case: Case, index: int) -> list[str]:
    """The groups that a case counts in; cases of an odd index are phrased by templates that training never sees."""
    phrasing = "in words never seen" if index % 2 else "in training's phrasing"
    return ["right", "of plain cases" if case.is_plain else "of the others", phrasing]


def measure(answer: Answer, chosen: list[Case], options: dict[str, Any], show: int, at_once: int = 1) -> str:
    """One line of figures for one mode; up to `show` failures are printed. `at_once` cases are asked together."""
    valid = made = 0
    groups: dict[str, list[bool]] = {}
    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(lambda case: answer(case, options), chosen))
    for index, (case, got) in enumerate(zip(chosen, answers, strict=True)):
        made += len(got)
        valid += sum(is_valid(call, case) for call in got)
        good = is_right(got, case)
        for group in groups_of(case, index):
            groups.setdefault(group, []).append(good)
        if not good and show > 0:
            show -= 1
            print(f"  asked  {case.messages[-1]['content']}\n  wanted {case.calls}\n  got    {got}")
    shares = ", ".join(f"{100 * sum(hits) / len(hits):.1f} % {group}" for group, hits in groups.items())
    return f"{shares}; {100 * valid / max(made, 1):.1f} % of {made} calls valid"


def main() -> None:
    """Print the figures of each mode."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8001")
    parser.add_argument("--gguf", help="measure this file in this process, without constraint")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--show", type=int, default=0, help="failures to print for each mode")
    parser.add_argument("--at-once", type=int, default=8, help="cases that are asked of a server together")
    arguments = parser.parse_args()
    modes, at_once = MODES, arguments.at_once
    answer = over_http(arguments.url)
    if arguments.gguf:
        from training.local import in_process

        answer, at_once = in_process(arguments.gguf), 1
        modes = {name: options for name, options in MODES.items() if "constrain_tools" in options}
    chosen = cases(arguments.count, arguments.seed)
    for name, options in modes.items():
        print(f"{name:22}", measure(answer, chosen, options, arguments.show, at_once), flush=True)


if __name__ == "__main__":
    main()
