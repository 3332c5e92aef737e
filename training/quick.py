"""A quick look at held-out conversations: the share of answers that greedy decoding would give exactly.

Teacher forcing tells it without decoding: an answer is greedily exact when each of its tokens has the largest logit.
Knows the network and the generators' held-out words; the real measure is evaluate.py.
"""

import random

import torch
from tokenizers import Tokenizer

from training import render
from training.batches import padded
from training.conversations import chat_conversation, tool_conversation
from training.model import Nano
from training.names import Source


def answers(tokenizer: Tokenizer, conversation) -> tuple[list[int], list[tuple[int, int, str]]]:
    """Tokens, and (begin, end, text) of each answer."""
    ids: list[int] = []
    spans = []
    for text, is_answer in render.pieces(*conversation)[:-1]:
        begin = len(ids)
        ids += tokenizer.encode(text, add_special_tokens=False).ids
        if is_answer:
            spans.append((begin, len(ids), text))
    return ids, spans


@torch.inference_mode()
def look(model: Nano, tokenizer: Tokenizer, rng: random.Random, count: int = 100) -> str:
    """A report over `count` conversations: exact shares, the mean chance when sampling, and a few failures."""
    src = Source(rng, held=True)
    cases = [tool_conversation(src) for _ in range(count)] + [chat_conversation(src) for _ in range(count // 4)]
    coded = sorted((answers(tokenizer, case) for case in cases), key=lambda item: len(item[0]))
    totals: dict[str, list[float]] = {}
    failures = []
    for start in range(0, len(coded), 20):
        group = coded[start : start + 20]
        width = max(len(ids) for ids, _ in group)
        batch, _ = padded([(ids, []) for ids, _ in group], width)
        logs = torch.log_softmax(model(batch).float(), -1)
        for row, (ids, spans) in enumerate(group):
            for begin, end, text in spans:
                target = torch.tensor(ids[begin:end])
                scores = logs[row, begin - 1 : end - 1]
                exact = bool((scores.argmax(-1) == target).all())
                chance = scores.gather(1, target[:, None]).sum().exp().item()
                kind = "call" if "tool_call_start" in text else "text"
                totals.setdefault(kind, []).append(exact + 1j * chance)
                if kind == "call" and not exact and len(failures) < 400:
                    failures.append((text, tokenizer.decode(scores.argmax(-1).tolist(), skip_special_tokens=False)))
    out = [
        f"LOOK {kind}: exact {sum(v).real / len(v):.3f} chance {sum(v).imag / len(v):.3f} of {len(v)}"
        for kind, v in totals.items()
    ]
    for wanted, got in rng.sample(failures, min(5, len(failures))):
        out += [f"  - {wanted}", f"  + {got}"]
    return "\n".join(out)
