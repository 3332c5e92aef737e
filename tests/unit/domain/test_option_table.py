"""The table of options: complete against the API, its ranges enforced, its refusals named."""

from typing import Annotated, Any

import pytest
from msgspec import Meta

from flowgen.domain.errors import InvalidField, RefusedField
from flowgen.domain.option_table import parse, table
from flowgen.domain.options import ChatOptions, LoadOptions
from flowgen.domain.values import Value

LOAD_OPTIONS = [
    "n_gpu_layers",
    "split_mode",
    "main_gpu",
    "tensor_split",
    "vocab_only",
    "use_mmap",
    "use_mlock",
    "kv_overrides",
    "seed",
    "n_ctx",
    "n_batch",
    "n_ubatch",
    "n_threads",
    "n_threads_batch",
    "rope_scaling_type",
    "pooling_type",
    "rope_freq_base",
    "rope_freq_scale",
    "yarn_ext_factor",
    "yarn_attn_factor",
    "yarn_beta_fast",
    "yarn_beta_slow",
    "yarn_orig_ctx",
    "logits_all",
    "embedding",
    "offload_kqv",
    "flash_attn",
    "op_offload",
    "swa_full",
    "no_perf",
    "last_n_tokens_size",
    "lora_base",
    "lora_scale",
    "lora_path",
    "numa",
    "chat_format",
    "chat_handler",
    "draft_model",
    "tokenizer",
    "verbose",
    "type_k",
    "type_v",
    "spm_infill",
    "n_seq_max",
    "n_cells",
    "tool_call_format",
]
CHAT_OPTIONS = [
    "prompt",
    "suffix",
    "max_tokens",
    "temperature",
    "top_p",
    "min_p",
    "typical_p",
    "logprobs",
    "echo",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "repeat_penalty",
    "top_k",
    "stream",
    "seed",
    "tfs_z",
    "mirostat_mode",
    "mirostat_tau",
    "mirostat_eta",
    "model",
    "stopping_criteria",
    "logits_processor",
    "grammar",
    "logit_bias",
]


@pytest.mark.parametrize(("declaration", "names"), [(LoadOptions, LOAD_OPTIONS), (ChatOptions, CHAT_OPTIONS)])
def test_every_option_of_the_api_is_a_row_with_a_description(declaration: Any, names: list[str]) -> None:
    rows = table(declaration)
    assert set(names) <= set(rows)
    assert all(row.description for row in rows.values())


def test_defaults_are_those_of_the_api() -> None:
    chat = {name: row.default for name, row in table(ChatOptions).items()}
    assert (chat["max_tokens"], chat["temperature"], chat["top_p"], chat["top_k"]) == (100, 0.8, 0.95, 40)
    assert (chat["repeat_penalty"], chat["min_p"], chat["stream"]) == (1.1, 0.05, False)
    load = {name: row.default for name, row in table(LoadOptions).items()}
    assert (load["n_ctx"], load["n_batch"], load["verbose"], load["n_gpu_layers"]) == (2048, 256, False, 0)


def test_every_default_is_allowed() -> None:
    for declaration in (LoadOptions, ChatOptions):
        rows = table(declaration)
        given = {name: row.default for name, row in rows.items()}
        values, unknown = parse(rows, given, "options")
        assert unknown == []
        assert values == {name: default for name, default in given.items() if default is not None}


@pytest.mark.parametrize(
    ("declaration", "given", "parts"),
    [
        (ChatOptions, {"temperature": -0.5}, ("options.temperature", "-0.5", "a number from 0.0")),
        (ChatOptions, {"temperature": "hot"}, ("options.temperature", "'hot'", "a number")),
        (ChatOptions, {"top_k": True}, ("options.top_k", "true", "an integer")),
        (ChatOptions, {"max_tokens": 1.5}, ("options.max_tokens", "1.5", "an integer")),
        (ChatOptions, {"repeat_penalty": 0}, ("options.repeat_penalty", "0", "above 0")),
        (ChatOptions, {"stop": [1]}, ("options.stop", "[1]", "a list of (a string)")),
        (ChatOptions, {"logit_bias": {"1": "x"}}, ("options.logit_bias", "an object of (a number)")),
        (ChatOptions, {"seed": 2**32}, ("options.seed", str(2**32), "-1 to 4294967295")),
        (LoadOptions, {"n_ctx": -1}, ("options.n_ctx", "-1", "from 0")),
        (LoadOptions, {"n_threads": 0}, ("options.n_threads", "0", "from 1 to 512")),
        (LoadOptions, {"use_mmap": "yes"}, ("options.use_mmap", "'yes'", "true or false")),
    ],
)
def test_a_wrong_value_says_which_field_what_came_and_what_is_allowed(
    declaration: Any, given: dict[str, Any], parts: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidField) as caught:
        parse(table(declaration), given, "options")
    assert all(part in str(caught.value) for part in parts)


@pytest.mark.parametrize(("name", "value"), [("lora_base", "base.gguf"), ("spm_infill", True)])
def test_a_refused_option_says_why(name: str, value: Any) -> None:
    with pytest.raises(RefusedField, match=f"options.{name} is refused: "):
        parse(table(LoadOptions), {name: value}, "options")


@pytest.mark.parametrize(("name", "value"), [("lora_base", None), ("spm_infill", False), ("spm_infill", None)])
def test_a_refused_option_passes_at_its_neutral_value(name: str, value: Any) -> None:
    values, unknown = parse(table(LoadOptions), {name: value}, "options")
    assert values.get(name, None) in (None, False)
    assert unknown == []


class Rows(Value, frozen=True):
    """Refused options of each kind."""

    place: Annotated[int, Meta(extra={"refused": "there is one"})] = -1
    words: Annotated[list[str], Meta(extra={"refused": "there are none"})] = []
    cache: Annotated[bool, Meta(extra={"refused": "it is always on"})] = True


@pytest.mark.parametrize("given", [{"place": 0}, {"words": ["x"]}, {"cache": False}])
def test_zero_and_false_are_neutral_only_where_they_ask_for_nothing(given: dict[str, Any]) -> None:
    with pytest.raises(RefusedField):
        parse(table(Rows), given, "")
    assert parse(table(Rows), {"place": -1, "words": [], "cache": True}, "")[1] == []


def test_unknown_names_are_given_back_and_null_is_left_out() -> None:
    assert parse(table(ChatOptions), {"temprature": 1, "seed": None}, "options") == ({}, ["temprature"])
