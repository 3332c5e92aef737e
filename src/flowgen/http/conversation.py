"""Messages and tools: wire -> domain. Knows both shapes of a past call; refuses to know templates and tool syntaxes."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import msgspec

from flowgen.domain.errors import ConflictingFields, InvalidField, RefusedField
from flowgen.domain.messages import Message, Role, Tool, ToolCall, ToolChoice
from flowgen.domain.values import JsonObject
from flowgen.http.conversation_wire import (
    AssistantMessage,
    Content,
    FunctionBody,
    NamedChoice,
    NamedFunction,
    NativeCall,
    RefusalPart,
    TextMessage,
    TextPart,
    ToolMessage,
    WrappedCall,
    WrappedFunction,
    WrappedTool,
)
from flowgen.http.reading import read

_OTHER_MEDIA = {"image_url", "image", "input_image", "input_audio", "audio_url", "video_url", "file", "input_file"}
CHOICES = '"auto", "none", "required" or {"type": "function", "function": {"name": ...}}'


def messages(raw: list[Any], unknown: list[str]) -> tuple[Message, ...]:
    """Read a conversation; results that stand together come out in the order of their calls. Raises InvalidField and
    RefusedField with the path of what is wrong."""
    read_so_far: list[Message] = []
    pending: list[tuple[int, ToolCall]] = []
    answers: list[tuple[int, int]] = []
    for index, item in enumerate(raw):
        message = _message(item, f"messages[{index}]", unknown)
        if message.role == "tool":
            place, message = _answering(message, pending)
            answers += [] if place is None else [(place, index)]
        else:
            _arrange(read_so_far, answers)
            answers = []
        if message.role == "assistant":
            pending = list(enumerate(message.tool_calls))
        read_so_far.append(message)
    _arrange(read_so_far, answers)
    return tuple(read_so_far)


def _arrange(read_so_far: list[Message], answers: list[tuple[int, int]]) -> None:
    """Put results, known by the places of their calls and their own, in the order of the calls: many templates leave
    ids out, and to their models the first result is the first call's."""
    in_order = [read_so_far[index] for _, index in sorted(answers)]
    for (_, index), message in zip(answers, in_order, strict=True):
        read_so_far[index] = message


def _message(raw: Any, where: str, unknown: list[str]) -> Message:
    if not isinstance(raw, dict):
        raise InvalidField(where, raw, "an object with role and content")
    role = _role(raw.get("role"), f"{where}.role")
    if role == "assistant":
        return _assistant(read(AssistantMessage, raw, where, unknown), raw, where, unknown)
    if role == "tool":
        result = read(ToolMessage, raw, where, unknown)
        text = _text(result.content, f"{where}.content", unknown)
        return Message(role="tool", content=text, tool_call_id=result.tool_call_id, name=result.name)
    plain = read(TextMessage, raw, where, unknown)
    return Message(role=role, content=_text(plain.content, f"{where}.content", unknown))


def _role(raw: Any, where: str) -> Role:
    try:
        return msgspec.convert(raw, Role)  # type: ignore[no-any-return]
    except msgspec.ValidationError:
        raise InvalidField(where, raw, " or ".join(f'"{role}"' for role in get_args(Role))) from None


def _assistant(body: AssistantMessage, raw: JsonObject, where: str, unknown: list[str]) -> Message:
    if body.content and body.refusal:
        raise ConflictingFields(f"{where}.content", f"{where}.refusal", "a refusal is said in place of a content")
    content = body.content or body.refusal
    if content is None and body.content is None and not body.tool_calls:
        raise InvalidField(f"{where}.content", raw.get("content"), "a string or a list; null only beside tool_calls")
    if None not in (body.reasoning, body.reasoning_content) and body.reasoning != body.reasoning_content:
        raise ConflictingFields(f"{where}.reasoning", f"{where}.reasoning_content", "they differ")
    calls = [_call(call, f"{where}.tool_calls[{index}]", unknown) for index, call in enumerate(body.tool_calls or [])]
    return Message(
        role="assistant",
        content=_text(content or "", f"{where}.content", unknown, is_answer=True),
        reasoning=body.reasoning if body.reasoning is not None else body.reasoning_content,
        tool_calls=tuple(calls),
    )


def _text(content: Content, where: str, unknown: list[str], *, is_answer: bool = False) -> str:
    if isinstance(content, str):
        return content
    return "".join(_part(part, f"{where}[{index}]", unknown, is_answer) for index, part in enumerate(content))


def _part(raw: Any, where: str, unknown: list[str], is_answer: bool) -> str:
    if isinstance(raw, dict) and isinstance(raw.get("type"), str) and raw["type"] in _OTHER_MEDIA:
        raise RefusedField(where, f"the model reads text only, and this part is of type {raw['type']}")
    if is_answer and isinstance(raw, dict) and raw.get("type") == "refusal":
        return read(RefusalPart, raw, where, unknown).refusal
    return read(TextPart, raw, where, unknown).text


