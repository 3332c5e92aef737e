"""Fresh cases for measuring: tools, requests and the calls that are right, of words that training never drew.

Half of the requests are phrased by the training generators, half by the templates here, which training never sees.
"""
# ruff: noqa: E501, SIM905  (lists of phrases read better as long lines of text)

import random
from dataclasses import dataclass
from typing import Any

from training.conversations import arguments_for, invented_turn
from training.names import Source, spoken
from training.requests import bare_values, tells_by_place
from training.tools import Tool, invented
from training.values import written

_OWN = (
    "I would be glad if you ran {tool} now. Its inputs: {pairs}.|Get {tool} going; {pairs}.|Do me a favour and launch {tool}, {pairs}|"
    "{tool} is what I need, {pairs}|Time to use {tool}: {pairs}|Would it be possible to have {tool} done, {pairs}?|"
    "We have to invoke {tool} now ({pairs})|{pairs}. Feed that into {tool}.|Take {pairs} and hand it to {tool}|"
    "Given that {pairs}, what does {tool} say?|Prepare a {tool} call where {pairs}|Let {tool} work on {values}|"
    "{words} with {values}, would you?|My request is simple: {words} for {values}.|Somebody asked me to {words} using {values}"
).split("|")
_OWN_PAIRS = [
    "{n} is {v}",
    "{n} = {v}",
    "{n} equals {v}",
    "{v} goes into {n}",
    "{n} has the value {v}",
    "{n} ({v})",
    "{n}: {v}",
]


@dataclass(frozen=True)
class Case:
    """A conversation, its tools, and the calls that answer it."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    calls: list[dict[str, Any]]

    @property
    def is_plain(self) -> bool:
        """Whether it is one call of at most three arguments, none of them a list or an object."""
        given = [value for call in self.calls for value in call["arguments"].values()]
        return len(self.calls) == 1 and len(given) <= 3 and not any(isinstance(value, dict | list) for value in given)


def cases(count: int, seed: int = 2026) -> list[Case]:
    """`count` cases from one seed."""
    src = Source(random.Random(seed), held=True)
    return [case(src, own=index % 2 == 1) for index in range(count)]


def case(src: Source, own: bool) -> Case:
    """One case; `own` phrases it by this module's templates."""
    tools = offered(src)
    if own:
        text, calls = own_turn(src, src.pick(tools))
    else:
        text, calls = invented_turn(src, tools)
    system = [{"role": "system", "content": "You are a helpful assistant."}] if src.chance(0.3) else []
    expected = [{"name": name, "arguments": arguments} for name, arguments in calls]
    return Case([*system, {"role": "user", "content": text}], [tool.as_openai() for tool in tools], expected)


def offered(src: Source) -> list[Tool]:
    """One to four tools of different names."""
    tools = [invented(src) for _ in range(src.rng.randint(1, 4))]
    return list({tool.name: tool for tool in tools}.values())


def own_turn(src: Source, tool: Tool) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """A request in this module's words."""
    arguments = arguments_for(src, tool)
    if not arguments:
        return src.pick(["Just launch {}.", "All I need is {}", "{} it is!", "Get {} going"]).format(tool.name), [
            (tool.name, {})
        ]
    style = src.pick(_OWN_PAIRS)
    pairs = " and ".join(style.format(n=name, v=written(src, value, 0.6)) for name, value in arguments.items())
    shown = ", ".join(bare_values(src, arguments, 0.6))
    templates = _OWN if tells_by_place(tool, arguments) else [text for text in _OWN if "{pairs}" in text]
    text = src.pick(templates).format(tool=tool.name, words=spoken(tool.name), pairs=pairs, values=shown)
    return text, [(tool.name, arguments)]
