"""What binds an answer, by any of its names: response_format, a grammar, a schema, vLLM's guided fields. Wire ->
domain; pure. Refuses to know how a constraint is compiled.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from flowgen.domain.constraints import Choice, Constraint, Gbnf, JsonSchema, Lark, Regex
from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.option_table import table
from flowgen.domain.values import JsonObject, Value
from flowgen.http.chat_fields import response_format
from flowgen.http.openai.fields import Refusals
from flowgen.http.openai.sampling_wire import GenerationFields, StructuredOutputs
from flowgen.http.reading import read

_STRUCTURED = table(StructuredOutputs)


class Binding(Value, frozen=True):
    """A constraint, the path of what it was made of, and the top-level field that it stands in."""

    constraint: Constraint
    path: str
    field: str


def binding(body: GenerationFields, unknown: list[str], refusals: Refusals) -> Binding | None:
    """The one thing that binds the answer. Raises ConflictingFields for two, InvalidField and RefusedField."""
    found = _formatted(body.response_format, unknown)
    if body.grammar:  # llama.cpp's server writes "" for none
        found.append(_bound(Gbnf(grammar=body.grammar), "grammar"))
    for field, value in (("json_schema", body.json_schema), ("guided_json", body.guided_json)):
        if value is not None:
            found.append(_bound(JsonSchema(schema=_schema(value, field)), field))
    if body.guided_regex is not None:
        found.append(_bound(Regex(pattern=body.guided_regex), "guided_regex"))
    if body.guided_choice is not None:
        found.append(_bound(_choice(body.guided_choice, "guided_choice"), "guided_choice"))
    if body.guided_grammar is not None:
        found.append(_bound(_grammar(body.guided_grammar), "guided_grammar"))
    found += _structured(body.structured_outputs, unknown, refusals)
    if len(found) > 1:
        raise ConflictingFields(found[0].field, found[1].field, "an answer has one form")
    return found[0] if found else None


def _formatted(raw: JsonObject | None, unknown: list[str]) -> list[Binding]:
    constraint, path = response_format(raw, unknown)
    return [] if constraint is None else [Binding(constraint=constraint, path=path, field="response_format")]


def _bound(constraint: Constraint, path: str) -> Binding:
    return Binding(constraint=constraint, path=path, field=path.partition(".")[0])


def _structured(raw: JsonObject | None, unknown: list[str], refusals: Refusals) -> list[Binding]:
    if raw is None:
        return []
    where = "structured_outputs"
    given = read(StructuredOutputs, refusals.without_refused(_STRUCTURED, raw, where), where, unknown)
    found: list[Binding] = []
    if given.json is not None:
        found.append(_bound(JsonSchema(schema=_schema(given.json, f"{where}.json")), f"{where}.json"))
    if given.regex is not None:
        found.append(_bound(Regex(pattern=given.regex), f"{where}.regex"))
    if given.choice is not None:
        found.append(_bound(_choice(given.choice, f"{where}.choice"), f"{where}.choice"))
    if given.grammar is not None:
        found.append(_bound(_grammar(given.grammar), f"{where}.grammar"))
    if given.json_object:
        found.append(_bound(JsonSchema(schema={"type": "object"}), f"{where}.json_object"))
    if len(found) > 1:
        raise ConflictingFields(found[0].path, found[1].path, "an answer has one form")
    if not found:
        raise InvalidField(where, raw, "one of json, regex, choice, grammar, json_object")
    return found


def _schema(value: Any, field: str) -> Any:
    """A schema, or the JSON text of one."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (ValueError, RecursionError):
            raise InvalidField(field, value, "a JSON Schema, as an object or as JSON text") from None
    if not isinstance(value, dict | bool):
        raise InvalidField(field, value, "a JSON Schema, as an object or as JSON text")
    return value


def _choice(texts: Sequence[str], field: str) -> Choice:
    if not texts:
        raise InvalidField(field, [], "a list of at least one text")
    return Choice(options=tuple(texts))


def _grammar(text: str) -> Constraint:
    """GBNF defines its rules with `::=`, which Lark has no use for."""
    return Gbnf(grammar=text) if "::=" in text else Lark(grammar=text)
