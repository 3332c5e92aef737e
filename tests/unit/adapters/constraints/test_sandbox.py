"""Constraints are tried where they can do no harm, and what came of it arrives as it was."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from flowgen.adapters.constraints import sandbox as sandboxes
from flowgen.adapters.constraints.sandbox import Sandbox
from flowgen.bootstrap.engines import sandbox_command
from flowgen.domain.constraints import Gbnf, JsonSchema, Lark, LarkPart, Regex
from flowgen.domain.errors import ConstraintRefused, EngineFailed, ModelUnavailable
from support.processes import children, wait_until_gone

_FRAME = (
    "import sys, struct, time;"
    " w = lambda b: (sys.stdout.buffer.write(struct.pack('>Q', len(b)) + b), sys.stdout.flush());"
)
_READ = "n, = struct.unpack('>Q', sys.stdin.buffer.read(8)); sys.stdin.buffer.read(n);"


def speaking(code: str) -> Sequence[str]:
    """A process that is ready, reads one constraint and then does this."""
    return [sys.executable, "-S", "-c", f"{_FRAME} w(b'{{}}'); {_READ} {code}"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(sandbox_command)
    yield sandbox
    sandbox.close()


def test_what_compiles_passes_again_and_again(sandbox: Sandbox) -> None:
    for _ in range(2):
        assert sandbox.check(JsonSchema(schema={"type": "object", "maximum": 10**40})) == ()
        assert sandbox.check(Regex(pattern="a+")) == ()


def test_refusals_arrive_as_they_were(sandbox: Sandbox) -> None:
    for _ in range(2):
        with pytest.raises(ConstraintRefused) as caught:
            sandbox.check(JsonSchema(schema={"properties": {"a": {"type": "strng"}}}))
        assert (caught.value.field, caught.value.keyword) == ("response_format", "type")
        assert caught.value.pointer == "/properties/a/type"


def test_half_a_character_is_refused_where_it_stands(sandbox: Sandbox) -> None:
    with pytest.raises(ConstraintRefused, match="half a character") as caught:
        sandbox.check(JsonSchema(schema={"properties": {"a": {"enum": ["\ud800"]}}}))
    assert (caught.value.keyword, caught.value.pointer) == ("enum", "/properties/a/enum/0")
    with pytest.raises(ConstraintRefused, match="half a character"):
        sandbox.check(Regex(pattern="\ud800"))


def test_special_tokens_may_be_named_in_parts_too(sandbox: Sandbox) -> None:
    part = LarkPart(constraint=Lark(grammar="start: <|y|>"), field="response_format.lark")
    assert sandbox.check(Lark(grammar="start: <|x|> @inner", parts={"inner": part})) == ()


def test_a_chain_that_overflows_a_stack_is_refused_and_the_next_is_taken(sandbox: Sandbox) -> None:
    inner: Any = {"type": "null"}
    for _ in range(5_000):
        inner = [inner]
    with pytest.raises(ConstraintRefused, match="nested too deeply"):
        sandbox.check(JsonSchema(schema={"const": inner}))
    assert sandbox.check(JsonSchema(schema=True)) == ()


def test_what_takes_too_long_is_refused_in_time_and_its_process_is_gone() -> None:
    before = children()
    sandbox = Sandbox(lambda: speaking("time.sleep(60)"), patience=0.1)
    for _ in range(2):
        with pytest.raises(ConstraintRefused, match=r"within 0\.1 s") as caught:
            sandbox.check(Gbnf(grammar="root ::= root"))
        assert caught.value.field == "options.grammar"
    sandbox.close()
    assert children() == before


def test_what_uses_up_its_time_is_refused_by_that_name() -> None:
    sandbox = Sandbox(lambda: speaking("import os, signal; os.kill(os.getpid(), signal.SIGPROF)"))
    with pytest.raises(ConstraintRefused, match="processor's time") as caught:
        sandbox.check(Regex(pattern="a"))
    assert (caught.value.field, caught.value.keyword, caught.value.pointer) == ("response_format", "", "")
    sandbox.close()


def test_a_process_is_started_ahead() -> None:
    before = children()
    sandbox = Sandbox(sandbox_command)
    sandbox.start_ahead()
    ahead = children() - before
    assert len(ahead) == 1
    sandbox.start_ahead()
    sandbox.check(Regex(pattern="a"))
    assert children() - before == ahead
    sandbox.close()


def test_what_crashes_the_compiler_is_refused() -> None:
    sandbox = Sandbox(lambda: speaking("import os; os.abort()"))
    with pytest.raises(ConstraintRefused, match="more memory"):
        sandbox.check(Regex(pattern="a"))
    sandbox.close()


def test_a_fault_of_ours_is_no_refusal() -> None:
    sandbox = Sandbox(lambda: speaking("""w(b'{"fault":"KeyError: 1"}')"""))
    with pytest.raises(EngineFailed, match="KeyError: 1"):
        sandbox.check(Regex(pattern="a"))
    sandbox.close()
    with pytest.raises(EngineFailed, match="cannot be started"):
        Sandbox(lambda: ["/nowhere/python"]).check(Regex(pattern="a"))


def test_others_wait_for_their_turn_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "_WAIT_S", 0.05)
    sandbox = Sandbox(lambda: speaking("time.sleep(60)"), num_processes=1, patience=1.0)

    def refused() -> None:
        with pytest.raises(ConstraintRefused):
            sandbox.check(Regex(pattern="a"))

    first = threading.Thread(target=refused)
    first.start()
    time.sleep(0.1)
    with pytest.raises(ModelUnavailable, match="being compiled"):
        sandbox.check(Regex(pattern="b"))
    first.join()
    sandbox.close()


def test_in_place_of_a_process_that_ended_others_stand_ready() -> None:
    before = children()
    sandbox = Sandbox(lambda: speaking("import os; os.abort()"))
    with pytest.raises(ConstraintRefused) as caught:
        sandbox.check(JsonSchema(schema={"type": "string", "enum": ["a" * 100]}))
    assert (caught.value.keyword, caught.value.pointer) == ("enum", "/enum")
    assert len(children() - before) == 2
    sandbox.close()
    assert children() == before


def test_closing_ends_the_processes() -> None:
    before = children()
    sandbox = Sandbox(sandbox_command)
    sandbox.check(Regex(pattern="a"))
    (process,) = children() - before
    sandbox.close()
    wait_until_gone(process)
    sandbox.check(Regex(pattern="a"))  # remembered
    sandbox.check(Regex(pattern="b"))  # tried, and nothing stays behind
    assert children() == before
