"""The laws that every tool-call format keeps, as hypothesis properties. One line runs them all:

    TestMyFormat = laws_of(FORMAT, make_constrainer)

Knows no syntax: what it draws is made of any text, and of the format's own markup.
"""

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import ClassVar

import jsonschema
import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.domain.constraints import Constraint
from flowgen.domain.errors import CannotWrite
from flowgen.domain.generation import FinishReason
from flowgen.domain.messages import Tool, ToolCall, ToolChoice
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import CompiledConstraint, SchemaConstrainer, ToolCallFormat
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject
from flowgen.testing.broken_draws import WORDS, broken, faults_of, worded_calls
from flowgen.testing.byte_vocabulary import END, byte_vocabulary, is_whole, random_text
from flowgen.testing.call_draws import NOTE_TOOLS, calls_of, joined_of, notes_of, pieces_of, schema_of
from flowgen.testing.folding import Fold, fold
from flowgen.testing.sample_tools import TOOLS

_law = settings(
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.filter_too_much]
)
_PIECES = (
    '"',
    "'",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "/",
    "\\",
    "\n",
    ": ",
    ", ",
    "name",
    "ping",
    "(",
    ")",
    "=",
    "\\u00",
    " ",
)
Ends: st.SearchStrategy[FinishReason] = st.sampled_from(("stop", "length"))
_CUTS = st.lists(st.integers(0, 1000), max_size=6)
_VOCABULARY = byte_vocabulary()
_VALIDATORS = {
    tool.name: jsonschema.Draft202012Validator(tool.parameters, format_checker=jsonschema.FormatChecker())
    for tool in TOOLS
}


def laws_of(
    format: ToolCallFormat, make_constrainer: Callable[[], SchemaConstrainer], *, fragments: Sequence[str] = ()
) -> type["FormatLaws"]:
    """Give a test class for pytest that holds a format to its laws. `fragments` are texts that break it well."""

    class TestLaws(FormatLaws):
        syntax = format
        own_fragments = tuple(fragments)
        _grammars: ClassVar[dict[tuple[bytes, str], CompiledConstraint]] = {}

        def make_constrainer(self) -> SchemaConstrainer:
            return make_constrainer()

    return TestLaws


