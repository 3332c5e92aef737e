"""Biases of tokens in the shapes that servers take: OpenAI's object, llama.cpp's pairs and texts, `false` for never.
Wire -> domain; pure. Refuses to know the vocabulary.
"""

from collections.abc import Iterable, Mapping, Sequence

from flowgen.domain.errors import InvalidField
from flowgen.domain.values import Value
from flowgen.http.chat_fields import token_biases

NEVER = float("-inf")


class Biases(Value, frozen=True):
    """Biases by token id, and those of texts, whose tokens the model will tell."""

    by_token: dict[int, float] = {}
    by_text: tuple[tuple[str, float], ...] = ()


def biases(raw: Mapping[str, float | bool] | Sequence[tuple[int | str, float | bool]] | None, field: str) -> Biases:
    """The biases; of a token named twice the last. A key of digits is a token id in an object, and a text in a pair.
    Raises InvalidField for a number that is no id, and for an empty text."""
    if raw is None:
        return Biases()
    ids: dict[str, float] = {}
    texts: list[tuple[str, float]] = []
    for key, bias in _pairs(raw):
        number = NEVER if bias is False else float(bias)
        if isinstance(key, int):
            ids[str(key)] = number
        elif not key:
            raise InvalidField(field, key, "token ids, or texts that are not empty")
        else:
            texts.append((key, number))
    return Biases(by_token=token_biases(ids, field), by_text=tuple(texts))


def _pairs(
    raw: Mapping[str, float | bool] | Sequence[tuple[int | str, float | bool]],
) -> Iterable[tuple[int | str, float | bool]]:
    if not isinstance(raw, Mapping):
        return raw
    return [(int(key) if _is_number(key) else key, bias) for key, bias in raw.items()]


def _is_number(key: str) -> bool:
    """JSON has texts alone for keys, so that one of digits is an id."""
    digits = key.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= 20
