"""What every SchemaConstrainer must do. Inherit, give `make_constrainer`, and pytest runs the suite."""

import json
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import jsonschema
import pytest

from flowgen.domain.constraints import Choice, Constraint, Gbnf, JsonSchema, Lark, LarkPart, Regex
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.ports import CompiledConstraint, SchemaConstrainer
from flowgen.testing.byte_vocabulary import allowed, byte_vocabulary, encode, is_whole, random_text

VOCABULARY = byte_vocabulary("<|call|>")
TEAM = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 5},
        "score": {"type": "integer", "minimum": 0, "maximum": 300},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2},
        "home": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    },
    "required": ["name", "score"],
    "additionalProperties": False,
}
REFUSALS: list[tuple[Any, str, str]] = [
    ({"type": "strng"}, "type", "/type"),
    ({"type": "object", "required": "a"}, "required", "/required"),
    ({"properties": {"a": {"type": "string", "pattern": "("}}}, "pattern", "/properties/a/pattern"),
    ({"$ref": "https://example.com/schema"}, "$ref", "/$ref"),
    ({"items": {"$ref": "#/$defs/none"}}, "$ref", "/items/$ref"),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"not": {}}}}, "not", "/$defs/a/not"),
    ({"type": "string", "minLength": 5, "maxLength": 3}, "maxLength", "/maxLength"),
    ({"enum": []}, "enum", "/enum"),
    ({"x-guidance": {"lenient": True}, "not": {}}, "not", "/not"),
]


