"""A body of /chat becomes a ChatRequest, or a 400 that names the field."""

from typing import Any

import pytest

from flowgen.domain.constraints import Choice, Gbnf, JsonSchema, Lark, Regex
from flowgen.domain.errors import ConflictingFields, InvalidField, InvalidRequest
from flowgen.domain.generation import Sampling
from flowgen.domain.messages import Message, Tool, ToolCall, ToolChoice
from flowgen.domain.model import ModelSpec
from flowgen.domain.options import LoadOptions
from flowgen.domain.plugins import PluginCall
from flowgen.http.native.mapping import SettledChat, read_chat, settle, settle_for
from support.loaded import loaded_model

HELLO = [{"role": "user", "content": "Hello!"}]
SUM = {
    "type": "function",
    "function": {"name": "sum", "description": "Adds.", "parameters": {"type": "object", "properties": {}}},
}
SPEC = ModelSpec(name="tiny", path="/models/tiny.gguf")


def settled(body: dict[str, Any], spec: ModelSpec = SPEC) -> SettledChat:
    return settle(read_chat({"messages": HELLO, **body}), spec)


def test_the_defaults_are_those_of_the_endpoint() -> None:
    chat = settled({})
    assert chat.request.messages == (Message(role="user", content="Hello!"),)
    assert chat.request.sampling == Sampling(repeat_penalty=1.1, temperature=0.8, top_p=0.95, top_k=40, min_p=0.05)
    assert chat.request.max_tokens == 100
    assert (chat.stream, chat.model, chat.warnings) == (False, None, ())


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ({"max_tokens": 7}, "max_tokens", 7),
        ({"max_tokens": 0}, "max_tokens", None),
        ({"max_tokens": -1}, "max_tokens", None),
        ({"stop": "x"}, "stop", ("x",)),
        ({"stop": ["x", "yz"]}, "stop", ("x", "yz")),
        ({"stop": []}, "stop", ()),
        ({"logprobs": 3}, "logprobs", 3),
        ({"prompt": "Once"}, "prompt", "Once"),
        ({"echo": True}, "echo", True),
        ({"suffix": "!"}, "suffix", "!"),
        ({"template": {"enable_thinking": False}}, "template_variables", {"enable_thinking": False}),
        ({"constrain_tools": False}, "constrain_tools", False),
        ({"parallel_tool_calls": False}, "is_parallel", False),
        ({"grammar": 'root ::= "a"'}, "constraint", Gbnf(grammar='root ::= "a"')),
        ({"grammar": 'root ::= "a"'}, "constraint_field", "options.grammar"),
        (
            {"stopping_criteria": {"name": "max_time", "seconds": 5}},
            "stopping_criteria",
            (PluginCall(name="max_time", parameters={"seconds": 5}),),
        ),
        (
            {"logits_processor": ["a", {"name": "b", "n": 3}]},
            "logits_processors",
            (PluginCall(name="a"), PluginCall(name="b", parameters={"n": 3})),
        ),
    ],
)
def test_each_option_reaches_the_request(options: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(settled({"options": options}).request, field) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0.1),
        ("top_k", 5),
        ("top_p", 0.5),
        ("min_p", 0.2),
        ("typical_p", 0.9),
        ("tfs_z", 0.7),
        ("repeat_penalty", 1.3),
        ("frequency_penalty", 0.4),
        ("presence_penalty", -0.4),
        ("mirostat_mode", 2),
        ("mirostat_tau", 3.0),
        ("mirostat_eta", 0.2),
        ("seed", 11),
    ],
)
def test_each_sampling_option_reaches_the_sampler(name: str, value: Any) -> None:
    assert getattr(settled({"options": {name: value}}).request.sampling, name) == value


def test_only_this_dialect_cares_for_stream_and_model() -> None:
    chat = settled({"options": {"stream": True, "model": "mine"}})
    assert (chat.stream, chat.model) == (True, "mine")


