"""Muon for the matrices, in float32 and batched by shape, AdamW for the rest; knows the network's fused weights only.

torch.optim.Muon works in bfloat16, which a CPU without native bfloat16 runs many times slower.
"""

import torch
from torch import Tensor

from training.model import Nano


def orthogonal(grads: Tensor, steps: int = 5) -> Tensor:
    """The nearest half-orthogonal matrices of (count, rows, columns), rows <= columns, by Newton-Schulz."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = grads / (grads.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


class Muon:
    """Momentum, made orthogonal; fused projections are cut into their parts first."""

    def __init__(self, model: Nano, rate: float, momentum: float = 0.95, decay: float = 0.02) -> None:
        self.rate, self.momentum, self.decay = rate, momentum, decay
        self.weights = [p for n, p in model.named_parameters() if is_matrix(n)]
        self.buffers = [torch.zeros_like(p) for p in self.weights]

    @torch.no_grad()
    def step(self, scale: float) -> None:
        """One update from the gradients, at `scale` times the rate."""
        groups: dict[tuple[int, int], list[tuple[Tensor, Tensor, bool]]] = {}
        for weight, buffer in zip(self.weights, self.buffers, strict=True):
            assert weight.grad is not None
            buffer.lerp_(weight.grad, 1 - self.momentum)
            update = weight.grad.lerp(buffer, self.momentum)
            for part, change in zip(parts(weight), parts(update), strict=True):
                tall = change.shape[0] > change.shape[1]
                change = change.T if tall else change
                groups.setdefault((change.shape[0], change.shape[1]), []).append((part, change, tall))
        for (_, columns), members in groups.items():
            turned = orthogonal(torch.stack([change for _, change, _ in members]))
            rate = self.rate * scale * 0.2 * columns**0.5
            for (part, _, tall), change in zip(members, turned, strict=True):
                part.mul_(1 - self.rate * scale * self.decay).add_(change.T if tall else change, alpha=-rate)

    def state_dict(self) -> list[Tensor]:
        """The momenta."""
        return self.buffers

    def load_state_dict(self, state: list[Tensor]) -> None:
        """Take the momenta back."""
        for buffer, saved in zip(self.buffers, state, strict=True):
            buffer.copy_(saved)


def is_matrix(name: str) -> bool:
    """Whether Muon takes this weight."""
    return name.endswith(("proj.weight", "qkv.weight", "gate_up.weight", "down.weight"))


def parts(weight: Tensor) -> list[Tensor]:
    """The parts of a fused weight: three of qkv and of in_proj, two of gate_up, else itself."""
    rows, columns = weight.shape
    if rows == 3 * columns:
        return list(weight.chunk(3))
    return list(weight.chunk(2)) if rows > columns else [weight]


def adamw(model: Nano, rate: float) -> torch.optim.AdamW:
    """AdamW for embeddings, norms and convolution kernels."""
    rest = [p for n, p in model.named_parameters() if not is_matrix(n)]
    return torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.95), weight_decay=0.0)