class SchemaConstrainerContract:
    """The suite; each test asks for a fresh constrainer."""

    def make_constrainer(self) -> SchemaConstrainer:
        raise NotImplementedError

    def compile(self, constraint: Constraint) -> CompiledConstraint:
        return self.make_constrainer().compile(constraint, VOCABULARY)

    def test_a_document_is_compact_json(self) -> None:
        compiled = self.compile(JsonSchema(schema=TEAM))
        assert is_whole(compiled, '{"name":"Ürs","score":12,"tags":["a","b"],"home":null}', VOCABULARY)
        assert not is_whole(compiled, '{"name": "A", "score": 12}', VOCABULARY)
        assert not is_whole(compiled, '{"name":"A"}', VOCABULARY)
        assert not is_whole(compiled, '{"name":"A","score":301}', VOCABULARY)

    def test_other_separators_are_kept(self) -> None:
        compiled = self.compile(JsonSchema(schema=TEAM, item_separator=", ", key_separator=": "))
        assert is_whole(compiled, '{"name": "A", "score": 12}', VOCABULARY)
        assert not is_whole(compiled, '{"name":"A","score":12}', VOCABULARY)

    def test_every_way_through_a_schema_is_a_valid_document(self) -> None:
        compiled, random = self.compile(JsonSchema(schema=TEAM)), Random(7)
        texts = [random_text(compiled, VOCABULARY, random) for _ in range(30)]
        documents = [json.loads(text) for text in texts if text is not None]
        assert documents
        for document in documents:
            jsonschema.validate(document, TEAM)

    @pytest.mark.parametrize(("schema", "keyword", "pointer"), REFUSALS, ids=lambda value: str(value)[:50])
    def test_what_cannot_be_enforced_is_refused_by_keyword_and_place(
        self, schema: Any, keyword: str, pointer: str
    ) -> None:
        with pytest.raises(ConstraintRefused) as caught:
            self.compile(JsonSchema(schema=schema))
        assert (caught.value.keyword, caught.value.pointer) == (keyword, pointer)
        assert caught.value.field == "response_format"
        with pytest.raises(ConstraintRefused):
            self.make_constrainer().check(JsonSchema(schema=schema))

    @pytest.mark.parametrize(
        "schema", [False, 5, "text", [], {"type": "object", "properties": {"a": False}, "required": ["a"]}]
    )
    def test_what_nothing_matches_is_refused(self, schema: Any) -> None:
        with pytest.raises(ConstraintRefused):
            self.compile(JsonSchema(schema=schema))

    @pytest.mark.parametrize(
        "schema",
        [True, {}, {"x-note": 1}, {"type": "array", "uniqueItems": False}, {"properties": {"n": {"$ref": "#"}}}],
    )
    def test_what_says_nothing_is_no_fault(self, schema: Any) -> None:
        assert is_whole(self.compile(JsonSchema(schema=schema)), "[]", VOCABULARY)

    def test_texts_patterns_and_grammars(self) -> None:
        for constraint, whole, broken in (
            (Choice(options=("a/b", '"\n', "é", "")), ("a/b", '"\n', "é", ""), ("a", "x")),
            (Regex(pattern=r"[0-9]{2}/\d+"), ("12/3",), ("1/3", "12/")),
            (Gbnf(grammar='root ::= word ("," word)*\nword ::= [a-z]+'), ("ab,c",), ("ab,", "A")),
            (Gbnf(grammar='root ::= . [a&&b] "\\u0041"'), ("\nbA", "x&A"), ("aA", "x")),
            (Lark(grammar='start: "x" NUMBER\nNUMBER: /[0-9]+/'), ("x12",), ("x",)),
        ):
            compiled = self.compile(constraint)
            assert all(is_whole(compiled, text, VOCABULARY) for text in whole), constraint
            assert not any(is_whole(compiled, text, VOCABULARY) for text in broken), constraint

    @pytest.mark.parametrize("grammar", ["", 'main ::= "a"', 'root ::= "a', "root ::= other", 'root ::= "a" )'])
    def test_a_broken_gbnf_is_refused(self, grammar: str) -> None:
        with pytest.raises(ConstraintRefused) as caught:
            self.compile(Gbnf(grammar=grammar))
        assert caught.value.field == "options.grammar"

    @pytest.mark.parametrize(
        "constraint", [Choice(options=()), Regex(pattern="("), Lark(grammar="start: x\nx: x"), Lark(grammar="a: b")]
    )
    def test_other_broken_constraints_are_refused(self, constraint: Constraint) -> None:
        with pytest.raises(ConstraintRefused):
            self.compile(constraint)

    def test_a_part_keeps_its_place_in_the_request(self) -> None:
        place = LarkPart(
            constraint=JsonSchema(schema={"minItems": 1, "type": "array", "items": {"$ref": "x"}}),
            field="tools[2].x",
            pointer="/properties/a",
        )
        with pytest.raises(ConstraintRefused) as caught:
            self.compile(Lark(grammar='start: "a" | @inner', parts={"inner": place}))
        assert (caught.value.field, caught.value.pointer) == ("tools[2].x", "/properties/a/items/$ref")

    def test_parts_are_joined_also_inside_of_a_token(self) -> None:
        part = LarkPart(constraint=JsonSchema(schema={"type": "object"}, key_separator=": "), field="a")
        compiled = self.compile(Lark(grammar='start: "{" @inner "}"', parts={"inner": part}))
        matcher = compiled.matcher()
        assert all(matcher.accept(token) for token in encode("{{", VOCABULARY))
        assert VOCABULARY.tokens.index(b"}}") in allowed(matcher, VOCABULARY)

    def test_special_tokens_are_not_their_letters(self) -> None:
        compiled = self.compile(Lark(grammar="start: <|call|> TEXT\nTEXT: /(?s:.*)/"))
        assert is_whole(compiled, "<|call|>hi", VOCABULARY)
        assert not compiled.matcher().accept(ord("<"))
        assert not is_whole(compiled, "<|call|><|call|>", VOCABULARY)

    def test_end_tokens_are_allowed_exactly_where_the_answer_may_end(self) -> None:
        matcher, end = self.compile(Regex(pattern="ab?")).matcher(), VOCABULARY.end_tokens[0]
        assert not matcher.may_finish()
        assert end not in allowed(matcher, VOCABULARY)
        assert not matcher.accept(end)
        assert matcher.accept(ord("a"))
        assert matcher.may_finish()
        assert not matcher.is_finished()
        assert allowed(matcher, VOCABULARY) == [ord("b"), end]
        assert matcher.accept(ord("b"))
        assert matcher.is_finished()
        assert allowed(matcher, VOCABULARY) == [end]
        assert matcher.accept(end)
        assert not matcher.accept(end)

    def test_a_refused_token_changes_nothing_and_rollback_undoes(self) -> None:
        matcher, end = self.compile(Regex(pattern="abc")).matcher(), VOCABULARY.end_tokens[0]
        assert matcher.accept(ord("a"))
        assert not matcher.accept(ord("x"))
        assert all(matcher.accept(token) for token in (*b"bc", end))
        matcher.rollback(3)
        assert allowed(matcher, VOCABULARY) == [ord("b")]
        matcher.rollback(0)
        assert not matcher.may_finish()

    def test_forced_tokens_are_those_that_leave_no_choice(self) -> None:
        matcher = self.compile(Regex(pattern="abc(d|e)")).matcher()
        forced = matcher.forced()
        assert b"".join(VOCABULARY.tokens[token] for token in forced) == b"abc"
        assert all(matcher.accept(token) for token in forced)
        assert matcher.forced() == []

    def test_matchers_do_not_know_each_other(self) -> None:
        compiled = self.compile(Regex(pattern="ab"))
        first, second = compiled.matcher(), compiled.matcher()
        assert first.accept(ord("a"))
        assert second.accept(ord("a"))
        assert allowed(compiled.matcher(), VOCABULARY) == [ord("a")]

    def test_threads_may_compile_at_once(self) -> None:
        constrainer = self.make_constrainer()
        constraints = [Choice(options=(f"text {number % 5}",)) for number in range(20)]
        with ThreadPoolExecutor(4) as pool:
            compiled = list(pool.map(lambda constraint: constrainer.compile(constraint, VOCABULARY), constraints))
        assert all(is_whole(each, f"text {number % 5}", VOCABULARY) for number, each in enumerate(compiled))
