"""Shows a vocabulary to llguidance. Knows the shape that its tokenizers have; refuses to know grammars."""

import re

from llguidance import LLTokenizer

from flowgen.domain.model import Vocabulary

_SPECIAL = re.compile(r"<[^<>\s\"]+>")


class _VocabularyTokenizer:
    """What LLTokenizer asks of a tokenizer object; a special token's bytes are its text."""

    is_tokenizer_wrapper = True

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.tokens = list(vocabulary.tokens)
        self.special_token_ids = sorted(vocabulary.special)
        self.eos_token_id = vocabulary.end_tokens[0]
        self.bos_token_id = None

    def __call__(self, text: str | bytes) -> list[int]:
        return list(self._vocabulary.tokenize(text.encode() if isinstance(text, str) else text))


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
