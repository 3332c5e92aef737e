"""Answers on the wire: what the reference shows, and what it leaves out."""

import math
from typing import Any

import msgspec
import pytest

from flowgen.application.lifecycle import HostSnapshot, LoadReport, State
from flowgen.domain.chat import ChatAnswer
from flowgen.domain.events import ChatEvent, ContentDelta, MalformedToolCall, ReasoningDelta, ToolCallStarted
from flowgen.domain.generation import Finish, Timings, TokenAlternative, TokenLogprob, Usage
from flowgen.domain.messages import ToolCall
from flowgen.domain.model import EngineStatus
from flowgen.http.native.answers import Envelope, completion, health, loaded, piece

ENVELOPE = Envelope(id="chat-1", model="tiny", created=1700000000)


def answer(**fields: Any) -> ChatAnswer:
    plain = ChatAnswer(
        content="Hi.",
        reasoning="",
        tool_calls=(),
        malformed=(),
        logprobs=(),
        finish=Finish(reason="stop", usage=Usage(prompt_tokens=3, completion_tokens=2, cached_tokens=1)),
        warnings=(),
    )
    return msgspec.structs.replace(plain, **fields)


def on_the_wire(body: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(body))


def test_a_plain_answer_has_nothing_that_it_need_not() -> None:
    assert on_the_wire(completion(answer(), ENVELOPE)) == {
        "id": "chat-1",
        "model": "tiny",
        "created": 1700000000,
        "choices": [{"message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}],
        "tool_calls": [],
        "usage": {
            "prompt_tokens": 3,
            "completion_tokens": 2,
            "total_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 1},
            "discarded_tokens": 0,
        },
    }


def test_everything_that_an_answer_can_have() -> None:
    finish = Finish(
        reason="length",
        usage=Usage(prompt_tokens=3, completion_tokens=2),
        timings=Timings(queue_s=0.0, compile_s=0.1, prompt_s=0.2, generation_s=0.3),
    )
    full = answer(
        content="",
        reasoning="hm",
        tool_calls=(ToolCall(name="sum", arguments={"a": 1}, id="call_1"),),
        malformed=(MalformedToolCall(raw="[sum(", reason="cut by max_tokens"),),
        finish=finish,
        warnings=("late",),
    )
    wire = on_the_wire(completion(full, msgspec.structs.replace(ENVELOPE, warnings=("early",))))
    assert wire["choices"][0] == {
        "message": {"role": "assistant", "content": "", "reasoning": "hm"},
        "finish_reason": "length",
    }
    assert wire["tool_calls"] == [{"name": "sum", "arguments": {"a": 1}, "id": "call_1"}]
    assert wire["timings"] == {"queue_s": 0.0, "compile_s": 0.1, "prompt_s": 0.2, "generation_s": 0.3}
    assert wire["incomplete_tool_call"] == "[sum("
    assert wire["warnings"][:2] == ["early", "late"]
    assert "cut by max_tokens" in wire["warnings"][2]


def test_logprobs_have_openais_shape_also_for_half_characters_and_impossible_tokens() -> None:
    logprob = TokenLogprob(
        chosen=TokenAlternative(token=5, data=b"\xc3", logprob=-0.5),
        top=(TokenAlternative(token=6, data=b"a", logprob=-math.inf),),
    )
    wire = on_the_wire(completion(answer(logprobs=(logprob,)), msgspec.structs.replace(ENVELOPE, with_logprobs=True)))
    assert wire["choices"][0]["logprobs"] == {
        "content": [
            {
                "token": "\ufffd",
                "logprob": -0.5,
                "bytes": [195],
                "top_logprobs": [{"token": "a", "logprob": -9999.0, "bytes": [97]}],
            }
        ]
    }


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (ContentDelta(text="a"), {"content": "a"}),
        (ContentDelta(text=""), None),
        (ReasoningDelta(text="b"), {"reasoning": "b"}),
        (ToolCallStarted(index=0, name="f"), None),
        (MalformedToolCall(raw="x", reason="y"), None),
    ],
)
def test_only_text_is_streamed_in_pieces(event: ChatEvent, shown: dict[str, str] | None) -> None:
    assert piece(event) == shown


@pytest.mark.parametrize(
    ("state", "failure", "status", "code"),
    [
        ("empty", "", "ok", 200),
        ("ready", "", "ok", 200),
        ("loading", "", "loading", 503),
        ("draining", "", "draining", 200),
        ("closed", "", "closing", 503),
        ("ready", "crashed", "failed", 503),
    ],
)
def test_health(state: State, failure: str, status: str, code: int) -> None:
    engine = EngineStatus(num_running=0, num_waiting=0, is_alive=not failure, reason=failure)
    body, answered = health(HostSnapshot(state=state), engine)
    assert (body.status, body.model, answered) == (status, None, code)


def test_a_load_report_keeps_its_warnings_behind_those_of_the_request() -> None:
    report = LoadReport(
        name="tiny",
        model_path="/m/tiny.gguf",
        architecture="lfm2",
        num_parameters=5,
        n_ctx=64,
        size=7,
        seconds=0.5,
        template="the file",
        tool_call_format=None,
        tool_call_format_reason="none matches",
        options={"n_ctx": 64},
        warnings=("b",),
    )
    wire = on_the_wire(loaded(report, ["a"]))
    assert wire == {
        "status": "loaded",
        "model": "tiny",
        "model_path": "/m/tiny.gguf",
        "architecture": "lfm2",
        "parameters": 5,
        "context": 64,
        "size": 7,
        "seconds": 0.5,
        "template": "the file",
        "tool_call_format": None,
        "tool_call_format_reason": "none matches",
        "options": {"n_ctx": 64},
        "chat_defaults": {},
        "warnings": ["a", "b"],
    }