def test_logit_bias_has_token_ids_for_keys() -> None:
    assert settled({"options": {"logit_bias": {"5": -100, "7": 1.5}}}).request.sampling.logit_bias == {
        5: -100.0,
        7: 1.5,
    }


@pytest.mark.parametrize("asked", [None, 4, 0, -1, 2**32 - 1])
def test_a_seed_is_handed_on_as_asked_for_the_runtime_knows_the_models(asked: int | None) -> None:
    spec = ModelSpec(name="tiny", path="p", options=LoadOptions(seed=3, last_n_tokens_size=9))
    sampling = settled({"options": {} if asked is None else {"seed": asked}}, spec).request.sampling
    assert (sampling.seed, sampling.penalty_last_n) == (asked, 9)


def test_options_lie_over_the_models_defaults() -> None:
    spec = ModelSpec(name="tiny", path="p", chat_defaults={"temperature": 0.3, "top_k": 3, "stream": True})
    chat = settled({"options": {"top_k": 4, "temperature": None}}, spec)
    assert (chat.request.sampling.temperature, chat.request.sampling.top_k, chat.stream) == (0.3, 4, True)


def test_null_asks_for_none_of_what_the_model_has_by_default() -> None:
    defaults = {"stopping_criteria": "max_time", "grammar": 'root ::= "a"', "logprobs": 2, "tool_choice": "required"}
    spec = ModelSpec(name="tiny", path="p", chat_defaults={**defaults, "prompt": "Once", "model": "mine"})
    chat = settled({"tools": [SUM], "options": dict.fromkeys([*defaults, "prompt", "model"])}, spec)
    assert (chat.request.stopping_criteria, chat.request.constraint, chat.request.logprobs) == ((), None, None)
    assert (chat.request.prompt, chat.request.tool_choice, chat.model) == (None, ToolChoice(), None)


@pytest.mark.parametrize(
    ("response_format", "constraint", "field"),
    [
        ({"type": "text"}, None, "response_format"),
        (None, None, "response_format"),
        ({"type": "json_object"}, JsonSchema(schema={"type": "object"}), "response_format.schema"),
        ({"type": "json_object", "schema": {}}, JsonSchema(schema={"type": "object"}), "response_format.schema"),
        ({"type": "json_object", "schema": {"a": 1}}, JsonSchema(schema={"a": 1}), "response_format.schema"),
        (
            {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": {"a": 1}}},
            JsonSchema(schema={"a": 1}),
            "response_format.json_schema.schema",
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": True}, "whitespace": "any"},
            JsonSchema(schema=True, whitespace="any"),
            "response_format.json_schema.schema",
        ),
        (
            {"type": "json_object", "whitespace": "any"},
            JsonSchema(schema={"type": "object"}, whitespace="any"),
            "response_format.schema",
        ),
        ({"type": "regex", "regex": "a+"}, Regex(pattern="a+"), "response_format.regex"),
        ({"type": "choice", "choice": ["a", ""]}, Choice(options=("a", "")), "response_format.choice"),
        ({"type": "lark", "lark": 'start: "a"'}, Lark(grammar='start: "a"'), "response_format.lark"),
    ],
)
def test_response_formats(response_format: Any, constraint: Any, field: str) -> None:
    request = settled({"response_format": response_format}).request
    assert (request.constraint, request.constraint_field) == (constraint, field)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", ToolChoice()),
        ("none", ToolChoice(mode="none")),
        ("required", ToolChoice(mode="required")),
        ({"type": "function", "function": {"name": "sum"}}, ToolChoice(mode="named", name="sum")),
        ({"type": "function", "name": "sum"}, ToolChoice(mode="named", name="sum")),
        ({"name": "sum"}, ToolChoice(mode="named", name="sum")),
    ],
)
def test_a_tool_choice_stands_at_the_top_or_among_the_options(choice: Any, expected: ToolChoice) -> None:
    assert settled({"tools": [SUM], "tool_choice": choice}).request.tool_choice == expected
    assert settled({"tools": [SUM], "options": {"tool_choice": choice}}).request.tool_choice == expected
    both = {"tools": [SUM], "tool_choice": choice, "options": {"tool_choice": choice}}
    assert settled(both).request.tool_choice == expected


