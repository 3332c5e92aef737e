"""A body of /v1/chat/completions becomes a ChatRequest, or a 400 that names the field."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.domain.chat import ChatRequest
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import ConflictingFields, InvalidField, InvalidRequest
from flowgen.domain.generation import Sampling
from flowgen.domain.messages import Message, Tool, ToolCall, ToolChoice
from flowgen.domain.model import ModelSpec
from flowgen.domain.options import LoadOptions
from flowgen.http.openai.mapping import AskedCompletion, read_completion, settle
from flowgen.http.openai.wire import ChatCompletionBody
from support.loaded import loaded_model

HELLO = [{"role": "user", "content": "Hello!"}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}}
CUSTOM_CALL = "messages[1].tool_calls[0].type"
LOST_CALL = "messages[1].function_call"
USERS_REFUSAL = "messages[0].content[0].type"
TOOL: dict[str, Any] = {"type": "function", "function": {"name": "sum", "parameters": SCHEMA, "strict": True}}


def asked(**fields: Any) -> AskedCompletion:
    return read_completion({"messages": HELLO, **fields})


def request(**fields: Any) -> ChatRequest:
    return asked(**fields).request


def test_what_is_left_out_is_llama_cpps_default_and_never_that_of_chat() -> None:
    found = asked(model="gpt-4o")
    assert found.request.messages == (Message(role="user", content="Hello!"),)
    assert found.request.sampling == Sampling(temperature=0.8, top_k=40, top_p=0.95, min_p=0.05, repeat_penalty=1.0)
    assert (found.request.max_tokens, found.request.logprobs, found.request.ignore_eos) == (None, None, False)
    assert (found.stream, found.include_usage, found.warnings) == (False, False, ())


def test_the_models_chat_defaults_are_not_this_dialects() -> None:
    spec = ModelSpec(
        name="m", path="p", options=LoadOptions(last_n_tokens_size=7), chat_defaults={"temperature": 0.0, "stop": "x"}
    )
    settled = settle(asked(), loaded_model(spec=spec)).request
    assert (settled.sampling.temperature, settled.stop) == (0.8, ())
    assert settled.sampling.penalty_last_n == 7  # an option of the model
    assert settle(asked(repeat_last_n=3), loaded_model(spec=spec)).request.sampling.penalty_last_n == 3


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"max_tokens": 7}, "max_tokens", 7),
        ({"max_completion_tokens": 7}, "max_tokens", 7),
        ({"max_tokens": 7, "max_completion_tokens": 7}, "max_tokens", 7),
        ({"max_tokens": -1}, "max_tokens", None),
        ({"max_tokens": None}, "max_tokens", None),
        ({"stop": "x"}, "stop", ("x",)),
        ({"stop": ["x", "y"]}, "stop", ("x", "y")),
        ({"stop": None}, "stop", ()),
        ({"logprobs": True}, "logprobs", 0),
        ({"logprobs": True, "top_logprobs": 3}, "logprobs", 3),
        ({"logprobs": False, "top_logprobs": 0}, "logprobs", None),
        ({"ignore_eos": True}, "ignore_eos", True),
        ({"parallel_tool_calls": False}, "is_parallel", False),
        ({"response_format": {"type": "text"}}, "constraint", None),
        ({"response_format": {"type": "json_object"}}, "constraint", JsonSchema(schema={"type": "object"})),
        ({"response_format": FORMAT}, "constraint", JsonSchema(schema=SCHEMA)),
        ({"response_format": FORMAT}, "constraint_field", "response_format.json_schema.schema"),
        ({"tools": [TOOL]}, "tools", (Tool(name="sum", parameters=SCHEMA),)),
        ({"tools": [TOOL]}, "tool_choice", ToolChoice()),
        ({"tools": [TOOL], "tool_choice": "required"}, "tool_choice", ToolChoice(mode="required")),
        ({"tools": [{"type": "function", **TOOL["function"]}]}, "tools", (Tool(name="sum", parameters=SCHEMA),)),
        ({"tools": [TOOL], "tool_choice": {"name": "sum"}}, "tool_choice", ToolChoice(mode="named", name="sum")),
        ({"tools": [TOOL], "tool_choice": "none", "ignore_eos": True}, "tool_choice", ToolChoice(mode="none")),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "sum"}}},
            "tool_choice",
            ToolChoice(mode="named", name="sum"),
        ),
    ],
)
def test_fields_of_the_request(fields: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(request(**fields), name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0.0),
        ("top_p", 0.5),
        ("top_k", 7),
        ("min_p", 0.25),
        ("seed", 11),
        ("frequency_penalty", 0.5),
        ("presence_penalty", -0.5),
        ("repeat_penalty", 1.25),
    ],
)
def test_fields_of_the_sampling(name: str, value: float) -> None:
    assert getattr(request(**{name: value}).sampling, name) == value


def test_biases_are_by_token() -> None:
    assert request(logit_bias={"15": -100, "7": 2.5}).sampling.logit_bias == {15: -100.0, 7: 2.5}


def test_a_conversation_with_calls_and_parts() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "sum", "arguments": '{"a": 1}'}}
    messages = [
        {"role": "developer", "content": [{"type": "text", "text": "Be "}, {"type": "text", "text": "kind."}]},
        {"role": "user", "content": "Sum!"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
    ]
    assert request(messages=messages).messages == (
        Message(role="developer", content="Be kind."),
        Message(role="user", content="Sum!"),
        Message(role="assistant", tool_calls=(ToolCall(name="sum", arguments={"a": 1}, id="call_1"),)),
        Message(role="tool", content="2", tool_call_id="call_1", name="sum"),
    )


def test_stream_options_and_unknown_fields() -> None:
    found = asked(stream=True, stream_options={"include_usage": True, "odd": 1}, service_tier="auto", user="me")
    assert (found.stream, found.include_usage) == (True, True)
    assert set(found.warnings) == {
        f"{name} is unknown and was ignored." for name in ("service_tier", "user", "stream_options.odd")
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "Hello!"}, "messages"),
        ({"messages": [{"role": "judge", "content": ""}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content[0]"),
        ({"model": 5}, "model"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": -2}, "max_completion_tokens"),
        ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"seed": "x"}, "seed"),
        ({"stop": [""]}, "stop[0]"),
        ({"stop": ["x"], "response_format": FORMAT}, "stop"),
        ({"logit_bias": {"-1": 1}}, "logit_bias"),
        ({"messages": [*HELLO, {"role": "assistant", "content": "", "function_call": {"name": "f"}}]}, LOST_CALL),
        ({"messages": [*HELLO, {"role": "tool", "tool_call_id": "c9", "content": "2"}]}, "messages[1].tool_call_id"),
        ({"messages": [{"role": "user", "content": [{"type": "refusal", "refusal": "No"}]}]}, USERS_REFUSAL),
        ({"stream_options": {"continuous_usage_stats": True}}, "stream_options.continuous_usage_stats"),
        ({"id_slot": 0}, "id_slot"),
        ({"messages": [*HELLO, {"role": "assistant", "tool_calls": [{"type": "custom", "custom": {}}]}]}, CUSTOM_CALL),
        ({"messages": [*HELLO, {"role": "assistant", "content": "Hm", "refusal": "No."}]}, "messages[1].content"),
        ({"chat_template_kwargs": {"messages": []}}, "chat_template_kwargs.messages"),
        ({"chat_template_kwargs": {"add_generation_prompt": False}}, "chat_template_kwargs.add_generation_prompt"),
        ({"chat_template_kwargs": {"reasoning_effort": "low"}, "reasoning_effort": "high"}, "reasoning_effort"),
        ({"structured_outputs": {"json": SCHEMA, "whitespace_pattern": " "}}, "structured_outputs.whitespace_pattern"),
        ({"structured_outputs": {"json": SCHEMA, "structural_tag": "x"}}, "structured_outputs.structural_tag"),
        ({"prompt": "Once"}, "prompt"),
        ({"reasoning_effort": "enormous"}, "reasoning_effort"),
        ({"logprobs": 3}, "logprobs"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"n": 129}, "n"),
        ({"n": 0}, "n"),
        ({"stream_options": 5}, "stream_options"),
        ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "no"}}}, "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "custom", "name": "sum"}}, "tool_choice"),
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools[0].type"),
        ({"tools": [{"type": "custom", "custom": {"name": "sum"}}]}, "tools[0].type"),
        ({"tools": [TOOL, TOOL]}, "tools[1].function.name"),
        ({"tools": [TOOL], "ignore_eos": True}, "ignore_eos"),
        ({"response_format": FORMAT, "ignore_eos": True}, "ignore_eos"),
        ({"functions": [{"name": "sum"}]}, "functions"),
        ({"function_call": "auto"}, "function_call"),
        ({"modalities": ["text", "audio"]}, "modalities"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        asked(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize("rest", [{"tools": [TOOL]}, {"response_format": FORMAT}])
def test_an_answer_without_an_end_is_refused_with_both_names(rest: dict[str, Any]) -> None:
    with pytest.raises(ConflictingFields, match=f"ignore_eos and {next(iter(rest))}"):
        asked(ignore_eos=True, **rest)


def test_more_answers_than_may_run_and_wait_are_refused() -> None:
    model = loaded_model(n_seq_max=2, queue_size=3)
    assert settle(asked(n=5), model)
    with pytest.raises(InvalidField, match="n: got '6 answers'"):
        settle(asked(n=6), model)


def test_messages_are_needed() -> None:
    with pytest.raises(InvalidRequest, match="messages is required"):
        read_completion({"model": "x"})


def test_fields_at_their_neutral_value_pass() -> None:
    neutral = {"n": 1, "modalities": ["text"], "audio": None, "functions": None, "tools": [], "tool_choice": "auto"}
    order = ["penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"]
    assert asked(**neutral, samplers=order, stop_token_ids=[], lora=[], id_slot=-1, t_max_predict_ms=-1).warnings == ()


def test_what_the_model_once_refused_is_what_it_said() -> None:
    parts = {"content": [{"type": "refusal", "refusal": "No."}]}
    for said in ({"content": None, "refusal": "No."}, {"content": "", "refusal": "No."}, parts):
        found = request(messages=[*HELLO, {"role": "assistant", **said}, *HELLO])
        assert found.messages[1] == Message(role="assistant", content="No.")


def test_a_call_without_arguments_may_say_so_with_an_empty_text() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "now", "arguments": ""}}
    found = request(messages=[*HELLO, {"role": "assistant", "content": None, "tool_calls": [call]}, *HELLO])
    assert found.messages[1].tool_calls == (ToolCall(name="now", arguments={}, id="c1"),)


def test_a_choice_that_is_none_says_all_that_there_are() -> None:
    with pytest.raises(InvalidField, match="allowed_tools"):
        asked(tools=[TOOL], tool_choice="any")


def test_an_empty_grammar_binds_nothing_as_in_llama_cpps_server() -> None:
    assert request(grammar="", stop="x").constraint is None


def test_what_vllm_asks_of_documents_is_done_as_it_is() -> None:
    found = asked(structured_outputs={"json": SCHEMA, "disable_any_whitespace": True, "disable_fallback": True})
    assert (found.request.constraint, found.warnings) == (JsonSchema(schema=SCHEMA), ())


def test_a_result_answers_any_earlier_call_or_is_warned_of_by_a_lenient_server() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "sum", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": "c1", "content": "2"}
    messages = [*HELLO, {"role": "assistant", "tool_calls": [call]}, *HELLO, result]
    assert asked(messages=messages).warnings == ()
    result["tool_call_id"] = "c2"
    found = read_completion({"messages": messages}, is_lenient=True)
    assert found.warnings[0].startswith("messages[3].tool_call_id was ignored: no call before it has this id")


def test_a_model_that_never_thinks_does_as_it_is_told_not_to() -> None:
    assert settle(asked(reasoning_effort="none"), loaded_model()).warnings == ()


def test_a_prompt_that_is_only_rendered_may_end_before_the_answer() -> None:
    body = {"messages": HELLO, "add_generation_prompt": False}
    assert not read_completion(body, is_answered=False).request.opens_answer
    assert read_completion(body, is_lenient=True).request.opens_answer


def test_what_an_sdk_sends_back_as_null_is_no_news() -> None:
    said = {"role": "assistant", "content": "Hi.", "refusal": None, "audio": None, "function_call": None}
    call = {"id": "c", "type": "function", "function": {"name": "sum", "arguments": "{}", "odd": None}}
    called = {"role": "assistant", "content": None, "annotations": None, "tool_calls": [call]}
    assert asked(messages=[*HELLO, said, called, *HELLO]).warnings == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_BODIES = st.dictionaries(st.sampled_from(ChatCompletionBody.__struct_fields__), _JSON, max_size=5)


@given(_BODIES)
def test_any_body_is_read_or_refused(body: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidRequest):
        settle(read_completion({"messages": HELLO, **body}), loaded_model())


def test_numbers_of_a_wrong_kind_say_what_is_allowed() -> None:
    with pytest.raises(InvalidField, match=r"top_k: got 'many'; allowed: an integer"):
        asked(top_k="many")
