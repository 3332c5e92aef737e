"""Whether a text can be written under a compiled constraint, as the engine would write it: what the grammar forces is
taken as it is, every other token must be in the mask. Refuses to know what the text means."""

from collections.abc import Iterator

from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import CompiledConstraint, TokenMatcher
from flowgen.domain.values import Value


class Rehearsed(Value, frozen=True):
    """How far a text went: `place` counts the bytes that were taken. `is_written`: all of it, and the answer ends."""

    is_written: bool
    place: int


class Speller:
    """Cuts texts into a vocabulary's tokens. One serves all rehearsals with that vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._plain = {
            data: token for token, data in enumerate(vocabulary.tokens) if data and token not in vocabulary.special
        }
        self._longest = max(map(len, self._plain), default=0)

    def places(self, text: bytes) -> dict[int, int]:
        """The tokens that the model's own tokenizer cuts the text into, by the byte at which they begin; empty where it
        changes the text."""
        found, place = {}, 0
        for token in self.vocabulary.tokenize(text):
            data = self.vocabulary.tokens[token]
            if not data or not text.startswith(data, place):
                return {}
            found[place] = token
            place += len(data)
        return found if place == len(text) else {}

    def beginnings(self, text: bytes, place: int) -> Iterator[int]:
        """The tokens that the text goes on with at a place, the longest first."""
        for end in range(min(len(text), place + self._longest), place, -1):
            token = self._plain.get(text[place:end])
            if token is not None:
                yield token


def rehearse(compiled: CompiledConstraint, speller: Speller, text: bytes) -> Rehearsed:
    """Write a text token by token, as the vocabulary cuts it where the grammar lets it. Raises EngineFailed where the
    constraint's own limits end it."""
    matcher, usual, place = compiled.matcher(), speller.places(text), 0
    tokens = speller.vocabulary.tokens
    mask = _Mask(len(tokens))
    while place < len(text):
        steps = matcher.forced() or _chosen(matcher, mask, usual, speller, text, place)
        if not steps:
            return Rehearsed(is_written=False, place=place)
        for token in steps:
            if not text.startswith(tokens[token], place) or not matcher.accept(token):
                return Rehearsed(is_written=False, place=place)
            place += len(tokens[token])
    return Rehearsed(is_written=_ends(matcher, mask, speller.vocabulary), place=place)


def _chosen(
    matcher: TokenMatcher, mask: "_Mask", usual: dict[int, int], speller: Speller, text: bytes, place: int
) -> list[int]:
    """The token of the mask that the text goes on with: the tokenizer's own one, else the longest; none, no token."""
    mask.fill(matcher)
    if place in usual and mask.allows(usual[place]):
        return [usual[place]]
    return [token for token in speller.beginnings(text, place) if mask.allows(token)][:1]


def _ends(matcher: TokenMatcher, mask: "_Mask", vocabulary: Vocabulary) -> bool:
    if not matcher.may_finish():
        return False
    mask.fill(matcher)
    end = next((token for token in vocabulary.end_tokens if mask.allows(token)), None)
    return end is not None and bool(matcher.accept(end))


class _Mask:
    def __init__(self, n_vocab: int) -> None:
        self._words = bytearray(4 * ((n_vocab + 31) // 32))

    def fill(self, matcher: TokenMatcher) -> None:
        matcher.fill_mask(memoryview(self._words).cast("I"))

    def allows(self, token: int) -> bool:
        return bool(self._words[token >> 3] >> (token & 7) & 1)
