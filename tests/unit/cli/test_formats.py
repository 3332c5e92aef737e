"""`flowgen formats`: its table, detection, and lines in and out. Nothing that stands in a line ends the command."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from flowgen.cli.main import main
from support.templates import JSON_IN_TAGS, template

HERMES = JSON_IN_TAGS.replace("call>", "tool_call>").replace('"tool"', '"name"').replace('"input"', '"arguments"')


def answers(
    action: str, lines: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    """What the command answers to lines, one each."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["formats", action, "--jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_table_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "models", "family", "origin"]
    names = [line.split()[0] for line in lines[1:]]
    assert names == sorted(names)
    assert {"hermes_json", "lfm2", "function_list", "qwen3_coder", "gpt_oss"} <= set(names)
    assert all(line.endswith("built in") for line in lines[1:] if line.split()[0] in ("lfm2", "hermes_json"))


def test_detection_says_the_name_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known, odd, plain = (tmp_path / f"{name}.jinja" for name in ("known", "odd", "plain"))
    known.write_text(template(HERMES))
    odd.write_text(template(JSON_IN_TAGS))
    plain.write_text(template(""))
    for path, name in ((known, "hermes_json"), (odd, "derived"), (plain, None)):
        assert main(["formats", "detect", str(path), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["name"] == name
        assert found["reason"]
        assert "warning" not in found
    assert main(["formats", "detect", str(plain)]) == 0
    assert capsys.readouterr().out == "none: no known format matches the template\n"


def test_an_embedded_model_is_detected_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats", "detect", "flowgen-nano", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "lfm2"


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"GGUF", b"{% for %}"])
def test_what_is_no_template_is_a_sentence(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken"
    if content is not None:
        path.write_bytes(content)
    assert main(["formats", "detect", str(path)]) == 2
    assert capsys.readouterr().err.startswith("flowgen: ")


def test_answers_are_parsed_line_by_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    call = '<tool_call>\n{"name": "f", "arguments": {"a": "é"}}\n</tool_call>'
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    lines = [
        {"format": "hermes_json", "raw": f"I look.{call}", "tools": tools, "chunks": None, "unknown": 1},
        {"format": "hermes_json", "raw": "<think>Hm.</think>Yes.", "enable_thinking": True},
        {"format": "hermes_json", "raw": "Hm.</think>Yes.", "prompt_opens_thinking": True},
        {"format": "hermes_json", "raw": call[:-20], "partial": True},
        {"format": "hermes_json", "raw": f"Yes.{call}", "chunks": ["Yes.", call[:20], call[20:]]},
        {"format": "hermes_json", "raw": call, "tools": [{"function": {"name": "other"}}]},
    ]
    found = answers("parse", lines, monkeypatch, capsys)
    called = {"name": "f", "arguments": {"a": "é"}}
    assert found[0] == {"content": "I look.", "reasoning": "", "tool_calls": [called], "warnings": []}
    assert (found[1]["reasoning"], found[1]["content"]) == ("Hm.", "Yes.")
    assert (found[2]["reasoning"], found[2]["content"]) == ("Hm.", "Yes.")
    assert found[3]["tool_calls"][0]["name"] == "f"
    assert (found[4]["content"], found[4]["tool_calls"]) == ("Yes.", [called])
    assert found[5]["tool_calls"] == [called]
    assert "'f'" in found[5]["warnings"][0]


@pytest.mark.parametrize("action", ["parse", "write"])
def test_a_bad_line_is_answered_and_the_next_one_too(
    action: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"format": "lfm2", "raw": "Hi.", "calls": []}
    bad = [
        "{",
        "[1]",
        "1",
        '"\\ud800"',
        "[" * 9999,
        {"format": "lfm2"},
        {"raw": "Hi.", "calls": []},
        {"format": "no_such", "raw": "Hi.", "calls": []},
        {"format": 1, "raw": "Hi.", "calls": []},
        {"format": "lfm2", "raw": 1, "calls": 1},
        {"format": "lfm2", "raw": "Hi.", "tools": [{"name": 1}], "calls": [{"name": "f", "arguments": []}]},
        {"format": "lfm2", "raw": "Hi.", "tools": [1], "calls": [1]},
    ]
    found = answers(action, [good, *bad, "", good], monkeypatch, capsys)
    assert len(found) == len(bad) + 2
    assert all(set(answer) == {"error"} for answer in found[1:-1])
    assert "error" not in found[0]
    assert found[-1] == found[0]


def test_calls_are_written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    call = {"name": "f", "arguments": {"a": [1, None], "b": 'x"'}}
    wrapped = {"id": "1", "type": "function", "function": call}
    found = answers("write", [{"format": "lfm2", "calls": [call, wrapped]}], monkeypatch, capsys)
    one = 'f(a=[1, None], b="x\\"")'
    assert found == [{"raw": f"<|tool_call_start|>[{one}, {one}]<|tool_call_end|>"}]


def test_a_grammar_is_printed_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parameters = {"type": "object", "properties": {"day": {"type": "string", "pattern": "^[0-9]+$"}}}
    path = tmp_path / "tools.json"
    path.write_text(json.dumps([{"type": "function", "function": {"name": "now", "parameters": parameters}}]))
    for choice in ("auto", "required", "now"):
        assert main(["formats", "grammar", "lfm2", "--tools", str(path), "--tool-choice", choice]) == 0
        grammar = capsys.readouterr().out
        assert grammar.startswith("start:")
        assert "now(" in grammar


@pytest.mark.parametrize(
    ("arguments", "content", "text"),
    [
        (["no_such"], "[]", "format: got 'no_such'"),
        (["lfm2"], "[]", "at least one tool"),
        (["lfm2"], "{", "a file with a JSON list of tools"),
        (["lfm2"], '{"tools": 1}', "a file with a JSON list of tools"),
        (["lfm2", "--tool-choice", "g"], '[{"name": "f"}]', "tool_choice: got 'g'"),
    ],
)
def test_what_is_no_grammar_is_a_sentence(
    tmp_path: Path, arguments: list[str], content: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tools.json"
    path.write_text(content)
    assert main(["formats", "grammar", *arguments, "--tools", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("flowgen: ")
    assert text in error
