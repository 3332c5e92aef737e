"""Each documented field of /v1 changes what the engine is asked or what is answered, or is a 400 that names it."""

from typing import Any

import pytest

from flowgen.domain.errors import InvalidField, RefusedField
from flowgen.http.openai.fields import ROWS, why_refused
from flowgen.http.openai.mapping import read_completion, settle
from flowgen.http.openai.text_mapping import read_embedding, read_text, settle_text
from support.loaded import loaded_model

MESSAGES = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Hi"}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
TOOL = {"type": "function", "function": {"name": "sum", "parameters": SCHEMA}}
GAP = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
EXAMPLES: dict[str, Any] = {
    "max_tokens": 7,
    "n_predict": 7,
    "max_completion_tokens": 7,
    "n": 2,
    "stream": True,
    "stream_options": {"include_usage": True},
    "stop": ["x"],
    "seed": 7,
    "temperature": 0.3,
    "top_p": 0.5,
    "top_k": 3,
    "min_p": 0.2,
    "typical_p": 0.5,
    "tfs_z": 0.5,
    "typ_p": 0.5,
    "n_indent": 2,
    "logits_processors": ["x"],
    "top_n_sigma": 1.5,
    "dynatemp_range": 0.5,
    "dynatemp_exponent": 2.0,
    "xtc_probability": 0.5,
    "xtc_threshold": 0.3,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "repeat_penalty": 1.3,
    "repeat_last_n": 5,
    "dry_multiplier": 0.8,
    "dry_base": 2.0,
    "dry_allowed_length": 4,
    "dry_penalty_last_n": 9,
    "dry_sequence_breakers": ["x"],
    "mirostat": 2,
    "mirostat_tau": 3.0,
    "mirostat_eta": 0.2,
    "logit_bias": {"5": 1.0},
    "ignore_eos": True,
    "grammar": 'root ::= "a"',
    "json_schema": SCHEMA,
    "guided_json": SCHEMA,
    "guided_regex": "a+",
    "guided_choice": ["a", "b"],
    "guided_grammar": 'start: "a"',
    "structured_outputs": {"regex": "a+"},
    "cache_prompt": False,
    "add_special_tokens": True,
    "samplers": ["top_k"],
    "min_keep": 2,
    "n_keep": 2,
    "n_probs": 2,
    "id_slot": 1,
    "t_max_predict_ms": 5,
    "post_sampling_probs": True,
    "repetition_penalty": 1.3,
    "min_tokens": 3,
    "stop_token_ids": [5],
    "include_stop_str_in_output": True,
    "skip_special_tokens": False,
    "bad_words": ["x"],
    "allowed_token_ids": [5],
    "truncate_prompt_tokens": 5,
    "use_beam_search": True,
    "best_of": 3,
    "length_penalty": 2.0,
    "prompt_logprobs": 1,
    "lora": [{"id": 0, "scale": 0.5}],
    "chat_template": "x",
    "documents": [{"text": "x"}],
    "guided_whitespace_pattern": " ",
    "logprobs": True,
    "top_logprobs": 3,
    "response_format": {"type": "json_object"},
    "tools": [TOOL],
    "tool_choice": "none",
    "parallel_tool_calls": False,
    "reasoning_effort": "low",
    "chat_template_kwargs": {"x": 1},
    "continue_final_message": True,
    "add_generation_prompt": False,
    "functions": [{"name": "f"}],
    "function_call": "auto",
    "audio": {"voice": "x"},
    "modalities": ["audio"],
    "web_search_options": {"a": 1},
    "echo": True,
    "suffix": "end",
    "messages": [{"role": "user", "content": "Another."}],
    "prompt": [5, 6],
    "dimensions": 3,
    "encoding_format": "base64",
    "input": ["x", "y"],
}
NO_EFFECT = {"model", "reasoning_format", "embd_normalize"}
"""`model` is what the page says: any name. The others allow nothing but what is done anyhow."""
BESIDE: dict[str, dict[str, Any]] = {
    "top_logprobs": {"logprobs": True},
    "tool_choice": {"tools": [TOOL]},
    "continue_final_message": {"messages": MESSAGES},
}
BASE: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": MESSAGES[:1]},
    "/v1/completions": {"prompt": "Once"},
    "/v1/embeddings": {"input": "x"},
}


