"""Writes the grammar of an answer's blocks of calls around their bodies. Knows markers and free text; refuses to know
what a body is made of."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from flowgen.adapters.toolcalls.answer_reader import CallSyntax, Openings
from flowgen.application import lark
from flowgen.domain.constraints import LarkPart
from flowgen.domain.generation import SilentSpan
from flowgen.domain.toolcalls import AnswerPlan, GrammarPart, Markup
from flowgen.domain.values import Value

_TOKEN = re.compile(r"<[^<>\s\"=]+>|\[/?[A-Z_]+\]|\]<\]\w+\[>\[|<\|\"\|>")

_FEWEST, _MOST = 8, 64
"""Bounds of the number of calls in one block, twice the number of tools between them: small models that are held to a
foreign format go on and on with calls."""


class BlockGrammar:
    """The grammar of one plan for one format; the names of its rules begin with the format's own."""

    def __init__(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> None:
        """Free text may hold texts of `dropped`, where they begin with special tokens."""
        self.name = re.sub(r"\W", "_", name.lower())
        self.plan = plan
        self.rules: list[str] = []
        self.parts: dict[str, LarkPart] = {}
        self.known: set[str] = set()
        self.exact_tools: set[str] = set()
        self.warnings: dict[str, tuple[str, ...]] = {}
        self._shared: dict[str, str] = {}
        self._parts: dict[bytes, str] = {}
        self._tokens = Texts(plan.control_tokens)
        self._dropped = [text for text in dropped if self.begins_with_token(text)]

    def texts(self, text: str) -> str:
        """Give the expression of a text as it is written: special tokens by name, all else by letters."""
        return self._tokens.expression(text)

    def begins_with_token(self, text: str) -> bool:
        """Whether a text begins with a special token of the vocabulary."""
        return bool(self._tokens.first(text))

    def shared(self, body: str) -> str:
        """Give the name of a rule with this body; equal ones are written once."""
        if body.isidentifier():
            return body
        if body not in self._shared:
            self._shared[body] = f"{self.name}_r{len(self._shared)}"
            self.rules.append(f"{self._shared[body]}: {body}")
        return self._shared[body]

    def shared_terminal(self, body: str, *, is_lazy: bool = False) -> str:
        """The same for a terminal. A lazy one ends as soon as it can."""
        key = f"lazy {body}" if is_lazy else body
        if key not in self._shared:
            upper = f"{self.name.upper()}_T{len(self._shared)}"
            self._shared[key] = upper.lower() if is_lazy else upper
            self.rules += [f"{upper.lower()}[lazy]: {upper}"] if is_lazy else []
            self.rules.append(f"{upper}: {body}")
        return self._shared[key]

    def part(self, part: LarkPart) -> str:
        """Give the expression of a part; those that ask the same are compiled once."""
        key = msgspec.json.encode(part.constraint)
        if key not in self._parts:
            self._parts[key] = f"{self.name}_p{len(self._parts)}"
            self.parts[self._parts[key]] = part
        return f"@{self._parts[key]}"

    def add(self, rule: str, expression: str) -> str:
        """Add a rule; give its name."""
        name = f"{self.name}_{rule}"
        self.rules.append(f"{name}: {expression}")
        return name

    def more(self, between: str, call: str) -> str:
        """Give the expression of further calls; empty where an answer holds one."""
        most = min(_MOST, max(_FEWEST, 2 * len(self.plan.tools)))
        return f"({between} {call}){{0,{most - 1}}}" if self.plan.is_parallel else ""

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
            exact_tools=frozenset(self.exact_tools),
            warnings=self.warnings,
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
        if separator is not None:
            again = self.more(self.texts(separator + opening[: len(lead) + len(marker)]), block)
        self.add("calls", _joined(self.texts(lead + marker), block, again))
        unsaid = [*openings.marked, *openings.plain]
        head = None
        if marker not in self.plan.control_tokens:
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
            exact_tools=frozenset(self.exact_tools),
            warnings=self.warnings,
            text_before=has_text,
            text_after=has_text,
        )


class Texts:
    """Writes texts: special tokens by name, all else by letters."""

    def __init__(self, control_tokens: Iterable[str]) -> None:
        tokens = sorted(filter(None, control_tokens), key=len, reverse=True)
        self._named = re.compile("|".join(map(re.escape, tokens)) or r"(?!)")
        self._known: dict[str, str] = {}

    def first(self, text: str) -> str:
        """Give the special token that a text begins with, empty where there is none."""
        match = self._named.match(text)
        return match.group() if match else ""

    def expression(self, text: str) -> str:
        """Give the expression of a text, empty for an empty one; hundreds of tools have the same ones."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._expression(text)
        return known

    def _expression(self, text: str) -> str:
        pieces, end = [], 0
        for match in self._named.finditer(text):
            pieces += [lark.literal(text[end : match.start()])] if match.start() > end else []
            pieces.append(lark.token_name(match.group()))
            end = match.end()
        if end < len(text):
            pieces.append(lark.literal(text[end:]))
        return " ".join(pieces)


def _first_marker(opening: str, openings: Openings, control_tokens: Iterable[str]) -> str:
    """The special token that an opening begins with, or the text that no free text holds."""
    tokens = [token for token in control_tokens if token and opening.startswith(token)]
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


def _tokens(syntax: object) -> Iterator[str]:
    """Whatever in a syntax's texts may be a special token."""
    for text in _texts(syntax):
        yield from _TOKEN.findall(text)


def own_tokens(syntax: object, control_tokens: Iterable[str]) -> frozenset[str]:
    """The special tokens that occur in a syntax's own texts. Only these are named in its grammar: those in the texts of
    a request are letters."""
    own = "\0".join(_texts(syntax))
    return frozenset(token for token in control_tokens if token and token in own)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Value):
        for field in value.__struct_fields__:
            yield from _texts(getattr(value, field))


def begins_with(prefixes: Iterable[str]) -> Markup:
    """The same for calls without markers, which are the whole answer: the texts that they begin with."""
    return Markup(silent_spans=tuple(SilentSpan(opening=text, at_start=True) for text in prefixes))
