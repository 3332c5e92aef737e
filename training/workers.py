"""Gradients from several processes of one thread each, over weights in shared memory.

Small batches stay in a core's cache, and a worker that shares its core with other programs takes fewer of them: on a
busy machine this is half as fast again as one process with a thread for each core. Knows the loss; the optimiser is
the caller's.
"""

from typing import Any

import torch
import torch.multiprocessing as mp
from torch import Tensor
from torch.nn import functional as F

from training.model import Nano

CENTRE = 1e-3
"""Weight of the squared log-partition: a sure token's logit stays near zero, where a repeat penalty does nothing."""


def taught_tokens(model: Nano, ids: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Logits, the tokens that are right and their weights, each where the weight is not zero."""
    weighted = weights[:, 1:] > 0
    logits = F.linear(model.hidden(ids)[:, :-1][weighted], model.embed.weight)
    return logits, ids[:, 1:][weighted], weights[:, 1:][weighted]


def loss_of(model: Nano, ids: Tensor, weights: Tensor) -> tuple[Tensor, float]:
    """The weighted sum of the tokens' losses, and the plain sum over the answers' tokens."""
    logits, right, weights = taught_tokens(model, ids, weights)
    total = logits.logsumexp(-1)
    losses = total - logits.gather(1, right.unsqueeze(1)).squeeze(1)
    loss = ((losses + CENTRE * total.square()) * weights).sum()
    return loss, float(losses.detach()[weights == 1].sum())


@torch.no_grad()
def taught(model: Nano, ids: Tensor, weights: Tensor, least: float) -> tuple[Tensor, float]:
    """Which rows have answers that lose more than `least` nats, as a mask, and the sum of what the others lose.

    Late in a run nine answers of ten are sure: to look costs a third of a gradient, which they would hardly change."""
    answers = (weights == 1).float()
    logits, right, _ = taught_tokens(model, ids, answers)
    lost = torch.zeros(ids.shape)
    lost[:, 1:][answers[:, 1:] > 0] = F.cross_entropy(logits, right, reduction="none")
    lost = lost.sum(1)
    return lost > least, float(lost[lost <= least].sum())


def work(model: Nano, tasks: Any, done: Any, least: float) -> None:
    """Add up gradients until the task is None."""
    torch.set_num_threads(1)
    while (task := tasks.get()) is not None:
        ids, weights, norm = torch.from_numpy(task[0]), torch.from_numpy(task[1]), task[2]
        shown = 0.0
        if least > 0:
            chosen, shown = taught(model, ids, weights, least)
            ids, weights = ids[chosen], weights[chosen]
        if len(ids):
            loss, seen = loss_of(model, ids, weights)
            (loss / norm).backward()
            shown += seen
        done.put(shown)


class Workers:
    """Processes that share the model's weights and give its gradients."""

    def __init__(self, model: Nano, count: int, least: float = 0.0) -> None:
        context = mp.get_context("spawn")
        self.model = model.share_memory()
        self.tasks, self.done = context.Queue(), context.Queue()
        self.grads = []
        for _ in range(count):
            self.grads.append([torch.zeros_like(weight.data).share_memory_() for weight in model.parameters()])
            context.Process(
                target=start, args=(model, self.grads[-1], self.tasks, self.done, least), daemon=True
            ).start()

    def begin(self, batches: list[tuple[Tensor, Tensor]]) -> None:
        """Hand out the small batches of one step."""
        norm = float(sum(weights[:, 1:].sum() for _, weights in batches))
        for ids, weights in batches:
            self.tasks.put((ids.numpy(), weights.numpy(), norm))

    def finish(self, batches: list[tuple[Tensor, Tensor]]) -> float:
        """Wait for them, put the summed gradients on the model, and give the mean loss of the answers' tokens."""
        shown = sum(self.done.get() for _ in batches)
        for index, weight in enumerate(self.model.parameters()):
            parts = [grads[index] for grads in self.grads]
            weight.grad = torch.stack(parts).sum(0)
            for part in parts:
                part.zero_()
        return shown / float(sum((weights[:, 1:] == 1).sum() for _, weights in batches))


def start(model: Nano, grads: list[Tensor], tasks: Any, done: Any, least: float) -> None:
    """A worker's first steps: its own gradients on the shared weights."""
    for weight, grad in zip(model.parameters(), grads, strict=True):
        weight.grad = grad
    work(model, tasks, done, least)
