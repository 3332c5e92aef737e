"""The sandbox: what templates may use, what they may not, and whose words an error has."""

import json
from datetime import datetime
from typing import Any

import pytest

from flowgen.adapters.prompts.jinja_template import JinjaTemplate
from flowgen.domain.errors import PromptNotRenderable

HELLO = [{"role": "user", "content": "Hello"}]


def render(source: str, **variables: Any) -> str:
    return JinjaTemplate(source, {"bos_token": "<s>"}).render(HELLO, None, variables, True)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ bos_token }}{{ messages[0].content }}", "<s>Hello"),
        ("{% if add_generation_prompt %}\n    yes\n    {% endif %}\nend", "    yes\nend"),
        ("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "01"),
        ("{% for i in range(3) %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "02"),
        ("a{% generation %}b{{ 'c' }}{% endgeneration %}d", "abcd"),
        ("{{ {'a': '<é&\"'} | tojson }}", '{"a": "<é&\\""}'),
        ("{{ {'b': 1, 'a': [1]} | tojson(indent=1, sort_keys=true) }}", '{\n "a": [\n  1\n ],\n "b": 1\n}'),
        ("{{ 'é' | tojson(ensure_ascii=true) }}", '"\\u00e9"'),
        ("{{ [1, 2] | tojson(separators=(',', ':')) }}", "[1,2]"),
        ("{% set ns = namespace(n=1) %}{% set ns.n = ns.n + 1 %}{{ ns.n }}", "2"),
        ("{{ dict(a=1)['a'] }}{{ dict.fromkeys(['k']) }}", "1{'k': None}"),
        ("{{ tools is none }}{{ documents is none }}{{ missing is defined }}", "TrueTrueFalse"),
        ("{{ missing }}{{ messages[0].missing }}", ""),
        ("no newline at the end\n", "no newline at the end"),
    ],
)
def test_what_templates_may_use(source: str, text: str) -> None:
    assert render(source) == text


def test_the_date() -> None:
    assert render("{{ strftime_now('%Y') }}") in {str(datetime.now().year), str(datetime.now().year - 1)}


def test_variables_reach_the_template() -> None:
    variables = {"enable_thinking": False, "documents": [{"title": "T"}]}
    assert render("{{ enable_thinking }} {{ documents[0].title }}", **variables) == "False T"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ raise_exception('Roles must alternate.') }}", "refused the messages: Roles must alternate."),
        ("{{ messages[0].role.missing.more }}", "has no attribute 'missing'"),
        ("{{ missing.more }}", "'missing' is undefined"),
        ("{{ messages.append(1) }}", "unsafe"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ namespace(_secret=1) }}", "begins with an underscore"),
        ("{% for i in range(10000000) %}{% endfor %}", "Range too big"),
        ("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "recursion"),
        ("{{ 'a' + 1 }}", "TypeError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ messages | tojson(indent='x', what=1) }}", "TypeError"),
    ],
)
def test_errors_are_in_the_template_s_own_words(source: str, words: str) -> None:
    with pytest.raises(PromptNotRenderable) as refused:
        render(source)
    assert words in refused.value.message
    assert refused.value.field == "messages"


@pytest.mark.parametrize("source", ["{% if %}", "{{ messages", "{% unknown_tag %}", "{% generation %}"])
def test_a_broken_source_is_refused_at_once(source: str) -> None:
    with pytest.raises(PromptNotRenderable, match="cannot be compiled"):
        JinjaTemplate(source, {})


def test_names_of_python_are_no_trouble_as_variables() -> None:
    assert render("{{ self_name }}{{ cls }}", self_name="a", cls="b", self="c") == "ab"


def test_json_is_written_as_python_writes_it() -> None:
    value = {"text": "☃ \u2028 \x00", "number": 1.0, "list": [True, None]}
    assert render("{{ value | tojson }}", value=value) == json.dumps(value, ensure_ascii=False)
