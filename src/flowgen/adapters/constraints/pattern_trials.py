"""Finds what compiles and runs out of bounds while an answer is written: follows each pattern that counts far, with
less than it will have, and answers' beginnings under large grammars. Knows llguidance's terminals; refuses to know what
patterns are for."""

import math
import re
import time
from collections.abc import Iterator
from functools import lru_cache

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from flowgen.adapters.constraints.json_spelling import CHAR
from flowgen.adapters.constraints.matcher import first_lines
from flowgen.adapters.constraints.vocabulary_tokenizer import byte_vocabulary, tokenizer_of

_TERMINAL = re.compile(r"^(T\w*): (.*/.*)$", re.MULTILINE)
_COUNT = re.compile(r"(?<!\\x)\{(\d+)(?:,(\d*))?\}")
_NAME = re.compile(r"\bT\d+\b")
_LENGTH = re.compile(re.escape(f'/"{CHAR}{{') + r"[\d,]+\}\"/")
"""A bare length, which any automaton can count."""
_FAR = 200
"""A count that is tried alone."""
_FEW = 5
"""Counts below are left aside: those of escapes among them."""
_MANY = 10_000
"""Counts that are tried together, multiplied: more than the formats' own."""
_QUOTE = ord('"')
_STEPS = 100
_LARGE = 10_000
"""Letters of a grammar that is followed: what is smaller has too few rules to run out of bounds."""
_FIRST_STEPS = 24
_FIRST_S = 0.1
_LIMITS = {
    "initial_lexer_fuel": 5_000_000,
    "step_lexer_fuel": 1_000_000,
    "max_lexer_states": 50_000,
    "verbose_errors": False,
}
"""Half of what an answer has."""


def unfit_terminals(grammar: str) -> Iterator[tuple[str, str]]:
    """Give the bodies of a Lark grammar's terminals that cannot be followed, each with the complaint."""
    bodies = {line[1]: line[2] for line in _TERMINAL.finditer(grammar)}
    for body in bodies.values():
        if _counts_far(body):
            others = [f"{name}: {bodies[name]}" for name in dict.fromkeys(_NAME.findall(body)) if name in bodies]
            complaint = _complaint("\n".join([f"start: TRIED\nTRIED: {body}", *others]))
            if complaint:
                yield body, complaint


def untrodden(grammar: str, matcher: LLMatcher) -> str:
    """Say what stops three ways into a large grammar, for the smallest vocabulary, empty if nothing does: one that
    repeats itself, one that changes, and one from text to text."""
    if len(grammar) < _LARGE:
        return ""
    end = time.thread_time() + _FIRST_S
    return (
        _stopped(matcher.deep_copy(), stride=0, num_steps=_FIRST_STEPS, end=end)
        or _stopped(matcher.deep_copy(), stride=7, num_steps=_FIRST_STEPS, end=end)
        or _stopped(matcher.deep_copy(), stride=5, num_steps=_FIRST_STEPS, end=end, ends_texts=True)
    )


def _counts_far(body: str) -> bool:
    if "{" not in body or _LENGTH.fullmatch(body):
        return False
    counts = [count for least, most in _COUNT.findall(body) if (count := min(int(most or least), _MANY)) >= _FEW]
    return bool(counts) and (max(counts) >= _FAR or math.prod(counts) >= _MANY)


@lru_cache(maxsize=1024)
def _complaint(grammar: str) -> str:
    """Say what stops two ways through a grammar: one that repeats itself, and one that changes all the time."""
    tokenizer = _tokenizer()
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(grammar), log_level=0, limits=LLParserLimits(**_LIMITS))
    return _stopped(matcher.deep_copy(), stride=0) or _stopped(matcher, stride=7)


def _stopped(
    matcher: LLMatcher, stride: int, num_steps: int = _STEPS, *, end: float = math.inf, ends_texts: bool = False
) -> str:
    before = 0
    for step in range(num_steps):
        if matcher.is_error() or matcher.is_stopped() or time.thread_time() > end:
            break
        mask = matcher.compute_bitmask()
        allowed = [token for token in range(256) if mask[token >> 3] >> (token & 7) & 1]
        if not allowed:
            break
        onward = [token for token in allowed if (token == _QUOTE) == ends_texts] or allowed
        before = before if before in onward and not stride else onward[step * stride % len(onward)]
        matcher.try_consume_tokens([before])
    return first_lines(matcher.get_error()) or "it is too complex" if matcher.is_error() else ""


@lru_cache(maxsize=1)
def _tokenizer() -> LLTokenizer:
    return tokenizer_of(byte_vocabulary(""))
