"""What a grammar asks for and would be passed over is refused by its name; what only looks like it is not."""

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.domain.constraints import JsonSchema, Lark, Regex
from flowgen.domain.errors import ConstraintRefused

_CONSTRAINER = LlguidanceConstrainer()


@pytest.mark.parametrize(
    ("grammar", "told"),
    [
        ("start: a\na[temperature=0.5]: /x+/", "'temperature'"),
        ("start: a\na[capture]: /x+/", "'capture'"),
        ('start: a\na[stop="]", capture="n"]: /x+/', "'capture'"),
        ('start: %json {"type": "object", "minProperties": 2}', "'minProperties' at '/minProperties'"),
        ('start: %json {"items": {"uniqueItems": true}}', "'uniqueItems' at '/items/uniqueItems'"),
        ('start: %json {"type": "array", "x-guidance": {"lenient": true}}', "'x-guidance'"),
    ],
)
def test_what_would_be_passed_over_is_refused(grammar: str, told: str) -> None:
    with pytest.raises(ConstraintRefused, match=told):
        _CONSTRAINER.check(Lark(grammar=grammar))


@pytest.mark.parametrize(
    "grammar",
    [
        'start: a // a[capture]: no\na: "[capture]:" /x[capture]:/',
        'start: %json {"type": "object", "properties": {"temperature": {"type": "integer"}}}',
        'start: a\na[stop="capture"]: /x+/',
    ],
)
def test_what_only_looks_like_it_is_taken(grammar: str) -> None:
    assert _CONSTRAINER.check(Lark(grammar=grammar)) == ()


@pytest.mark.parametrize("pattern", ["^(a?){2000}a{2000}$", "^a{0,2000}a{2000}$"])
def test_a_pattern_that_cannot_be_followed_is_refused_at_its_place(pattern: str) -> None:
    with pytest.raises(ConstraintRefused) as caught:
        _CONSTRAINER.check(JsonSchema(schema={"items": {"pattern": pattern}}))
    assert (caught.value.keyword, caught.value.pointer) == ("pattern", "/items/pattern")
    with pytest.raises(ConstraintRefused, match="followed"):
        _CONSTRAINER.check(Regex(pattern=pattern.strip("^$")))


@pytest.mark.parametrize("pattern", ["^a{1000}$", "^[a-z]{1,1000}$", "^([a-z]{1,63}\\.){1,30}[a-z]{2,63}$"])
def test_a_pattern_that_counts_far_and_can_be_followed_is_taken(pattern: str) -> None:
    assert _CONSTRAINER.check(JsonSchema(schema={"type": "string", "pattern": pattern})) == ()