def _call(raw: Any, where: str, unknown: list[str]) -> ToolCall:
    if isinstance(raw, dict) and "function" in raw:
        wrapped = read(WrappedCall, raw, where, unknown)
        inner = f"{where}.function"
        function = read(WrappedFunction, wrapped.function, inner, unknown)
        arguments = _arguments(function.arguments, f"{inner}.arguments")
        return ToolCall(name=function.name, arguments=arguments, id=wrapped.id or "")
    if isinstance(raw, dict) and raw.get("type") not in (None, "function"):
        raise InvalidField(f"{where}.type", raw["type"], '"function"')
    call = read(NativeCall, raw, where, unknown)
    return ToolCall(name=call.name, arguments=_arguments(call.arguments, f"{where}.arguments"), id=call.id or "")


def _arguments(raw: JsonObject | str, where: str) -> JsonObject:
    if not isinstance(raw, str):
        return raw
    if not raw.strip():
        return {}  # what many servers write for a function without parameters
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InvalidField(where, raw, "an object, or a string that holds one as valid JSON")
    return value


def _answering(message: Message, pending: list[tuple[int, ToolCall]]) -> tuple[int | None, Message]:
    """Fill in which call a result answers: the one with its id, else the next one of its name, else the next one; with
    the call's place, None where there is none."""
    if message.tool_call_id:
        found = next((entry for entry in pending if entry[1].id == message.tool_call_id), None)
    else:
        of_name = (entry for entry in pending if entry[1].name == message.name)
        found = next(of_name, pending[0] if pending else None)
    if found is None:
        return None, message
    pending.remove(found)
    place, call = found
    return place, msgspec.structs.replace(
        message, tool_call_id=message.tool_call_id or call.id or None, name=message.name or call.name
    )


def lost_results(messages: Sequence[Message]) -> Iterator[tuple[str, str, str]]:
    """The results whose id no earlier call has: the field, the id, and the ids that there are. Calls without ids are
    answered in order, and by any id."""
    known: set[str] = set()
    for index, message in enumerate(messages):
        known |= {call.id for call in message.tool_calls}
        wanted = message.tool_call_id
        if message.role == "tool" and wanted and wanted not in known and "" not in known:
            yield f"messages[{index}].tool_call_id", wanted, ", ".join(sorted(known)) or "none"


def tools(raw: list[Any], unknown: list[str]) -> tuple[Tool, ...]:
    """Read tool definitions, in OpenAI's shape or bare. Raises InvalidField; two tools of one name too."""
    found: dict[str, Tool] = {}
    for index, item in enumerate(raw):
        where = f"tools[{index}]"
        if isinstance(item, dict) and ("function" in item or "name" not in item):
            item, where = read(WrappedTool, item, where, unknown).function, f"{where}.function"
        elif isinstance(item, dict):
            item = _bare(item, where)
        tool = _tool(read(FunctionBody, item, where, unknown), where)
        if tool.name in found:
            raise InvalidField(f"{where}.name", tool.name, "a name that no other tool has")
        found[tool.name] = tool
    return tuple(found.values())


def _bare(item: JsonObject, where: str) -> JsonObject:
    """A tool that is not wrapped, without its type; what has another type is no function. Raises InvalidField."""
    if item.get("type") not in (None, "function"):
        raise InvalidField(f"{where}.type", item["type"], '"function"')
    return {name: value for name, value in item.items() if name != "type"}


def _tool(function: FunctionBody, where: str) -> Tool:
    kind = function.parameters.get("type", "object")
    if kind not in ("object", ["object"]):
        raise InvalidField(f"{where}.parameters.type", kind, '"object"')
    return Tool(name=function.name, description=function.description, parameters=function.parameters)


def tool_choice(raw: Any, where: str, unknown: list[str], allowed: str = CHOICES) -> ToolChoice:
    """Read a tool choice: a mode, or a named function in OpenAI's or the short shape. Raises InvalidField, which says
    what the dialect allows."""
    match raw:
        case "auto" | "none" | "required":
            return ToolChoice(mode=raw)
        case {"function": _}:
            function = read(NamedChoice, raw, where, unknown).function
            return ToolChoice(mode="named", name=read(NamedFunction, function, f"{where}.function", unknown).name)
        case {"name": _} if raw.get("type") in (None, "function"):
            bare = {name: value for name, value in raw.items() if name != "type"}
            return ToolChoice(mode="named", name=read(NamedFunction, bare, where, unknown).name)
        case _:
            raise InvalidField(where, raw, allowed)
