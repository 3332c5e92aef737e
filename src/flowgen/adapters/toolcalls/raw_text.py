"""Values that stand as they are, up to a text that closes them: their letters and their rules. Knows which texts cannot
stand so; refuses to know what stands around them."""

from collections.abc import Sequence

from flowgen.adapters.toolcalls.argument_types import type_of
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar
from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.node_rules import NodeRules, bounds, whole_pattern
from flowgen.adapters.toolcalls.quoted_notation import JsonNotation
from flowgen.application import lark
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.schemas import Anything, Array, Enum, Node, Nothing, Number, Object, Reference, String, Union
from flowgen.domain.values import JsonValue

__all__ = ["JsonNotation", "RawValues", "by_kind", "check_text", "kinds", "raw_or_json"]
_LIKE_JSON = r'\s*(["\[{](?s:.*)|-?[0-9.](?s:.*)|(?i:true|false|null|none)\s*)'
"""Texts that are read as JSON, or could be, where a value may be JSON too."""


def kinds(node: Node, rules: NodeRules) -> tuple[list[Node], list[Node]]:
    """Split what a value may be into strings and others."""
    match node:
        case Union(options=options):
            split = [kinds(option, rules) for option in options]
            return [one for texts, _ in split for one in texts], [one for _, others in split for one in others]
        case Reference(name=name):
            texts, others = kinds(rules.lowered.definitions[name], rules)
            return texts, [node] if others and not texts else others
        case String():
            return [node], []
        case Enum(values=values):
            words = tuple(value for value in values if isinstance(value, str))
            rest = tuple(value for value in values if not isinstance(value, str))
            return ([Enum(values=words)] if words else []), ([Enum(values=rest)] if rest else [])
        case Anything():
            return [], [node]
        case Nothing():
            return [], []
    return [], [node]


def by_kind(node: Node, rules: NodeRules) -> list[tuple[str, Node]]:
    """Split what a value may be by its JSON type's name."""
    texts, others = kinds(node, rules)
    found: list[tuple[str, Node]] = [("string", text) for text in texts]
    for other in others:
        found += _kinds_of_other(other, rules)
    return found


def _kinds_of_other(node: Node, rules: NodeRules) -> list[tuple[str, Node]]:
    match node:
        case Reference(name=name):
            inner = rules.lowered.definitions[name]
            return [(kind, node if one is inner else one) for kind, one in by_kind(inner, rules)]
        case Enum(values=values):
            found: dict[str, list[JsonValue]] = {}
            for value in values:
                found.setdefault(type_of(value), []).append(value)
            return [(kind, Enum(values=tuple(those))) for kind, those in found.items()]
        case Number():
            return [("number", node)]
        case Array():
            return [("array", node)]
        case Object():
            return [("object", node)]
    every: list[Node] = [Number(), Array(), Object(), *(Enum(values=(word,)) for word in (True, False, None))]
    return [("string", String()), *(pair for one in every for pair in _kinds_of_other(one, rules))]


