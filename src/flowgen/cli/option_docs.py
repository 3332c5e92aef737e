"""`flowgen options`: the tables of options as Markdown, from the one declaration. The README holds a copy, and a test
compares them."""

import json
from collections.abc import Iterator
from typing import Any

from flowgen.domain.option_table import Option, table
from flowgen.domain.options import ChatOptions, LoadOptions


def markdown() -> str:
    """Both tables, each under its heading."""
    load = "\n".join(_rows(table(LoadOptions).values()))
    chat = "\n".join(_rows(table(ChatOptions).values()))
    return f"### Options of /load\n\n{load}\n\n### Options of /chat\n\n{chat}\n"


def _rows(options: Any) -> Iterator[str]:
    yield "| option | default | allowed | meaning |"
    yield "| --- | --- | --- | --- |"
    for option in options:
        yield f"| `{option.name}` | {_default(option)} | {_cell(option.allowed)} | {_cell(_meaning(option))} |"


def _default(option: Option) -> str:
    return "" if option.default is None else f"`{json.dumps(option.default)}`"


def _meaning(option: Option) -> str:
    return f"Refused: {option.refused}." if option.refused else option.description


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
