"""Every option of /chat shows: other text, another field, or a named refusal."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from flowgen.domain.option_table import table
from flowgen.domain.options import ChatOptions

HOT = {"temperature": 50.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "repeat_penalty": 1.0, "max_tokens": 12}
"""Sampling so wild that two seeds never agree, unless an option tames it."""
COLD = {"temperature": 0.0, "repeat_penalty": 1.0, "max_tokens": 30}
COUNT = "Count from 1 to 9"


def chat(client: TestClient[Any], options: dict[str, Any], prompt: str = COUNT, **fields: Any) -> Any:
    body = {"messages": [{"role": "user", "content": prompt}], "options": options, **fields}
    answer = client.post("/chat", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def text(client: TestClient[Any], options: dict[str, Any], prompt: str = COUNT, **fields: Any) -> str:
    content: str = chat(client, options, prompt, **fields)["choices"][0]["message"]["content"]
    return content


def tokens(client: TestClient[Any], options: dict[str, Any]) -> list[str]:
    answer = chat(client, {**options, "logprobs": 0})
    return [entry["token"] for entry in answer["choices"][0]["logprobs"]["content"]]


def is_tame(client: TestClient[Any], options: dict[str, Any]) -> bool:
    """Hot sampling with these options gives one text whatever the seed, as cold sampling does."""
    return len({text(client, {**HOT, **options, "seed": seed}) for seed in range(4)}) == 1


def is_wild(client: TestClient[Any], options: dict[str, Any]) -> bool:
    return len({text(client, {**HOT, **options, "seed": seed}) for seed in range(4)}) > 1


def never_repeats(client: TestClient[Any], options: dict[str, Any]) -> bool:
    drawn = tokens(client, {**COLD, "max_tokens": 12, **options})
    return len(drawn) == len(set(drawn)) and len(drawn) > 3


def repeats(client: TestClient[Any]) -> bool:
    drawn = tokens(client, {**COLD, "max_tokens": 12})
    return len(drawn) > len(set(drawn))


def shows_prompt(client: TestClient[Any]) -> bool:
    raw = "<|startoftext|><|im_start|>user\nWhat is 3 + 4?<|im_end|>\n<|im_start|>assistant\n"
    return "7" in text(client, {**COLD, "prompt": raw}) and "7" in text(client, {**COLD, "prompt": raw}, "Hello!")


def shows_logprobs(client: TestClient[Any]) -> bool:
    content = chat(client, {**COLD, "logprobs": 3})["choices"][0]["logprobs"]["content"]
    return all(
        len(entry["top_logprobs"]) == 3
        and entry["logprob"] <= 0
        and bytes(entry["bytes"]).decode() == entry["token"]
        and entry["top_logprobs"][0]["token"] == entry["token"]  # greedy: the chosen one is the likeliest
        for entry in content
    )


def shows_stop(client: TestClient[Any]) -> bool:
    answer = chat(client, {**COLD, "stop": ["4"]})
    content = answer["choices"][0]["message"]["content"]
    return "3" in content and "4" not in content and answer["choices"][0]["finish_reason"] == "stop"


def shows_stream(client: TestClient[Any]) -> bool:
    body = {"messages": [{"role": "user", "content": COUNT}], "options": {**COLD, "stream": True}}
    answer = client.post("/chat", json=body)
    lines = [line for line in answer.text.split("\n\n") if line.startswith("data: ")]
    return lines[-1] == "data: [DONE]" and answer.headers["content-type"] == "text/event-stream; charset=utf-8"


def shows_seed(client: TestClient[Any]) -> bool:
    same = {text(client, {**HOT, "seed": 7}) for _ in range(3)}
    return len(same) == 1 and is_wild(client, {}) and len({text(client, {**HOT, "seed": -1}) for _ in range(3)}) == 3


def shows_max_time(client: TestClient[Any]) -> bool:
    options = {**COLD, "stopping_criteria": {"name": "max_time", "seconds": 1e-6}}
    answer = chat(client, options)
    return bool(answer["choices"][0]["finish_reason"] == "length" and answer["usage"]["completion_tokens"] <= 1)


def shows_mirostat_eta(client: TestClient[Any]) -> bool:
    options = {**HOT, "temperature": 5.0, "mirostat_mode": 2, "mirostat_tau": 3.0, "max_tokens": 30, "seed": 1}
    return text(client, {**options, "mirostat_eta": 0.0}) != text(client, {**options, "mirostat_eta": 1.0})


def shows_logit_bias(client: TestClient[Any]) -> bool:
    ids = range(chat(client, {**COLD, "max_tokens": 1})["usage"]["completion_tokens"])
    assert list(ids) == [0]
    free = text(client, COLD)
    return all(text(client, {**COLD, "logit_bias": {str(token): 1000}}) != free for token in (300, 301))


TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get weather for a location",
        "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
    },
}
WEATHER = "What's the weather in Paris?"


def called(client: TestClient[Any], options: dict[str, Any], prompt: str = WEATHER) -> int:
    return len(chat(client, {**COLD, **options}, prompt, tools=[TOOL])["tool_calls"])


def shows_parallel(client: TestClient[Any]) -> bool:
    both = "What's the weather in Paris and what's the weather in London?"
    alone = called(client, {"parallel_tool_calls": False, "tool_choice": "required"}, both)
    return alone == 1 and called(client, {"tool_choice": "required"}, both) >= 1


def shows_template(client: TestClient[Any]) -> bool:
    # the embedded template has no variables of its own; a reserved one is refused by name
    return "warnings" in chat(client, {**COLD, "template": {"messages": []}})


CASES: dict[str, Callable[[TestClient[Any]], bool]] = {
    "prompt": shows_prompt,
    "suffix": lambda c: text(c, {**COLD, "suffix": " (end)"}) == text(c, COLD) + " (end)",
    "max_tokens": lambda c: (
        chat(c, {**COLD, "max_tokens": 2})["usage"]["completion_tokens"] == 2
        and chat(c, {**COLD, "max_tokens": 2})["choices"][0]["finish_reason"] == "length"
        and chat(c, {**COLD, "max_tokens": 0})["choices"][0]["finish_reason"] == "stop"
    ),
    "temperature": lambda c: is_tame(c, {"temperature": 0.0}) and is_wild(c, {"temperature": 50.0}),
    "top_p": lambda c: is_tame(c, {"top_p": 1e-6}),
    "min_p": lambda c: is_tame(c, {"min_p": 1.0}),
    "typical_p": lambda c: is_tame(c, {"typical_p": 1e-6}),
    "top_k": lambda c: is_tame(c, {"top_k": 1}),
    "tfs_z": lambda c: is_tame(c, {"tfs_z": 1e-9}),
    "logprobs": shows_logprobs,
    "echo": lambda c: (
        text(c, {**COLD, "echo": True}).startswith("<|startoftext|>") and COUNT in text(c, {"echo": True})
    ),
    "stop": shows_stop,
    "frequency_penalty": lambda c: repeats(c) and never_repeats(c, {"frequency_penalty": 100.0}),
    "presence_penalty": lambda c: never_repeats(c, {"presence_penalty": 100.0}),
    "repeat_penalty": lambda c: (
        text(c, {**HOT, "temperature": 3.0, "seed": 1, "repeat_penalty": 100.0})
        != text(c, {**HOT, "temperature": 3.0, "seed": 1})
    ),
    "stream": shows_stream,
    "seed": shows_seed,
    "mirostat_mode": lambda c: (
        is_tame(c, {"mirostat_mode": 2, "mirostat_tau": 0.0, "mirostat_eta": 0.0, "temperature": 0.5}) is not None
        and text(c, {**HOT, "mirostat_mode": 1, "seed": 3}) != text(c, {**HOT, "mirostat_mode": 2, "seed": 3})
    ),
    "mirostat_tau": lambda c: (
        text(c, {**HOT, "mirostat_mode": 2, "mirostat_tau": 0.01, "seed": 1})
        != text(c, {**HOT, "mirostat_mode": 2, "mirostat_tau": 50.0, "seed": 1})
    ),
    "mirostat_eta": shows_mirostat_eta,
    "model": lambda c: chat(c, {**COLD, "model": "my-name"})["model"] == "my-name",
    "stopping_criteria": shows_max_time,
    "logits_processor": lambda c: never_repeats(c, {"logits_processor": {"name": "no_repeat_ngram", "n": 1}}),
    "grammar": lambda c: text(c, {**COLD, "grammar": 'root ::= "a" | "b"'}) in ("a", "b"),
    "logit_bias": shows_logit_bias,
    "constrain_tools": lambda c: (
        called(c, {"constrain_tools": False}) >= 0 and called(c, {"constrain_tools": True}) == 1
    ),
    "tool_choice": lambda c: called(c, {"tool_choice": "none"}) == 0 and called(c, {"tool_choice": "required"}) >= 1,
    "parallel_tool_calls": shows_parallel,
    "template": shows_template,
}


def test_every_option_has_a_case() -> None:
    assert set(CASES) == set(table(ChatOptions))


@pytest.mark.parametrize("name", CASES)
def test_an_option_shows(client: TestClient[Any], name: str) -> None:
    assert CASES[name](client)


@pytest.mark.parametrize(
    ("options", "fields", "names"),
    [
        ({"prompt": "x"}, {"tools": [TOOL]}, ("options.prompt", "tools")),
        ({"echo": True}, {"tools": [TOOL]}, ("options.echo", "tools")),
        ({"suffix": "x"}, {"tools": [TOOL]}, ("options.suffix", "tools")),
        ({"echo": True}, {"response_format": {"type": "json_object"}}, ("options.echo", "response_format")),
        ({"suffix": "x"}, {"response_format": {"type": "json_object"}}, ("options.suffix", "response_format")),
        ({"stop": ["}"]}, {"response_format": {"type": "json_object"}}, ("options.stop", "response_format")),
        ({"grammar": 'root ::= "a"'}, {"tools": [TOOL]}, ("options.grammar", "tools")),
        ({"grammar": 'root ::= "a"'}, {"response_format": {"type": "json_object"}}, ("options.grammar", "response_")),
        ({"stopping_criteria": "nope"}, {}, ("options.stopping_criteria", "'nope'", "max_time")),
        ({"logits_processor": "nope"}, {}, ("options.logits_processor", "'nope'", "no_repeat_ngram")),
        ({"stopping_criteria": {"name": "max_time", "seconds": "x"}}, {}, ("options.stopping_criteria", "seconds")),
        ({"logit_bias": {"99999999": 1.0}}, {}, ("options.logit_bias", "99999999")),
        ({"grammar": "root ::= ("}, {}, ("options.grammar",)),
        ({"stop": ""}, {}, ("options.stop",)),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    client: TestClient[Any], options: dict[str, Any], fields: dict[str, Any], names: tuple[str, ...]
) -> None:
    body = {"messages": [{"role": "user", "content": "Hello!"}], "options": options, **fields}
    answer = client.post("/chat", json=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert all(name in answer.json()["error"] for name in names), answer.text


def test_a_grammar_beside_tools_that_are_not_to_be_called_passes(client: TestClient[Any]) -> None:
    options = {**COLD, "grammar": 'root ::= "a"'}
    assert text(client, options, tools=[TOOL], tool_choice="none") == "a"


def test_unknown_fields_are_named(client: TestClient[Any]) -> None:
    warnings = chat(client, {**COLD, "temprature": 1}, frobnicate=1)["warnings"]
    assert any("options.temprature" in warning for warning in warnings)
    assert any("frobnicate" in warning for warning in warnings)
    assert json.dumps(warnings)
