"""Templates are tried with past calls, and the model's own part of them is found."""

import pytest

from support.templates import JSON_IN_TAGS, PARAMETERS, probe, template


def test_a_turn_is_what_the_model_itself_wrote() -> None:
    turns = probe(template(JSON_IN_TAGS)).turns
    assert turns[0].turn == '<call>\n{"tool": "probe_function", "input": {"probe_key": "probe_value"}}\n</call>'
    assert turns[0].prompt == "<|im_end|>\n<|im_start|>assistant\n"
    assert [len(turn.calls) for turn in turns] == [1, 2, 1, 1, 1, 3]


def test_a_cut_never_goes_through_a_marker() -> None:
    source = template(
        "{% if message.role == 'assistant' %}{{ '<|end_text|>' if not message.tool_calls }}{% endif %}" + PARAMETERS
    )
    assert probe(source).turns[0].turn.endswith("</use>")
    closing = template(
        "{% if message.tool_calls %}"
        + PARAMETERS
        + "<|eom_id|>{% elif message.role == 'assistant' %}<|eot_id|>{% endif %}"
    )
    assert probe(closing.replace("<|im_end|>", "")).turns[0].turn.endswith("</use>")


@pytest.mark.parametrize("thought", ["<think>\n\n</think>\n\n", "</think>\n"])
def test_an_empty_block_of_thinking_is_no_part_of_it(thought: str) -> None:
    source = template(f"{{% if message.tool_calls %}}{{{{ {thought!r} }}}}{JSON_IN_TAGS}{{% endif %}}")
    opened = source.replace("assistant\n{% endif -%}", "assistant\n<think>\n{% endif -%}")
    for each in (source, opened):
        turn = probe(each).turns[0]
        assert turn.turn.startswith("<call>")
        assert turn.prompt.rstrip().endswith("assistant")


def test_what_a_template_refuses_is_empty() -> None:
    refusing = (
        "{% for message in messages %}{% if message.tool_calls %}{{ raise_exception('no') }}{% endif %}{% endfor %}"
    )
    assert (probe(refusing).rendered, probe(refusing).turns) == ("", ())
    one_at_once = template(
        "{% if message.tool_calls | length > 1 %}{{ raise_exception('one') }}{% endif %}" + JSON_IN_TAGS
    )
    assert [len(turn.calls) for turn in probe(one_at_once).turns] == [1, 1, 1, 1]


def test_calls_that_a_template_leaves_out_are_no_turns() -> None:
    assert probe(template("")).turns == ()
    assert "probe_function" in probe(template("")).rendered_tools
