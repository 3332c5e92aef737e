"""Holds the formats to a corpus of real answers: python -m benchmarks.toolcalls CASES.jsonl [FORMAT ...] [--show].

A line is a case: `format`, `raw`, what its request was, and what is expected of it; expectations of null are none.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.adapters.toolcalls.reading import Case, CaseReading, ReadCall, read_case
from flowgen.adapters.toolcalls.registry import FormatsByName

Expected = dict[str, Any]


def main() -> int:
    """Print the shares of cases that are read as expected; 0 where the bars hold."""
    options = _options()
    formats = FormatsByName(builtin_formats())
    passed, totals, failures = Counter[str](), Counter[str](), []
    for line in Path(options.cases).read_text("utf-8").splitlines():
        expected = json.loads(line)
        if options.formats and expected["format"] not in options.formats:
            continue
        kind = _kind(expected)
        totals[kind] += 1
        fault = _fault(expected, formats)
        passed[kind] += not fault
        if fault:
            failures.append((kind, expected, fault))
    for kind, expected, fault in failures if options.show else ():
        print(f"{kind} {expected['id']}: {fault}\n  raw      {expected['raw']!r}")
    for kind, total in sorted(totals.items()):
        print(f"{kind:10} {passed[kind]:4} of {total:4}  {100 * passed[kind] / total:5.1f} %")
    return (
        0 if all(passed[kind] >= share * totals[kind] for kind, share in (("plain", 0.98), ("malformed", 0.75))) else 1
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases")
    parser.add_argument("formats", nargs="*")
    parser.add_argument("--show", action="store_true", help="print the cases that are read otherwise")
    return parser.parse_args()


def _kind(expected: Expected) -> str:
    if expected.get("policy"):
        return "policy"
    return "malformed" if expected.get("malformed") else "plain"


def _fault(expected: Expected, formats: FormatsByName) -> str:
    """What is not as expected; empty where all is."""
    case = msgspec.convert({key: value for key, value in expected.items() if key in Case.__struct_fields__}, Case)
    try:
        syntax = formats.get(case.format)
        reading = read_case(case, syntax)
    except Exception as error:  # a benchmark tells what it finds
        return f"raised {error!r}"
    if expected.get("calls_unspecified"):
        return ""
    return (
        _text_fault("content", expected, reading.content)
        or _text_fault("reasoning", expected, reading.reasoning)
        or _calls_fault(expected, reading)
    )


def _text_fault(key: str, expected: Expected, found: str) -> str:
    wanted = expected.get(key)
    if wanted is None:
        return ""
    match expected.get(f"{key}_match"):
        case "contains":
            is_met = wanted in found
        case "startswith":
            is_met = found.startswith(wanted)
        case _:
            is_met = wanted.strip() == found.strip()
    return "" if is_met else f"{key} {found!r}, not {wanted!r}"


def _calls_fault(expected: Expected, reading: CaseReading) -> str:
    wanted, found = expected.get("tool_calls") or [], reading.tool_calls
    if len(wanted) != len(found):
        return f"{len(found)} calls {[(call.name, call.arguments) for call in found]}, not {len(wanted)}"
    for call, read in zip(wanted, found, strict=True):
        if fault := _call_fault(call, read, expected.get("args_match")):
            return fault
    return ""


def _call_fault(wanted: Expected, read: ReadCall, match: str | None) -> str:
    if wanted["name"] != read.name:
        return f"name {read.name!r}, not {wanted['name']!r}"
    if wanted.get("id") and wanted["id"] != read.id:
        return f"id {read.id!r}, not {wanted['id']!r}"
    raw, begun = wanted.get("arguments_raw"), "".join(read.arguments_raw.split())
    if raw is not None and match in ("partial_text", "raw_startswith") and not begun.startswith("".join(raw.split())):
        return f"arguments {read.arguments_raw!r}, not {raw!r}"
    arguments = wanted.get("arguments")
    if arguments is None:
        return ""
    compared = read.arguments
    if match == "subset" and isinstance(compared, dict):
        compared = {key: value for key, value in compared.items() if key in arguments}
    return "" if compared == arguments else f"arguments {read.arguments!r}, not {arguments!r}"


if __name__ == "__main__":
    sys.exit(main())
