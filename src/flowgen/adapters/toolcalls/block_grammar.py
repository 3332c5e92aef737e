"""Writes the grammar of an answer's blocks of calls around their bodies. Knows markers and free text; refuses to know
what a body is made of."""

import re
from collections.abc import Iterable, Iterator, Sequence

from flowgen.adapters.toolcalls.answer_reader import CallSyntax, Openings
from flowgen.application import lark
from flowgen.domain.constraints import LarkPart
from flowgen.domain.generation import SilentSpan
from flowgen.domain.toolcalls import AnswerPlan, GrammarPart, Markup
from flowgen.domain.values import Value

_TOKEN = re.compile(r"<[^<>\s\"=]+>|\[/?[A-Z_]+\]|\]<\]\w+\[>\[|<\|\"\|>")


class BlockGrammar:
    """The grammar of one plan for one format; the names of its rules begin with the format's own."""

    def __init__(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> None:
        """Free text may hold texts of `dropped`, where they begin with special tokens."""
        self.name = re.sub(r"\W", "_", name.lower())
        self.plan = plan
        self.rules: list[str] = []
        self.parts: dict[str, LarkPart] = {}
        self._dropped = [text for text in dropped if self.begins_with_token(text)]

    def texts(self, text: str) -> str:
        """Give the expression of a text as it is written: special tokens by name, all else by letters."""
        return texts(text, self.plan.control_tokens)

    def begins_with_token(self, text: str) -> bool:
        """Whether a text begins with a special token of the vocabulary."""
        return any(text.startswith(token) and lark.is_token(token, (token,)) for token in self.plan.control_tokens)

    def add(self, rule: str, expression: str) -> str:
        """Add a rule; give its name."""
        name = f"{self.name}_{rule}"
        self.rules.append(f"{name}: {expression}")
        return name

    def text_before(self, name: str, closing: str, others: Sequence[str] = ()) -> str:
        """Give the expression of a text with its closing, which it does not hold, nor any of `others`."""
        upper = f"{self.name.upper()}_{name.upper()}"
        if self.begins_with_token(closing):
            self.rules.append(f"{upper}: {lark.text_without([closing, *others], ())}")
            return f"{upper} {self.texts(closing)}"
        lazy = f"{self.name}_{name}"
        self.rules.append(f"{lazy}[lazy]: {upper}\n{upper}: {lark.text_up_to(closing, (), others)}")
        return lazy

    def alone(self, calls: str, text: str) -> GrammarPart:
        """An answer that is calls or a text, each with all that stands around it."""
        self.add("calls", calls)
        self.add("text", text)
        return GrammarPart(
            rules="\n".join(self.rules),
            calls=f"{self.name}_calls",
            text=f"{self.name}_text",
            parts=self.parts,
            text_before=False,
            text_after=False,
        )

    def bare(self, body: str, beginning: str) -> GrammarPart:
        """Calls without markers: the answer is calls, or a text that does not begin as the pattern says."""
        text = lark.text_without([], self.plan.reserved, at_start=beginning)
        if self.plan.reserved:
            text += r" & ~/\n(?s:.*)/"  # line breaks after a block of reasoning belong to it: text would swallow a call
        self.add("calls", body)
        return self._part(text, None, has_text=False)

    def marked(self, opening: str, body: str, openings: Openings, separator: str | None) -> GrammarPart:
        """Calls in blocks behind a marker. `separator` stands between blocks, None: there is one."""
        lead = opening[: len(opening) - len(opening.lstrip())]
        marker = _first_marker(opening.strip(), openings, self.plan.control_tokens)
        rest = opening[len(lead) + len(marker) :]
        block = self.add("block", _joined(self.texts(rest), body))
        again = ""
        if separator is not None and self.plan.is_parallel:
            again = f"({_joined(self.texts(separator + opening[: len(lead) + len(marker)]))} {block})*"
        self.add("calls", _joined(self.texts(lead + marker), block, again))
        unsaid = [*openings.marked, *openings.plain]
        head = None
        if not lark.is_token(marker, self.plan.control_tokens):
            head = self.add("text_calls", _joined(f"{self.name}_head", block, again))
            self.rules.append(f"{self.name}_head[lazy]: {self.name.upper()}_HEAD")
            others = [text for text in unsaid if marker not in text and text not in marker]
            body_of_head = lark.text_up_to(marker, self.plan.reserved, others)
            self.rules.append(f"{self.name.upper()}_HEAD: {body_of_head}")
        return self._part(lark.text_without(unsaid, self.plan.reserved), head, has_text=True)

    def _part(self, text: str, head: str | None, *, has_text: bool) -> GrammarPart:
        terminal = f"{self.name.upper()}_TEXT"
        wrapped = f" (({' | '.join(map(self.texts, self._dropped))}) {terminal})*" if self._dropped else ""
        self.rules.append(f"{self.name}_text: {terminal}{wrapped}\n{terminal}: {text}")
        return GrammarPart(
            rules="\n".join(self.rules),
            calls=f"{self.name}_calls",
            text=f"{self.name}_text",
            text_calls=head,
            parts=self.parts,
            text_before=has_text,
            text_after=has_text,
        )


def texts(text: str, control_tokens: Iterable[str]) -> str:
    """Give the expression of a text: special tokens by name, all else by letters."""
    named = sorted((token for token in control_tokens if token in text and lark.is_token(token, (token,))), key=len)
    if not named:
        return lark.literal(text) if text else ""
    pattern = "|".join(re.escape(token) for token in reversed(named))
    pieces = re.split(f"({pattern})", text)
    return " ".join(piece if piece in named else lark.literal(piece) for piece in pieces if piece)


def _first_marker(opening: str, openings: Openings, control_tokens: Iterable[str]) -> str:
    """The special token that an opening begins with, or the text that no free text holds."""
    tokens = [token for token in control_tokens if opening.startswith(token) and lark.is_token(token, (token,))]
    marked = [text for text in (*openings.marked, *openings.plain) if opening.startswith(text)]
    return max(tokens, key=len) if tokens else min(marked, key=len, default=opening)


def _joined(*expressions: str) -> str:
    return " ".join(filter(None, expressions))


def choice(expressions: Sequence[str]) -> str:
    """Give the expression of one of several."""
    return f"({' | '.join(expressions)})" if len(expressions) > 1 else expressions[0]


def markup_of(syntax: CallSyntax, closing: str) -> Markup:
    """What the engine is to know of a syntax: special tokens to keep, and where stop strings are not looked for."""
    openings = syntax.openings()
    marked = (*openings.marked, *openings.plain)
    spans = tuple(SilentSpan(opening=text, closing=closing.strip() or None) for text in marked)
    return Markup(preserved=tuple(dict.fromkeys(_tokens(syntax))), silent_spans=spans)


def _tokens(value: object) -> Iterator[str]:
    """Whatever in a syntax's texts may be a special token."""
    if isinstance(value, str):
        yield from _TOKEN.findall(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _tokens(item)
    elif isinstance(value, Value):
        for field in value.__struct_fields__:
            yield from _tokens(getattr(value, field))


def begins_with(prefixes: Iterable[str]) -> Markup:
    """The same for calls without markers, which are the whole answer: the texts that they begin with."""
    return Markup(silent_spans=tuple(SilentSpan(opening=text, at_start=True) for text in prefixes))