def asked(path: str, body: dict[str, Any]) -> Any:
    """What the engine would be asked, and how it is to be answered."""
    model = loaded_model(source="reasoning_effort", control=GAP, logits_all=True)
    if path == "/v1/chat/completions":
        chat = read_completion(body)
        return settle(chat, model), chat.body.n, chat.body.stream, chat.include_usage
    if path == "/v1/completions":
        text = read_text(body)
        return settle_text(text, model), text.body.n, text.body.stream, text.include_usage
    embedding = read_embedding(body)
    return embedding.inputs, embedding.body.dimensions, embedding.body.encoding_format


def examples() -> list[tuple[str, str]]:
    return [(path, name) for path, rows in ROWS.items() for name in rows if name not in NO_EFFECT]


@pytest.mark.parametrize(("path", "name"), examples())
def test_a_field_has_an_effect_or_is_refused_by_name(path: str, name: str) -> None:
    value = EXAMPLES[name]
    if (path, name) == ("/v1/completions", "logprobs"):
        value = 2
    beside = {**BASE[path], **BESIDE.get(name, {})}
    if name == "continue_final_message":
        beside["continue_final_message"] = False
    if ROWS[path][name].refused or name == "add_generation_prompt":
        with pytest.raises(RefusedField) as refused:
            asked(path, {**beside, name: value})
        assert refused.value.field == name
    else:
        assert asked(path, {**beside, name: value}) != asked(path, beside)


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, rows in ROWS.items() for name, row in rows.items() if row.refused]
)
def test_a_lenient_server_warns_where_a_strict_one_refuses(path: str, name: str) -> None:
    body = {**BASE[path], name: EXAMPLES[name]}
    readers: dict[str, Any] = {
        "/v1/chat/completions": read_completion,
        "/v1/completions": read_text,
        "/v1/embeddings": read_embedding,
    }
    with pytest.raises(RefusedField):
        readers[path](body)
    assert any(warning.startswith(f"{name} was ignored: ") for warning in readers[path](body, is_lenient=True).warnings)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"tools": [TOOL], "tool_choice": "required"}, "tools"), ({"reasoning_effort": "low"}, "reasoning_effort")],
)
def test_what_a_model_lacks_is_refused_or_warned_of(body: dict[str, Any], field: str) -> None:
    model = loaded_model(calls=False)
    whole = {**BASE["/v1/chat/completions"], **body}
    with pytest.raises(RefusedField) as refused:
        settle(read_completion(whole), model)
    assert refused.value.field == field
    settled = settle(read_completion(whole, is_lenient=True), model)
    assert settled.request.tools == ()
    assert any(field in warning for warning in settled.warnings)
    assert why_refused(ROWS["/v1/chat/completions"][field], model)


def test_variables_that_the_template_does_not_read_are_named() -> None:
    variables = {"enable_thinking": False, "odd": 1, "thinking": True}
    body = {**BASE["/v1/chat/completions"], "chat_template_kwargs": variables}
    settled = settle(read_completion(body), loaded_model(source="{{ enable_thinking }}"))
    assert settled.warnings == tuple(
        f"chat_template_kwargs.{name}: the model's template does not read it." for name in ("odd", "thinking")
    )


def test_the_prompts_numbers_that_are_not_computed_are_refused_or_left_out() -> None:
    body = {"prompt": "Once", "echo": True, "logprobs": 1}
    with pytest.raises(RefusedField, match=r"logprobs is refused: .*logits_all"):
        settle_text(read_text(body), loaded_model())
    requests, warnings = settle_text(read_text(body, is_lenient=True), loaded_model())
    assert (requests[0].logprobs, requests[0].echo, len(warnings)) == (None, True, 1)


@pytest.mark.parametrize("tokens", [[2**31], [5, -1], [[5], [2**70]]])
def test_ids_that_no_model_has_are_refused_by_name(tokens: Any) -> None:
    for reader, name in ((read_text, "prompt"), (read_embedding, "input")):
        with pytest.raises(InvalidField, match=f"{name}: got .* token ids from 0") as refused:
            reader({name: tokens})
        assert refused.value.field == name
