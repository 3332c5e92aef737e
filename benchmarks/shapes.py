"""The shapes of known models. Sizes are numbers of values; refuses to know files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """`attention` are the layers that attend, None for all; the others are short convolutions (LFM2)."""

    architecture: str
    embedding: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    vocabulary: int
    rope_base: float
    attention: tuple[int, ...] | None = None

    @property
    def head(self) -> int:
        """The size of a head."""
        return self.embedding // self.heads


SHAPES = {
    "lfm2-350m": Shape(
        architecture="lfm2",
        embedding=1024,
        layers=16,
        heads=16,
        kv_heads=8,
        feed_forward=4608,
        vocabulary=65536,
        rope_base=1e6,
        attention=(2, 5, 8, 10, 12, 14),
    ),
    "qwen2.5-0.5b": Shape(
        architecture="qwen2",
        embedding=896,
        layers=24,
        heads=14,
        kv_heads=2,
        feed_forward=4864,
        vocabulary=151936,
        rope_base=1e6,
    ),
    "llama3.2-1b": Shape(
        architecture="llama",
        embedding=2048,
        layers=16,
        heads=32,
        kv_heads=8,
        feed_forward=8192,
        vocabulary=128256,
        rope_base=5e5,
    ),
}
