"""HTTP over the real application and formats, and a runtime that says what it is told: what leaves as what."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from dependency_injector import providers

from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings
from flowgen.domain.messages import ToolCall
from flowgen.domain.model import ModelSpec
from flowgen.testing.scripted_factory import ScriptedRuntimeFactory
from flowgen.testing.scripted_runtime import ScriptedAnswer, ScriptedRuntime, scripted_info

TEMPLATE = (
    "{% if tools %}{{ tools | tojson }}\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
THINKING = TEMPLATE + "{# <think></think> #}"
CONTROL: tuple[str, ...] = ("<|im_start|>", "<|im_end|>", "<|tool_call_start|>", "<|tool_call_end|>")
CALLS = [ToolCall(name="get_weather", arguments={"location": "Zürich [x]", "days": 2})]
TOOL = {
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["location", "days"],
    },
}
ASK = {"messages": [{"role": "user", "content": "Wetter?"}]}
FORMATS = ["function_list", "hermes_json", "lfm2"]


class Scene:
    """A server whose model says `says`."""

    def __init__(self) -> None:
        self.says: str | ScriptedAnswer = "ok"
        self.template = TEMPLATE
        self.control = CONTROL
        self.factory = ScriptedRuntimeFactory(self._runtime)
        container = make_container(Settings(port=0, engine="inline"))
        container.runtimes.override(providers.Object(self.factory))
        self.formats = container.formats()
        transport = httpx.ASGITransport(app=container.app())  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    def _runtime(self, spec: ModelSpec) -> ScriptedRuntime:
        info = scripted_info(control_tokens=self.control)
        facts = msgspec.structs.replace(info.facts, path=spec.path, templates={"default": self.template})
        return ScriptedRuntime(lambda _: self.says, info=msgspec.structs.replace(info, facts=facts))

    async def load(self, **options: Any) -> dict[str, Any]:
        answer = await self.client.post("/load", json={"model_path": "/m/scripted.gguf", "options": options})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def chat(self, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Ask both ways, check that they agree, and give the whole answer with the joined `pieces`."""
        answer = await self.client.post("/chat", json={**ASK, **body, "options": {"max_tokens": 0, **options}})
        assert answer.status_code == 200, answer.text
        options["stream"] = True
        stream = await self.client.post("/chat", json={**ASK, **body, "options": {"max_tokens": 0, **options}})
        assert stream.text.endswith("data: [DONE]\n\n")
        events = [json.loads(line[6:]) for line in stream.text.split("\n") if line.startswith("data: {")]
        whole, streamed = answer.json(), events.pop()["completion"]
        assert _stable(whole) == _stable(streamed)
        for kind in ("content", "reasoning"):
            assert "".join(event.get(kind, "") for event in events) == whole["choices"][0]["message"].get(kind, "")
        return dict(whole)


