"""Every option of /load shows: another answer, a parameter read back from llama.cpp, or a named refusal."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from litestar.testing import TestClient

from flowgen.adapters.catalog import PackagedModels
from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings
from flowgen.domain.option_table import table
from flowgen.domain.options import LoadOptions

COLD = {"temperature": 0.0, "repeat_penalty": 1.0, "max_tokens": 12}
HOT = {"temperature": 50.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "repeat_penalty": 1.0, "max_tokens": 12}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}


class Server:
    """Loads the embedded model with options and asks it things."""

    def __init__(self, client: TestClient[Any], folder: Path) -> None:
        self.client = client
        self.folder = folder

    def load(self, expected: int = 200, **options: Any) -> Any:
        answer = self.client.post("/load", json={"model_path": "flowgen-nano", "options": options})
        assert answer.status_code == expected, answer.text
        return answer.json()

    def error(self, **options: Any) -> str:
        text: str = self.load(400, **options)["error"]
        return text

    def chat(self, options: dict[str, Any], expected: int = 200, prompt: str = "Count from 1 to 9", **rest: Any) -> Any:
        body = {"messages": [{"role": "user", "content": prompt}], "options": options, **rest}
        answer = self.client.post("/chat", json=body)
        assert answer.status_code == expected, answer.text
        return answer.json()

    def text(self, options: dict[str, Any]) -> str:
        content: str = self.chat(options)["choices"][0]["message"]["content"]
        return content

    def scores(self) -> list[float]:
        """What the model thinks of its first words: any change of the arithmetic shows here."""
        content = self.chat({**COLD, "max_tokens": 4, "logprobs": 8})["choices"][0]["logprobs"]["content"]
        return [other["logprob"] for entry in content for other in entry["top_logprobs"]]

    def changes_scores(self, given: dict[str, Any], neutral: dict[str, Any] | None = None) -> bool:
        self.load(**(neutral or {}))
        before = self.scores()
        self.load(**given)
        after = self.scores()
        return len(before) != len(after) or not np.allclose(before, after, atol=1e-6)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    container = make_container(Settings(drain_s=5.0))
    with TestClient(container.app(), base_url="http://127.0.0.1:8001", timeout=60) as client:
        yield Server(client, tmp_path_factory.mktemp("adapters"))


def reads_back(name: str, value: Any) -> Callable[[Server], bool]:
    return lambda server: server.load(**{name: value})["options"][name] == value


def refuses(name: str, value: Any, *parts: str) -> Callable[[Server], bool]:
    def check(server: Server) -> bool:
        error = server.error(**{name: value})
        return all(part in error for part in (f"options.{name}", *parts))

    return check


def shows_n_ctx(server: Server) -> bool:
    server.load(n_ctx=64)
    error = server.chat(COLD, 400, prompt="word " * 100)["error"]
    return "64" in error and server.client.get("/models/current").json()["context"] == 64


def shows_embedding(server: Server, **options: Any) -> bool:
    server.load(**options)
    return next(iter(options)) in server.chat(COLD, 400)["error"]


def shows_seed(server: Server) -> bool:
    server.load(seed=5)
    first, second = server.text(HOT), server.text(HOT)
    drawn = server.text({**HOT, "seed": -1})
    server.load()
    return first == second != drawn and server.text(HOT) != server.text(HOT)


def shows_logits_all(server: Server) -> bool:
    counts: list[int] = []
    for value in (False, True):
        server.load(logits_all=value)
        answer = server.chat({**COLD, "echo": True, "logprobs": 0})
        counts.append(len(answer["choices"][0]["logprobs"]["content"]) - answer["usage"]["completion_tokens"])
    return counts[0] <= 1 < counts[1]


def shows_no_perf(server: Server) -> bool:
    server.load(no_perf=True)
    without = server.chat(COLD)
    server.load()
    return "timings" not in without and "timings" in server.chat(COLD)


def shows_last_n(server: Server) -> bool:
    penalised = {**COLD, "presence_penalty": 100.0}
    server.load(last_n_tokens_size=0)
    free = server.text(penalised) == server.text(COLD)
    server.load()
    return free and server.text(penalised) != server.text(COLD)


def shows_kv_overrides(server: Server) -> bool:
    server.load(n_ctx=0, kv_overrides={"lfm2.context_length": 512})
    return bool(server.client.get("/models/current").json()["context"] == 512)


def shows_verbose(server: Server) -> bool:
    return bool(server.load(verbose=True)["options"]["verbose"])


def adapter(server: Server) -> str:
    """A LoRA adapter for one matrix of the embedded model, of rank 1 and far from zero."""
    path = server.folder / "adapter.gguf"
    model = gguf.GGUFReader(str(PackagedModels().model_file("flowgen-nano")))
    target = next(t for t in model.tensors if t.name.endswith("ffn_down.weight"))
    num_in, num_out = (int(size) for size in target.shape)
    writer = gguf.GGUFWriter(str(path), "lfm2")
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 1.0)
    rng = np.random.default_rng(0)
    writer.add_tensor(f"{target.name}.lora_a", rng.standard_normal((1, num_in), dtype=np.float32))
    writer.add_tensor(f"{target.name}.lora_b", rng.standard_normal((num_out, 1), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return str(path)


def shows_chat_format(server: Server) -> bool:
    origin = server.load(chat_format="chatml")["template"]
    return "chatml" in origin and refuses("chat_format", "nope", "chatml", "llama3")(server)


def shows_tokenizer(server: Server) -> bool:
    folder = PackagedModels().tokenizer_folder("flowgen-nano")
    server.load(tokenizer={"name": "huggingface", "path": folder})
    same = server.text(COLD)
    server.load()
    return server.text(COLD) == same and refuses("tokenizer", "nope", "'nope'", "huggingface")(server)


def shows_tool_call_format(server: Server) -> bool:
    given = server.load(tool_call_format="hermes_json")["tool_call_format"]
    call = server.chat({**COLD, "max_tokens": 60}, tools=[TOOL], tool_choice="required")["tool_calls"][0]
    return given == "hermes_json" and call["name"] == "add" and refuses("tool_call_format", "nope", "lfm2")(server)


def shows_n_cells(server: Server) -> bool:
    fits = server.load(n_ctx=512, n_cells=1024)["options"]["n_cells"] == 1024
    return fits and "n_cells" in server.error(n_ctx=512, n_cells=256)


def shows_queue_size(server: Server) -> bool:
    """With one place and no queue some of many chats at once are refused, and those that are not are answered."""
    server.load(n_seq_max=1, queue_size=0)
    body = {"messages": [{"role": "user", "content": "Count from 1 to 20."}], "options": {"max_tokens": 40}}
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: server.client.post("/chat", json=body), range(8)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} <= {200, 429}
    return 0 < len(refused) < 8 and all(int(answer.headers["retry-after"]) >= 1 for answer in refused)


def shows_cache_bytes(server: Server) -> bool:
    """What is kept in host memory after a chat."""

    def kept(**options: Any) -> int:
        server.load(**options)
        server.text({**COLD, "max_tokens": 30})
        return int(server.client.get("/engine").json()["cache"]["host_bytes"])

    return kept() > 0 and kept(cache_bytes=0) == 0


def shows_gpu_layers(server: Server) -> bool:
    return any("n_gpu_layers" in warning for warning in server.load(n_gpu_layers=-1)["warnings"])


def shows_draft_model(server: Server) -> bool:
    server.load()
    plain = server.text(COLD)
    server.load(draft_model="prompt-lookup")
    return server.text(COLD) == plain and refuses("draft_model", "nope", "'nope'", "prompt-lookup")(server)


def shows_flash_attn(server: Server) -> bool:
    return [server.load(flash_attn=value)["options"]["flash_attn"] for value in (True, False)] == [True, False]


def shows_drain_seconds(server: Server) -> bool:
    """A chat that would go on for long ends with an error as soon as the patience is over."""
    endless = {"max_tokens": 0, "grammar": "root ::= [ab]{20000}", "temperature": 0.0}
    body = {"messages": [{"role": "user", "content": "Hello!"}], "options": endless}
    for wait_s in (0.2, 0.5, 1.0, 2.0):  # until the chat has begun when the model is taken away
        server.load(n_ctx=30_000, drain_seconds=0.0)
        with ThreadPoolExecutor() as pool:
            chat = pool.submit(server.client.post, "/chat", json=body)
            time.sleep(wait_s)
            server.client.post("/unload")
            if chat.result().status_code == 503:
                return "unloaded" in chat.result().json()["error"]
    return False


YARN = {"rope_scaling_type": 2, "rope_freq_scale": 0.25, "yarn_orig_ctx": 16, "n_ctx": 256}

CASES: dict[str, Callable[[Server], bool]] = {
    "n_gpu_layers": shows_gpu_layers,
    "split_mode": reads_back("split_mode", 2),
    "main_gpu": reads_back("main_gpu", 0),
    "tensor_split": refuses("tensor_split", [0.5] * 500),
    "vocab_only": lambda s: shows_embedding(s, vocab_only=True),
    "use_mmap": reads_back("use_mmap", False),
    "use_mlock": reads_back("use_mlock", True),
    "kv_overrides": shows_kv_overrides,
    "seed": shows_seed,
    "n_ctx": shows_n_ctx,
    "n_batch": reads_back("n_batch", 64),
    "n_ubatch": reads_back("n_ubatch", 32),
    "n_threads": reads_back("n_threads", 1),
    "n_threads_batch": reads_back("n_threads_batch", 1),
    "rope_scaling_type": lambda s: s.changes_scores(
        {"rope_scaling_type": 1, "rope_freq_scale": 0.1}, {"rope_scaling_type": 0}
    ),
    "pooling_type": lambda s: s.load(embedding=True, pooling_type=1)["options"]["pooling_type"] == 1,
    "rope_freq_base": lambda s: s.changes_scores({"rope_freq_base": 10.0}),
    "rope_freq_scale": lambda s: s.changes_scores({"rope_freq_scale": 0.1}),
    "yarn_ext_factor": lambda s: s.changes_scores({**YARN, "yarn_ext_factor": 0.0}, {**YARN, "yarn_ext_factor": 1.0}),
    "yarn_attn_factor": lambda s: s.changes_scores(
        {**YARN, "yarn_ext_factor": 0.0, "yarn_attn_factor": 3.0}, {**YARN, "yarn_ext_factor": 0.0}
    ),
    "yarn_beta_fast": lambda s: s.changes_scores(
        {**YARN, "yarn_orig_ctx": 4096, "yarn_beta_fast": 200.0}, {**YARN, "yarn_orig_ctx": 4096}
    ),
    "yarn_beta_slow": lambda s: s.changes_scores({**YARN, "yarn_beta_slow": 0.01}, YARN),
    "yarn_orig_ctx": lambda s: s.changes_scores({**YARN, "yarn_orig_ctx": 4096}, YARN),
    "logits_all": shows_logits_all,
    "embedding": lambda s: shows_embedding(s, embedding=True),
    "offload_kqv": reads_back("offload_kqv", False),
    "flash_attn": shows_flash_attn,
    "op_offload": reads_back("op_offload", False),
    "swa_full": reads_back("swa_full", True),
    "no_perf": shows_no_perf,
    "last_n_tokens_size": shows_last_n,
    "lora_base": refuses("lora_base", "base.gguf", "refused"),
    "lora_scale": lambda s: s.changes_scores(
        {"lora_path": adapter(s), "lora_scale": 2.0}, {"lora_path": adapter(s), "lora_scale": 0.5}
    ),
    "lora_path": lambda s: s.changes_scores({"lora_path": adapter(s)}) and refuses("lora_path", "/no/such.gguf")(s),
    "numa": reads_back("numa", 0),
    "chat_format": shows_chat_format,
    "chat_handler": refuses("chat_handler", "nope", "'nope'", "known: none"),
    "draft_model": shows_draft_model,
    "tokenizer": shows_tokenizer,
    "verbose": shows_verbose,
    "type_k": lambda s: s.changes_scores({"type_k": "q8_0", "flash_attn": True}) and refuses("type_k", "q9")(s),
    "type_v": lambda s: s.changes_scores({"type_v": "q8_0", "flash_attn": True}) and refuses("type_v", "q9")(s),
    "spm_infill": refuses("spm_infill", True, "refused"),
    "n_seq_max": reads_back("n_seq_max", 3),
    "n_cells": shows_n_cells,
    "queue_size": shows_queue_size,
    "cache_bytes": shows_cache_bytes,
    "tool_call_format": shows_tool_call_format,
    "drain_seconds": shows_drain_seconds,
}


def test_every_option_has_a_case() -> None:
    assert set(CASES) == set(table(LoadOptions))


@pytest.mark.parametrize("name", CASES)
def test_an_option_shows(server: Server, name: str) -> None:
    assert CASES[name](server)


def test_chat_options_become_the_defaults_of_the_chats(server: Server) -> None:
    server.load(max_tokens=2, temperature=0.0)
    assert server.client.get("/models/current").json()["chat_defaults"] == {"max_tokens": 2, "temperature": 0.0}
    assert server.chat({})["usage"]["completion_tokens"] == 2
    assert server.chat({"max_tokens": 3})["usage"]["completion_tokens"] == 3


@pytest.mark.parametrize(
    ("defaults", "parts"),
    [
        ({"stopping_criteria": "nope"}, ("options.stopping_criteria", "'nope'", "max_time")),
        ({"logits_processor": {"name": "no_repeat_ngram", "n": 0}}, ("options.logits_processor",)),
        ({"grammar": "root ::= ("}, ("options.grammar",)),
        ({"logit_bias": {"99999999": 1.0}}, ("options.logit_bias", "99999999")),
        ({"stop": [""]}, ("options.stop",)),
    ],
)
def test_a_default_that_every_chat_would_be_refused_for_is_refused_now(
    server: Server, defaults: dict[str, Any], parts: tuple[str, ...]
) -> None:
    error = server.error(**defaults)
    assert all(part in error for part in parts), error


def test_too_much_memory_is_found_before_loading(server: Server) -> None:
    server.load()
    error = server.load(507, n_ctx=2**31 - 1)["error"]
    assert "bytes needed" in error
    assert "flowgen-nano stays loaded" in error
    assert server.chat(COLD)["usage"]["completion_tokens"] > 0
