"""The command's arguments, and what a person reads."""

import json
import shlex
import socket
import subprocess
import sys
from typing import Any

import pytest

from flowgen import __version__
from flowgen.application.lifecycle import LoadReport, ModelHost
from flowgen.cli import serve as serving
from flowgen.cli.listening import CannotListen, listen
from flowgen.cli.main import main
from flowgen.cli.serve import ready
from flowgen.domain.model import ModelSpec
from flowgen.domain.options import LoadOptions

Served = list[tuple[ModelSpec, tuple[str, int]]]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """What would have been served, and where."""
    calls: Served = []

    def run(app: Any, host: ModelHost, spec: ModelSpec, listener: socket.socket) -> int:
        calls.append((spec, listener.getsockname()))
        return 0

    monkeypatch.setattr(serving, "run", run)
    return calls


@pytest.mark.parametrize("argv", [["--port", "0"], ["serve", "--port", "0"]])
def test_serve_is_the_command_and_the_embedded_model_the_default(served: Served, argv: list[str]) -> None:
    assert main(argv) == 0
    spec, (address, port) = served[0]
    assert (spec.name, spec.tokenizer_name, spec.options) == ("flowgen-nano", None, LoadOptions())
    assert spec.path.endswith("flowgen-nano.gguf")
    assert address == "127.0.0.1"
    assert port > 0


def test_every_argument_reaches_the_load(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--model", "/m/a.gguf", "--tokenizer", "org/name", "--port", "0"]
    options = ["n_ctx=512", "use_mmap=false", "chat_format=chatml", "temperature=0.5", 'stop=["a=b"]', "odd=1"]
    assert main(["serve", *arguments, *(part for option in options for part in ("--option", option))]) == 0
    spec = served[0][0]
    assert (spec.name, spec.path, spec.tokenizer_name) == ("a", "/m/a.gguf", "org/name")
    assert spec.options == LoadOptions(n_ctx=512, use_mmap=False, chat_format="chatml")
    assert spec.chat_defaults == {"temperature": 0.5, "stop": ["a=b"]}
    assert capsys.readouterr().err == "flowgen: options.odd is unknown and was ignored.\n"


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["serve", "--port", "65536"], "a number from 0 to 65535"),
        (["serve", "--port", "x"], "a number from 0 to 65535"),
        (["serve", "--option", "n_ctx"], "name=value"),
        (["serve", "--option", "=1"], "name=value"),
        (["serve", "--nonsense"], "--nonsense"),
        (["bake"], "bake"),
    ],
)
def test_bad_arguments_end_with_2(argv: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["--option", "n_ctx=big"], "options.n_ctx: got 'big'; allowed: an integer from 0"),
        (["--option", "lora_scale=NaN"], "options.lora_scale: got 'NaN'"),
        (["--option", "temperature=-1"], "options.temperature"),
        (["--model", ""], "model_path"),
        (["--port", "0", "--host", "no such host"], "has no address"),
        (["--port", "0", "--host", "203.0.113.1"], "Cannot listen on 203.0.113.1"),
    ],
)
def test_what_cannot_be_served_is_a_sentence(
    argv: list[str], text: str, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert error.startswith("flowgen: ")
    assert text in error
    assert served == []


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"flowgen {__version__}\n"


def test_a_port_in_use_is_said_so() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(CannotListen, match=r"Port \d+ of 127.0.0.1 is in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_the_line_to_try_is_a_whole_command() -> None:
    report = LoadReport(
        name="tiny",
        model_path="/m/tiny.gguf",
        architecture="lfm2",
        num_parameters=3_800_000,
        n_ctx=2048,
        size=7,
        seconds=0.25,
        template="the file",
        tool_call_format="lfm2",
        tool_call_format_reason="",
        warnings=("Mind the gap.",),
    )
    text = ready(report, "http://127.0.0.1:8001")
    assert "3.8 million parameters" in text
    assert "warning: Mind the gap." in text
    words = shlex.split(text.splitlines()[-1])
    assert words[:3] == ["curl", "-s", "http://127.0.0.1:8001/chat"]
    assert json.loads(words[-1])["messages"][0]["role"] == "user"
    assert ready(report, "http://[::1]:1", "It embeds.").endswith("It does not chat: It embeds.")


def test_starting_imports_no_transformers() -> None:
    code = "import sys, flowgen.cli.main; print([name for name in ('transformers', 'torch') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
