"""Names: the held-out rule, and how identifiers are said."""

import random

import pytest
from training.names import Source, is_held, spoken


@pytest.mark.parametrize("held", [True, False])
def test_a_source_draws_only_its_side_of_the_rule(held: bool) -> None:
    src = Source(random.Random(3), held=held)
    assert all(is_held(src.word()) == held for _ in range(200))
    assert all(is_held(src.identifier(["get", "user"])) == held for _ in range(200))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("user_name", "user name"),
        ("userName", "user name"),
        ("UserName", "user name"),
        ("a1_b", "a1 b"),
        ("word", "word"),
    ],
)
def test_spoken_identifiers(name: str, words: str) -> None:
    assert spoken(name) == words
