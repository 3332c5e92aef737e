"""A body of /load becomes a ModelSpec, or a 400 that names the field."""

from typing import Any

import pytest

from flowgen.domain.errors import InvalidRequest
from flowgen.domain.options import LoadOptions
from flowgen.http.native.mapping import read_load, read_unload


class OneModel:
    """A catalog with one embedded model."""

    def model_file(self, name: str) -> str | None:
        return "/pkg/nano.gguf" if name == "flowgen-nano" else None

    def tokenizer_folder(self, name: str) -> str | None:
        return "/pkg/tokenizer" if name == "flowgen-nano" else None


def test_an_embedded_model_is_loaded_by_name() -> None:
    spec, warnings = read_load({"model_path": "flowgen-nano", "tokenizer_name": "flowgen-nano"}, OneModel())
    assert (spec.name, spec.path, spec.tokenizer_name) == ("flowgen-nano", "/pkg/nano.gguf", "flowgen-nano")
    assert warnings == ()


@pytest.mark.parametrize(
    ("path", "name"), [("/models/a.b.gguf", "a.b"), ("x.gguf", "x"), ("x.bin", "x.bin"), ("/", "/"), ("/m/", "/m/")]
)
def test_a_file_is_named_after_itself(path: str, name: str) -> None:
    spec, _ = read_load({"model_path": path, "tokenizer_name": "org/name"}, OneModel())
    assert (spec.name, spec.path, spec.tokenizer_name) == (name, path, "org/name")


def test_a_tilde_is_the_home_folder_as_it_is_in_a_tokenizers_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    body = {"model_path": "~/m/x.gguf", "options": {"lora_path": "~/a.gguf"}}
    spec, _ = read_load(body, OneModel())
    assert (spec.name, spec.path, spec.options.lora_path) == ("x", "/home/ada/m/x.gguf", "/home/ada/a.gguf")
    assert read_load({"model_path": "~\0/x.gguf"}, OneModel())[0].path == "~\0/x.gguf"


def test_chat_options_become_the_defaults_of_chats_and_the_seed_is_the_models() -> None:
    options = {"n_ctx": 512, "temperature": 1, "seed": 5, "stop": "x", "n_threads": None, "no_such": 1}
    spec, warnings = read_load({"model_path": "m", "options": options, "extra": 1}, OneModel())
    assert spec.options == LoadOptions(n_ctx=512, seed=5)
    assert spec.chat_defaults == {"temperature": 1.0, "stop": "x"}
    assert warnings == ("extra is unknown and was ignored.", "options.no_such is unknown and was ignored.")


def test_options_beside_their_place_are_told_where_it_is() -> None:
    _, warnings = read_load({"model_path": "m", "n_ctx": 1, "temperature": 1}, OneModel())
    assert warnings == (
        "n_ctx is unknown and was ignored. Give it as options.n_ctx.",
        "temperature is unknown and was ignored. Give it as options.temperature.",
    )


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "model_path", "is required: a string"),
    ({"model_path": None}, "model_path", "a string"),
    ({"model_path": 3}, "model_path", "got 3"),
    ({"model_path": ""}, "model_path", "not empty"),
    ({"model_path": "m", "tokenizer_name": 3}, "tokenizer_name", "a string"),
    ({"model_path": "m", "tokenizer_name": ""}, "tokenizer_name", "not empty"),
    ({"model_path": "m", "options": "x"}, "options", "an object"),
    ({"model_path": "m", "options": {"n_ctx": "big"}}, "options.n_ctx", "'big'"),
    ({"model_path": "m", "options": {"n_ctx": -1}}, "options.n_ctx", "from 0"),
    ({"model_path": "m", "options": {"n_gpu_layers": 2**70}}, "options.n_gpu_layers", "to 2147483647"),
    ({"model_path": "m", "options": {"main_gpu": 2**31}}, "options.main_gpu", "to 2147483647"),
    ({"model_path": "m", "options": {"kv_overrides": {"a": 2**63}}}, "options.kv_overrides", "to 9223372036854775807"),
    ({"model_path": "m", "options": {"kv_overrides": {"a": 2**70}}}, "options.kv_overrides", "to 9223372036854775807"),
    *(
        ({"model_path": "m", "options": {name: value}}, f"options.{name}", "to 3.4e+38")
        for value in (1e39, 1e300)
        for name in ("rope_freq_base", "rope_freq_scale", "yarn_ext_factor", "yarn_attn_factor", "yarn_beta_fast")
    ),
    ({"model_path": "m", "options": {"yarn_beta_slow": 1e39}}, "options.yarn_beta_slow", "to 3.4e+38"),
    ({"model_path": "m", "options": {"lora_scale": -1e39}}, "options.lora_scale", "from -3.4e+38 to 3.4e+38"),
    ({"model_path": "m", "options": {"tensor_split": [1e39]}}, "options.tensor_split", "to 3.4e+38"),
    ({"model_path": "m", "options": {"lora_base": "x"}}, "options.lora_base", "refused"),
    ({"model_path": "m", "options": {"temperature": -1}}, "options.temperature", "from 0.0"),
    ({"model_path": "m", "options": {"tool_choice": "any"}}, "options.tool_choice", '"required"'),
    ({"model_path": "m", "options": {"stop": [""]}}, "options.stop[0]", "not empty"),
    ({"model_path": "m", "options": {"stopping_criteria": {"n": 1}}}, "options.stopping_criteria.name", "plugin"),
]


@pytest.mark.parametrize(("body", "field", "text"), BAD)
def test_a_bad_field_is_named_with_what_is_allowed(body: dict[str, Any], field: str, text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_load(body, OneModel())
    assert caught.value.field == field
    assert text in str(caught.value)


def test_unload_may_be_forced() -> None:
    assert read_unload({})[0].force is False
    body, warnings = read_unload({"force": True, "now": 1})
    assert body.force
    assert warnings == ("now is unknown and was ignored.",)
    with pytest.raises(InvalidRequest, match="force: got 'yes'; allowed: true or false"):
        read_unload({"force": "yes"})
