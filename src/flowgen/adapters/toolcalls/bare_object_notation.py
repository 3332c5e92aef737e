"""Objects with bare keys and strings between markers: their letters and their rules. Knows the notation; refuses to
know
what stands around it."""

import re
from collections.abc import Sequence

from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.node_rules import NodeRules, bounds, whole_pattern
from flowgen.application import lark
from flowgen.domain.errors import CannotWrite
from flowgen.domain.schemas import String
from flowgen.domain.values import JsonValue, Value

_BARE_KEY = re.compile(r"[A-Za-z_$][\w$.-]*", re.ASCII)


class BareObjectNotation(Value, frozen=True):
    """The notation; strings stand between two `mark`, which no string can hold."""

    mark: str
    item_separator: str = ","
    key_separator: str = ":"

    def literal(self, value: JsonValue, *, is_checked: bool = True) -> str:
        """Give a value's letters. Raises CannotWrite, unless `is_checked` is false."""
        if isinstance(value, str):
            return self._string(value, is_checked=is_checked)
        if isinstance(value, list | tuple):
            return f"[{','.join(self.literal(item, is_checked=is_checked) for item in value)}]"
        if isinstance(value, dict):
            pairs = (
                f"{self._key(key, is_checked=is_checked)}:{self.literal(item, is_checked=is_checked)}"
                for key, item in value.items()
            )
            return f"{{{','.join(pairs)}}}"
        return json_literal(value)

    def scalar(self, value: JsonValue) -> str:
        return self.literal(value)

    def key(self, name: str) -> str:
        return self._key(name, is_checked=True)

    def _key(self, name: str, *, is_checked: bool) -> str:
        return name if _BARE_KEY.fullmatch(name) else self._string(name, is_checked=is_checked)

    def _string(self, text: str, *, is_checked: bool) -> str:
        if is_checked and not self.carries(text):
            raise CannotWrite(f"A text that holds {self.mark!r} cannot be written: {text[:80]!r}.")
        return f"{self.mark}{text}{self.mark}"

    def carries(self, text: str) -> bool:
        """Whether the first mark behind a text is the one that closes it."""
        return (text + self.mark).index(self.mark) == len(text)

    def expression(self, rules: NodeRules, scalar: str) -> str:
        if not rules.grammar.begins_with_token(self.mark):
            return lark.literal(scalar)
        texts = (lark.literal(text) if text else "" for text in scalar.split(self.mark))
        return f" {rules.grammar.texts(self.mark)} ".join(texts).strip()

    def text(self, rules: NodeRules, node: String) -> str:
        try:
            pattern, count = whole_pattern(node), bounds(node)
        except ValueError:
            raise rules.refusal("several patterns together are too much for this notation", "pattern") from None
        mark = lark.pattern(self.mark)
        if rules.grammar.begins_with_token(self.mark):
            limits = [f"/{pattern}/" if pattern else r"/(?s:.*)/", *([f"/(?s:.){count}/"] if count else [])]
            body = " & ".join([*limits, f"~/(?s:.*){mark}(?s:.*)/"])
            mark_token = rules.grammar.texts(self.mark)
            return f"{mark_token} {rules.shared_terminal(body)} {mark_token}"
        limits = [f"/{mark}{pattern or '(?s:.*)'}{mark}/", *([f"/{mark}(?s:.){count}{mark}/"] if count else [])]
        body = " & ".join([*limits, f"~/{mark}(?s:.*){mark}(?s:.+)/"])
        return rules.shared_terminal(body, is_lazy=True)

    def free_key(self, rules: NodeRules, keys: String, names: Sequence[str]) -> str:
        """A key without marks: letters, digits, `_`, `$`, `.` and `-`, 64 at most unless the schema bounds keys itself:
        small models go on with one for ever."""
        try:
            pattern, count = whole_pattern(keys), bounds(keys)
        except ValueError:
            raise rules.refusal("several patterns together are too much for this notation", "pattern") from None
        parts = [rf"/[A-Za-z_$][A-Za-z0-9_$.\-]{'*' if pattern or count else '{0,63}'}/"]
        parts += [f"/{pattern}/"] if pattern else []
        parts += [f"/(?s:.){count}/"] if count else []
        parts += [f"~/{'|'.join(map(lark.pattern, names))}/"] if names else []
        return rules.shared_terminal(" & ".join(parts))
