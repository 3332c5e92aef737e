"""What every ToolCallFormat must do. Inherit, give the makers, and pytest runs the suite: parser, writer and grammar
must agree on every call. Knows no syntax; a format says what names and texts of its own the suite is to try."""

from collections.abc import Sequence
from random import Random
from typing import Any, ClassVar

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.domain.constraints import Constraint
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.generation import FinishReason
from flowgen.domain.messages import Tool, ToolCall, ToolChoice
from flowgen.domain.ports import CompiledConstraint, SchemaConstrainer, ToolCallFormat
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole, random_text
from flowgen.testing.folding import Fold, fold
from flowgen.testing.sample_tools import TOOLS, UNENFORCEABLE

_on_inheritors = settings(suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow])
"""One test runs in several classes, each with a syntax of its own."""

Ends: st.SearchStrategy[FinishReason] = st.sampled_from(("stop", "length"))
Names = st.from_regex(r"[a-z_][a-z0-9_]{0,7}", fullmatch=True)


class ToolCallFormatContract:
    """The suite. `fragments` are texts of the format's own: markers, and pieces that break it."""

    fragments: ClassVar[tuple[str, ...]] = ()
    markers: ClassVar[tuple[str, ...]] = ()

    def make_format(self) -> ToolCallFormat:
        raise NotImplementedError

    def make_constrainer(self) -> SchemaConstrainer:
        raise NotImplementedError

    def parse(
        self, pieces: Sequence[str], tools: tuple[Tool, ...], *, is_strict: bool = True, end: FinishReason = "stop"
    ) -> Fold:
        parser = self.make_format().parser(AnswerStart(tools=tools, is_strict=is_strict))
        events = [event for piece in pieces for event in parser.feed(piece)]
        return fold([*events, *parser.finish(end)])

    def compile(self, constraint: Constraint | None) -> CompiledConstraint:
        assert constraint is not None
        return self.make_constrainer().compile(constraint, byte_vocabulary(*self.markers, "<think>", "</think>"))

    def shape(self, mode: Any = "auto", *, has_tokens: bool = True, **changes: Any) -> AnswerShape:
        tokens = frozenset(self.markers) | {"<think>", "</think>"} if has_tokens else frozenset[str]()
        wishes: dict[str, Any] = {"tools": TOOLS, "choice": ToolChoice(mode=mode)} | changes
        return AnswerShape(format=self.make_format(), control_tokens=tokens, **wishes)

    def takes(self, shape: AnswerShape, text: str) -> bool:
        vocabulary = byte_vocabulary(*sorted(shape.control_tokens))
        constraint = bind_answer(shape).constraint
        assert constraint is not None
        return is_whole(self.make_constrainer().compile(constraint, vocabulary), text, vocabulary)

    def some_calls(self) -> st.SearchStrategy[list[ToolCall]]:
        """Calls with any arguments, texts that look like markup among them."""
        texts = st.text(max_size=12) | st.sampled_from(self.fragments)
        scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
        values = st.recursive(
            scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2), max_leaves=6
        )
        arguments = st.dictionaries(Names, values, max_size=3)
        return st.lists(st.builds(ToolCall, name=Names, arguments=arguments), min_size=1, max_size=2)

    @_on_inheritors
    @given(data=st.data())
    def test_what_is_written_is_parsed_however_it_is_cut(self, data: st.DataObject) -> None:
        calls = data.draw(self.some_calls())
        text = self.make_format().write(calls)
        tools = tuple(Tool(name=name) for name in {call.name for call in calls})
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        for is_strict in (True, False):
            whole = self.parse([text], tools, is_strict=is_strict)
            assert whole.calls == tuple(calls)
            assert (whole.content, whole.malformed) == ("", ())
            assert self.parse(pieces, tools, is_strict=is_strict) == whole
            assert self.parse(list(text), tools, is_strict=is_strict) == whole

    @_on_inheritors
    @given(data=st.data())
    def test_no_text_is_lost_and_none_raises(self, data: st.DataObject) -> None:
        pieces = data.draw(st.lists(st.sampled_from(self.fragments) | st.text(max_size=4), max_size=12))
        is_strict, end = data.draw(st.booleans()), data.draw(Ends)
        whole = self.parse(["".join(pieces)], TOOLS, is_strict=is_strict, end=end)
        assert self.parse(pieces, TOOLS, is_strict=is_strict, end=end) == whole
        if not whole.calls:
            assert "".join(whole.texts.split()) == "".join("".join(pieces).split())

    @_on_inheritors
    @given(data=st.data())
    def test_a_call_that_is_cut_is_never_complete(self, data: st.DataObject) -> None:
        calls = data.draw(self.some_calls())
        text = self.make_format().write(calls)
        tools = tuple(Tool(name=name) for name in {call.name for call in calls})
        size = data.draw(st.integers(0, len(text) - 1))
        cut = self.parse([text[:size]], tools, end="length")
        assert cut.calls == tuple(calls)[: len(cut.calls)]
        if len(cut.started) > len(cut.calls):
            assert len(cut.malformed) == 1
            assert text[:size].endswith(cut.malformed[0].raw)

    @pytest.mark.parametrize("text", ["", "Hello.", " \n Hi [1] {2} <b>", "f(x) = [x]", "[link](http://a)", "é" * 50])
    def test_plain_text_stays_text(self, text: str) -> None:
        for is_strict in (True, False):
            assert self.parse(list(text), TOOLS, is_strict=is_strict).content == text
        assert self.takes(self.shape(), text)

    def test_plain_text_is_not_held_back(self) -> None:
        parser = self.make_format().parser(AnswerStart(tools=TOOLS))
        assert fold(parser.feed("Hello, you")).content == "Hello, you"

    @pytest.mark.parametrize("has_tokens", [True, False])
    def test_the_grammar_takes_what_is_written(self, has_tokens: bool) -> None:
        chain = {"value": -1, "next": {"value": 2, "next": None}}
        mail = {"cc": ["a", 'é"\n'], "to": "you", "urgency": 3, "options": {"html": True, "size": None}, "chain": chain}
        calls = [
            ToolCall(name="add", arguments={"a": 10**30, "b": -1.5e300}),
            ToolCall(name="ping", arguments={}),
            ToolCall(name="send_mail", arguments=mail),
            ToolCall(name="send_mail", arguments={"to": "you", "urgency": None}),
            ToolCall(name="lookup", arguments={"key": "ab", "limit": 20, "day": "2026-01-31"}),
            ToolCall(name="lookup", arguments={"limit": 7}),
            ToolCall(name="lookup", arguments={}),
            ToolCall(name="send_mail", arguments={"to": "".join(["\x00\x1f\x7f\\/\u2028😀", *self.markers])}),
        ]
        for few in ([call] for call in calls):
            assert self.takes(self.shape("required", has_tokens=has_tokens), self.make_format().write(few))
        assert self.takes(self.shape("required", has_tokens=has_tokens), self.make_format().write(calls))
        assert self.takes(self.shape(has_tokens=has_tokens), self.make_format().write(calls))

    @pytest.mark.parametrize("has_tokens", [True, False])
    @pytest.mark.parametrize(
        "arguments",
        [
            {"a": 1},
            {"a": 1.5, "b": 1},
            {"b": 1, "a": 1},
            {"a": "1", "b": 1},
            {"a": 1, "b": None},
            {"a": 1, "b": 1, "c": 1},
        ],
    )
    def test_the_grammar_forbids_what_the_schema_does(self, arguments: JsonObject, has_tokens: bool) -> None:
        text = self.make_format().write([ToolCall(name="add", arguments=arguments)])
        assert not self.takes(self.shape("required", has_tokens=has_tokens), text)
        assert not self.takes(self.shape(has_tokens=has_tokens), text)

    @pytest.mark.parametrize("has_tokens", [True, False])
    def test_the_choice_of_tools_is_kept(self, has_tokens: bool) -> None:
        one, other = ToolCall(name="ping", arguments={}), ToolCall(name="lookup", arguments={})
        single, both = self.make_format().write([one]), self.make_format().write([one, other])
        named = self.shape(has_tokens=has_tokens, choice=ToolChoice(mode="named", name="ping"))
        assert self.takes(named, single)
        assert not self.takes(named, both)
        assert not self.takes(named, self.make_format().write([other]))
        assert not self.takes(named, "Hello.")
        assert not self.takes(self.shape("required", has_tokens=has_tokens), "Hello.")
        assert not self.takes(self.shape("required", has_tokens=has_tokens), "")
        for mode in ("auto", "required"):
            assert self.takes(self.shape(mode, has_tokens=has_tokens), both)
            assert self.takes(self.shape(mode, has_tokens=has_tokens, is_parallel=False), single)
            assert not self.takes(self.shape(mode, has_tokens=has_tokens, is_parallel=False), both)

    @pytest.mark.parametrize("has_tokens", [True, False])
    def test_reasoning_may_come_first(self, has_tokens: bool) -> None:
        text = self.make_format().write([ToolCall(name="ping", arguments={})])
        tags = ReasoningTags()
        for mode in ("auto", "required"):
            shape = self.shape(mode, has_tokens=has_tokens, reasoning=tags)
            assert self.takes(shape, text)
            assert self.takes(shape, f"<think>\nHm [ping( {{\n</think>\n\n{text}")
            opened = self.shape(mode, has_tokens=has_tokens, reasoning=tags, opens_reasoning=True)
            assert self.takes(opened, f"Hm</think>{text}")
            assert not self.takes(opened, text)

    @pytest.mark.parametrize("has_tokens", [True, False])
    def test_every_way_through_the_grammar_is_valid_calls(self, has_tokens: bool) -> None:
        vocabulary = byte_vocabulary(*(self.markers if has_tokens else ()))
        bound = bind_answer(self.shape("required", has_tokens=has_tokens))
        assert bound.constraint is not None
        compiled, random = self.make_constrainer().compile(bound.constraint, vocabulary), Random(11)
        texts = [random_text(compiled, vocabulary, random) for _ in range(25)]
        schemas = {tool.name: tool.parameters for tool in TOOLS}
        assert any(texts)
        for text in filter(None, texts):
            parsed = self.parse([text], TOOLS)
            assert parsed.calls, text
            assert (parsed.content, parsed.malformed) == ("", ()), text
            for call in parsed.calls:
                jsonschema.validate(call.arguments, schemas[call.name], format_checker=jsonschema.FormatChecker())

    @pytest.mark.parametrize("has_tokens", [True, False])
    def test_free_text_opens_no_call_outside_of_the_grammar(self, has_tokens: bool) -> None:
        vocabulary = byte_vocabulary(*(self.markers if has_tokens else ()))
        bound = bind_answer(self.shape(has_tokens=has_tokens))
        assert bound.constraint is not None
        compiled, random = self.make_constrainer().compile(bound.constraint, vocabulary), Random(5)
        for text in filter(None, (random_text(compiled, vocabulary, random) for _ in range(10))):
            assert not self.parse([text], TOOLS).malformed
        letters = self.make_format().write([ToolCall(name="add", arguments={"a": "x"})])
        assert not self.takes(self.shape(has_tokens=has_tokens), letters)

    @pytest.mark.parametrize(("parameters", "keyword", "pointer"), UNENFORCEABLE, ids=lambda value: str(value)[:60])
    def test_a_schema_that_cannot_be_kept_is_refused_by_keyword_and_place(
        self, parameters: JsonObject, keyword: str, pointer: str
    ) -> None:
        tools = (TOOLS[0], Tool(name="broken", parameters=parameters))
        for choice in (ToolChoice(mode="required"), ToolChoice(mode="named", name="broken")):
            with pytest.raises(ConstraintRefused) as caught:
                self.compile(bind_answer(self.shape(tools=tools, choice=choice)).constraint)
            assert caught.value.field == "tools[1].function.parameters"
            assert (caught.value.keyword, caught.value.pointer) == (keyword, pointer)
