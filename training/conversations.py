"""Whole conversations: a tool list and turns, or talk without tools; mixes all generators in their shares.

A conversation is (messages, tools) in OpenAI's shape; every answer that training learns is an assistant message in it.
"""
# ruff: noqa: E501, SIM905  (lists of phrases read better as long lines of text)

import json
from typing import Any

from training import talk, values
from training.documents import document_turn
from training.families import Family, family_tool, family_turn
from training.names import Source, spoken
from training.requests import request
from training.tools import Tool, invented

_NUMERIC = ("sum", "product", "difference", "quotient", "power", "result", "answer", "number", "value")
"""Results of the families that calculate: beside them, a sum is a call and not talk."""
Message = dict[str, Any]
Conversation = tuple[list[Message], list[dict[str, Any]]]

_SYSTEMS = (
    "You are a helpful assistant.|You are a helpful assistant.|You are a helpful assistant|You are a friendly assistant.|"
    "Be brief.|You are an assistant with tools.|You are a helpful AI assistant.|Use the tools when needed.|Answer shortly.|"
    "You are FlowGen.|You can call functions.|You are a concise assistant."
).split("|")


def system(src: Source) -> list[Message]:
    """A system message in a third of the conversations."""
    return [{"role": "system", "content": src.pick(_SYSTEMS)}] if src.chance(0.35) else []


def said(text: str, role: str = "user") -> Message:
    """A message of plain text."""
    return {"role": role, "content": text}


def called(*calls: tuple[str, dict[str, Any]]) -> Message:
    """An assistant message of tool calls."""
    items = [{"type": "function", "function": {"name": name, "arguments": arguments}} for name, arguments in calls]
    return {"role": "assistant", "content": None, "tool_calls": items}


def arguments_for(src: Source, tool: Tool) -> dict[str, Any]:
    """Arguments for a call: all required ones, and each optional one about half of the time."""
    return {p.name: p.draw(src) for p in tool.parameters if p.required or src.chance(0.5 if src.held else 0.4)}


def invented_turn(src: Source, tools: list[Tool]) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """A request for one call of an invented tool, sometimes for two, and the calls."""
    tool = src.pick(tools)
    arguments = arguments_for(src, tool)
    text = request(src, tool, arguments)
    if len(arguments) == 1 and src.chance(0.12) and not isinstance(next(iter(arguments.values())), dict | list):
        return twice(src, tool, arguments)
    if not src.chance(0.14 if src.held else 0.18):
        return text, [(tool.name, arguments)]
    other = src.pick(tools)
    more = arguments_for(src, other)
    second = request(src, other, more)
    if other is not tool and second[:1].isupper() and second.split(" ")[0].isalpha():
        second = second[0].lower() + second[1:]
    text = text.rstrip(".!?") + src.pick([" and ", ", then ", ". Then ", " and then ", ". Also ", "; "]) + second
    return text, [(tool.name, arguments), (other.name, more)]


def twice(src: Source, tool: Tool, arguments: dict[str, Any]) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """A request to call a tool of one argument for two or three values."""
    ((name, value),) = arguments.items()
    parameter = next(p for p in tool.parameters if p.name == name)
    items = [value] + [parameter.draw(src) for _ in range(2 if src.chance(0.2) else 1)]
    shown = [values.written(src, item) for item in items]
    tie = src.pick([" for ", " on ", " with ", " of ", " to "])
    joined = src.pick([", ", ", "]).join(shown[:-1]) + src.pick([" and ", " and" + tie, ", then" + tie]) + shown[-1]
    head = src.pick(
        ["Call {}", "Run {}", "Use {}", "{}", "Please {}", "Please call {}", "I want {}", "Can you run {}", "Do {}"]
    )
    named = tool.name if src.chance(0.7) else spoken(tool.name)
    text = head.format(named) + tie + src.pick(["", "", "", "both "] if len(items) == 2 else [""]) + joined
    return text + src.pick(["", ".", "?", " please"]), [(tool.name, {name: item}) for item in items]


def tool_conversation(src: Source, most_tools: int = 5, most_turns: int = 5) -> Conversation:
    """Tools and one or more turns on them."""
    count = src.rng.choices((1, 2, 3, 4, 5), (22, 26, 26, 18, 8))[0]
    tools: dict[str, Tool] = {}
    natural: dict[str, Family] = {}
    for _ in range(min(count, most_tools)):
        if not src.held and src.chance(0.2):
            family, tool = family_tool(src)
            if tool.name in tools or family in natural.values():
                continue
            natural[tool.name] = family
        else:
            tool = invented(src)
        tools.setdefault(tool.name, tool)
    listed = list(tools.values())
    src.rng.shuffle(listed)
    messages = system(src)
    for _ in range(src.rng.choices(range(1, most_turns + 1), (36, 24, 18, 13, 9)[:most_turns])[0]):
        messages += tool_turn(src, listed, natural)
    return messages, [tool.as_openai() for tool in listed]


