"""Patterns are read as ECMA-262 has them, and turned into expressions of whole texts that mean the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.application.schemas.pattern_matching import is_found, is_whole
from flowgen.application.schemas.pattern_reading import NoPattern, read_pattern
from flowgen.application.schemas.pattern_wholes import whole_of
from flowgen.application.schemas.pattern_writing import written

ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", "\\d", ".", "(?:ab|b)", "a|b", "(a*)", "b{1,2}", "a?", "x+"])
PATTERNS = st.builds(
    lambda start, parts, end: start + "".join(f"(?:{part})" for part in parts) + end,
    st.sampled_from(["", "^", "(?:^|a)"]),
    st.lists(ATOMS, max_size=4),
    st.sampled_from(["", "$", "(?:$|b)"]),
)


@given(PATTERNS, st.text("abx0", max_size=6))
def test_a_search_is_as_pythons_and_as_the_whole_texts(pattern: str, text: str) -> None:
    found = is_found(read_pattern(pattern), text)
    assert found == bool(re.search(pattern, text))
    whole = whole_of(pattern)
    assert whole.is_exact
    assert all(is_whole(read_pattern(written(part)), text) for part in whole.patterns) == found


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("^(?!x)[a-z]+$", ["a", "ax"], ["x", "xa"]),
        ("^(?=.*\\d)(?=.*[a-z]).{3,}$", ["a1b", "12c"], ["abc", "a1"]),
        ("^((?!no).)*$", ["yes", ""], ["a no", "no"]),
        ("^a(?!b)", ["a", "ac"], ["ab"]),
        ("(?i)ab", ["xAB"], ["a b"]),
        ("^[^\\W_]$", ["a", "9"], ["_", "-", "é"]),
        ("^\\p{Lu}\\u00e9\\x41$", ["ÄéA"], ["aéA"]),
        ("^\\ud83d\\ude00$", ["😀"], ["x"]),
        ("^\\p{digit}\\P{punct}$", ["1a", "٣a"], ["aa", "1!", "1—"]),
        ("^\\p{Digit}$", ["1"], ["٣"]),
    ],
)
def test_lookaheads_at_the_start_are_exact(pattern: str, matching: list[str], others: list[str]) -> None:
    whole = whole_of(pattern)
    assert whole.is_exact

    def takes(text: str) -> bool:
        is_in = all(is_whole(part, text) for part in whole.patterns)
        return is_in and not any(is_whole(part, text) for part in whole.avoided)

    assert [text for text in matching if not takes(text)] == []
    assert [text for text in others if takes(text)] == []


@pytest.mark.parametrize("pattern", ["a(?!b)", "\\bfoo\\b", "(a|b)\\1", "^a$b", "(?:$)+a", "^(?:\\b)?a"])
def test_what_is_no_regular_expression_is_relaxed(pattern: str) -> None:
    whole = whole_of(pattern)
    assert not whole.is_exact
    assert whole.avoided == ()


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "a{2,1}", "*", "\\", "(?<n", "[b-a]", "\\2", "(" * 100 + ")" * 100, "^*", "\\p{Alphabetic}"],
)
def test_what_is_no_pattern_is_told(pattern: str) -> None:
    with pytest.raises(NoPattern, match=r"\w"):
        read_pattern(pattern)


def test_no_text_takes_long() -> None:
    assert not is_found(read_pattern("^(a+)+$"), "a" * 60 + "!")
