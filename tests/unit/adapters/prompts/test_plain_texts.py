"""Callers' texts are found in the prompt wherever a template puts them."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.prompts.plain_texts import Foreign, Mark, plain_spans, segments, special_texts

SPECIAL = special_texts(["<|im_end|>", "<s>", "</s>", "<|im", ""])
Layout = Callable[[list[str]], str]


def plain(layout: Layout, texts: list[str]) -> tuple[list[str], list[str]]:
    """The plain texts of a rendering, and the warnings."""
    foreign = [
        Foreign(where=f"messages[{index}].content", text=text, is_suspicious=SPECIAL.search(text) is not None)
        for index, text in enumerate(texts)
    ]

    def rerender(mark: Mark) -> str:
        return layout([mark(text.text) if text.is_suspicious else text.text for text in foreign])

    prompt = layout(texts)
    spans, warnings = plain_spans(prompt, foreign, SPECIAL, rerender)
    pieces = segments(prompt, spans)
    assert "".join(piece.text for piece in pieces) == prompt
    return [piece.text for piece in pieces if not piece.special], warnings


def lines(texts: list[str]) -> str:
    return "".join(f"<s>{text}</s>\n" for text in texts)


def test_only_suspicious_texts_are_plain() -> None:
    assert plain(lines, ["Hi", "a </s> b", "Hi <b>"]) == (["a </s> b"], [])


def test_a_text_that_is_a_special_token_is_not_the_template_s_own() -> None:
    prompt = lines(["</s>", "<s>"])
    foreign = [Foreign(where="", text=text, is_suspicious=True) for text in ("</s>", "<s>")]
    spans, _ = plain_spans(prompt, foreign, SPECIAL, lambda mark: lines([mark("</s>"), mark("<s>")]))
    assert spans == [(3, 7), (15, 18)]


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        (lambda texts: "".join(text.strip() for text in texts), ["a </s>"]),
        (lambda texts: json.dumps(texts), ["a </s>"]),
        (lambda texts: "".join(texts) * 2, ["a </s>", "a </s>"]),
        (lambda texts: texts[0].split("a ")[-1], ["</s>"]),
        (lambda texts: "dropped", []),
        (lambda texts: f"{len(texts[0])}{texts[0]}", ["</s>"]),
        (lambda texts: f"{len(texts[0])}{texts[0].replace('<', '&lt;')}", []),
        (lambda texts: f"{len(texts[0])}{'</s>' in texts[0]}{texts[0]}", [" a </s>\n"]),
        (lambda texts: f"{len(texts[0])}{'</s>' in texts[0]}{json.dumps(texts)}", ["a </s>"]),
    ],
    ids=["trimmed", "in JSON", "twice", "in part", "not", "measured", "escaped", "looked into", "looked into, in JSON"],
)
def test_a_text_that_the_template_changes(layout: Layout, found: list[str]) -> None:
    assert plain(layout, [" a </s>\n"]) == (found, [])


def test_a_text_that_cannot_be_found_is_a_warning() -> None:
    def shouted(texts: list[str]) -> str:
        return f"{len(texts[0])}{'</s>' in texts[0]}{texts[0].replace('a', 'A')}"

    assert plain(shouted, ["Hi"]) == ([], [])
    found, warnings = plain(shouted, ["a </s>"])
    assert found == []
    assert len(warnings) == 1
    assert "messages[0].content" in warnings[0]


def test_a_special_token_alone_is_not_guessed_at() -> None:
    def looked_into(texts: list[str]) -> str:
        return f"<s>{len(texts[0])}{'<s>' in texts[0]}{texts[0]}"

    found, warnings = plain(looked_into, [" <s>"])
    assert found == []
    assert len(warnings) == 1


def test_the_longest_special_text_counts() -> None:
    match = SPECIAL.search("x<|im_end|>")
    assert match is not None
    assert match[0] == "<|im_end|>"
    assert special_texts([]).search("anything") is None


def test_marks_that_a_caller_uses_himself_are_no_trouble() -> None:
    text = "\U000f0000</s>\U000f0001"
    assert plain(lines, [text, "\U000f0002"]) == ([text], [])


@given(st.lists(st.text(alphabet="ab \n", max_size=3) | st.sampled_from(["</s>", " <s>x", "a<|im_end|>"]), max_size=5))
def test_every_suspicious_text_is_plain_and_the_template_s_own_are_not(texts: list[str]) -> None:
    expected = [text.strip() for text in texts if SPECIAL.search(text)]
    assert plain(lines, texts) == (expected, [])
