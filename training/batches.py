"""Endless batches of tokens from the generators, by length, with a weight for every token; knows no network."""

import random
from collections.abc import Iterator

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training import render
from training.conversations import conversation
from training.names import Source
from training.talk import drill

LENGTHS = (*range(64, 672, 32), 768)
PAD = 0


def encoded(
    tokenizer: Tokenizer, pieces: list[tuple[str, bool]], prompt_weight: float
) -> tuple[list[int], list[float]]:
    """Tokens and weights of one conversation, the text after the last answer left out."""
    ids: list[int] = []
    weights: list[float] = []
    for text, is_answer in pieces[:-1]:
        tokens = tokenizer.encode(text, add_special_tokens=False).ids
        ids += tokens
        weights += [1.0 if is_answer else prompt_weight] * len(tokens)
    return ids, weights


class Batches:
    """Batches of one length each, about `size` tokens; `easy` is the share of short conversations."""

    def __init__(self, tokenizer: Tokenizer, seed: int, size: int, prompt_weight: float) -> None:
        self.tokenizer, self.size, self.prompt_weight = tokenizer, size, prompt_weight
        self.source = Source(random.Random(seed))
        self.easy = 0.0
        self.drills = 0.03
        self.rows: dict[int, list[tuple[list[int], list[float]]]] = {length: [] for length in LENGTHS}

    def pieces(self) -> list[tuple[str, bool]]:
        """One conversation, or a page of sums."""
        if self.source.chance(self.drills):
            return drill(self.source)
        return render.pieces(*conversation(self.source, self.easy))

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """(ids, weights), each (rows, length)."""
        while True:
            row = encoded(self.tokenizer, self.pieces(), self.prompt_weight)
            length = next((n for n in LENGTHS if len(row[0]) <= n), None)
            if length is None:
                continue
            self.rows[length].append(row)
            if len(self.rows[length]) * length > self.size - length:
                yield padded(self.rows[length], length)
                self.rows[length] = []


def padded(rows: list[tuple[list[int], list[float]]], length: int) -> tuple[Tensor, Tensor]:
    """Rows filled up at the right with the padding token at weight zero."""
    ids = torch.full((len(rows), length), PAD)
    weights = torch.zeros(len(rows), length)
    for index, (tokens, row) in enumerate(rows):
        ids[index, : len(tokens)] = torch.tensor(tokens)
        weights[index, : len(row)] = torch.tensor(row)
    return ids, weights
