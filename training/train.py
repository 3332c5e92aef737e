"""Train flowgen-nano until a given time of day: `python -m training.train --until 16:35 --folder build/nano`.

Knows the loop, the schedule by the clock, checkpoints and the quick look at held-out cases. Run again, it goes on from
the folder's checkpoint, with whatever the generators then say.
"""

import argparse
import copy
import itertools
import math
import random
import signal
import time
from datetime import datetime
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.batches import Batches
from training.model import Nano, Shape
from training.optimiser import Muon, adamw
from training.quick import look
from training.warm_start import deepened, network_of
from training.workers import Workers

WARM_UP = 60
EMA = 0.995
_DAY_S = 86_400


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="holds tokenizer.json, takes checkpoint and log")
    parser.add_argument("--warm", type=Path, help="an exported GGUF to begin at, where the folder has no checkpoint")
    parser.add_argument("--until", required=True, help="local time of day, HH:MM, at which the rate reaches zero")
    parser.add_argument("--decay", type=float, default=40, help="minutes of falling rate at the end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=1664, help="tokens in a small batch")
    parser.add_argument("--muon", type=float, default=5e-3)
    parser.add_argument("--adam", type=float, default=3e-3)
    parser.add_argument("--prompt", type=float, default=0.1, help="weight of prompt tokens in the loss")
    parser.add_argument("--easy", type=float, default=0, help="minutes of mostly short conversations")
    parser.add_argument("--layers", default=Shape.layers)
    parser.add_argument("--feed", type=int, default=Shape.feed)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--least", type=float, default=0, help="nats; answers that lose less give no gradient")
    parser.add_argument("--small", type=int, default=4, help="small batches in a step")
    return parser.parse_args()


def seconds_until(clock: str) -> float:
    """Seconds from now to the nearest such time of day; negative where it has passed less than half a day ago."""
    hour, minute = map(int, clock.split(":"))
    now = datetime.now()
    seconds = (now.replace(hour=hour, minute=minute, second=0) - now).total_seconds()
    return (seconds + _DAY_S / 2) % _DAY_S - _DAY_S / 2


class Trainer:
    """The state of a run: network, its moving average, optimisers, counts."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.path = args.folder / "checkpoint.pt"
        self.tokenizer = Tokenizer.from_file(str(args.folder / "tokenizer.json"))
        saved = torch.load(self.path, weights_only=True) if self.path.exists() else None
        torch.manual_seed(args.seed)
        if args.warm and not saved:
            self.model = deepened(network_of(args.warm), args.layers)
        else:
            self.model = Nano(Shape(**saved["shape"]) if saved else Shape(layers=args.layers, feed=args.feed))
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.muon, self.adam = Muon(self.model, args.muon), adamw(self.model, args.adam)
        self.steps = self.tokens = 0
        self.stopped = False
        if saved:
            self.restore(saved)
        self.workers = Workers(self.model, args.workers, args.least)

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
            "shape": self.model.shape.as_dict(),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "muon": self.muon.state_dict(),
            "adam": self.adam.state_dict(),
            "steps": self.steps,
            "tokens": self.tokens,
        }
        torch.save(state, self.path.with_suffix(".new"))
        self.path.with_suffix(".new").replace(self.path)

    def update(self, scale: float) -> None:
        """One update from the gradients on the model."""
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

    def scale(self, left: float) -> float:
        """The rate's factor: a rise over the first steps, flat, then down to zero over the last minutes."""
        return min(1.0, (self.steps + 1) / WARM_UP, max(0.02, left / (60 * self.args.decay)))

    def run(self) -> None:
        """Train until the time is up."""
        begin = logged = saved = looked = time.time()
        end = begin + seconds_until(self.args.until)
        source = Batches(self.tokenizer, self.args.seed + self.steps, self.args.tokens, self.args.prompt)
        batches = iter(source)
        mean, since = math.nan, self.tokens
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopped", True))
        step = list(itertools.islice(batches, self.args.small))
        while (now := time.time()) < end and not self.stopped:
            self.workers.begin(step)
            after = list(itertools.islice(batches, self.args.small))
            loss = self.workers.finish(step)
            self.tokens += sum(ids.numel() for ids, _ in step)
            self.update(self.scale(end - now))
            step, source.easy = after, 0.8 if now - begin < 60 * self.args.easy else 0.0
            mean = loss if math.isnan(mean) else 0.97 * mean + 0.03 * loss
            if now - logged > 30:
                speed = (self.tokens - since) / (now - logged)
                line = f"step {self.steps} tokens {self.tokens / 1e6:.2f}M loss {mean:.4f} {speed:.0f} tok/s"
                print(f"{datetime.now():%H:%M:%S} {line} rate {self.scale(end - now):.2f}", flush=True)
                logged, since = now, self.tokens
            if now - saved > 150:
                self.save()
                saved = now
            if now - looked > 900:
                print(look(self.average, self.tokenizer, random.Random(7)), flush=True)
                looked = time.time()
        self.save()
        if not self.stopped:
            print(look(self.average, self.tokenizer, random.Random(7)), flush=True)


if __name__ == "__main__":
    torch.set_num_threads(2)
    Trainer(options()).run()