def test_the_models_tool_choice_is_for_chats_with_tools() -> None:
    spec = ModelSpec(name="tiny", path="p", chat_defaults={"tool_choice": "required"})
    assert settled({}, spec).request.tool_choice == ToolChoice()
    assert settled({"tools": [SUM]}, spec).request.tool_choice == ToolChoice(mode="required")
    assert settled({"tools": [SUM], "tool_choice": "none"}, spec).request.tool_choice == ToolChoice(mode="none")


def test_variables_that_the_template_does_not_read_are_named() -> None:
    asked = read_chat({"messages": HELLO, "options": {"template": {"enable_thinking": True, "odd": 1, "messages": []}}})
    settled = settle_for(asked, loaded_model(source="{{ enable_thinking }}"))
    assert settled.request.template_variables == {"enable_thinking": True, "odd": 1, "messages": []}
    assert settled.warnings == ("options.template.odd: the model's template does not read it.",)
    assert settle_for(asked, loaded_model(source="")).warnings == ()  # it has no text: its renderer knows


def test_tools_come_in_both_shapes() -> None:
    bare = {"name": "bare", "parameters": {"type": "object"}}
    assert settled({"tools": [SUM, bare]}).request.tools == (
        Tool(name="sum", description="Adds.", parameters={"type": "object", "properties": {}}),
        Tool(name="bare", parameters={"type": "object"}),
    )


def test_past_calls_come_in_both_shapes_and_their_arguments_as_text_or_object() -> None:
    calls = [
        {"id": "c1", "type": "function", "function": {"name": "sum", "arguments": '{"a": 1}'}},
        {"name": "sum", "arguments": {"a": 2}, "id": "c2"},
        {"name": "now"},
    ]
    messages = [*HELLO, {"role": "assistant", "content": None, "tool_calls": calls}]
    assert settled({"messages": messages}).request.messages[1] == Message(
        role="assistant",
        tool_calls=(
            ToolCall(name="sum", arguments={"a": 1}, id="c1"),
            ToolCall(name="sum", arguments={"a": 2}, id="c2"),
            ToolCall(name="now", arguments={}),
        ),
    )


def test_text_parts_are_joined_and_reasoning_is_kept() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    messages = [
        {"role": "developer", "content": parts},
        {"role": "assistant", "content": "c", "reasoning": "r"},
        {"role": "assistant", "content": "", "reasoning_content": "s"},
    ]
    assert settled({"messages": messages}).request.messages == (
        Message(role="developer", content="ab"),
        Message(role="assistant", content="c", reasoning="r"),
        Message(role="assistant", reasoning="s"),
    )


def test_unknown_fields_are_named_wherever_they_stand() -> None:
    body = {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "a", "f1": 1}], "f2": 1}],
        "tools": [{"type": "function", "function": {"name": "sum", "f3": 1}, "f4": 1}],
        "response_format": {"type": "text", "f5": 1},
        "options": {"f6": 1},
        "f7": None,
    }
    named = " ".join(settled(body).warnings)
    for path in (
        "f7",
        "options.f6",
        "response_format.f5",
        "tools[0].f4",
        "tools[0].function.f3",
        "messages[0].f2",
        "messages[0].content[0].f1",
    ):
        assert f"{path} is unknown and was ignored." in named


