"""Reasoning is told apart from content, however the text is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.application.reasoning import ReasoningSplitter
from flowgen.domain.events import ContentDelta, ReasoningDelta
from flowgen.domain.prompts import ReasoningTags

TAGS = ReasoningTags()
PIECES = st.sampled_from(["<think>", "</think>", "<th", "ink>", "</", "<", " ", "\n", "a", "b c", "é"])


def split(pieces: list[str], *, is_open: bool = False, tags: ReasoningTags | None = TAGS) -> tuple[str, str]:
    splitter = ReasoningSplitter(tags, is_open=is_open)
    events = [event for piece in pieces for event in splitter.feed(piece)] + splitter.finish()
    thoughts = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return thoughts, "".join(event.text for event in events if isinstance(event, ContentDelta))


@pytest.mark.parametrize(
    ("text", "reasoning", "content"),
    [
        ("Hello", "", "Hello"),
        ("", "", ""),
        ("<think>Hm</think>Hello", "Hm", "Hello"),
        (" \n<think>\nHm \n so\n</think>\n\nHello\n", "Hm \n so", "Hello\n"),
        ("<think></think>Hello", "", "Hello"),
        ("<think>\n\n</think>\n\n\nHello", "", "\nHello"),
        ("<think>Hm", "Hm", ""),
        ("<think>Hm</thi", "Hm</thi", ""),
        ("Hi <think>a</think>", "", "Hi <think>a</think>"),
        ("<think>a</think><think>b</think>", "a", "<think>b</think>"),
        ("<thinker>", "", "<thinker>"),
        (" <thi", "", " <thi"),
        ("Hm</think>Hello", "", "Hm</think>Hello"),
    ],
)
def test_only_a_leading_block_is_reasoning(text: str, reasoning: str, content: str) -> None:
    assert split([text]) == (reasoning, content)
    assert split(list(text)) == (reasoning, content)


@pytest.mark.parametrize(
    ("text", "reasoning", "content"),
    [("Hm</think>\nHello", "Hm", "Hello"), ("Hm", "Hm", ""), ("", "", ""), ("\n</think>", "", "")],
)
def test_the_prompt_may_have_opened_the_block(text: str, reasoning: str, content: str) -> None:
    assert split([text], is_open=True) == (reasoning, content)
    assert split(list(text), is_open=True) == (reasoning, content)


def test_without_tags_all_is_content() -> None:
    assert split(["<think>a</think>"], tags=None) == ("", "<think>a</think>")


def test_other_tags() -> None:
    assert split(["[THINK]a[/THINK]b"], tags=ReasoningTags(opening="[THINK]", closing="[/THINK]")) == ("a", "b")


def test_nothing_is_held_back_that_can_be_no_tag() -> None:
    splitter = ReasoningSplitter(ReasoningTags(), is_open=True)
    assert splitter.feed("a b</t") == [ReasoningDelta(text="a b")]
    assert splitter.feed("o>") == [ReasoningDelta(text="</to>")]


@given(pieces=st.lists(PIECES, max_size=10), is_open=st.booleans())
def test_any_cut_gives_the_same(pieces: list[str], is_open: bool) -> None:
    text = "".join(pieces)
    assert split(pieces, is_open=is_open) == split([text], is_open=is_open) == split(list(text), is_open=is_open)
