"""Everyday tools (weather, mail, sums ...) and how people ask for them; invented names stand in for usual ones now and then.

A family is raw data: names, descriptions, parameters as `name|other name:kind`, requests with {0} {1} for the values
in that order, and the sentence for a result.
"""
# ruff: noqa: E501  (lists of phrases read better as long lines of text)

import json
import re
from dataclasses import dataclass
from typing import Any

from training import family_data, family_data_more, values
from training.names import Source
from training.tools import Parameter, Tool, drawn
from training.values import written
from training.words import ENUMS, WEATHER

EXEMPT = ("calculate_sum", "get_weather", "location", "a", "b")
"""Names of the API reference's examples, which training draws whatever the held-out rule says."""
Calls = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Family:
    """One kind of everyday tool."""

    names: list[str]
    descriptions: list[str]
    parameters: list[list[str]]
    requests: list[str]
    suffixes: dict[int, list[str]]
    pairs: list[str]
    result: str


def parsed(block: str) -> Family:
    """A family from its block of lines; see family_data for the format."""
    rows: dict[str, list[str]] = {}
    for line in block.strip().splitlines():
        key, _, rest = line.partition(" ")
        rows.setdefault(key, []).append(rest)
    suffixes: dict[int, list[str]] = {}
    for row in rows.get("opt", []):
        index, _, text = row.partition(" ")
        suffixes[int(index)] = [" " + item for item in text.split("|")]
    return Family(
        names=rows["name"][0].split("|"),
        descriptions=rows["does"][0].split("|"),
        parameters=[item.split("|") for item in rows["par"][0].split(";")] if rows["par"][0] else [],
        requests="|".join(rows["ask"]).split("|"),
        suffixes=suffixes,
        pairs="|".join(rows.get("two", [])).split("|") if "two" in rows else [],
        result=rows.get("out", ["value"])[0],
    )


_BLOCKS = family_data.FAMILIES + "\n" + family_data_more.FAMILIES
_FAMILIES = [parsed(block) for block in _BLOCKS.split("\n\n") if block.strip()]
"""All families; the first two, sums and weather, are the ones of the API reference and drawn more often."""
_TYPES = {"int": "integer", "small": "integer", "addend": "integer", "float": "number", "bool": "boolean"}


def parameter_of(src: Source, options: list[str], required: bool) -> Parameter:
    """A parameter from `name|name:kind`, renamed to an invented word in a fifth of the draws."""
    last, _, kind = options[-1].rpartition(":")
    names = [*options[:-1], last]
    name = names[0] if src.chance(0.5) else src.pick(names)
    if src.chance(0.18) or not (src.allows(name) or name in EXEMPT):
        name = src.word()
    if kind.startswith("enum "):
        return Parameter(name, {"type": "string", "enum": kind[5:].split(",")}, "enum", required)
    if kind == "enum":
        return Parameter(name, {"type": "string", "enum": src.pick(ENUMS).split()}, "enum", required)
    if kind.endswith("s") and kind[:-1] in ("word", "int", "person", "email"):
        item = {"type": _TYPES.get(kind[:-1], "string")}
        return Parameter(name, {"type": "array", "items": item}, kind[:-1], required)
    return Parameter(name, {"type": _TYPES.get(kind, "string")}, kind, required)


def family_tool(src: Source) -> tuple[Family, Tool]:
    """An everyday tool: family and a tool of it, optional parameters offered half of the time."""
    family = src.pick(_FAMILIES) if src.chance(0.72) else src.pick(_FAMILIES[:2])
    number = len(family.parameters) - len(family.suffixes)
    parameters: list[Parameter] = []
    for index, options in enumerate(family.parameters):
        if index >= number and not src.chance(0.4):
            continue
        parameter = parameter_of(src, options, index < number)
        if all(parameter.name != other.name for other in parameters):
            parameters.append(parameter)
        elif index < number:
            parameter.name = src.word()
            parameters.append(parameter)
    name = family.names[0] if src.chance(0.3) else src.pick(family.names)
    if src.chance(0.25):
        name = re.sub("_(.)", lambda match: match[1].upper(), name)
    if src.chance(0.12):
        name = src.identifier()
    while not src.allows(name) and name not in EXEMPT:
        name = f"{src.pick(family.names)}_{src.word()}"
    description = src.pick(family.descriptions) if src.chance(0.85) else ""
    return family, Tool(name, description, parameters)