def test_what_is_known_elsewhere_is_told_where() -> None:
    body = {"messages": HELLO, "temperature": 0, "seed": 1, "n_ctx": 1, "options": {"n_ctx": 1, "odd": 1}}
    assert read_chat(body).warnings == (
        "temperature is unknown and was ignored. Give it as options.temperature.",
        "seed is unknown and was ignored. Give it as options.seed.",
        "n_ctx is unknown and was ignored. It is an option of /load.",
        "options.n_ctx is unknown and was ignored. It is an option of /load.",
        "options.odd is unknown and was ignored.",
    )


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"messages": []}, "messages", "at least one"),
    ({"messages": None}, "messages", "at least one"),
    ({"messages": "hi"}, "messages", "a list"),
    ({"messages": ["hi"]}, "messages[0]", "an object"),
    ({"messages": [{"content": "x"}]}, "messages[0].role", '"system"'),
    ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role", "'robot'"),
    ({"messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role", '"system"'),
    ({"messages": [{"role": "user"}]}, "messages[0].content", "is required"),
    (
        {"messages": [*HELLO, {"role": "tool", "tool_call_id": "c9", "content": "2"}]},
        "messages[1].tool_call_id",
        "the id of a call before it (none)",
    ),
    ({"messages": [{"role": "user", "content": None}]}, "messages[0].content", "a string or a list"),
    ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content", "a string or a list"),
    ({"messages": [{"role": "assistant", "content": None}]}, "messages[0].content", "only beside tool_calls"),
    ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]", "an object"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        "messages[0].content[0]",
        "image_url",
    ),
    ({"messages": [{"role": "user", "content": [{"type": "x"}]}]}, "messages[0].content[0].type", '"text"'),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]}]},
        "messages[0].tool_calls[0].function.arguments",
        "valid JSON",
    ),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{"name": "f", "arguments": "[1]"}]}]},
        "messages[0].tool_calls[0].arguments",
        "an object",
    ),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{"arguments": {}}]}]},
        "messages[0].tool_calls[0].name",
        "is required",
    ),
    ({"tools": {}}, "tools", "a list"),
    ({"tools": ["x"]}, "tools[0]", "an object"),
    ({"tools": [{}]}, "tools[0].function", "is required"),
    ({"tools": [{"type": "web_search", "function": {"name": "x"}}]}, "tools[0].type", '"function"'),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "is required"),
    ({"tools": [{"name": ""}]}, "tools[0].name", "not empty"),
    ({"tools": [{"name": "a", "parameters": []}]}, "tools[0].parameters", "an object"),
    ({"tools": [{"name": "a", "parameters": {"type": "array"}}]}, "tools[0].parameters.type", '"object"'),
    ({"tools": [SUM, SUM]}, "tools[1].function.name", "no other tool"),
    ({"tools": [SUM], "tool_choice": "any"}, "tool_choice", '"required"'),
    ({"tools": [SUM], "tool_choice": {"name": "other"}}, "tool_choice", "sum"),
    ({"tools": [SUM], "tool_choice": {"function": "sum"}}, "tool_choice.function", "an object"),
    ({"tools": [SUM], "options": {"tool_choice": 1}}, "options.tool_choice", '"required"'),
    ({"tool_choice": "required"}, "tool_choice", "no tools"),
    ({"tools": [], "tool_choice": {"name": "sum"}}, "tool_choice", "no tools"),
    ({"parallel_tool_calls": 1}, "parallel_tool_calls", "true or false"),
    ({"response_format": "json"}, "response_format", "an object"),
    ({"response_format": {}}, "response_format.type", '"json_object"'),
    ({"response_format": {"type": "xml"}}, "response_format.type", '"json_object"'),
    ({"response_format": {"type": "xml"}}, "response_format.type", '"regex" or "choice" or "lark"'),
    ({"response_format": {"type": "regex", "pattern": "a"}}, "response_format.regex", "is required"),
    ({"response_format": {"type": "regex", "regex": ""}}, "response_format.regex", "a string"),
    ({"response_format": {"type": "choice", "choices": ["a"]}}, "response_format.choice", "is required"),
    (
        {"response_format": {"type": "choice", "choice": []}},
        "response_format.choice",
        "a list of (a string) that is not empty",
    ),
    ({"response_format": {"type": "choice", "choice": ["a", 1]}}, "response_format.choice", "a list"),
    ({"response_format": {"type": "lark", "grammar": "g"}}, "response_format.lark", "is required"),
    ({"response_format": {"type": "json_object", "whitespace": "some"}}, "response_format.whitespace", '"any"'),
    ({"response_format": {"type": "json_object", "schema": "x"}}, "response_format.schema", "an object"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "is required"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {}}},
        "response_format.json_schema.schema",
        "is required",
    ),
    ({"options": []}, "options", "an object"),
    ({"options": {"temperature": "hot"}}, "options.temperature", "a number from 0.0"),
    ({"options": {"temperature": -1}}, "options.temperature", "-1"),
    ({"options": {"stop": ""}}, "options.stop", "not empty"),
    ({"options": {"stop": ["a", ""]}}, "options.stop[1]", "not empty"),
    ({"options": {"seed": -2}}, "options.seed", "-1"),
    ({"options": {"logit_bias": {"a": 1}}}, "options.logit_bias", "'a'"),
    ({"options": {"logit_bias": {"05": 1}}}, "options.logit_bias", "'05'"),
    ({"options": {"logit_bias": {"-1": 1}}}, "options.logit_bias", "token ids"),
    ({"options": {"logprobs": 101}}, "options.logprobs", "100"),
    ({"options": {"stopping_criteria": 5}}, "options.stopping_criteria", "a string or an object"),
]


