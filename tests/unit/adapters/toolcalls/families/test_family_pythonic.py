"""Calls in Python's notation: what the family's fields say."""

import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.pythonic import Pythonic
from support.formats import PING, WEATHER, calls_in, read

MADE_UP = DeclaredFormat(Declaration(name="made_up", calls=Pythonic(opening="<py>", closing="</py>")))


def test_the_fields_are_the_letters() -> None:
    written = MADE_UP.write([WEATHER, PING])
    assert written == '<py>[get_weather(city="Paris", days=3), ping()]</py>'
    assert calls_in(MADE_UP, written, is_strict=True) == [(WEATHER.name, WEATHER.arguments), ("ping", {})]


@pytest.mark.parametrize("text", ["'Rome'", '"Rome"', '"""Rome"""', "'''Rome'''", r'"Ro\x6de"'])
def test_all_of_pythons_quotes(text: str) -> None:
    assert calls_in(MADE_UP, f"<py>[get_weather(city={text})]</py>") == [("get_weather", {"city": "Rome"})]


@pytest.mark.parametrize("word", ["Paris", "Nothing", "True1", "paris", "Trues"])
def test_a_word_that_is_none_of_pythons_is_no_value(word: str) -> None:
    for is_strict in (True, False):
        answer = read(MADE_UP, f"<py>[get_weather(city={word}, days=3)]</py>", is_strict=is_strict)
        assert (answer.calls, len(answer.malformed)) == ((), 1)


def test_a_broken_call_leaves_its_siblings() -> None:
    answer = read(MADE_UP, "<py>[ping(), ping(a=), ping(b=1)]</py>")
    assert [call.arguments for call in answer.calls] == [{}, {"b": 1}]
    assert len(answer.malformed) == 1


def test_keys_that_are_no_texts_become_jsons() -> None:
    raw = '<py>[ping(a={1: "x", -2.5: {True: 1, None: 2}})]</py>'
    keyed = {"1": "x", "-2.5": {"true": 1, "null": 2}}
    assert calls_in(MADE_UP, raw) == [("ping", {"a": keyed})]
    assert calls_in(MADE_UP, raw, is_strict=True) == []
    for key in ("word", "[1]", "(1, 2)", ""):
        answer = read(MADE_UP, f"<py>[ping(a={{{key}: 1}})]</py>")
        assert (answer.calls, len(answer.malformed)) == ((), 1)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{'a', 'b'}", ["a", "b"]),
        ("{1, 2,}", [1, 2]),
        ("{}", {}),
        ("07", 7),
        ("-007", -7),
        ("'sed -n '1,4p' /x.py'", "sed -n '1,4p' /x.py"),
        ("'don't'", "don't"),
        ('"it\'s "quoted" here"', 'it\'s "quoted" here'),
        ("""'cd /x && python -c "show(x, y='-'))"'""", """cd /x && python -c "show(x, y='-'))\""""),
        ("['print('a')', 'b']", ["print('a')", "b"]),
    ],
)
def test_what_python_would_not_take_or_json_has_not_is_understood(written: str, value: object) -> None:
    for more in ("", ", b='x'"):
        answer = read(MADE_UP, f"<py>[ping(a={written}{more}), ping(c='d')]</py> Bye.")
        assert [call.arguments for call in answer.calls] == [{"a": value} | ({"b": "x"} if more else {}), {"c": "d"}]
        assert answer.texts == " Bye."


@pytest.mark.parametrize("written", ["'x' b='y'", "{'x': 1, 'y'}", "{'x', 'y': 1}", "'echo 'a', b'"])
def test_what_could_be_several_things_is_no_call(written: str) -> None:
    answer = read(MADE_UP, f"<py>[ping(a={written}), ping(c='d')]</py>")
    assert [call.arguments for call in answer.calls] in ([], [{"c": "d"}])
    assert answer.malformed
