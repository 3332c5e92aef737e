"""Vocabularies for models without meaning: byte-level BPE, made up, or cut from a real one. Refuses to know weights.

A made-up one holds the words of the workloads, so that a word is a token as in real ones, and is filled up with words
of syllables. A word is reached by merges from its first byte on, one byte at a time; words after a space come first, so
that merges inside of words cannot break them.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf

from benchmarks.texts import TEAM, WORDS

SPECIALS = (
    "<|pad|>",
    "<|startoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|tool_list_start|>",
    "<|tool_list_end|>",
    "<|tool_call_start|>",
    "<|tool_call_end|>",
    "<|tool_response_start|>",
    "<|tool_response_end|>",
)
"""LFM2's."""
_MARKS = (' "', ' {"', ' ["', " {", '":', '",', '"}', '"},', '"}}', '"}},', '"]', '"],', "]}", "]}}", "]}},", "\n\n")
_FRAMES = (
    *("system", "user", "assistant", "type", "function", "name", "description"),
    *("parameters", "properties", "required", "enum", "integer"),
)
"""The words that templates and tools are framed with."""
_NORMAL = 1


@dataclass(frozen=True)
class BpeVocabulary:
    """`tokens` by id, in GPT-2's letters; the last `num_special` are control tokens. `merges` are in their order."""

    tokens: list[str]
    merges: list[str]
    num_special: int


def made_up(size: int) -> BpeVocabulary:
    """A vocabulary of exactly `size` tokens, the same every time."""
    letters = byte_letters()
    room = size - len(letters) - len(SPECIALS)
    merges: dict[str, str] = {}  # the token that a merge gives -> the merge
    for word in _words():
        text = "".join(letters[byte] for byte in word.encode())
        for end in range(2, len(text) + 1):
            merges.setdefault(text[:end], f"{text[: end - 1]} {text[end - 1]}")
        if len(merges) >= room:
            break
    kept = dict(itertools.islice(merges.items(), room))  # a prefix comes before what it begins
    return BpeVocabulary(tokens=[*letters, *kept, *SPECIALS], merges=list(kept.values()), num_special=len(SPECIALS))


def cut_from(path: Path, size: int) -> BpeVocabulary:
    """The first tokens of a GGUF's BPE vocabulary, with LFM2's special tokens and reserved ones to fill `size`."""
    fields = gguf.GGUFReader(path).fields
    texts, kinds = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type"))
    base = [text for text, kind in zip(texts, kinds, strict=True) if kind == _NORMAL][: size - 64]
    num_reserved = size - len(base) - len(SPECIALS)
    known = set(base)
    merges = [merge for merge in fields["tokenizer.ggml.merges"].contents() if _is_within(merge, known)]
    reserved = [f"<|reserved_{index}|>" for index in range(num_reserved)]
    return BpeVocabulary(tokens=[*base, *SPECIALS, *reserved], merges=merges, num_special=size - len(base))


def byte_letters() -> list[str]:
    """GPT-2's printable letter for each byte, in the order of the bytes."""
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def _is_within(merge: str, known: set[str]) -> bool:
    first, second = merge.split(" ")
    return first in known and second in known and first + second in known


def _words() -> Iterator[str]:
    """The words in the order of their merges: after a space, bare, numbers and marks, then syllables without end."""
    own = [*WORDS, *_FRAMES, *_names(TEAM)]
    yield from (f" {word}" for word in own)
    yield from own
    yield from (f"{number:03d}" for number in range(1000))
    yield from _MARKS
    syllables = [first + second for first in "bcdfghjklmnprstvwz" for second in "aeiou"]
    for count in itertools.count(2):
        yield from (" " + "".join(word) for word in itertools.product(syllables, repeat=count))


def _names(schema: dict[str, object]) -> Iterable[str]:
    """The words in a schema's property names."""
    text = str(schema)
    return [word for word in dict.fromkeys("".join(c if c.isalpha() else " " for c in text).split()) if len(word) > 2]
