"""`flowgen schema check`: a schema keyword by keyword, or documents judged a line at a time. Knows lines and words;
refuses to know how anything is judged."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from flowgen.application.schema_check import SchemaChecker
from flowgen.bootstrap.vocabularies import make_checker
from flowgen.cli import FAILED
from flowgen.cli.schema_arguments import DRAFTS
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import ConstraintRefused, FlowGenError, InvalidField, InvalidRequest
from flowgen.domain.schemas import SchemaNote
from flowgen.domain.values import JsonObject


def run(arguments: argparse.Namespace) -> int:
    """Give the exit status: 0, or 2 for a schema that is refused. Raises FlowGenError for files that cannot be read."""
    if arguments.jsonl:
        with make_checker(arguments.model) as checker:
            write_lines(sys.stdin.buffer, sys.stdout.buffer, checker, arguments.draft)
        return 0
    schema = _read(arguments.file)
    with make_checker(arguments.model) as checker:
        return _report(checker, JsonSchema(schema=schema, draft=arguments.draft))


def _read(file: str) -> Any:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be read: {error.strerror}.") from None
    try:
        return decoded(data)
    except ValueError as error:
        raise InvalidRequest(f"{file} is no JSON: {error}.") from None


def decoded(data: bytes) -> Any:
    """Give the value of JSON. Raises ValueError with a sentence; NaN and infinities are no JSON."""
    try:
        return json.loads(data, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _report(checker: SchemaChecker, constraint: JsonSchema) -> int:
    try:
        check = checker.check(constraint)
    except ConstraintRefused as refusal:
        print(_row("refused", refusal.pointer, refusal.reason))
        return FAILED
    for note in check.notes:
        print(_row(note.kind, note.pointer, note.reason))
    for warning in check.warnings:
        print(f"warning: {warning}")
    return 0


def _row(kind: str, pointer: str, reason: str) -> str:
    return f"{kind:8} {pointer or '/'}{f'  ({reason})' if reason else ''}"


def write_lines(lines: Iterable[bytes], out: BinaryIO, checker: SchemaChecker, draft: str) -> None:
    """Answer each line with one, at once; nothing of a line is kept."""
    for line in lines:
        out.write(msgspec.json.encode(answer(line, checker, draft)) + b"\n")
        out.flush()


def answer(line: bytes, checker: SchemaChecker, draft: str) -> JsonObject:
    """What is written for a line; whatever is wrong with it is an `error`."""
    try:
        constraint, documents = _asked(line, draft)
        judged = checker.judge(constraint, documents)
    except ConstraintRefused as refusal:
        return _error(refusal.reason, refusal.keyword, refusal.pointer)
    except FlowGenError as error:
        return _error(str(error))
    except (ValueError, RecursionError) as error:
        return _error(str(error))
    return {"accepted": list(judged.accepted), "checked": [_checked(note) for note in judged.checked]}


def _asked(line: bytes, draft: str) -> tuple[JsonSchema, list[Any]]:
    body = decoded(line)
    if not isinstance(body, dict) or "schema" not in body:
        raise InvalidField("the line", body, 'an object with "schema" and "documents"')
    documents, own = body.get("documents", []), body.get("draft", draft)
    if not isinstance(documents, list):
        raise InvalidField("documents", documents, "a list")
    if own not in DRAFTS:
        raise InvalidField("draft", own, ", ".join(DRAFTS))
    return JsonSchema(schema=body["schema"], draft=own), documents


def _checked(note: SchemaNote) -> JsonObject:
    return {"keyword": note.keyword, "pointer": note.pointer}


def _error(reason: str, keyword: str | None = None, pointer: str = "") -> JsonObject:
    return {"error": {"keyword": keyword, "pointer": pointer, "reason": reason}}