@pytest.mark.parametrize(("body", "field", "text"), BAD)
def test_a_bad_field_is_named_with_what_is_allowed(body: dict[str, Any], field: str, text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        settled(body)
    assert caught.value.field == field
    assert str(caught.value).startswith(field)
    assert text in str(caught.value)


SCHEMA = {"type": "json_object"}
PAIRS: list[tuple[dict[str, Any], str, str]] = [
    ({"tools": [SUM], "options": {"prompt": "x"}}, "options.prompt", "tools"),
    ({"tools": [SUM], "options": {"echo": True}}, "options.echo", "tools"),
    ({"tools": [SUM], "options": {"suffix": "x"}}, "options.suffix", "tools"),
    ({"response_format": SCHEMA, "options": {"echo": True}}, "options.echo", "response_format"),
    ({"response_format": SCHEMA, "options": {"suffix": "x"}}, "options.suffix", "response_format"),
    ({"response_format": SCHEMA, "options": {"grammar": "g"}}, "options.grammar", "response_format"),
    ({"tools": [SUM], "options": {"grammar": "g"}}, "options.grammar", "tools"),
    ({"tools": [SUM], "tool_choice": "auto", "options": {"tool_choice": "none"}}, "tool_choice", "options.tool_choice"),
    (
        {"messages": [{"role": "assistant", "content": "", "reasoning": "a", "reasoning_content": "b"}]},
        "messages[0].reasoning",
        "messages[0].reasoning_content",
    ),
    (
        {"parallel_tool_calls": True, "options": {"parallel_tool_calls": False}},
        "parallel_tool_calls",
        "options.parallel_tool_calls",
    ),
]


@pytest.mark.parametrize(("body", "first", "second"), PAIRS)
def test_fields_that_exclude_each_other_are_both_named(body: dict[str, Any], first: str, second: str) -> None:
    with pytest.raises(ConflictingFields) as caught:
        settled(body)
    assert str(caught.value).startswith(f"{first} and {second} exclude each other")


def test_a_grammar_stands_beside_tools_that_may_not_be_called() -> None:
    request = settled({"tools": [SUM], "tool_choice": "none", "options": {"grammar": "g"}}).request
    assert request.constraint == Gbnf(grammar="g")


def test_a_prompt_needs_no_messages_and_suits_a_schema() -> None:
    request = settle(read_chat({"options": {"prompt": "x"}, "response_format": SCHEMA}), SPEC).request
    assert (request.messages, request.prompt) == ((), "x")


def test_a_long_value_is_not_repeated_whole() -> None:
    with pytest.raises(InvalidField) as caught:
        settled({"options": {"temperature": "x" * 10_000}})
    assert len(str(caught.value)) < 300
