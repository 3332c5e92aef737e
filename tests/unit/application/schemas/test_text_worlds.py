"""Sets of patterns that no text matches."""

import pytest

from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.text_worlds import is_without_texts
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import Nothing, Number, Object

_ANY = "[\\x{0}-\\x{10ffff}]*"


@pytest.mark.parametrize(
    ("patterns", "avoided", "is_empty"),
    [
        (("[a-d]",), ("a|b|c|d",), True),
        (("[a-d]",), ("a|b|c",), False),
        ((f"x{_ANY}", f"y{_ANY}"), (), True),
        ((f"x{_ANY}", f"{_ANY}y"), (), False),
        ((f"x\\x{{2d}}{_ANY}",), (f"x{_ANY}",), True),
        ((f"x{_ANY}",), (f"x\\x{{2d}}{_ANY}",), False),
        (("(?:ab){2,3}", "a{4}|(?:ab){3}"), (), False),
        (("(?:ab){2,3}", "a{4}|(?:ab){5}"), (), True),
        ((f"(?:{_ANY}[ab]){{3000}}", "c*"), (), False),  # too large to be followed
    ],
)
def test_texts_are_searched_for(patterns: tuple[str, ...], avoided: tuple[str, ...], *, is_empty: bool) -> None:
    assert is_without_texts(patterns, avoided) == is_empty


def test_keys_that_are_all_named_are_no_others() -> None:
    schema = {
        "type": "object",
        "patternProperties": {"^[ab]$": {}},
        "properties": {"a": {}, "b": {}},
        "additionalProperties": False,
    }
    root = lower(schema).root
    assert isinstance(root, Object)
    assert root.others == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^a", "allOf": [{"pattern": "^b"}]},
        {"type": "string", "pattern": "^[a-z]{1,255}$", "minLength": 256},
        {"type": "string", "pattern": "^(ab|abc){2,}$", "maxLength": 3},
        {"type": "string", "format": "uri", "pattern": "^git@"},
        {"type": "integer", "minimum": 0.2, "maximum": 0.8},
        {"type": "number", "multipleOf": 5, "minimum": 1, "exclusiveMaximum": 5},
        {"type": "integer", "minimum": 1, "maximum": 2, "not": {"enum": [1, 2]}},
        {"type": "number", "minimum": 1, "maximum": 1, "not": {"const": 1.0}},
    ],
)
def test_what_nothing_matches_is_seen(schema: dict[str, object]) -> None:
    with pytest.raises(ConstraintRefused, match="nothing matches it"):
        lower(schema)
    optional = lower({"type": "object", "properties": {"a": schema}}).root
    assert isinstance(optional, Object)
    assert isinstance(optional.properties[0].node, Nothing)


@pytest.mark.parametrize(
    ("schema", "factor", "is_judged"),
    [
        ({"type": "number", "multipleOf": 0.5}, 0.5, False),
        ({"type": "number", "multipleOf": 0.07}, None, True),
        ({"type": "integer", "multipleOf": 0.07}, 7, False),
        ({"type": "integer", "multipleOf": 0.5}, None, False),
        ({"type": "integer", "multipleOf": 3, "not": {"enum": [6]}}, None, True),
        ({"type": "integer", "multipleOf": 3, "maximum": 1e21}, None, True),
    ],
)
def test_multiples_that_no_automaton_counts_are_judged(
    schema: dict[str, object], factor: float | None, *, is_judged: bool
) -> None:
    root = lower(schema).root
    assert isinstance(root, Number)
    assert root.multiple_of == factor
    assert bool(root.residues) == is_judged
