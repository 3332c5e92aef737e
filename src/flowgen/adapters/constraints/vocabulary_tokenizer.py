"""Shows a vocabulary to llguidance. Knows the shape that its tokenizers have; refuses to know grammars."""

import re

from llguidance import LLTokenizer

from flowgen.application.lark import token_name
from flowgen.domain.model import Vocabulary

_LEAD = b"\n"
_SPECIAL = re.compile(r"<[^<>\s\"]+>")


class _VocabularyTokenizer:
    """What LLTokenizer asks of a tokenizer object; a special token's bytes are its name in grammars."""

    is_tokenizer_wrapper = True

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.tokens = list(vocabulary.tokens)
        self.special_token_ids = sorted(vocabulary.special)
        for token in self.special_token_ids:
            self.tokens[token] = token_name(self.tokens[token].decode("utf-8", "replace")).encode()
        self.eos_token_id = vocabulary.end_tokens[0]
        self.bos_token_id = None
        self._lead = list(vocabulary.tokenize(_LEAD))
        self._plain = {
            data: token for token, data in enumerate(vocabulary.tokens) if data and token not in vocabulary.special
        }
        self._longest = max(map(len, self._plain), default=1)
        self._latest: tuple[bytes, list[int]] = (b"", [])

    def __call__(self, text: str | bytes) -> list[int]:
        """Give tokens whose bytes are exactly the text: llguidance forces them as they are."""
        data = text.encode() if isinstance(text, str) else text
        latest, tokens = self._latest
        if data != latest:  # what a grammar begins with is asked for twice in a row
            tokens = self._exact(data)
            self._latest = data, tokens
        return list(tokens)

    def _exact(self, data: bytes) -> list[int]:
        tokens = list(self._vocabulary.tokenize(data))
        if self._is_exactly(tokens, data):
            return tokens
        led = list(self._vocabulary.tokenize(_LEAD + data))  # SentencePiece puts a space before the first word
        tokens = led[len(self._lead) :]
        if led[: len(self._lead)] == self._lead and self._is_exactly(tokens, data):
            return tokens
        return self._greedily(data)

    def _is_exactly(self, tokens: list[int], data: bytes) -> bool:
        known = self._vocabulary.tokens
        return all(0 <= token < len(known) for token in tokens) and b"".join(known[token] for token in tokens) == data

    def _greedily(self, data: bytes) -> list[int]:
        tokens, place = [], 0
        while place < len(data):
            ends = range(min(len(data), place + self._longest), place, -1)
            end = next((end for end in ends if data[place:end] in self._plain), None)
            if end is None:
                break
            tokens.append(self._plain[data[place:end]])
            place = end
        return tokens


def tokenizer_of(vocabulary: Vocabulary) -> LLTokenizer:
    """Build llguidance's view of a vocabulary: up to a second for large ones. Raises ValueError without end tokens."""
    if not vocabulary.end_tokens:
        raise ValueError("a vocabulary without end tokens cannot be constrained: no answer would ever end")
    return LLTokenizer(_VocabularyTokenizer(vocabulary), eos_token=list(vocabulary.end_tokens))


def byte_vocabulary(grammar: str = "") -> Vocabulary:
    """Give the smallest vocabulary: the bytes, an end token, and the special tokens that a Lark grammar names."""
    names = sorted(set(_SPECIAL.findall(grammar)) - {"<|end|>"})
    specials = (b"<|end|>", *(name.encode() for name in names))
    return Vocabulary(
        tokens=(*(bytes([value]) for value in range(256)), *specials),
        special=frozenset(range(256, 256 + len(specials))),
        end_tokens=(256,),
        fingerprint="bytes " + " ".join(names),
        tokenize=list,
    )
