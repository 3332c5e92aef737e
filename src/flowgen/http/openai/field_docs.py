"""Writes the tables of docs/api.md from the table that validates requests. Refuses to know where they stand."""

import re
from typing import Any

import msgspec

from flowgen.domain.option_table import Option
from flowgen.http.openai.fields import ROWS

_NEEDS = {
    "tool_calls": "a format of tool calls",
    "reasoning_effort": "a template that knows it",
    "fill_in_the_middle": "tokens for text that goes into a gap",
    "embedding": "an encoder or a model loaded with `options.embedding`",
}
_SECTION = re.compile(r"(<!-- fields of (\S+) -->\n).*?(<!-- end of fields -->)", re.DOTALL)


def with_tables(text: str) -> str:
    """A document with each section `<!-- fields of /v1/... -->` to `<!-- end of fields -->` written anew."""
    return _SECTION.sub(lambda found: f"{found[1]}{fields_table(found[2])}{found[3]}", text)


def fields_table(path: str) -> str:
    """The fields of an endpoint: those that are enforced, then those that are refused."""
    rows = list(ROWS[path].values())
    enforced = [_enforced(row) for row in rows if row.refused is None]
    refused = [f"| `{row.name}` | {row.description} | {row.refused} |" for row in rows if row.refused is not None]
    lines = ["| field | default | meaning |", "| --- | --- | --- |", *enforced]
    if refused:
        head = ["", "Known, and a 400 that says why:", "", "| field | meaning | why |", "| --- | --- | --- |"]
        lines += [*head, *refused]
    return "\n".join(lines) + "\n"


def _enforced(row: Option) -> str:
    needs = "" if row.needs is None else f" Needs {_NEEDS[row.needs]}; else a 400."
    return f"| `{row.name}` | {_default(row.default)} | {_cell(row.description)}{needs} ({_cell(row.allowed)}) |"


def _default(default: Any) -> str:
    if default is msgspec.NODEFAULT:
        return "required"
    return "" if default is None else f"`{_cell(msgspec.json.encode(default).decode())}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
