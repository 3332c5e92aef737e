"""The SchemaConstrainer: compiles constraints with llguidance, once per vocabulary. Refuses to compile in part: what
llguidance does not enforce is refused by keyword and place."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

import msgspec
from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from flowgen.adapters.constraints.checking.checked_grammar import CheckedGrammar
from flowgen.adapters.constraints.checking.checks import (
    Follow,
    ReadAnswer,
    answer_checks,
    document_checks,
    style_of,
)
from flowgen.adapters.constraints.checking.token_index import TokenIndex
from flowgen.adapters.constraints.closing.closing_matcher import ClosingGrammar
from flowgen.adapters.constraints.closing.locators import Locator, of_answer, of_document
from flowgen.adapters.constraints.deep_stacks import with_stack
from flowgen.adapters.constraints.grammars import WrittenGrammar, field_of, grammar_of, relocated
from flowgen.adapters.constraints.matcher import CompiledGrammar, first_lines
from flowgen.adapters.constraints.pattern_places import place_of
from flowgen.adapters.constraints.pattern_trials import unfit_terminals, untrodden
from flowgen.adapters.constraints.vocabulary_tokenizer import byte_vocabulary, tokenizer_of
from flowgen.application.schemas.weights import heaviest
from flowgen.domain.constraints import Constraint, JsonSchema, Lark
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.model import Vocabulary

V = TypeVar("V")
Compiled = CompiledGrammar | CheckedGrammar | ClosingGrammar

_LIMITS = {
    "max_items_in_row": 20_000,
    "initial_lexer_fuel": 10_000_000,
    "step_lexer_fuel": 2_000_000,
    "step_max_items": 100_000,
    "max_lexer_states": 100_000,
    "max_grammar_size": 500_000,
    "verbose_errors": False,
}
"""Bounds of llguidance's own work: about 0.2 s for a grammar's lexer, 0.1 s for a token's mask, 200 MB of states."""

DEEP = 64 << 20
"""Bytes of stack for compiling a large grammar: it calls itself once for each rule of a chain, as members make one."""
_LARGE = 10_000
"""Letters of a grammar that is compiled on such a stack."""
_LONG = 1000
"""Forced tokens that are looked beyond."""


class LlguidanceConstrainer:
    """Compiles and caches; safe from any thread. The caches hold 8 vocabularies and 64 compiled constraints."""

    def __init__(
        self,
        *,
        num_vocabularies: int = 8,
        num_constraints: int = 64,
        read_answer: ReadAnswer | None = None,
        stack: int = DEEP,
    ) -> None:
        """`read_answer` finds the values in answers of several parts; without it those that have to be checked compile,
        and have no matcher. `stack` is what compiling may take of one, in bytes."""
        self._read_answer = read_answer
        self._stack = stack
        self._tokenizers: _Recent[LLTokenizer] = _Recent(num_vocabularies)
        self._indexes: _Recent[TokenIndex] = _Recent(num_vocabularies)
        self._compiled: _Recent[Compiled] = _Recent(num_constraints)

    def compile(self, constraint: Constraint, vocabulary: Vocabulary) -> "Compiled":
        """Blocking. Raises ConstraintRefused with keyword and pointer; ValueError for a vocabulary without an end."""
        key = (msgspec.json.encode(constraint), vocabulary.fingerprint)
        return self._compiled.get(key, lambda: self._compile(constraint, vocabulary))

    def check(self, constraint: Constraint) -> tuple[str, ...]:
        """Compile for the smallest vocabulary; give warnings. Raises ConstraintRefused for what could not be compiled
        for any vocabulary."""
        vocabulary = byte_vocabulary(_lark_of(constraint))
        key = (msgspec.json.encode(constraint), vocabulary.fingerprint)
        return self._compiled.get(key, lambda: self._compile(constraint, vocabulary, is_trial=True)).warnings

    def _compile(self, constraint: Constraint, vocabulary: Vocabulary, *, is_trial: bool = False) -> "Compiled":
        tokenizer = self._tokenizers.get(vocabulary.fingerprint, lambda: tokenizer_of(vocabulary))
        grammar = grammar_of(constraint)
        matcher, complaint = self._matcher(grammar.text, tokenizer)
        if complaint:
            raise self._refusal(constraint, complaint, tokenizer)
        if is_trial:
            _check_terminals(constraint, grammar)
            if complaint := untrodden(grammar.text, matcher):
                raise self._refusal(constraint, f"no answer can follow it: {_sentence(complaint)}", tokenizer)
        compiled = CompiledGrammar(matcher, vocabulary.end_tokens, warnings=_warnings(constraint, grammar))
        follow = self._checks(constraint, grammar)
        locate = None if is_trial else self._locator(constraint, grammar)
        if follow is None and locate is None:
            return compiled
        index = self._indexes.get(vocabulary.fingerprint, lambda: TokenIndex(vocabulary))
        checked = compiled if follow is None else CheckedGrammar(compiled, follow, index, vocabulary)
        return checked if locate is None else ClosingGrammar(checked, locate, index, vocabulary)

    def _locator(self, constraint: Constraint, grammar: WrittenGrammar) -> Callable[[], Locator] | None:
        """What finds the JSON text in an answer, so that it can be brought to its end; None where there is none."""
        if grammar.lowered is not None:
            return of_document(grammar.lowered)
        reading = constraint.reading if isinstance(constraint, Lark) else None
        read = self._read_answer
        return None if reading is None or read is None else of_answer(reading, lambda: read(reading))

    def _matcher(self, grammar: str, tokenizer: LLTokenizer) -> tuple[LLMatcher, str]:
        """Give a matcher at the grammar's beginning, and the complaint about it, empty if there is none."""

        def compiled() -> LLMatcher:
            return LLMatcher(tokenizer, grammar, log_level=0, limits=LLParserLimits(**_LIMITS))

        matcher = with_stack(self._stack, compiled) if len(grammar) > _LARGE else compiled()
        if matcher.is_error():
            return matcher, first_lines(matcher.get_error()) or "it cannot be compiled"
        has_way_on = any(
            matcher.compute_bitmask()
        )  # by the matcher itself: its copies find the first mask's states there
        if matcher.is_error() and not matcher.is_accepting():
            return matcher, first_lines(matcher.get_error()) or "it is too complex"
        if not matcher.is_accepting() and (matcher.is_stopped() or not has_way_on):
            return matcher, "nothing matches it"
        return matcher, "nothing matches it: it never ends, or not soon enough" if _is_endless(matcher) else ""

    def _refusal(self, constraint: Constraint, complaint: str, tokenizer: LLTokenizer) -> ConstraintRefused:
        if isinstance(constraint, Lark):
            for part in constraint.parts.values():
                _, inner = self._matcher(grammar_of(part.constraint).text, tokenizer)
                if inner:
                    return relocated(self._refusal(part.constraint, inner, tokenizer), part)
        keyword, pointer = None, ""
        if isinstance(constraint, JsonSchema) and not complaint.startswith("nothing"):
            keyword, pointer = heaviest(constraint.schema)
        return ConstraintRefused(field_of(constraint), _sentence(complaint), keyword=keyword, pointer=pointer)

    def _checks(self, constraint: Constraint, grammar: WrittenGrammar) -> Follow | None:
        if grammar.lowered is not None and isinstance(constraint, JsonSchema):
            return document_checks(grammar.lowered, field_of(constraint), style_of(constraint))
        if isinstance(constraint, Lark) and constraint.reading is not None:
            return answer_checks(constraint.reading, self._read_answer)
        return None


