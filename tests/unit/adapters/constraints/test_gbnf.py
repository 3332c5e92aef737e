"""GBNF keeps its own meaning on its way to Lark."""

import pytest

from flowgen.adapters.constraints.gbnf import lark_of_gbnf
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.domain.constraints import Gbnf
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole

VOCABULARY = byte_vocabulary()
JSON = r"""
root   ::= object
value  ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
array  ::= "[" ws ( value ("," ws value)* )? "]" ws
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
# Optional space: by convention, applied in this grammar after literal chars when allowed
ws ::= | " " | "\n" [ \t]{0,20}
"""


@pytest.mark.parametrize(
    ("grammar", "whole", "broken"),
    [
        ("root ::= .", ["a", "\n", "é"], ["", "ab"]),
        (r'root ::= "\u0041\u00e9\U0001F600\x42\t"', ["Aé😀B\t"], ["A"]),
        (r"root ::= [\u0041-\u0043\]&&x]+", ["AC]&x"], ["D", "u"]),
        ("root ::= [a~~b&&-]+", ["a~b&-"], ["d"]),
        ("root ::= [^a-c]", ["d", "\n"], ["a"]),
        ('root ::= "a" # "b" . [c]\n', ["a"], ["b", "ab"]),
        (
            'root ::= a-b aB start START 2\na-b ::= "#"\naB ::= "/."\nstart ::= "s"\nSTART ::= "S"\n2 ::= "2"',
            ["#/.sS2"],
            ["#"],
        ),
        ('root ::= ("a" |\n "b"){2,3} "c"? "d"*', ["ab", "bbac", "aadd"], ["a", "aaaa"]),
        ('root ::= "(" root ")" | "x"', ["x", "((x))"], ["(x"]),
        (JSON, ['{"a": [1, -2.5e3, "\\u00e9\\n", true]}'], ["{", "[1]", '{"a": 01}']),
    ],
)
def test_texts(grammar: str, whole: list[str], broken: list[str]) -> None:
    compiled = LlguidanceConstrainer().compile(Gbnf(grammar=grammar), VOCABULARY)
    assert [text for text in whole if not is_whole(compiled, text, VOCABULARY)] == []
    assert [text for text in broken if is_whole(compiled, text, VOCABULARY)] == []


@pytest.mark.parametrize(
    "grammar", ["x", "root ::= (", 'root ::= "a', r'root ::= "\ud800"', r'root ::= "\U00110000"', "root ::= <think>"]
)
def test_what_is_no_gbnf_is_told(grammar: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        lark_of_gbnf(grammar)


def test_refusals_speak_of_the_callers_rules() -> None:
    with pytest.raises(ValueError, match="'myRule' not found"):
        lark_of_gbnf("root ::= myRule")
