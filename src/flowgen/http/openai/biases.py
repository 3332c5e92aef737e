"""Biases of tokens in the shapes that servers take: OpenAI's object, llama.cpp's pairs, `false` for never. Wire ->
domain; pure. Refuses to know the vocabulary.
"""

from collections.abc import Mapping, Sequence

from flowgen.domain.errors import InvalidField
from flowgen.http.chat_fields import token_biases

NEVER = float("-inf")


def biases(
    raw: Mapping[str, float | bool] | Sequence[tuple[int | str, float | bool]] | None, field: str
) -> dict[int, float]:
    """The biases by token id; of a token named twice the last. Raises InvalidField for a key that is no token id."""
    if raw is None:
        return {}
    pairs = raw.items() if isinstance(raw, Mapping) else _by_id(raw, field)
    return token_biases({key: NEVER if bias is False else bias for key, bias in pairs}, field)


def _by_id(pairs: Sequence[tuple[int | str, float | bool]], field: str) -> list[tuple[str, float | bool]]:
    for index, (key, _) in enumerate(pairs):
        if isinstance(key, str):
            raise InvalidField(f"{field}[{index}][0]", key, "a token id; POST /tokenize gives those of a text")
    return [(str(key), bias) for key, bias in pairs]
