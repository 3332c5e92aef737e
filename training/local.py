"""Chat with a GGUF in this process, for measuring before there is a server; knows llama-cpp-python and the template."""

import ast
from typing import Any

import llama_cpp
from jinja2.sandbox import ImmutableSandboxedEnvironment

from training.cases import Case
from training.render import dumped

Call = dict[str, Any]


class Chat:
    """A loaded file with its own chat template."""

    def __init__(self, path: str) -> None:
        self.llama = llama_cpp.Llama(path, n_ctx=4096, verbose=False, n_threads=1)
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.filters["tojson"] = dumped
        self.template = environment.from_string(self.llama.metadata["tokenizer.chat_template"])

    def reply(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]], **options: Any) -> str:
        """The raw text of the answer, markup included; the penalty looks at generated tokens only."""
        prompt = self.template.render(
            messages=messages, tools=tools or None, bos_token="<|startoftext|>", add_generation_prompt=True
        )
        tokens = self.llama.tokenize(prompt.encode(), add_bos=False, special=True)
        self.llama.reset()
        self.llama.eval(tokens)
        sampler = sampler_of(self.llama.n_vocab(), **options)
        out: list[int] = []
        for _ in range(400):
            token = llama_cpp.llama_sampler_sample(sampler, self.llama.ctx, -1)
            if llama_cpp.llama_vocab_is_eog(self.llama._model.vocab, token):
                break
            out.append(token)
            self.llama.eval([token])
        llama_cpp.llama_sampler_free(sampler)
        return self.llama.detokenize(out, special=True).decode(errors="replace")


def sampler_of(size: int, temperature: float = 0.8, repeat_penalty: float = 1.1, seed: int = 1, **_: Any) -> Any:
    """llama.cpp's chain at /chat's defaults, or greedy at temperature 0."""
    chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
    add = llama_cpp.llama_sampler_chain_add
    add(chain, llama_cpp.llama_sampler_init_penalties(size, 64, repeat_penalty, 0.0, 0.0))
    if temperature == 0:
        add(chain, llama_cpp.llama_sampler_init_greedy())
        return chain
    add(chain, llama_cpp.llama_sampler_init_top_k(40))
    add(chain, llama_cpp.llama_sampler_init_top_p(0.95, 1))
    add(chain, llama_cpp.llama_sampler_init_min_p(0.05, 1))
    add(chain, llama_cpp.llama_sampler_init_temp(temperature))
    add(chain, llama_cpp.llama_sampler_init_dist(seed))
    return chain


def parsed(text: str) -> list[Call]:
    """The calls in the answer; an empty list where it is not well formed."""
    inner = text.partition("<|tool_call_start|>")[2].partition("<|tool_call_end|>")[0]
    try:
        nodes = ast.parse(inner, mode="eval").body
        assert isinstance(nodes, ast.List)
        return [
            {"name": node.func.id, "arguments": {word.arg: ast.literal_eval(word.value) for word in node.keywords}}  # type: ignore[attr-defined]
            for node in nodes.elts
        ]
    except (SyntaxError, ValueError, AssertionError, AttributeError):
        return []


def in_process(path: str) -> Any:
    """An answerer for evaluate.measure."""
    chat = Chat(path)
    return lambda case, options: parsed(chat.reply(case.messages, case.tools, **options))


__all__ = ["Case", "Chat", "in_process", "parsed"]