class FormatLaws:
    """The laws; `syntax` is the format that is held to them."""

    syntax: ToolCallFormat
    own_fragments: tuple[str, ...] = ()
    _grammars: ClassVar[dict[tuple[bytes, str], CompiledConstraint]] = {}

    def make_constrainer(self) -> SchemaConstrainer:
        raise NotImplementedError

    @_law
    @given(data=st.data())
    def test_what_is_written_is_read_however_it_is_cut(self, data: st.DataObject) -> None:
        calls, tools = data.draw(calls_of(self._fragments()))
        text = self._written(calls)
        for is_strict in (True, False):
            whole = self._read([text], tools, is_strict=is_strict)
            assert _plain(whole.calls) == _plain(calls)
            assert (whole.content, whole.malformed) == ("", ())
            assert self._read(_cut(data, text), tools, is_strict=is_strict) == whole

    @_law
    @given(data=st.data())
    def test_a_value_is_refused_only_where_it_would_be_read_as_another(self, data: st.DataObject) -> None:
        """Where the syntax has no escape: what `write` refuses could not be read back if it were written."""
        unchecked = getattr(self.syntax, "write_unchecked", None)
        text = data.draw(joined_of((*self._fragments(), "a")))
        call = ToolCall(name="lookup", arguments={"key": text})
        tools = (Tool(name="lookup", parameters=schema_of(call.arguments)),)
        try:
            written = self.syntax.write([call])
        except CannotWrite:
            assert unchecked is not None
            parsed = self._read([unchecked([call])], tools, is_strict=True)
            assert _plain(parsed.calls) != _plain([call]) or parsed.content or parsed.malformed
        else:
            assert _plain(self._read([written], tools, is_strict=True).calls) == _plain([call])

    @_law
    @given(data=st.data())
    def test_no_text_is_lost_none_raises_and_no_cut_matters(self, data: st.DataObject) -> None:
        pieces = data.draw(pieces_of(self._fragments()))
        is_strict, end = data.draw(st.booleans()), data.draw(Ends)
        whole = self._read(["".join(pieces)], TOOLS, is_strict=is_strict, end=end)
        assert self._read(pieces, TOOLS, is_strict=is_strict, end=end) == whole
        assert self._read(list("".join(pieces)), TOOLS, is_strict=is_strict, end=end) == whole

    @_law
    @given(data=st.data())
    def test_a_broken_call_loses_no_text_and_no_cut_matters(self, data: st.DataObject) -> None:
        """Its texts are words that stand in no syntax: each that is in the answer is in what is told of it."""
        markers = self.syntax.markup(TOOLS).preserved
        faults = data.draw(faults_of(self._fragments()))
        text = broken(self._written(data.draw(worded_calls())), faults, markers)
        is_strict, end = data.draw(st.booleans()), data.draw(Ends)
        whole = self._read([text], TOOLS, is_strict=is_strict, end=end)
        assert self._read(list(text), TOOLS, is_strict=is_strict, end=end) == whole
        for word in WORDS:
            assert whole.told.count(word) >= text.count(word), text

    @_law
    @given(data=st.data())
    def test_a_call_that_is_cut_is_never_complete(self, data: st.DataObject) -> None:
        calls, tools = data.draw(calls_of(self._fragments()))
        text = self._written(calls)
        cut = self._read([text[: data.draw(st.integers(0, len(text)))]], tools, is_strict=True, end="length")
        assert _plain(cut.calls) == _plain(calls)[: len(cut.calls)]
        assert len(cut.malformed) >= len(cut.started) - len(cut.calls)

    @_law
    @given(data=st.data())
    def test_the_grammar_takes_what_is_written(self, data: st.DataObject) -> None:
        calls = data.draw(notes_of(self._fragments()))
        assert self._takes(NOTE_TOOLS, "required", self._written(calls))

    def test_the_grammar_takes_text_and_calls_by_the_choice_of_tools(self) -> None:
        calls = [ToolCall(name="ping", arguments={})]
        assert self._takes(TOOLS, "auto", self._written(calls))
        assert self._takes(TOOLS, "auto", "Hello there.")
        assert not self._takes(TOOLS, "required", "Hello there.")

    @_law
    @given(seed=st.integers(0, 2**32))
    def test_every_way_through_the_grammar_is_valid_calls(self, seed: int) -> None:
        """Its markers special tokens, or letters as all else."""
        tools, preserved = TOOLS[:2] + TOOLS[3:], self.syntax.markup(TOOLS).preserved
        tokens = preserved if seed % 4 else ()
        closers = "".join(text[0] for text in preserved) if seed % 3 else ""
        compiled, vocabulary = self._compiled(tools, "required", tokens), _vocabulary(tokens)
        prefix = self._beginning() if seed % 5 else ""
        text = random_text(compiled, vocabulary, Random(seed), prefix=prefix, limit=200, closers=closers)
        assume(text is not None)
        parsed = self._read([text or ""], TOOLS, is_strict=True)
        assert parsed.calls, text
        assert not parsed.malformed, text
        assert not any(marker in parsed.content for marker in preserved), text
        for call in parsed.calls:
            _VALIDATORS[call.name].validate(call.arguments)

    def _beginning(self) -> str:
        """What all calls begin with: texts before calls seldom come to an end by chance."""
        ping, add = (self.syntax.write([ToolCall(name=name, arguments={})]) for name in ("ping", "add"))
        pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(ping, add, strict=False))
        return "".join(letter for letter, _ in pairs)

    def _fragments(self) -> tuple[str, ...]:
        return (*self.own_fragments, *self.syntax.markup(TOOLS).preserved, *_PIECES)

    def _written(self, calls: Sequence[ToolCall]) -> str:
        """Write what the format can carry; an answer may hold one call alone."""
        try:
            return self.syntax.write(calls)
        except CannotWrite:
            assume(False)
            raise

    def _read(
        self, pieces: Sequence[str], tools: Sequence[Tool], *, is_strict: bool, end: FinishReason = "stop"
    ) -> Fold:
        parser = self.syntax.parser(AnswerStart(tools=tuple(tools), is_strict=is_strict))
        events = [event for piece in pieces for event in parser.feed(piece)]
        return fold([*events, *parser.finish(end)])

    def _constraint(self, tools: Sequence[Tool], mode: str, tokens: tuple[str, ...]) -> Constraint:
        choice = ToolChoice(mode="auto" if mode == "auto" else "required")
        shape = AnswerShape(
            tools=tuple(tools),
            choice=choice,
            format=self.syntax,
            control_tokens=frozenset((*tokens, END) if tokens else ()),
        )
        constraint = bind_answer(shape).constraint
        assert constraint is not None
        return constraint

    def _compiled(self, tools: Sequence[Tool], mode: str, tokens: tuple[str, ...] = ()) -> CompiledConstraint:
        """Compile a grammar, once for each tools, mode and special tokens: that is dear."""
        key = (msgspec.json.encode(tools), f"{mode} {tokens}")
        if key not in self._grammars:
            constraint = self._constraint(tools, mode, tokens)
            self._grammars[key] = self.make_constrainer().compile(constraint, _vocabulary(tokens))
        return self._grammars[key]

    def _takes(self, tools: Sequence[Tool], mode: str, text: str) -> bool:
        return is_whole(self._compiled(tools, mode), text, _VOCABULARY)


@lru_cache(maxsize=256)
def _vocabulary(tokens: tuple[str, ...]) -> Vocabulary:
    return byte_vocabulary(*dict.fromkeys(tokens)) if tokens else _VOCABULARY


def _cut(data: st.DataObject, text: str) -> list[str]:
    cuts = sorted(data.draw(_CUTS))
    places = [0, *(cut * len(text) // 1000 for cut in cuts), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(places)]


def _plain(calls: Sequence[ToolCall]) -> list[tuple[str, JsonObject]]:
    return [(call.name, call.arguments) for call in calls]