def _stable(body: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from answer to answer."""
    calls = [{**call, "id": bool(call["id"])} for call in body["tool_calls"]]
    return {**body, "id": "", "created": 0, "tool_calls": calls}


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    async with scene.client:
        yield scene


def in_letters(text: str) -> ScriptedAnswer:
    """The text cut everywhere but inside of control tokens."""
    pieces: list[str] = []
    while text:
        piece = next((token for token in CONTROL if text.startswith(token)), text[0])
        pieces.append(piece)
        text = text[len(piece) :]
    return ScriptedAnswer(pieces=tuple(pieces))


@pytest.mark.parametrize("name", FORMATS)
async def test_markup_never_leaks_and_calls_arrive_whole(scene: Scene, name: str) -> None:
    report = await scene.load(tool_call_format=name)
    assert report["tool_call_format"] == name
    scene.says = in_letters(scene.formats.get(name).write(CALLS))
    body = await scene.chat({"tools": [TOOL]})
    assert body["choices"][0] == {"message": {"role": "assistant", "content": ""}, "finish_reason": "stop"}
    assert [(call["name"], call["arguments"]) for call in body["tool_calls"]] == [
        ("get_weather", {"location": "Zürich [x]", "days": 2})
    ]
    assert body["tool_calls"][0]["id"]
    assert "incomplete_tool_call" not in body


@pytest.mark.parametrize("name", FORMATS)
async def test_a_call_that_is_cut_is_kept_as_what_it_is(scene: Scene, name: str) -> None:
    await scene.load(tool_call_format=name)
    scene.says = in_letters(scene.formats.get(name).write(CALLS))
    body = await scene.chat({"tools": [TOOL]}, max_tokens=len(scene.says.pieces) // 2)
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["choices"][0]["message"]["content"] == ""
    assert body["tool_calls"] == []
    assert "get_weather" in body["incomplete_tool_call"]
    assert any("incomplete_tool_call" in warning for warning in body["warnings"])


@pytest.mark.parametrize("name", FORMATS)
async def test_under_none_nothing_is_a_call(scene: Scene, name: str) -> None:
    await scene.load(tool_call_format=name)
    scene.says = "plain [text] with <tool_call>"
    body = await scene.chat({"tools": [TOOL], "tool_choice": "none"})
    assert body["choices"][0]["message"]["content"] == "plain [text] with <tool_call>"
    assert body["tool_calls"] == []


async def test_reasoning_is_never_content(scene: Scene) -> None:
    scene.template = THINKING
    await scene.load()
    scene.says = "<think>hm, é</think>Ja."
    message = (await scene.chat({}))["choices"][0]["message"]
    assert (message["reasoning"].strip(), message["content"].strip()) == ("hm, é", "Ja.")


async def test_echo_and_suffix_stand_around_the_answer(scene: Scene) -> None:
    await scene.load()
    body = await scene.chat({}, prompt="Once", echo=True, suffix=" End.")
    assert body["choices"][0]["message"]["content"] == "Onceok End."


async def test_a_stop_string_is_not_part_of_the_answer(scene: Scene) -> None:
    await scene.load()
    scene.says = "one two three"
    assert (await scene.chat({}, stop=[" thr"]))["choices"][0]["message"]["content"] == "one two"


async def test_tools_without_a_format_are_refused_by_name(scene: Scene) -> None:
    scene.control = CONTROL[:2]
    assert (await scene.load())["tool_call_format"] is None
    answer = await scene.client.post("/chat", json={**ASK, "tools": [TOOL], "tool_choice": "required"})
    assert answer.status_code == 400
    assert "tool" in answer.json()["error"]


async def test_a_schema_that_cannot_be_enforced_is_refused_by_keyword_and_pointer(scene: Scene) -> None:
    await scene.load()
    schema = {"type": "object", "properties": {"a": {"$ref": "https://example.com/a.json"}}}
    response_format = {"type": "json_object", "schema": schema}
    answer = await scene.client.post("/chat", json={**ASK, "response_format": response_format})
    assert answer.status_code == 400
    assert "response_format.schema" in answer.json()["error"]
    assert "/properties/a/$ref" in answer.json()["error"]


async def test_tools_that_are_nested_too_deeply_are_refused(scene: Scene) -> None:
    await scene.load()
    parameters: dict[str, Any] = {}
    for _ in range(300):
        parameters = {"type": "object", "properties": {"a": parameters}}
    answer = await scene.client.post("/chat", json={**ASK, "tools": [{**TOOL, "parameters": parameters}]})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("tools")


async def test_a_message_that_the_template_leaves_out_is_refused(scene: Scene) -> None:
    scene.template = TEMPLATE.replace("for m in messages", "for m in messages if m.role != 'system'")
    await scene.load()
    messages = [{"role": "system", "content": "Be kind."}, *ASK["messages"]]
    answer = await scene.client.post("/chat", json={"messages": messages})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("messages[0]: the model's template leaves messages of role 'system' out.")


async def test_a_prompt_that_is_too_long_names_both_numbers(scene: Scene) -> None:
    await scene.load()
    answer = await scene.client.post("/chat", json={"messages": [{"role": "user", "content": "x" * 5000}]})
    assert answer.status_code == 400
    assert "the context holds 4096" in answer.json()["error"]
