"""`flowgen schema check`: what a person reads of a schema, and a line for every line."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from flowgen.cli.main import main

LINES: list[tuple[Any, str, Any]] = [
    ("nonsense", "error", "Expecting value"),
    ("[1]", "error", 'an object with "schema" and "documents"'),
    ('{"documents": []}', "error", 'an object with "schema" and "documents"'),
    ('{"schema": true, "documents": {}}', "error", "a list"),
    ('{"schema": true, "documents": [NaN]}', "error", "NaN is no number"),
    ('{"schema": true, "draft": "5"}', "error", "2019-09"),
    ("[" * 100_000, "error", "nested too deeply"),
    ("\udcff", "error", ""),
    ("", "error", ""),
    ('{"schema": {"type": "strng"}}', "error", ""),
    ('{"schema": {"$ref": "https://example.com/s"}, "documents": [1]}', "error", ""),
    ('{"schema": {"type": "integer"}}', "accepted", []),
    (
        '{"schema": {"type": "integer"}, "documents": [1, "1", 2.0, 2.5, -0.0]}',
        "accepted",
        [True, False, True, False, True],
    ),
    ('{"schema": {"properties": {"b": {}, "a": {}}}, "documents": [{"a": 1, "c": 3, "b": 2}]}', "accepted", [True]),
    (
        '{"schema": {"enum": ["\\u2028\\u00e9"]}, "documents": ["\\u2028é", "x", "\\ud800"]}',
        "accepted",
        [True, False, False],
    ),
    ('{"schema": {"items": [{"type": "null"}]}, "draft": "7", "documents": [[1], [null]]}', "accepted", [False, True]),
]


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> list[Any]:
    """What the command writes for all the lines above."""
    data = b"".join(line.encode("utf-8", "surrogateescape") + b"\n" for line, _, _ in LINES)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, write_through=True))
    assert main(["schema", "check", "--jsonl"]) == 0
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_every_line_has_one_answer(answered: list[Any]) -> None:
    assert len(answered) == len(LINES)
    for answer, (line, kind, expected) in zip(answered, LINES, strict=True):
        assert list(answer) == (["error"] if kind == "error" else ["accepted", "checked"]), line[:80]
        if kind == "error":
            assert set(answer["error"]) == {"keyword", "pointer", "reason"}
            assert expected in answer["error"]["reason"], line[:80]
        else:
            assert answer["accepted"] == expected, line[:80]


def test_a_refusal_names_keyword_pointer_and_reason(answered: list[Any]) -> None:
    error = next(answer["error"] for answer, (line, _, _) in zip(answered, LINES, strict=True) if "strng" in line)
    assert (error["keyword"], error["pointer"]) == ("type", "/type")
    remote = next(answer["error"] for answer, (line, _, _) in zip(answered, LINES, strict=True) if "$ref" in line)
    assert (remote["keyword"], remote["pointer"]) == ("$ref", "/$ref")


def checked(tmp_path: Path, schema: str, *options: str) -> int:
    file = tmp_path / "schema.json"
    file.write_text(schema, encoding="utf-8")
    return main(["schema", "check", str(file), *options])


def test_a_schema_is_told_keyword_by_keyword(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = {"properties": {"a": {"type": "array", "uniqueItems": True}, "b": {"format": "date", "x-note": 1}}}
    assert checked(tmp_path, json.dumps(schema)) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    rows = {line[1]: line[0] for line in lines}
    assert rows["/properties"] == rows["/properties/a/type"] == "exact"
    assert rows["/properties/a/uniqueItems"] == "checked"
    assert rows["/properties/b/format"] in ("exact", "lowered")
    assert any(line[0] == "warning:" for line in lines)


def test_a_refused_schema_is_told_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, '{"properties": {"a": {"$ref": "#/$defs/none"}}}') == 2
    assert capsys.readouterr().out.startswith("refused  /properties/a/$ref  (")


def test_the_draft_counts_where_the_schema_names_none(tmp_path: Path) -> None:
    assert checked(tmp_path, '{"exclusiveMinimum": true, "minimum": 1}', "--draft", "4") == 0
    assert checked(tmp_path, '{"exclusiveMinimum": true, "minimum": 1}') == 2


@pytest.mark.parametrize(("text", "says"), [("{", "is no JSON"), ("[" * 100_000, "nested too deeply")])
def test_a_file_that_is_no_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str) -> None:
    assert checked(tmp_path, text) == 2
    assert says in capsys.readouterr().err
    assert main(["schema", "check", str(tmp_path / "none.json")]) == 2
    assert main(["schema", "check", "--jsonl", "--model", str(tmp_path / "none.gguf")]) == 2
