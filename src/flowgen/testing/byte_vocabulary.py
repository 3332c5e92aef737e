"""A vocabulary small enough to walk through a grammar by chance: all bytes, some longer tokens, and special ones."""

from functools import lru_cache
from random import Random

from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import CompiledConstraint, TokenMatcher

END = "<|end|>"
_LONGER = ('", ', '="', '")]', '": ', '"}', "}}", "True", "\n</", " <", "_call", "tool", "é", "],")
_LIKELY = frozenset("\"',)]}")


def byte_vocabulary(*special: str, longer: tuple[str, ...] = _LONGER) -> Vocabulary:
    """Give the 256 bytes (as their own ids), `longer` tokens, then the end token and the special ones."""
    plain = (*(bytes([value]) for value in range(256)), *(text.encode() for text in longer))
    specials = tuple(text.encode() for text in (END, *special))
    return Vocabulary(
        tokens=plain + specials,
        special=frozenset(range(len(plain), len(plain) + len(specials))),
        end_tokens=(len(plain),),
        fingerprint=f"bytes, {longer!r}, {special!r}",
        tokenize=list,
    )


def encode(text: str, vocabulary: Vocabulary) -> list[int]:
    """Give a text's bytes as tokens, special tokens' texts as those tokens."""
    specials = {vocabulary.tokens[token]: token for token in vocabulary.special}
    data, tokens = text.encode(), []
    while data:
        name = next((name for name in specials if data.startswith(name)), None)
        tokens.append(data[0] if name is None else specials[name])
        data = data[1 if name is None else len(name) :]
    return tokens


def allowed(matcher: TokenMatcher, vocabulary: Vocabulary) -> list[int]:
    """Give the tokens that a matcher's mask allows."""
    words = bytearray(4 * ((len(vocabulary.tokens) + 31) // 32))
    matcher.fill_mask(memoryview(words).cast("I"))
    mask, tokens = int.from_bytes(words, "little"), []
    while mask:
        lowest = mask & -mask
        tokens.append(lowest.bit_length() - 1)
        mask ^= lowest
    return tokens


def is_whole(compiled: CompiledConstraint, text: str, vocabulary: Vocabulary) -> bool:
    """Say whether a constraint takes a text, and lets the answer end after it."""
    matcher = compiled.matcher()
    return all(matcher.accept(token) for token in encode(text, vocabulary)) and matcher.may_finish()


def random_text(
    compiled: CompiledConstraint,
    vocabulary: Vocabulary,
    random: Random,
    *,
    prefix: str = "",
    limit: int = 400,
    closers: str = "",
) -> str | None:
    """Walk through a grammar: any token that the mask allows, those that close something rather than others; `closers`
    are letters with which that begins in a syntax, whose special tokens are likely then too.

    None where `limit` choices did not lead to an end.
    """
    matcher, weights = compiled.matcher(), _weights(vocabulary.tokens, vocabulary.special, closers)
    tokens = encode(prefix, vocabulary)
    if not all(matcher.accept(token) for token in tokens):
        raise ValueError(f"the grammar does not take {prefix!r}")
    while limit:
        choices = allowed(matcher, vocabulary)
        others = [token for token in choices if token not in vocabulary.end_tokens]
        if len(others) < len(choices) and (not others or random.random() < 0.3):
            return b"".join(vocabulary.tokens[token] for token in tokens).decode()
        if not others:
            raise ValueError(f"the grammar has no way on after {tokens}")
        limit -= len(others) > 1
        token = random.choices(others, [weights[token] for token in others])[0] if len(others) > 1 else others[0]
        if not matcher.accept(token):
            raise ValueError(f"token {token} is allowed and not accepted after {tokens}")
        tokens.append(token)
    return None


@lru_cache(maxsize=64)
def _weights(tokens: tuple[bytes, ...], special: frozenset[int], closers: str) -> tuple[float, ...]:
    likely = special if closers else frozenset[int]()
    return tuple(30.0 if number in likely else _weight(token, closers) for number, token in enumerate(tokens))


def _weight(token: bytes, closers: str) -> float:
    first = chr(token[0])
    if first in _LIKELY or first in closers:
        return 30.0
    return 3.0 if (first.isascii() and first.isalnum()) or len(token) > 1 else 0.05
