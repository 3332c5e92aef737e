"""Tool choices of /v1: those of every dialect, and OpenAI's list of allowed tools. Wire -> domain; pure."""

from collections.abc import Sequence
from typing import Any, Literal

from flowgen.domain.errors import InvalidField
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.values import JsonObject, Value
from flowgen.http import conversation
from flowgen.http.reading import read

ALLOWED = '{"type": "allowed_tools", "allowed_tools": {"mode": ..., "tools": [...]}}'


class AllowedChoice(Value, frozen=True):
    """A choice among some of the tools."""

    type: Literal["allowed_tools"]
    allowed_tools: JsonObject


class AllowedTools(Value, frozen=True):
    """Which of the tools may be called, and whether one must be."""

    tools: list[Any]
    mode: Literal["auto", "required"] = "auto"


def tool_choice(raw: Any, where: str, tools: Sequence[Tool], unknown: list[str]) -> ToolChoice:
    """Read a tool choice. Raises InvalidField."""
    if not isinstance(raw, dict) or raw.get("type") != "allowed_tools":
        return conversation.tool_choice(raw, where, unknown, f"{conversation.CHOICES} or {ALLOWED}")
    is_flat = "allowed_tools" not in raw  # as in OpenAI's other API
    inner = where if is_flat else f"{where}.allowed_tools"
    body = {key: raw[key] for key in raw if key != "type"} if is_flat else read(AllowedChoice, raw, where, unknown)
    wanted = read(AllowedTools, body.allowed_tools if isinstance(body, AllowedChoice) else body, inner, unknown)
    names = tuple(_name(item, f"{inner}.tools[{index}]", tools, unknown) for index, item in enumerate(wanted.tools))
    if not names:
        raise InvalidField(f"{inner}.tools", [], "a list of at least one of the request's tools")
    return ToolChoice(mode=wanted.mode, allowed=names)


def _name(item: Any, where: str, tools: Sequence[Tool], unknown: list[str]) -> str:
    known = [tool.name for tool in tools]
    allowed = f"a function among the request's tools ({', '.join(known) or 'none'})"
    name = conversation.tool_choice(item, where, unknown, allowed).name
    if name is None or name not in known:
        raise InvalidField(where, item, allowed)
    return name