def fill(src: Source, family: Family, tool: Tool) -> tuple[str, dict[str, Any]]:
    """A request and the arguments it gives."""
    number = len(family.parameters) - len(family.suffixes)
    arguments = {p.name: drawn(src, p.schema, p.kind) for p in tool.parameters[:number]}
    text = spelled(src, src.pick(family.requests), list(arguments.values()))
    for parameter in tool.parameters[number:]:
        index = next(i for i in range(number, len(family.parameters)) if matches(parameter, family.parameters[i]))
        if src.chance(0.55):
            value = drawn(src, parameter.schema, parameter.kind)
            tail = text[-1] if text[-1] in ".?!" else ""
            text = text.rstrip(".?!") + spelled(src, src.pick(family.suffixes[index]), {index: value}) + tail
            arguments[parameter.name] = value
    return text, arguments


def matches(parameter: Parameter, options: list[str]) -> bool:
    """Whether the parameter came from these options."""
    kind = options[-1].rpartition(":")[2]
    if kind == "enum":
        return "enum" in parameter.schema
    if kind.startswith("enum "):
        return parameter.schema.get("enum") == kind[5:].split(",")
    return parameter.kind in (kind, kind[:-1]) and "enum" not in parameter.schema


def spelled(src: Source, style: str, items: Any) -> str:
    """The request with its values; a `{0}` in quotes takes the value bare."""

    def put(match: "re.Match[str]") -> str:
        value = items[int(match[2])]
        if match[1]:
            return '"' + (value if '"' not in str(value) else str(value).replace('"', "")) + '"'
        return written(src, value, 0.12)

    return re.sub(r'("?)\{(\d)\}"?', put, style)


def family_turn(src: Source, choices: list[tuple[Family, Tool]]) -> tuple[str, Calls, list[tuple[str, str]]]:
    """A request to one of the tools (sometimes two calls), the calls, and a (result, sentence) for each."""
    family, tool = src.pick(choices)
    if family.pairs and src.chance(0.12):
        names = [p.name for p in tool.parameters[: len(family.parameters) - len(family.suffixes)]]
        first, second = ([drawn(src, p.schema, p.kind) for p in tool.parameters[: len(names)]] for _ in range(2))
        text = spelled(src, src.pick(family.pairs), [*first, *second])
        calls = [(tool.name, dict(zip(names, items, strict=True))) for items in (first, second)]
        return text, calls, [outcome(src, family, call) for call in calls]
    text, arguments = fill(src, family, tool)
    calls = [(tool.name, arguments)]
    results = [outcome(src, family, calls[0])]
    if src.chance(0.22 if len(choices) > 1 else 0.06):
        other, another = src.pick([choice for choice in choices if choice[1] is not tool] or choices)
        more, extra = fill(src, other, another)
        text = (
            text.rstrip(".!?")
            + src.pick([" and ", ", then ", " and then ", ". Also, ", ". ", "; "])
            + more[0].lower()
            + more[1:]
        )
        calls.append((another.name, extra))
        results.append(outcome(src, other, calls[1]))
    return text, calls, results


def outcome(src: Source, family: Family, call: tuple[str, dict[str, Any]]) -> tuple[str, str]:
    """What the tool returns, as a bare value, JSON or a sentence, and the assistant's sentence."""
    given = list(call[1].values())
    if family.result == "sum":
        total = sum(given) if src.chance(0.8) and all(isinstance(g, int) for g in given) else values.integer(src)
        return shaped(src, src.pick(["result", "sum", "total"]), total), f"The sum is {total}."
    if family.result == "weather":
        degrees, sky = src.rng.randint(-15, 40), src.pick(WEATHER)
        document = {"temperature": degrees, src.pick(["condition", "conditions", "sky", "weather"]): sky}
        if src.chance(0.4):
            return json.dumps(document), f"It is {degrees} degrees and {sky} in {given[0]}."
        text = src.pick(
            [sky, f"{sky}, {degrees} degrees", f"{degrees}C", f"{degrees} degrees and {sky}", f"{sky} {degrees}C"]
        )
        return text, f"The weather in {given[0]} is {text}."
    if family.result == "done":
        return src.pick(
            [
                "ok",
                "OK",
                "done",
                "success",
                '{"status": "ok"}',
                '{"status": "success"}',
                '{"success": true}',
                "true",
                "sent",
            ]
        ), "Done."
    value = (
        drawn(src, {"type": "integer"}, "")
        if src.chance(0.5)
        else values.string(src)
        if src.chance(0.6)
        else values.decimal(src)
    )
    key = family.result
    end = "" if isinstance(value, str) and value[-1] in ".!?" else "."
    return shaped(src, key, value), f"The {key} is {value}{end}"


def shaped(src: Source, key: str, value: Any) -> str:
    """The value under its key as JSON, or in a sentence."""
    if src.chance(0.65):
        return json.dumps({key: value}, ensure_ascii=False)
    return f"The {key} is {value}" + src.pick(["", "."])
