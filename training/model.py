"""The LFM2 network in plain torch, written for speed on a CPU: fused projections, the convolution as shifted products.

Knows shapes and weights, and how they map to transformers' Lfm2ForCausalLM; knows no data and no optimiser.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    """The sizes of the network; `layers` has one letter a layer: c for convolution, a for attention."""

    vocab: int = 1024
    hidden: int = 192
    feed: int = 448
    heads: int = 6
    layers: str = "ccacacaa"
    theta: float = 1e6
    eps: float = 1e-5
    context: int = 4096

    @property
    def head(self) -> int:
        """The width of an attention head."""
        return self.hidden // self.heads

    def as_dict(self) -> dict[str, object]:
        """The shape as plain values, for a checkpoint."""
        return asdict(self)


class Norm(nn.Module):
    """RMS norm with a learned scale."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalise over the last dimension."""
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


class ShortConv(nn.Module):
    """LFM2's gated causal convolution over three positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.in_proj = nn.Linear(shape.hidden, 3 * shape.hidden, bias=False)
        self.kernel = nn.Parameter(torch.randn(shape.hidden, 3) * 0.3)
        self.out_proj = nn.Linear(shape.hidden, shape.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x, (batch, time, hidden), gated, convolved and gated again."""
        b, c, v = self.in_proj(x).chunk(3, dim=-1)
        y = b * v
        k = self.kernel
        padded = F.pad(y, (0, 0, 2, 0))
        length = y.shape[1]
        y = padded[:, :length] * k[:, 0] + padded[:, 1 : length + 1] * k[:, 1] + y * k[:, 2]
        return self.out_proj(c * y)


class Attention(nn.Module):
    """Causal attention with normed queries and keys and rotary positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.head = shape.heads, shape.head
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden, bias=False)
        self.out_proj = nn.Linear(shape.hidden, shape.hidden, bias=False)
        self.q_norm = Norm(shape.head, shape.eps)
        self.k_norm = Norm(shape.head, shape.eps)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x, (batch, time, hidden), attended; cos and sin are (time, head)."""
        batch, time, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, time, 3, self.heads, self.head).permute(2, 0, 3, 1, 4)
        q, k = rotate(self.q_norm(q), cos, sin), rotate(self.k_norm(k), cos, sin)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).reshape(batch, time, hidden))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions on (batch, head, time, width), halves paired as in Llama."""
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-right, left), dim=-1) * sin


class Layer(nn.Module):
    """One layer: convolution or attention, then the gated feed-forward."""

    def __init__(self, shape: Shape, kind: str) -> None:
        super().__init__()
        self.mixer = Attention(shape) if kind == "a" else ShortConv(shape)
        self.mixer_norm = Norm(shape.hidden, shape.eps)
        self.ffn_norm = Norm(shape.hidden, shape.eps)
        self.gate_up = nn.Linear(shape.hidden, 2 * shape.feed, bias=False)
        self.down = nn.Linear(shape.feed, shape.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """The residual stream after this layer."""
        x = x + self.mixer(self.mixer_norm(x), cos, sin)
        gate, up = self.gate_up(self.ffn_norm(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


class Nano(nn.Module):
    """The whole network: token ids to logits, embeddings tied."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocab, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape, kind) for kind in shape.layers)
        self.norm = Norm(shape.hidden, shape.eps)
        inverse = shape.theta ** (-torch.arange(0, shape.head, 2) / shape.head)
        angles = torch.outer(torch.arange(shape.context), inverse).repeat(1, 2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        self.reset()

    def reset(self) -> None:
        """Fresh weights: uniform by fan-in, outputs of the residual branches at zero."""
        nn.init.normal_(self.embed.weight, std=0.05)
        for name, weight in self.named_parameters():
            if weight.ndim == 2 and "embed" not in name and "kernel" not in name:
                nn.init.normal_(weight, std=0.6 * weight.shape[1] ** -0.5)
                if name.endswith(("out_proj.weight", "down.weight")):
                    nn.init.zeros_(weight)

    def hidden(self, ids: Tensor) -> Tensor:
        """The last layer's normed output, (batch, time, hidden)."""
        time = ids.shape[1]
        cos, sin = self.cos[:time], self.sin[:time]
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x)

    def forward(self, ids: Tensor) -> Tensor:
        """Logits, (batch, time, vocab)."""
        return F.linear(self.hidden(ids), self.embed.weight)


def to_transformers(model: Nano) -> dict[str, Tensor]:
    """Copies of the weights under the names of transformers' Lfm2ForCausalLM."""
    return {name: weight.clone() for name, weight in named_weights(model).items()}


def named_weights(model: Nano) -> dict[str, Tensor]:
    """The weights themselves, or views of them, under the names of transformers' Lfm2ForCausalLM."""
    state = {"model.embed_tokens.weight": model.embed.weight, "model.embedding_norm.weight": model.norm.weight}
    state["lm_head.weight"] = model.embed.weight
    for index, layer in enumerate(model.layers):
        prefix = f"model.layers.{index}."
        state[prefix + "operator_norm.weight"] = layer.mixer_norm.weight
        state[prefix + "ffn_norm.weight"] = layer.ffn_norm.weight
        gate, up = layer.gate_up.weight.chunk(2)
        state |= {prefix + "feed_forward.w1.weight": gate, prefix + "feed_forward.w3.weight": up}
        state[prefix + "feed_forward.w2.weight"] = layer.down.weight
        mixer = layer.mixer
        if isinstance(mixer, ShortConv):
            state[prefix + "conv.conv.weight"] = mixer.kernel.unsqueeze(1)
            state[prefix + "conv.in_proj.weight"] = mixer.in_proj.weight
            state[prefix + "conv.out_proj.weight"] = mixer.out_proj.weight
            continue
        for name, weight in zip("qkv", mixer.qkv.weight.chunk(3), strict=True):
            state[f"{prefix}self_attn.{name}_proj.weight"] = weight
        state[prefix + "self_attn.out_proj.weight"] = mixer.out_proj.weight
        state[prefix + "self_attn.q_layernorm.weight"] = mixer.q_norm.weight
        state[prefix + "self_attn.k_layernorm.weight"] = mixer.k_norm.weight
    return {name: weight.detach() for name, weight in state.items()}
