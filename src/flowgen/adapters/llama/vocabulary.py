"""A loaded model's tokens as values. Knows bytes, special tokens and how prompts become ids.

Refuses to know pointers.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

from flowgen.domain.errors import InvalidField
from flowgen.domain.generation import PromptSegment
from flowgen.domain.model import Vocabulary
from flowgen.domain.plugins import Tokenizer


class TokenSource(Protocol):
    """The part of `backend.Model` that reads the vocabulary."""

    n_vocab: int

    def pieces(self, tokens: Iterable[int]) -> list[bytes]: ...
    def is_control(self, token: int) -> bool: ...
    def is_end(self, token: int) -> bool: ...
    def is_sentencepiece(self) -> bool: ...
    def special_token(self, what: str) -> int | None: ...
    def tokenize(self, data: bytes, *, special: bool, add_special: bool = False) -> list[int]: ...


def read_vocabulary(source: TokenSource) -> Vocabulary:
    """Read all tokens: some microseconds each."""
    tokens = tuple(source.pieces(range(source.n_vocab)))
    special = frozenset(token for token in range(source.n_vocab) if source.is_control(token))
    digest = hashlib.sha256()
    ends = tuple(token for token in range(source.n_vocab) if source.is_end(token))
    for part in (*tokens, repr([len(data) for data in tokens]).encode(), repr((sorted(special), ends)).encode()):
        digest.update(part)
    return Vocabulary(
        tokens=tokens,
        special=special,
        end_tokens=ends,
        fingerprint=digest.hexdigest(),
        tokenize=lambda data: source.tokenize(data, special=False),
    )


class PromptTokenizer:
    """Turns texts into ids with the model's own tokenizer or a plugin that stands in for it."""

    def __init__(self, source: TokenSource, plugin: Tokenizer | None = None) -> None:
        self._source = source
        self._plugin = plugin
        self._lead = source.tokenize(b"\n", special=False) if source.is_sentencepiece() else []

    def tokenize(self, text: str, *, special: bool, add_special: bool = False) -> list[int]:
        """Give the ids of a text, with `add_special` between the BOS and EOS that the model wants (a plugin adds
        none). Raises InvalidField where a plugin gives ids that the model lacks."""
        if self._plugin is None:
            return self._source.tokenize(text.encode("utf-8", "replace"), special=special, add_special=add_special)
        ids = [int(token) for token in self._plugin.tokenize(text, special)]
        if any(not 0 <= token < self._source.n_vocab for token in ids):
            raise InvalidField("options.tokenizer", ids, f"ids from 0 to {self._source.n_vocab - 1}")
        return ids

    def prompt(self, segments: Sequence[PromptSegment], *, add_bos: bool) -> list[int]:
        """Give the ids of a prompt; with `add_bos` it begins with BOS, never with two."""
        ids: list[int] = []
        for segment in segments:
            if segment.tokens:
                ids += self._known(segment.tokens)
            elif segment.text:
                ids += self._continued(segment) if ids else self.tokenize(segment.text, special=segment.special)
        if not ids:
            raise InvalidField("options.prompt", "".join(segment.text for segment in segments), "at least one token")
        if segments[0].tokens:
            return ids
        bos = self._source.special_token("bos")
        return [bos, *ids] if add_bos and bos is not None and ids[0] != bos else ids

    def _known(self, tokens: Sequence[int]) -> Sequence[int]:
        """The ids that a caller gave. Raises InvalidField for those that the model lacks."""
        for token in tokens:
            if not 0 <= token < self._source.n_vocab:
                raise InvalidField("options.prompt", token, f"token ids from 0 to {self._source.n_vocab - 1}")
        return tokens

    def _continued(self, segment: PromptSegment) -> list[int]:
        """A later piece of one text: SentencePiece must not put a space before it, so it is given a line to follow."""
        if self._plugin is not None or not self._lead:
            return self.tokenize(segment.text, special=segment.special)
        ids = self.tokenize("\n" + segment.text, special=segment.special)
        is_led = ids[: len(self._lead)] == self._lead
        return ids[len(self._lead) :] if is_led else self.tokenize(segment.text, special=segment.special)