def tool_turn(src: Source, tools: list[Tool], natural: dict[str, Any]) -> list[Message]:
    """One turn: a call, with its result now and then, or talk that needs no tool."""
    if src.chance(0.08):
        idle = [talk.small_talk, talk.small_talk, talk.repeating, talk.counting]
        if natural and not any(family.result in _NUMERIC for family in natural.values()):
            idle += [talk.addition]
        asked, answered = src.pick(idle)(src)
        return [said(asked), said(answered, "assistant")]
    invented_ones = [tool for tool in tools if tool.name not in natural]
    if natural and (not invented_ones or src.chance(len(natural) / len(tools))):
        own = [tool for tool in tools if tool.name in natural]
        text, calls, results = family_turn(src, [(natural[tool.name], tool) for tool in own])
    else:
        text, calls = invented_turn(src, invented_ones)
        results = None
    out = [said(text), called(*calls)]
    if src.chance(0.15):
        out += outcome(src, calls, results)
    return out


def outcome(src: Source, calls: list[tuple[str, dict[str, Any]]], results: Any = None) -> list[Message]:
    """Tool messages for the calls and the sentence that answers from them."""
    if results is not None:
        contents, sentences = zip(*results, strict=True)
    else:
        contents, sentences = zip(*(result(src) for _ in calls), strict=True)
    return [*(said(text, "tool") for text in contents), said(" ".join(sentences), "assistant")]


def result(src: Source) -> tuple[str, str]:
    """A result of an invented tool, and the sentence for it."""
    roll = src.rng.random()
    if roll < 0.4:
        value = src.pick([values.integer, values.decimal, values.string, values.small])(src)
        content = value if isinstance(value, str) else json.dumps(value)
        return content, content if isinstance(value, str) and value[-1] in ".!?" else f"The result is {content}."
    if roll < 0.75:
        keys = [
            src.identifier(["result", "value", "status", "total", "name", "count"], 2, 0.7)
            for _ in range(src.rng.randint(1, 3))
        ]
        document = {key: src.pick([values.integer, values.decimal, values.string])(src) for key in keys}
        parts = [f"the {spoken(key)} is {value}" for key, value in document.items()]
        joined = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
        return json.dumps(document, ensure_ascii=False), joined[0].upper() + joined[1:] + "."
    if roll < 0.82:
        reason = values.phrase(src)
        return src.pick(
            [json.dumps({"error": reason}, ensure_ascii=False), f"Error: {reason}"]
        ), f"The call failed: {reason}."
    if roll < 0.88:
        return src.pick(["ok", "OK", "done", "success", '{"status": "ok"}', '{"success": true}', "true"]), "Done."
    text = values.sentence(src).rstrip(".!?,") + "."
    return text, text


def chat_conversation(src: Source) -> Conversation:
    """Talk without tools, several turns of mixed kinds."""
    messages = system(src)
    for _ in range(src.rng.choices((1, 2, 3, 4, 6, 8), (25, 20, 15, 15, 15, 10))[0]):
        kind = src.rng.choices(
            ("sum", "small", "count", "repeat", "name", "more", "document", "unknown"), (30, 9, 9, 14, 6, 1, 6, 8)
        )[0]
        if kind == "name":
            turns = talk.named(src)
        elif kind == "document":
            turns = [document_turn(src)]
        else:
            one = {
                "sum": talk.addition,
                "small": talk.small_talk,
                "count": talk.counting,
                "repeat": talk.repeating,
                "more": talk.arithmetic,
                "unknown": talk.unknown,
            }
            turns = [one[kind](src)]
        for asked, answered in turns:
            messages += [said(asked), said(answered, "assistant")]
    return messages, []


def conversation(src: Source, easy: float = 0.0) -> Conversation:
    """Any conversation of the training mix; `easy` is the share of short ones for the first minutes."""
    src.moves()
    if src.chance(easy):
        return tool_conversation(src, 2, 2) if src.chance(0.7) else chat_conversation(src)
    if src.chance(0.92):
        return tool_conversation(src)
    return chat_conversation(src)