class RawValues:
    """The rules of values that stand up to a closing text."""

    def __init__(self, grammar: BlockGrammar, rules: NodeRules, ends: Sequence[str], field: str) -> None:
        self._grammar = grammar
        self._rules = rules
        self._ends = tuple(ends)
        self._field = field

    def value(self, node: Node, closing: str) -> str:
        """Give the expression of a value with its closing. Raises ConstraintRefused."""
        texts, others = kinds(node, self._rules)
        options = [self.text(text, closing, is_mixed=bool(others)) for text in texts]
        tail = self._grammar.texts(closing)
        options += [f"{self._rules.value(other)} {tail}" for other in others]
        return f"({' | '.join(options)})"

    def text(self, node: Node, closing: str, *, is_mixed: bool) -> str:
        """Give the expression of a string with its closing."""
        if isinstance(node, Enum):
            words = [word for word in node.values if isinstance(word, str)]
            words = [word for word in words if self.carries(word, closing)]
            if not words:
                raise ConstraintRefused(self._field, "none of its values can be written", keyword="enum")
            return "(" + " | ".join(f"{self._grammar.texts(word + closing)}" for word in words) + ")"
        if not isinstance(node, String):
            raise AssertionError("unreachable: texts are strings and enums")
        try:
            pattern, count = whole_pattern(node), bounds(node)
        except ValueError:
            raise self._rules.refusal(
                "several patterns together are too much for this model's notation", "pattern"
            ) from None
        return self._free_text(pattern, count, closing, is_mixed=is_mixed)

    def _free_text(self, pattern: str, count: str, closing: str, *, is_mixed: bool) -> str:
        """A text that a closing ends; a closing that is a token is not part of any terminal."""
        mark = closing.strip()
        lead = closing[: closing.index(mark)]
        forbidden = dict.fromkeys((mark, *self._ends))
        limits = [f"/(?s:.){count}/"] if count else []
        limits += [f"~/{_LIKE_JSON}/"] if is_mixed else []
        anything = f"/{pattern}/" if pattern else r"/(?s:.*)/"
        if self._grammar.begins_with_token(mark):
            body = " & ".join([anything, *limits, f"~/(?s:.*)({_any(forbidden)})(?s:.*)/"])
            if not lead:
                return f"{self._rules.shared_terminal(body)} {self._grammar.texts(closing)}"
            with_lead = " & ".join(
                [f"/{pattern or '(?s:.*)'}{lark.pattern(lead)}/", *self._led(limits, lead, forbidden)]
            )
            return f"{self._rules.shared_terminal(with_lead)} {self._grammar.texts(closing[len(lead) :])}"
        tail = lark.pattern(lead + mark)
        others = [end for end in self._ends if end not in mark]
        parts = [f"/{pattern or '(?s:.*)'}{tail}/"]
        if pattern or count or is_mixed:  # else the first closing is where a lazy terminal ends
            parts.append(f"~/(?s:.*)({lark.pattern(mark)})(?s:.+)/")
        parts += [f"/(?s:.){count}{tail}/"] if count else []
        parts += [f"~/({_LIKE_JSON}){tail}/"] if is_mixed else []
        parts += [f"~/(?s:.*)({_any(others)})(?s:.*)/"] if others else []
        for end in self._ends:
            if end in mark and end != mark:  # once, in the closing itself
                parts.append(f"~/(?s:.*){lark.pattern(end)}(?s:.*){lark.pattern(end)}(?s:.*)/")
        rest = closing[len(lead) + len(mark) :]
        return f"{self._rules.shared_terminal(' & '.join(parts), is_lazy=True)} {self._grammar.texts(rest)}"

    def _led(self, limits: list[str], lead: str, forbidden: dict[str, None]) -> list[str]:
        """The limits of a text, said of the text and the white space of its closing."""
        tail = lark.pattern(lead)
        led = [limit[:-1] + tail + "/" for limit in limits]
        return [*led, f"~/(?s:.*)({_any(forbidden)})(?s:.*)/"]

    def carries(self, text: str, closing: str) -> bool:
        """Whether a text can stand before its closing."""
        return not any(end in text for end in (closing.strip(), *self._ends))


def raw_or_json(value: JsonValue, markers: Sequence[str]) -> str:
    """A value's letters: a text as it is, all else as JSON. Raises CannotWrite."""
    return value if isinstance(value, str) else json_literal(value, markers)


def check_text(text: str, closing: str, ends: Sequence[str]) -> None:
    """Raise CannotWrite for a text that would end too early."""
    found = next((end for end in (closing.strip(), *ends) if end in text), None)
    if found is not None:
        raise CannotWrite(f"A text that holds {found!r} cannot be written: {text[:80]!r}.")


def _any(texts: Sequence[str] | dict[str, None]) -> str:
    return "|".join(lark.pattern(text) for text in texts)
