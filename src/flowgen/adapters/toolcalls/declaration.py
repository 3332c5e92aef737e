"""What a tool-call format is: one frozen value, and the ToolCallFormat that comes of it. Knows the parts; refuses to
know any syntax: a family does (`families/`)."""

import secrets
import string
from collections.abc import Sequence
from typing import Protocol

import msgspec

from flowgen.adapters.toolcalls.answer_reader import AnswerReader, CallSyntax
from flowgen.adapters.toolcalls.block_grammar import own_tokens
from flowgen.adapters.toolcalls.described import describe, read_description
from flowgen.adapters.toolcalls.detection import Sign, claim
from flowgen.adapters.toolcalls.families.bare_objects import BareObjects
from flowgen.adapters.toolcalls.families.messages import Messages
from flowgen.adapters.toolcalls.families.nested_tags import NestedTags
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.adapters.toolcalls.spellings import Spellings
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup, Match, TemplateProbe
from flowgen.domain.values import Value


class Family(CallSyntax, Protocol):
    """A syntax family's value: it reads, binds and writes calls."""

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str]) -> GrammarPart:
        """Rules whose names begin with `name`; free text may hold special tokens of `dropped`. Raises
        ConstraintRefused."""

    def write(self, calls: Sequence[ToolCall]) -> str:
        """Raises CannotWrite."""

    def markup(self, tools: Sequence[Tool]) -> Markup: ...


class Declaration(Value, frozen=True):
    """One format. `calls` None: the models write no calls.

    `reasoning` are the tags around its thinking, and with `calls_in_reasoning` a call's opening ends it, as each of
    `reasoning_ends` does. `dropped` are
    texts around answers that are markup and no content. `other_calls` are spellings that are read and never written.
    `id_length`: ids of calls are so many
    letters and digits, 0 for any. `aliases` are second names for variants that the same parser
    takes.
    """

    name: str
    calls: Family | None
    models: str = ""
    aliases: tuple[str, ...] = ()
    reasoning: ReasoningTags | None = None
    calls_in_reasoning: bool = False
    reasoning_ends: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    other_calls: tuple[CallSyntax, ...] = ()
    signs: tuple[Sign, ...] = ()
    id_length: int = 0


class DeclaredFormat:
    """A ToolCallFormat."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.name = declaration.name
        self.aliases = declaration.aliases

    def match(self, probe: TemplateProbe) -> Match | None:
        return claim(self.declaration.signs, probe)

    def reasoning_ends(self) -> tuple[str, ...]:
        """The texts that end a block of reasoning which was not closed."""
        calls = self.declaration.calls
        ends = self.declaration.reasoning_ends
        return (*calls.openings().marked, *ends) if calls is not None and self.declaration.calls_in_reasoning else ends

    def text_parser(self, start: AnswerStart) -> AnswerReader:
        """The parser of an answer without calls."""
        calls = self.declaration.calls if self._tells_reasoning else None
        return AnswerReader(calls, msgspec.structs.replace(start, takes_calls=False), self.declaration.dropped)

    def new_call_id(self) -> str:
        """A new id of a call, in the letters that models and templates of this format take."""
        size = self.declaration.id_length
        letters = string.ascii_letters + string.digits
        return "".join(secrets.choice(letters) for _ in range(size)) if size else f"call_{secrets.token_hex(12)}"

    def text_markup(self) -> Markup:
        """What the engine is to keep in an answer without calls."""
        calls = self.declaration.calls
        if calls is not None and self._tells_reasoning:
            return Markup(preserved=calls.markup(()).preserved)
        return Markup(preserved=self.declaration.dropped)

    @property
    def _tells_reasoning(self) -> bool:
        return isinstance(self.declaration.calls, Messages)

    def markup(self, tools: Sequence[Tool]) -> Markup:
        calls = self.declaration.calls
        if calls is None:
            return Markup()
        markup = calls.markup(tools)
        return Markup(preserved=(*markup.preserved, *self.declaration.dropped), silent_spans=markup.silent_spans)

    def grammar(self, plan: AnswerPlan) -> GrammarPart:
        if self.declaration.calls is None:
            raise ConstraintRefused("tools", f"{self.name} is a format without calls")
        own = own_tokens((self.declaration.calls, self.declaration.dropped), plan.control_tokens)
        is_foreign = bool(plan.control_tokens) and not own
        named = msgspec.structs.replace(plan, control_tokens=own, is_foreign=is_foreign)
        return self.declaration.calls.grammar(self.name, named, self.declaration.dropped)

    def description(self) -> str:
        """What answers under its grammar are read by, as text; empty where its name has to do."""
        return describe(self.declaration.calls, self.declaration.dropped)

    @classmethod
    def of_description(cls, text: str) -> "DeclaredFormat":
        """Make a format that reads such answers. Raises what `read_description` raises."""
        calls, dropped = read_description(text)
        return cls(Declaration(name="described", calls=calls, dropped=dropped))

    def parser(self, start: AnswerStart) -> AnswerReader:
        calls: CallSyntax | None = self.declaration.calls
        if calls is not None and self.declaration.other_calls and not start.is_strict:
            calls = Spellings((calls, *self.declaration.other_calls))
        return AnswerReader(calls, start, self.declaration.dropped)

    def write(self, calls: Sequence[ToolCall]) -> str:
        if not calls:
            return ""
        if self.declaration.calls is None:
            raise CannotWrite(f"{self.name} is a format without calls.")
        return self.declaration.calls.write(calls)

    def write_unchecked(self, calls: Sequence[ToolCall]) -> str:
        """Calls as `write` gives them, values too that the syntax cannot carry: what tests of `CannotWrite` try."""
        calls_syntax = self.declaration.calls
        if isinstance(calls_syntax, Tagged | BareObjects | NestedTags):
            return calls_syntax.write(calls, is_checked=False)
        if isinstance(calls_syntax, Messages) and isinstance(calls_syntax.body, Tagged):
            return calls_syntax.write(calls, is_checked=False)
        return self.write(calls)
