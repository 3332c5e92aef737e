"""Train flowgen-nano until a given time of day: `python -m training.train --until 16:35 --folder build/nano`.

Knows the loop, the schedule by the clock, checkpoints and the quick look at held-out cases. Run again, it goes on from
the folder's checkpoint, with whatever the generators then say.
"""

import argparse
import copy
import math
import random
import signal
import time
from datetime import datetime
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from training.batches import Batches
from training.model import Nano, Shape
from training.optimiser import Muon, adamw
from training.quick import look

torch._dynamo.config.recompile_limit = 128
WARM_UP = 60
EMA = 0.995


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="holds tokenizer.json, takes checkpoint and log")
    parser.add_argument("--until", required=True, help="local time of day, HH:MM, at which the rate reaches zero")
    parser.add_argument("--decay", type=float, default=40, help="minutes of falling rate at the end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=6144, help="tokens in a batch")
    parser.add_argument("--muon", type=float, default=5e-3)
    parser.add_argument("--adam", type=float, default=3e-3)
    parser.add_argument("--prompt", type=float, default=0.1, help="weight of prompt tokens in the loss")
    parser.add_argument("--easy", type=float, default=0, help="minutes of mostly short conversations")
    parser.add_argument("--layers", default=Shape.layers)
    parser.add_argument("--feed", type=int, default=Shape.feed)
    parser.add_argument("--eager", action="store_true", help="without torch.compile")
    return parser.parse_args()


def seconds_until(clock: str) -> float:
    """Seconds from now to this time of day."""
    hour, minute = map(int, clock.split(":"))
    now = datetime.now()
    return (now.replace(hour=hour, minute=minute, second=0) - now).total_seconds()


def loss_of(model: Nano, ids: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """The weighted loss, and the plain mean over the answers' tokens."""
    logits = model(ids)[:, :-1].flatten(0, 1)
    losses = F.cross_entropy(logits, ids[:, 1:].flatten(), reduction="none")
    weights = weights[:, 1:].flatten()
    answers = weights == 1
    return (losses * weights).sum() / weights.sum(), (losses.detach() * answers).sum() / answers.sum()


class Trainer:
    """The state of a run: network, its moving average, optimisers, counts."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.path = args.folder / "checkpoint.pt"
        self.tokenizer = Tokenizer.from_file(str(args.folder / "tokenizer.json"))
        saved = torch.load(self.path, weights_only=True) if self.path.exists() else None
        torch.manual_seed(args.seed)
        self.model = Nano(Shape(**saved["shape"]) if saved else Shape(layers=args.layers, feed=args.feed))
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.muon, self.adam = Muon(self.model, args.muon), adamw(self.model, args.adam)
        self.steps = self.tokens = 0
        self.stopped = False
        if saved:
            self.restore(saved)
        if not args.eager:
            for layer in self.model.layers:
                layer.compile(dynamic=False)

    def restore(self, saved: dict) -> None:
        """Go on from a checkpoint."""
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        self.muon.load_state_dict(saved["muon"])
        self.adam.load_state_dict(saved["adam"])
        self.steps, self.tokens = saved["steps"], saved["tokens"]

    def save(self) -> None:
        """Write the checkpoint in one move."""
        state = {
            "shape": self.model.shape.as_dict(), "model": self.model.state_dict(), "average": self.average.state_dict(),
            "muon": self.muon.state_dict(), "adam": self.adam.state_dict(), "steps": self.steps, "tokens": self.tokens,
        }
        torch.save(state, self.path.with_suffix(".new"))
        self.path.with_suffix(".new").replace(self.path)

    def step(self, ids: Tensor, weights: Tensor, scale: float) -> float:
        """One update; the mean loss of the answers' tokens."""
        loss, shown = loss_of(self.model, ids, weights)
        loss.backward()
        self.muon.step(scale)
        for group in self.adam.param_groups:
            group["lr"] = self.args.adam * scale
        self.adam.step()
        self.model.zero_grad(set_to_none=True)
        keep = min(EMA, 1 - 1 / (1 + self.steps / 5))
        with torch.no_grad():
            for mean, weight in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(weight, 1 - keep)
        self.steps += 1
        self.tokens += ids.numel()
        return shown.item()

    def scale(self, left: float) -> float:
        """The rate's factor: a rise over the first steps, flat, then down to zero over the last minutes."""
        return min(1.0, (self.steps + 1) / WARM_UP, max(0.02, left / (60 * self.args.decay)))

    def run(self) -> None:
        """Train until the time is up."""
        begin = logged = saved = looked = time.time()
        end = begin + seconds_until(self.args.until)
        batches = Batches(self.tokenizer, self.args.seed + self.steps, self.args.tokens, self.args.prompt)
        mean, since = math.nan, self.tokens
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopped", True))
        for ids, weights in batches:
            now = time.time()
            if now > end or self.stopped:
                break
            batches.easy = 0.8 if now - begin < 60 * self.args.easy else 0.0
            loss = self.step(ids, weights, self.scale(end - now))
            mean = loss if math.isnan(mean) else 0.97 * mean + 0.03 * loss
            if now - logged > 30:
                print(f"{datetime.now():%H:%M:%S} step {self.steps} tokens {self.tokens / 1e6:.2f}M "
                      f"loss {mean:.4f} rate {self.scale(end - now):.2f} {(self.tokens - since) / (now - logged):.0f} tok/s", flush=True)
                logged, since = now, self.tokens
            if now - saved > 150:
                self.save()
                saved = now
            if now - looked > 480:
                print(look(self.average, self.tokenizer, random.Random(7)), flush=True)
                looked = time.time()
        self.save()
        if not self.stopped:
            print(look(self.average, self.tokenizer, random.Random(7)), flush=True)


if __name__ == "__main__":
    torch.set_num_threads(2)
    Trainer(options()).run()
