"""Inkling: messages whose kind a marker tells; calls are JSON, or a text without a name.

<|message_model|>get_weather<|content_invoke_tool_json|>{"name": "get_weather", "args": {"city": "Paris"}}<|end_message|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.messages import Messages
from flowgen.adapters.toolcalls.json_call_reader import Keys

FORMAT = DeclaredFormat(
    Declaration(
        name="inkling",
        models="Inkling",
        dropped=("<|end_message|>", "<|content_model_end_sampling|>"),
        signs=(Sign(texts=("<|content_invoke_tool_json|>",)), Sign(tokens=("<|content_invoke_tool_json|>",))),
        calls=Messages(
            starts=(
                "<|message_model|>",
                "<|content_invoke_tool_json|>",
                "<|content_invoke_tool_text|>",
                "<|content_thinking|>",
                "<|content_text|>",
            ),
            header_ends=(
                "<|content_invoke_tool_json|>",
                "<|content_invoke_tool_text|>",
                "<|content_thinking|>",
                "<|content_text|>",
            ),
            ends=("<|end_message|>", "<|content_model_end_sampling|>"),
            call=r"<\|content_invoke_tool_json\|>",
            raw=r"<\|content_invoke_tool_text\|>",
            thinking=r"<\|content_thinking\|>",
            thinking_texts=("<|content_thinking|>", "<|end_message|>"),
            preamble_texts=("<|content_text|>", "<|end_message|>"),
            content_texts=("<|content_text|>", "<|end_message|>"),
            call_texts=("<|message_model|>", "<|content_invoke_tool_json|>", "<|end_message|>"),
            body=JsonObjects(keys=Keys(arguments=("args",)), is_body=True),
        ),
    )
)
