"""The chat template in plain Python, for speed: the text of chat_template.jinja, cut into prompts and answers.

Knows the template and nothing of what is said. A test compares it with the jinja template.
"""

import json
from typing import Any


def dumped(value: Any) -> str:
    """The value as transformers' `tojson` writes it."""
    return json.dumps(value, ensure_ascii=False)


def literal(value: Any) -> str:
    """The value as a Python literal whose strings are JSON strings."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dumped(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if value is None or isinstance(value, bool):
        return str(value)
    return dumped(value)


def kind(schema: dict[str, Any]) -> str:
    """The type of a parameter as the tool list shows it."""
    if "enum" in schema:
        return "|".join(map(dumped, schema["enum"]))
    if schema["type"] == "array":
        return "[" + kind(schema["items"]) + "]"
    if schema["type"] == "object" and schema.get("properties"):
        return "{" + fields(schema) + "}"
    return str(schema["type"])


def fields(schema: dict[str, Any]) -> str:
    """The properties of an object schema as `name: type`, optional ones with a question mark."""
    required = schema.get("required", [])
    return ", ".join(
        f"{name}{'' if name in required else '?'}: {kind(item)}" for name, item in schema.get("properties", {}).items()
    )


def signature(tool: dict[str, Any]) -> str:
    """One line of the tool list; the tool in OpenAI's shape or bare. The parameters' names stand there twice, once with
    their types and once side by side, in the order of a call: a small model finds the next one after the last."""
    function = tool.get("function", tool)
    parameters = function.get("parameters") or {}
    order = "[" + ",".join(parameters["properties"]) + "]" if parameters.get("properties") else ""
    described = f" {function['description']}" if function.get("description") else ""
    return f"{function['name']}({fields(parameters)}){order}{described}"


def calls(items: list[dict[str, Any]]) -> str:
    """Tool calls in the model's own syntax."""
    parts = []
    for item in items:
        function = item.get("function", item)
        arguments = ", ".join(f"{name}={literal(value)}" for name, value in function["arguments"].items())
        parts.append(f"{function['name']}({arguments})")
    return "<|tool_call_start|>[" + ", ".join(parts) + "]<|tool_call_end|>"


def answer(message: dict[str, Any]) -> str:
    """What the assistant writes for this message, without the closing <|im_end|>."""
    text = message.get("content") or ""
    return text + (calls(message["tool_calls"]) if message.get("tool_calls") else "")


def pieces(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """The conversation as (text, is it the assistant's) in order; <|im_end|> of an answer belongs to the answer."""
    prompt = "<|startoftext|>"
    system = ""
    if messages[0]["role"] == "system":
        system, messages = messages[0]["content"], messages[1:]
    if tools:
        listing = "\n".join(map(signature, tools))
        system += ("\n" if system else "") + f"List of tools: <|tool_list_start|>[{listing}]<|tool_list_end|>"
    if system:
        prompt += f"<|im_start|>system\n{system}<|im_end|>\n"
    out = []
    for message in messages:
        prompt += f"<|im_start|>{message['role']}\n"
        if message["role"] == "assistant":
            out += [(prompt, False), (answer(message) + "<|im_end|>", True)]
            prompt = "\n"
        elif message["role"] == "tool":
            prompt += f"<|tool_response_start|>{message['content']}<|tool_response_end|><|im_end|>\n"
        else:
            prompt += f"{message['content']}<|im_end|>\n"
    return [*out, (prompt, False)]
