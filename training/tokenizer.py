"""Train the byte-level BPE tokenizer: the same string gives the same tokens wherever it stands.

Merges are kept only inside `[A-Z]?[a-z]+`, so no token crosses a space, a digit, a punctuation character or a camelCase
border; the looser regex of Llama 3, which llama.cpp applies under the name `lfm2`, then cuts nothing differently.
"""

import argparse
import json
import random
import re
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from training import render, words
from training.conversations import conversation
from training.names import Source

SPECIALS = [
    "<|pad|>",
    "<|startoftext|>",
    "<|endoftext|>",
    "<|fim_pre|>",
    "<|fim_mid|>",
    "<|fim_suf|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|tool_list_start|>",
    "<|tool_list_end|>",
    "<|tool_call_start|>",
    "<|tool_call_end|>",
    "<|tool_response_start|>",
    "<|tool_response_end|>",
]
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SIZE = 1024


def corpus(count: int, seed: int = 1) -> list[str]:
    """Text of the generators, special tokens taken out, and every real word once."""
    src = Source(random.Random(seed))
    texts = ["".join(text for text, _ in render.pieces(*conversation(src))) for _ in range(count)]
    lists = [value for value in vars(words).values() if isinstance(value, list)]
    return [re.sub(r"<\|\w+\|>", " ", text) for text in texts] + [" ".join(items) for items in lists] * 20


def merges_of(texts: list[str], size: int) -> list[tuple[str, str]]:
    """The first `size` merges that stay inside one word of letters."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("[A-Z]?[a-z]+"), "removed", invert=True)
    trainer = trainers.BpeTrainer(vocab_size=size + 52, show_progress=False, max_token_length=10)
    tokenizer.train_from_iterator(texts, trainer)
    pairs = json.loads(tokenizer.to_str())["model"]["merges"]
    return [(a, b) for a, b in pairs if re.fullmatch("[A-Z]?[a-z]+", a + b)]


def build(merges: list[tuple[str, str]]) -> Tokenizer:
    """The tokenizer with the specials first, then the 256 bytes, then the merges."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*SPECIALS, *alphabet, *(a + b for a, b in merges)]
    tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, merges, ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIALS])
    return tokenizer


def main() -> None:
    """Train and write tokenizer.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--examples", type=int, default=20000)
    arguments = parser.parse_args()
    merges = merges_of(corpus(arguments.examples), SIZE - len(SPECIALS) - 256)
    tokenizer = build(merges[: SIZE - len(SPECIALS) - 256])
    tokenizer.save(str(arguments.out))
    print(tokenizer.get_vocab_size(), "tokens")


if __name__ == "__main__":
    main()
