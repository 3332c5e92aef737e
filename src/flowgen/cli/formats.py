"""`flowgen formats`: the tool-call formats there are, and each of them at work on texts. Knows lines and columns;
refuses to know how a format works.
"""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence

import msgspec

from flowgen.bootstrap.formats import detect, found_formats, make_formats
from flowgen.domain.errors import FlowGenError
from flowgen.domain.values import JsonObject

log = logging.getLogger(__name__)

Line = Callable[[bytes], JsonObject]
_MAX_SHOWN = 60


def run(arguments: argparse.Namespace) -> int:
    """Do what `formats` was asked to; give the exit status. Raises FlowGenError."""
    actions = {"detect": _detect, "parse": _parse, "write": _write, "grammar": _grammar}
    return actions.get(arguments.action, _list)(arguments)


def _list(arguments: argparse.Namespace) -> int:
    rows = [("name", "models", "family", "origin")]
    rows += [(entry.format.name, entry.models, entry.family, entry.origin) for entry in found_formats()]
    print(_table([tuple(map(_short, row)) for row in rows]), end="")
    return 0


def _detect(arguments: argparse.Namespace) -> int:
    found = detect(arguments.path, make_formats())
    if arguments.json:
        warning = {} if found.warning is None else {"warning": found.warning}
        print(json.dumps({"name": found.name, "reason": found.reason, **warning}, ensure_ascii=False))
        return 0
    print(f"{found.name or 'none'}: {found.reason}")
    if found.warning is not None:
        print(f"flowgen: {found.warning}", file=sys.stderr)
    return 0


def _parse(arguments: argparse.Namespace) -> int:
    from flowgen.cli.format_lines import FormatLines

    return _answer_lines(FormatLines(make_formats()).parse)


def _write(arguments: argparse.Namespace) -> int:
    from flowgen.cli.format_lines import FormatLines

    return _answer_lines(FormatLines(make_formats()).write)


def _grammar(arguments: argparse.Namespace) -> int:
    from flowgen.cli.format_lines import FormatLines

    print(FormatLines(make_formats()).grammar(arguments.name, arguments.tools, arguments.tool_choice))
    return 0


def _answer_lines(answer: Line) -> int:
    """One line out for each line in, at once; a bad one is answered with its error. Empty lines are left out."""
    for line in iter(sys.stdin.buffer.readline, b""):
        if line.strip():
            print(json.dumps(_answered(answer, line)), flush=True)
    return 0


def _answered(answer: Line, line: bytes) -> JsonObject:
    try:
        return answer(line)
    except FlowGenError as error:
        return {"error": str(error)}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return {"error": f"the line cannot be read: {error}"}
    except Exception as error:  # a border: a plugin's format may raise anything, and the other lines want their answers
        log.exception("a line failed")
        return {"error": f"{type(error).__name__}: {error}"}


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"
