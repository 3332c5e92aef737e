"""Names: the held-out rule, and how identifiers are said."""

import random

import pytest
from training.names import Source, is_held, spoken


@pytest.mark.parametrize("held", [True, False])
def test_a_source_draws_only_its_side_of_the_rule(held: bool) -> None:
    src = Source(random.Random(3), held=held)
    assert all(is_held(src.word()) == held for _ in range(200))
    assert all(is_held(src.identifier(["get", "user"])) == held for _ in range(200))


def test_words_to_train_on_begin_like_each_other_and_are_made_of_any_sounds() -> None:
    src = Source(random.Random(5))
    words = [src.word() for _ in range(2_000)]
    alike = sum(
        any(word[:4] == other[:4] for other in words[max(0, index - 12) : index]) for index, word in enumerate(words)
    )
    assert alike > 60  # of the lists of syllables alone it is about ten
    assert len({word[:3] for word in words}) > 1_200  # of the lists alone fewer than 1,000
    assert all(3 <= len(word) <= 13 for word in words)


def test_words_of_one_language_share_beginnings_and_keep_the_rule() -> None:
    src = Source(random.Random(5))
    shares = []
    for _ in range(60):
        src.moves()
        assert src.tongue is not None
        words = [src.tongue.word(src.rng) for _ in range(40)]
        shares.append(len({word[:3] for word in words}) / 40)
        assert not any(is_held(src.word()) for _ in range(20))
    assert min(shares) < 0.5  # a language of few syllables
    assert max(shares) > 0.9  # and one of many


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
