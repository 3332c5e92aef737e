"""Kimi K2 and K2 Thinking: an id that carries the name, then JSON.

<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Paris"}<|tool_call_end|><|tool_calls_section_end|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="kimi_k2",
        models="Kimi K2, K2 Thinking, K2.5",
        reasoning=ReasoningTags(),
        calls_in_reasoning=True,
        dropped=("<|im_end|>", "<|tool_call_section_begin|>", "<|tool_call_section_end|>"),
        signs=(Sign(texts=("<|tool_call_argument_begin|>",)), Sign(tokens=("<|tool_call_argument_begin|>",))),
        calls=NamedJson(
            section_opening="<|tool_calls_section_begin|>",
            opening="<|tool_call_begin|>",
            name_prefix="functions.",
            is_numbered=True,
            name_end="<|tool_call_argument_begin|>",
            closing="<|tool_call_end|>",
            section_closing="<|tool_calls_section_end|>",
        ),
    )
)
