"""The table of /v1's fields: what validates requests, what docs/api.md is written from, what /capabilities answers.

Three classes: enforced; known, but refused by name, always or with this model; unknown, which is ignored and named in
a warning. Refuses to know how any field is done.
"""

from collections.abc import Callable, Mapping

from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.errors import RefusedField
from flowgen.domain.option_table import Option, parse, table
from flowgen.domain.values import JsonObject, Value
from flowgen.http.openai.text_wire import CompletionBody, EmbeddingBody
from flowgen.http.openai.wire import ChatCompletionBody
from flowgen.http.reading import join

ENDPOINTS: Mapping[str, type[Value]] = {
    "/v1/chat/completions": ChatCompletionBody,
    "/v1/completions": CompletionBody,
    "/v1/embeddings": EmbeddingBody,
}
ROWS: Mapping[str, Mapping[str, Option]] = {path: table(body) for path, body in ENDPOINTS.items()}


class MiddleTokens(Value, frozen=True):
    """The texts around a gap's beginning and end, and the one after which the model fills it."""

    prefix: str
    suffix: str
    middle: str


_MIDDLE_TOKENS = tuple(
    MiddleTokens(prefix=prefix, suffix=suffix, middle=middle)
    for prefix, suffix, middle in (
        ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
        ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
        ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
        ("<\uff5cfim\u2581begin\uff5c>", "<\uff5cfim\u2581hole\uff5c>", "<\uff5cfim\u2581end\uff5c>"),
        ("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
        ("▁<PRE>", "▁<SUF>", "▁<MID>"),
        ("<PRE>", "<SUF>", "<MID>"),
    )
)


def middle_tokens(model: LoadedModel) -> MiddleTokens | None:
    """The special tokens with which a model fills a gap, None where it has none."""
    known = set(model.info.facts.control_tokens)
    return next((tokens for tokens in _MIDDLE_TOKENS if {tokens.prefix, tokens.suffix, tokens.middle} <= known), None)


def _no_calls(model: LoadedModel) -> str | None:
    dialogue = model.dialogue
    if dialogue.format is None:
        return f"{dialogue.format_reason}; options.tool_call_format of /load names one"
    if not dialogue.renders_tools and model.spec.options.tool_call_format is None:
        return "the model's template does not show tools to the model"
    return None


def _no_effort(model: LoadedModel) -> str | None:
    has_it = "reasoning_effort" in model.dialogue.renderer.template.source
    return None if has_it else "the model's template does not know it"


def _no_middle(model: LoadedModel) -> str | None:
    return None if middle_tokens(model) else "the model has no tokens for text that goes into a gap"


def _no_embedding(model: LoadedModel) -> str | None:
    if model.info.embeds:
        return None
    if model.spec.options.embedding:
        return "the model pools nothing; load it with options.pooling_type 1 (mean) to 3 (last)"
    return "the model does not embed; load it with options.embedding"


_LACKS: Mapping[str, Callable[[LoadedModel], str | None]] = {
    "tool_calls": _no_calls,
    "reasoning_effort": _no_effort,
    "fill_in_the_middle": _no_middle,
    "embedding": _no_embedding,
}


def why_refused(row: Option, model: LoadedModel | None) -> str | None:
    """Why a field cannot be done, with this model or with none at all; None where it is enforced."""
    if row.refused or model is None or row.needs is None:
        return row.refused
    return _LACKS[row.needs](model)


class Refusals:
    """What becomes of a known field that cannot be done: a 400, or a warning where the server is lenient."""

    def __init__(self, *, is_lenient: bool = False) -> None:
        self.is_lenient = is_lenient
        self.warnings: list[str] = []

    def refuse(self, field: str, reason: str) -> None:
        """Raise RefusedField, or note that the field was left out."""
        if not self.is_lenient:
            raise RefusedField(field, reason)
        self.warnings.append(f"{field} was ignored: {reason}.")

    def without_refused(self, rows: Mapping[str, Option], raw: JsonObject, where: str = "") -> JsonObject:
        """A body, or the object at `where` in it, without the fields that are always refused; such as stand at their
        neutral value pass."""
        kept = dict(raw)
        for name, row in rows.items():
            if row.refused is None or raw.get(name) is None:
                continue
            try:
                parse({name: row}, {name: raw[name]}, "")
            except RefusedField:
                self.refuse(join(where, name), row.refused)
                del kept[name]
        return kept

    def is_possible(self, row: Option, model: LoadedModel) -> bool:
        """Whether this model can do what a field asks for; refuses it where not."""
        if (reason := why_refused(row, model)) is None:
            return True
        self.refuse(row.name, reason)
        return False
