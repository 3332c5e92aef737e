"""Whatever JSON comes, it is read or refused by name: nothing else is ever raised."""

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flowgen.domain.errors import InvalidRequest
from flowgen.domain.model import ModelSpec
from flowgen.domain.options import ChatOptions, LoadOptions
from flowgen.http.native.mapping import read_chat, read_load, read_unload, settle

_NAMES = [
    *("messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "options", "role", "content"),
    *("tool_calls", "function", "name", "arguments", "id", "type", "text", "schema", "json_schema", "parameters"),
    *("tool_call_id", "reasoning", "model_path", "tokenizer_name", "force", "odd"),
    *ChatOptions.__struct_fields__,
    *LoadOptions.__struct_fields__,
]
_TEXTS = ["", "user", "assistant", "tool", "function", "text", "json_object", "json_schema", "required", "{}", "5", "x"]
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(_TEXTS)
)


def _objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(_NAMES), values, max_size=5)


_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | _objects(inner), max_leaves=12)
_MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "system"])},
        optional={"content": _JSON, "tool_calls": st.lists(_JSON, max_size=2), "tool_call_id": _SCALARS},
    ),
    max_size=4,
)
_CHATS = st.fixed_dictionaries(
    {"messages": _MESSAGES | _JSON},
    optional={
        "tools": st.lists(_JSON, max_size=2) | _JSON,
        "tool_choice": _JSON,
        "response_format": _objects(_JSON) | _JSON,
        "options": _objects(_JSON) | _JSON,
    },
)


class NoModels:
    def model_file(self, name: str) -> str | None:
        return None

    def tokenizer_folder(self, name: str) -> str | None:
        return None


@given(_CHATS)
def test_any_chat_is_read_or_refused(body: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidRequest):
        settle(read_chat(body), ModelSpec(name="a", path="b"))


@given(_objects(_JSON), _JSON)
def test_any_load_is_read_or_refused(options: dict[str, Any], path: Any) -> None:
    with contextlib.suppress(InvalidRequest):
        spec, _ = read_load({"model_path": path, "options": options}, NoModels())
        settle(read_chat({"messages": [{"role": "user", "content": "x"}]}), spec)


@given(_objects(_JSON))
def test_any_unload_is_read_or_refused(body: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidRequest):
        read_unload(body)
