"""The pieces that grammars are joined of mean the same letters in llguidance's Lark."""

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.application import lark
from flowgen.domain.constraints import Lark
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole

VOCABULARY = byte_vocabulary("<|call|>")
ODD = 'a"b\\n\n/[(é😀<|call|>{%}~&\t\x7f'


def takes(grammar: str, text: str) -> bool:
    return is_whole(LlguidanceConstrainer().compile(Lark(grammar=grammar), VOCABULARY), text, VOCABULARY)


def test_literals_and_patterns_are_the_letters() -> None:
    plain = ODD.replace("<|call|>", "<|")
    for grammar in (f"start: {lark.literal(plain)}", f"start: /{lark.pattern(plain)}/"):
        assert takes(grammar, plain)
        assert not takes(grammar, plain + "x")


@pytest.mark.parametrize(
    ("tokens", "is_token"), [(("<|call|>",), True), ((), False), (("<call|>",), False), (("[call]",), False)]
)
def test_a_marker_is_named_only_where_it_is_a_token(tokens: tuple[str, ...], is_token: bool) -> None:
    assert takes(f"start: {lark.marker('<|call|>', tokens)}", "<|call|>") == is_token


def test_a_token_of_any_text_has_a_name() -> None:
    for text in ("[CALL]", "functools", "<[1]>", '<|"|>', "a b"):
        vocabulary = byte_vocabulary(text)
        matcher = (
            LlguidanceConstrainer().compile(Lark(grammar=f"start: {lark.marker(text, (text,))}"), vocabulary).matcher()
        )
        assert matcher.accept(next(token for token in vocabulary.special if vocabulary.tokens[token] == text.encode()))
        assert matcher.may_finish()


def test_texts_hold_no_marker_and_begin_with_nothing_reserved() -> None:
    grammar = f"start: T\nT: {lark.text_without(['END', '(*)'], ['<t>'], at_start='x+y')}"
    for text in ("", "EN D", "a <t>", "a xy", "xz", "é\n"):
        assert takes(grammar, text), text
    for text in ("aENDb", "(*)", "<t>", " \n<t>a", "xxyz", " xy"):
        assert not takes(grammar, text), text


def test_a_lazy_text_ends_with_the_first_marker() -> None:
    grammar = f'start: head "x"\nhead[lazy]: HEAD\nHEAD: {lark.text_up_to("[go]", ["<t>"])}'
    assert takes(grammar, "abc [go]x")
    assert not takes(grammar, "abc [go]y[go]x")
    assert not takes(grammar, "<t>[go]x")
