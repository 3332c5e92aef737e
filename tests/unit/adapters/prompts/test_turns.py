"""Messages and tools in the shape that templates read."""

from flowgen.adapters.prompts.turns import tool_definitions, turns
from flowgen.domain.messages import Message, Tool, ToolCall

CALL = ToolCall(name="add", arguments={"a": 1, "b": ["ü", None]}, id="call_1")


def test_plain_turns() -> None:
    messages = [Message(role="system", content="Be brief."), Message(role="user", content="Hi")]
    assert turns(messages) == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]


def test_calls_are_openai_s_with_arguments_as_an_object() -> None:
    (turn,) = turns([Message(role="assistant", tool_calls=(CALL,))])
    function = {"name": "add", "arguments": {"a": 1, "b": ["ü", None]}}
    assert turn == {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }


def test_arguments_as_text_where_a_template_wants_it() -> None:
    (turn,) = turns([Message(role="assistant", tool_calls=(CALL,))], arguments_as_text=True)
    assert turn["tool_calls"][0]["function"]["arguments"] == '{"a": 1, "b": ["ü", null]}'


def test_a_call_without_an_id_has_no_key_for_it() -> None:
    (turn,) = turns([Message(role="assistant", tool_calls=(ToolCall(name="now", arguments={}),))])
    assert turn["tool_calls"] == [{"type": "function", "function": {"name": "now", "arguments": {}}}]


def test_a_tool_s_answer_says_which_call_it_answers() -> None:
    (turn,) = turns([Message(role="tool", content="3", tool_call_id="call_1", name="add")])
    assert turn == {"role": "tool", "content": "3", "tool_call_id": "call_1", "name": "add"}


def test_reasoning_has_both_names_that_templates_read() -> None:
    (turn,) = turns([Message(role="assistant", content="4", reasoning="2 and 2")])
    assert turn == {"thinking": "2 and 2", "role": "assistant", "content": "4", "reasoning_content": "2 and 2"}


def test_the_developer_is_the_system_for_templates_that_do_not_know_the_role() -> None:
    message = Message(role="developer", content="Be brief.")
    assert turns([message])[0]["role"] == "system"
    assert turns([message], knows_developer=True)[0]["role"] == "developer"


def test_tools_are_openai_s_and_none_are_none() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert tool_definitions([Tool(name="add", description="Adds.", parameters=schema)]) == [
        {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": schema}}
    ]
    assert tool_definitions([]) is None
