"""Answers on the wire of OpenAI's dialect: whole, and in chunks that fold to the same."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from flowgen.domain.chat import ChatAnswer
from flowgen.domain.events import (
    ChatEvent,
    Completed,
    ContentDelta,
    LogprobsDelta,
    MalformedToolCall,
    ReasoningDelta,
    ToolCallArguments,
    ToolCallFinished,
    ToolCallStarted,
)
from flowgen.domain.generation import Finish, FinishReason, TokenAlternative, TokenLogprob, Usage
from flowgen.domain.messages import ToolCall
from flowgen.http.openai.answers import ChunkWriter, Envelope, completion, counts, summed
from flowgen.http.openai.warnings_header import warnings_header

ENVELOPE = Envelope(id="chatcmpl-1", model="tiny", created=1700000000)
USAGE = Usage(prompt_tokens=3, completion_tokens=2, cached_tokens=1)
COUNTS = {
    "prompt_tokens": 3,
    "completion_tokens": 2,
    "total_tokens": 5,
    "prompt_tokens_details": {"cached_tokens": 1},
    "discarded_tokens": 0,
}
CALL = ToolCall(name="sum", arguments={"a": 1}, id="call_1")
LOGPROB = TokenLogprob(chosen=TokenAlternative(token=1, data=b"x", logprob=-1.0))


def done(reason: FinishReason = "stop", *warnings: str) -> Completed:
    return Completed(finish=Finish(reason=reason, usage=USAGE), warnings=warnings)


def answer(**fields: Any) -> ChatAnswer:
    plain = ChatAnswer(
        content="Hi.",
        reasoning="",
        tool_calls=(),
        malformed=(),
        logprobs=(),
        finish=Finish(reason="stop", usage=USAGE),
        warnings=(),
    )
    return msgspec.structs.replace(plain, **fields)


def whole(envelope: Envelope = ENVELOPE, **fields: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(completion([answer(**fields)], envelope)))


def chunks(events: Sequence[ChatEvent], **envelope: Any) -> list[Any]:
    """The chunks after the first, on the wire."""
    writer = ChunkWriter(msgspec.structs.replace(ENVELOPE, **envelope))
    sent = [chunk for event in events for chunk in writer.add(event)]
    return [msgspec.json.decode(msgspec.json.encode(chunk)) for chunk in sent]


def deltas(events: Sequence[ChatEvent]) -> list[Any]:
    return [chunk["choices"][0]["delta"] for chunk in chunks(events)]


def test_a_plain_answer() -> None:
    assert whole() == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "tiny",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi."},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": COUNTS,
    }


def test_calls_have_arguments_as_text_and_no_content() -> None:
    choice = whole(content="", tool_calls=(CALL,))["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "sum", "arguments": '{"a":1}'}}],
    }


def test_a_text_beside_calls_is_kept() -> None:
    assert whole(content="Let me see.", tool_calls=(CALL,))["choices"][0]["message"]["content"] == "Let me see."


def test_length_stays_length_and_a_cut_call_is_none() -> None:
    cut = MalformedToolCall(raw="[sum(a=", reason="cut")
    body = whole(content="", tool_calls=(CALL,), malformed=(cut,), finish=Finish(reason="length", usage=USAGE))
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["incomplete_tool_call"] == "[sum(a="
    assert body["warnings"] == ["A tool call is not whole (cut); see incomplete_tool_call."]


def test_reasoning_has_its_own_field() -> None:
    assert whole(reasoning="Hm.")["choices"][0]["message"]["reasoning_content"] == "Hm."


def test_logprobs_only_when_asked_for() -> None:
    assert whole(logprobs=(LOGPROB,))["choices"][0]["logprobs"] is None
    envelope = msgspec.structs.replace(ENVELOPE, with_logprobs=True)
    assert whole(envelope, logprobs=(LOGPROB,))["choices"][0]["logprobs"] == {
        "content": [{"token": "x", "logprob": -1.0, "bytes": [120], "top_logprobs": []}]
    }


def test_warnings_of_the_request_and_of_the_answer() -> None:
    envelope = msgspec.structs.replace(ENVELOPE, warnings=("a",))
    assert whole(envelope, warnings=("b",))["warnings"] == ["a", "b"]


def test_who_speaks_is_said_once_and_first() -> None:
    writer = ChunkWriter(ENVELOPE)
    assert msgspec.to_builtins(writer.first())["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": None}, "finish_reason": None}
    ]
    sent = chunks([ContentDelta(text="a"), ReasoningDelta(text="b"), done()])
    assert not any("role" in chunk["choices"][0]["delta"] for chunk in sent)


def test_texts_then_one_finish_reason() -> None:
    sent = chunks([ContentDelta(text="Hi"), ContentDelta(text=""), ReasoningDelta(text="hm"), done()])
    assert [chunk["choices"][0]["delta"] for chunk in sent] == [{"content": "Hi"}, {"reasoning_content": "hm"}, {}]
    assert [chunk["choices"][0]["finish_reason"] for chunk in sent] == [None, None, "stop"]
    assert {chunk["object"] for chunk in sent} == {"chat.completion.chunk"}


@pytest.mark.parametrize("events", [[], [ReasoningDelta(text="Hm")], [ContentDelta(text="")]])
def test_an_answer_without_a_word_is_an_empty_text_and_not_null(events: list[ChatEvent]) -> None:
    assert chunks([*events, done()])[-1]["choices"][0]["delta"] == {"content": ""}
    assert whole(content="")["choices"][0]["message"]["content"] == ""


def test_counts_are_a_chunk_of_their_own() -> None:
    events: list[ChatEvent] = [ContentDelta(text="Hi"), done()]
    assert not any("usage" in chunk for chunk in chunks(events, include_usage=True))
    last = msgspec.to_builtins(counts(USAGE, ENVELOPE))
    assert (last["choices"], last["usage"]) == ([], COUNTS)


def test_a_prompt_counts_once_whatever_the_number_of_its_answers() -> None:
    assert summed([USAGE] * 4, num_choices=2) == Usage(prompt_tokens=6, completion_tokens=8, cached_tokens=2)


def test_several_answers_have_their_own_places() -> None:
    body = completion([answer(content="a"), answer(content="b")], ENVELOPE)
    assert [(choice.index, choice.message.content) for choice in body.choices] == [(0, "a"), (1, "b")]
    assert [msgspec.to_builtins(ChunkWriter(ENVELOPE, 1).first())["choices"][0]["index"]] == [1]


def test_a_call_in_pieces() -> None:
    events: list[ChatEvent] = [
        ToolCallStarted(index=0, name="sum", id="call_1"),
        ToolCallArguments(index=0, json='{"a":'),
        ToolCallArguments(index=0, json=" 1}"),
        ToolCallFinished(index=0, call=CALL),
        done(),
    ]
    assert deltas(events)[:-1] == [
        {
            "tool_calls": [
                {"index": 0, "id": "call_1", "type": "function", "function": {"name": "sum", "arguments": ""}}
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": " 1}"}}]},
    ]
    assert chunks(events)[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_a_call_that_is_told_when_it_is_whole_is_one_piece() -> None:
    second = ToolCallFinished(index=1, call=msgspec.structs.replace(CALL, id="call_2"))
    calls = [delta["tool_calls"][0] for delta in deltas([ToolCallFinished(index=0, call=CALL), second, done()])[:-1]]
    assert [(call["index"], call["id"], call["type"]) for call in calls] == [
        (0, "call_1", "function"),
        (1, "call_2", "function"),
    ]
    assert calls[0]["function"] == {"name": "sum", "arguments": '{"a":1}'}


@pytest.mark.parametrize(("reason", "told"), [("length", "length"), ("stop", "stop")])
def test_a_call_that_was_cut_is_none(reason: FinishReason, told: str) -> None:
    events: list[ChatEvent] = [
        ToolCallStarted(index=0, name="sum", id="call_1"),
        MalformedToolCall(raw="[sum(", reason="cut"),
        done(reason, "late"),
    ]
    last = chunks(events)[-1]
    assert last["choices"][0]["finish_reason"] == told
    assert last["incomplete_tool_call"] == "[sum("
    assert last["warnings"] == ["late", "A tool call is not whole (cut); see incomplete_tool_call."]


def test_logprobs_travel_with_their_text() -> None:
    events: list[ChatEvent] = [
        ContentDelta(text="a"),
        LogprobsDelta(logprobs=(LOGPROB,)),
        LogprobsDelta(logprobs=(LOGPROB, LOGPROB)),
        ContentDelta(text="b"),
        ContentDelta(text="c"),
        done(),
    ]
    sent = [chunk["choices"][0] for chunk in chunks(events, with_logprobs=True)]
    texts = [choice["delta"].get("content") for choice in sent]
    assert texts == ["a", None, "b", "c", None]  # no text where there is none: content stays null beside calls
    assert [len(choice.get("logprobs", {}).get("content", [])) for choice in sent] == [1, 2, 0, 0, 0]


def test_a_header_holds_any_warning() -> None:
    assert warnings_header([]) == {}
    header = warnings_header(["größe\r\nx: 1 is unknown", "b"])["x-flowgen-warnings"]
    assert header == "gr\\u00f6\\u00dfe\\r\\nx: 1 is unknown; b"
    assert warnings_header(["\U0001f600"]) == {"x-flowgen-warnings": "\\ud83d\\ude00"}
    long = warnings_header(["x" * 3000] * 3)["x-flowgen-warnings"]
    assert len(long) < 4100
    assert long.endswith("(3 warnings in all)")