def _warnings(constraint: Constraint, grammar: WrittenGrammar) -> tuple[str, ...]:
    own = grammar.lowered.warnings if grammar.lowered is not None else ()
    parts = constraint.parts if isinstance(constraint, Lark) else {}
    inner = (f"{parts[name].field}: {line}" for name, lowered in grammar.parts.items() for line in lowered.warnings)
    return (*own, *dict.fromkeys(inner))


def _check_terminals(constraint: Constraint, grammar: WrittenGrammar) -> None:
    """Raise ConstraintRefused for a pattern that could not be followed through an answer."""
    parts = constraint.parts if isinstance(constraint, Lark) else {}
    for name, lark in grammar.larks.items():
        part = parts.get(name)
        if part is None and isinstance(constraint, Lark):
            continue  # a grammar of terminals that are not ours
        for body, complaint in unfit_terminals(lark):
            lowered = grammar.lowered if part is None else grammar.parts.get(name)
            keyword, pointer = (None, "") if lowered is None else place_of(lowered, body)
            reason = f"a pattern cannot be followed: {_sentence(complaint)}"
            refusal = ConstraintRefused(field_of(constraint), reason, keyword=keyword, pointer=pointer)
            raise refusal if part is None else relocated(refusal, part)


def _lark_of(constraint: Constraint) -> str:
    """All of a constraint that may name special tokens."""
    if not isinstance(constraint, Lark):
        return ""
    return "\n".join([constraint.grammar, *(_lark_of(part.constraint) for part in constraint.parts.values())])


def _is_endless(matcher: LLMatcher) -> bool:
    """Say whether the one way on is longer than llguidance can follow."""
    forced = matcher.compute_ff_tokens()
    if len(forced) <= _LONG:
        return False
    trial = matcher.deep_copy()
    return not (trial.consume_tokens(forced) and trial.compute_ff_tokens()) and trial.is_error()


def _sentence(complaint: str) -> str:
    """Give llguidance's complaint in one line."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if told:
        return f"a pattern that cannot be read: {told[-1]}"
    first = lines[0].rstrip(".") if lines else "it cannot be compiled"
    return "nothing matches it" if first.startswith("NoExtension") else first


class _Recent(Generic[V]):
    """The values that were asked for last. Values are made outside of the lock: twice at worst, never in line."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value
