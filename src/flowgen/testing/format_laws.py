"""The laws that every tool-call format keeps, as hypothesis properties. One line runs them all:

    TestMyFormat = laws_of(FORMAT, make_constrainer)

Knows no syntax: what it draws is made of any text, and of the format's own markup.
"""

from collections.abc import Callable, Sequence
from random import Random

import jsonschema
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.domain.constraints import Constraint
from flowgen.domain.errors import CannotWrite
from flowgen.domain.generation import FinishReason
from flowgen.domain.messages import Tool, ToolCall, ToolChoice
from flowgen.domain.ports import CompiledConstraint, SchemaConstrainer, ToolCallFormat
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject, JsonValue
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole, random_text
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
Names = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True)
Ends: st.SearchStrategy[FinishReason] = st.sampled_from(("stop", "length"))


def laws_of(
    format: ToolCallFormat, make_constrainer: Callable[[], SchemaConstrainer], *, fragments: Sequence[str] = ()
) -> type["FormatLaws"]:
    """Give a test class for pytest that holds a format to its laws. `fragments` are texts that break it well."""

    class TestLaws(FormatLaws):
        syntax = format
        own_fragments = tuple(fragments)

        def make_constrainer(self) -> SchemaConstrainer:
            return make_constrainer()

    return TestLaws


class FormatLaws:
    """The laws; `syntax` is the format that is held to them."""

    syntax: ToolCallFormat
    own_fragments: tuple[str, ...] = ()

    def make_constrainer(self) -> SchemaConstrainer:
        raise NotImplementedError

    @_law
    @given(data=st.data())
    def test_what_is_written_is_read_however_it_is_cut(self, data: st.DataObject) -> None:
        calls, tools = _drawn_calls(data, self._texts())
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
        text = data.draw(st.lists(st.sampled_from([*self._fragments(), "a"]), max_size=3).map("".join))
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
        pieces = data.draw(st.lists(st.sampled_from(self._fragments()) | st.text(max_size=4), max_size=12))
        is_strict, end = data.draw(st.booleans()), data.draw(Ends)
        whole = self._read(["".join(pieces)], TOOLS, is_strict=is_strict, end=end)
        assert self._read(pieces, TOOLS, is_strict=is_strict, end=end) == whole
        assert self._read(list("".join(pieces)), TOOLS, is_strict=is_strict, end=end) == whole

    @_law
    @given(data=st.data())
    def test_a_call_that_is_cut_is_never_complete(self, data: st.DataObject) -> None:
        calls, tools = _drawn_calls(data, self._texts())
        text = self._written(calls)
        cut = self._read([text[: data.draw(st.integers(0, len(text)))]], tools, is_strict=True, end="length")
        assert _plain(cut.calls) == _plain(calls)[: len(cut.calls)]
        assert len(cut.malformed) >= len(cut.started) - len(cut.calls)

    @_law
    @given(data=st.data())
    def test_the_grammar_takes_what_is_written(self, data: st.DataObject) -> None:
        calls, tools = _drawn_calls(data, self._texts())
        assert self._takes(tools, "required", self._written(calls))

    def test_the_grammar_takes_text_and_calls_by_the_choice_of_tools(self) -> None:
        calls = [ToolCall(name="ping", arguments={})]
        assert self._takes(TOOLS, "auto", self._written(calls))
        assert self._takes(TOOLS, "auto", "Hello there.")
        assert not self._takes(TOOLS, "required", "Hello there.")

    def test_every_way_through_the_grammar_is_valid_calls(self) -> None:
        compiled, random = self._compiled(TOOLS[:2] + TOOLS[3:], "required"), Random(11)
        schemas = {tool.name: tool.parameters for tool in TOOLS}
        vocabulary = byte_vocabulary()
        for text in filter(None, (random_text(compiled, vocabulary, random) for _ in range(5))):
            parsed = self._read([text], TOOLS, is_strict=True)
            assert parsed.calls, text
            assert (parsed.content, parsed.malformed) == ("", ()), text
            for call in parsed.calls:
                jsonschema.validate(call.arguments, schemas[call.name], format_checker=jsonschema.FormatChecker())

    def _texts(self) -> st.SearchStrategy[str]:
        return st.text(max_size=10) | st.lists(st.sampled_from(self._fragments()), max_size=3).map("".join)

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

    def _constraint(self, tools: Sequence[Tool], mode: str) -> Constraint:
        choice = ToolChoice(mode="auto" if mode == "auto" else "required")
        constraint = bind_answer(AnswerShape(tools=tuple(tools), choice=choice, format=self.syntax)).constraint
        assert constraint is not None
        return constraint

    def _compiled(self, tools: Sequence[Tool], mode: str) -> CompiledConstraint:
        return self.make_constrainer().compile(self._constraint(tools, mode), byte_vocabulary())

    def _takes(self, tools: Sequence[Tool], mode: str, text: str) -> bool:
        return is_whole(self._compiled(tools, mode), text, byte_vocabulary())


def schema_of(value: JsonValue) -> JsonObject:
    """Give the narrowest plain schema of a value: its types, and nothing of its content."""
    if isinstance(value, dict):
        properties = {key: schema_of(inner) for key, inner in value.items()}
        return {"type": "object", "properties": properties, "required": [*value], "additionalProperties": False}
    if isinstance(value, list):
        return {"type": "array", **({"items": schema_of(value[0])} if value else {})}
    names = {bool: "boolean", str: "string", int: "integer", float: "number"}
    return {"type": names.get(type(value), "null")}


def _drawn_calls(data: st.DataObject, texts: st.SearchStrategy[str]) -> tuple[list[ToolCall], list[Tool]]:
    """Draw a call or two, with tools whose schemas type every argument."""
    kinds = [texts, st.booleans(), st.integers(-(10**20), 10**20), st.none()]
    kinds.append(st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda real: float(repr(real))))
    scalars = st.one_of(kinds)
    values = (
        scalars
        | st.one_of([st.lists(kind, max_size=3) for kind in kinds])
        | st.dictionaries(Names, scalars, max_size=2)
    )
    drawn = st.dictionaries(Names, st.dictionaries(Names, values, max_size=3), min_size=1, max_size=2)
    arguments = data.draw(drawn)
    calls = [ToolCall(name=name, arguments=inner) for name, inner in arguments.items()]
    if data.draw(st.booleans()):
        calls = calls[:1]
    return calls, [Tool(name=call.name, parameters=schema_of(call.arguments)) for call in calls]


def _cut(data: st.DataObject, text: str) -> list[str]:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _plain(calls: Sequence[ToolCall]) -> list[tuple[str, JsonObject]]:
    return [(call.name, call.arguments) for call in calls]
