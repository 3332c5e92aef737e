"""LlguidanceConstrainer passes the contract; and what only it promises."""

import msgspec
import pytest

from flowgen.adapters.constraints import llguidance_constrainer
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.domain.constraints import Constraint, Gbnf, JsonSchema, Lark, Regex
from flowgen.domain.errors import ConstraintRefused, EngineFailed
from flowgen.domain.model import Vocabulary
from flowgen.testing.byte_vocabulary import allowed, byte_vocabulary
from flowgen.testing.constrainer_contract import VOCABULARY, SchemaConstrainerContract


class TestLlguidanceConstrainer(SchemaConstrainerContract):
    def make_constrainer(self) -> LlguidanceConstrainer:
        return LlguidanceConstrainer()


def test_equal_constraints_are_compiled_once_for_a_vocabulary() -> None:
    constrainer = LlguidanceConstrainer()
    first = constrainer.compile(JsonSchema(schema={"type": "null"}), VOCABULARY)
    assert constrainer.compile(JsonSchema(schema={"type": "null"}), VOCABULARY) is first
    assert constrainer.compile(JsonSchema(schema={"type": "null"}), byte_vocabulary("<x>")) is not first


def test_the_order_of_properties_makes_another_constraint() -> None:
    constrainer = LlguidanceConstrainer()
    first, second = {"a": {"type": "null"}, "b": {}}, {"b": {}, "a": {"type": "null"}}
    compiled = constrainer.compile(JsonSchema(schema={"properties": first}), VOCABULARY)
    assert constrainer.compile(JsonSchema(schema={"properties": second}), VOCABULARY) is not compiled


def test_the_oldest_constraint_is_forgotten() -> None:
    constrainer = LlguidanceConstrainer(num_constraints=2)
    first = constrainer.compile(Regex(pattern="a"), VOCABULARY)
    for pattern in ("b", "c"):
        constrainer.compile(Regex(pattern=pattern), VOCABULARY)
    assert constrainer.compile(Regex(pattern="a"), VOCABULARY) is not first


def test_check_knows_the_special_tokens_that_a_grammar_names() -> None:
    LlguidanceConstrainer().check(Lark(grammar='start: <|any_token|> "a"'))


def test_a_special_token_that_the_vocabulary_lacks_is_refused() -> None:
    with pytest.raises(ConstraintRefused):
        LlguidanceConstrainer().compile(Lark(grammar="start: <|other|>"), VOCABULARY)


def test_a_vocabulary_without_an_end_cannot_be_constrained() -> None:
    endless = Vocabulary(tokens=(b"a",), special=frozenset(), end_tokens=(), fingerprint="endless", tokenize=list)
    with pytest.raises(ValueError, match="without end tokens"):
        LlguidanceConstrainer().compile(Regex(pattern="a"), endless)


def test_an_impossible_rollback_is_the_engines_failure() -> None:
    matcher = LlguidanceConstrainer().compile(Regex(pattern="ab"), VOCABULARY).matcher()
    with pytest.raises(EngineFailed, match="rollback"):
        matcher.rollback(3)
    with pytest.raises(EngineFailed):
        matcher.may_finish()


def test_all_end_tokens_end_an_answer() -> None:
    plain = byte_vocabulary("<|return|>")
    first, second = plain.end_tokens[0], plain.end_tokens[0] + 1
    vocabulary = msgspec.structs.replace(plain, end_tokens=(second, first), fingerprint="two ends")
    matcher = LlguidanceConstrainer().compile(Regex(pattern="a"), vocabulary).matcher()
    assert allowed(matcher, vocabulary) == [ord("a")]
    assert matcher.accept(ord("a"))
    assert allowed(matcher, vocabulary) == [first, second]
    assert matcher.accept(first)


def test_forced_tokens_have_exactly_the_forced_bytes_whatever_the_tokenizer_adds() -> None:
    plain = byte_vocabulary(longer=(" ab", "ab"))

    def tokenize(data: bytes) -> list[int]:  # as SentencePiece does: a space before the first word
        if data.startswith(b"ab"):
            return [256, *data[2:]]
        if data.startswith(b"\nab"):
            return [10, 257, *data[3:]]
        return list(data)

    vocabulary = msgspec.structs.replace(plain, tokenize=tokenize, fingerprint="spaced")
    matcher = LlguidanceConstrainer().compile(Regex(pattern="abc[xy]"), vocabulary).matcher()
    assert b"".join(vocabulary.tokens[token] for token in matcher.forced()) == b"abc"
    assert all(matcher.accept(token) for token in matcher.forced())
    nonsense = msgspec.structs.replace(plain, tokenize=lambda data: [255, 256], fingerprint="nonsense")
    matcher = LlguidanceConstrainer().compile(Regex(pattern="abc[xy]"), nonsense).matcher()
    assert b"".join(nonsense.tokens[token] for token in matcher.forced()) == b"abc"
    assert allowed(matcher, nonsense) != [255]


def test_a_dead_end_is_the_engines_failure() -> None:
    plain = byte_vocabulary(longer=())
    no_b = msgspec.structs.replace(
        plain, tokens=tuple(b"" if token == b"b" else token for token in plain.tokens), fingerprint="no b"
    )
    matcher = LlguidanceConstrainer().compile(Regex(pattern="ab"), no_b).matcher()
    assert matcher.accept(ord("a"))
    with pytest.raises(EngineFailed, match="cannot be followed"):
        matcher.fill_mask(memoryview(bytearray(4 * 9)))


LOOP = {"$defs": {"n": {"type": "object", "properties": {"v": {"$ref": "#/$defs/n"}}, "required": ["v"]}}}


@pytest.mark.parametrize(
    "constraint", [JsonSchema(schema={"$ref": "#/$defs/n", **LOOP}), Gbnf(grammar='root ::= "a" root')]
)
def test_what_never_ends_is_refused(constraint: Constraint) -> None:
    with pytest.raises(ConstraintRefused, match=r"never ends|nothing matches it"):
        LlguidanceConstrainer().compile(constraint, byte_vocabulary())


def test_a_grammar_that_breaks_off_in_the_midst_of_an_answer_is_refused_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(llguidance_constrainer._LIMITS, "max_items_in_row", 2000)
    options = "\n".join(f'r{n}: "c" "d{n}"' for n in range(3_000))
    grammar = f'start: "a" "b" r\nr: {" | ".join(f"r{n}" for n in range(3_000))}\n{options}\n'
    with pytest.raises(ConstraintRefused, match=r"no answer can follow it: .*items"):
        LlguidanceConstrainer().check(Lark(grammar=grammar))


def test_an_object_may_have_many_members() -> None:
    members = {f"p{n}": {"type": "integer"} for n in range(1_200)}
    assert LlguidanceConstrainer().check(JsonSchema(schema={"type": "object", "properties": members})) == ()
