"""Kimi K3: every part of an answer in markers with attributes; arguments with their types.

<|open|>tools<|sep|><|open|>call tool="get_weather" index="1"<|sep|><|open|>argument key="city" type="string"<|sep|>Paris<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="kimi_k3",
        models="Kimi K3",
        reasoning=ReasoningTags(opening="<|open|>think<|sep|>", closing="<|close|>think<|sep|>"),
        reasoning_ends=("<|open|>response<|sep|>", "<|open|>tools<|sep|>"),
        dropped=(
            "<|open|>response<|sep|>",
            "<|close|>response<|sep|>",
            "<|close|>message<|sep|>",
            '<|open|>message role="assistant"<|sep|>',
            "<|end_of_msg|>",
        ),
        signs=(Sign(patterns=(r"<\|open\|>call tool=",)), Sign(tokens=("<|open|>", "<|sep|>", "<|close|>"))),
        calls=Tagged(
            section_opening="<|open|>tools<|sep|>",
            opening='<|open|>call tool="',
            call_attributes='" index="{}"',
            name_end="<|sep|>",
            key_opening='<|open|>argument key="',
            key_end='"',
            type_text=' type="{}"',
            type_words=(
                ("string", "string"),
                ("integer", "number"),
                ("number", "number"),
                ("boolean", "boolean"),
                ("object", "object"),
                ("array", "array"),
                ("null", "null"),
            ),
            value_opening="<|sep|>",
            value_closing="<|close|>argument<|sep|>",
            closing="<|close|>call<|sep|>",
            section_closing="<|close|>tools<|sep|>",
            escapes_names=True,
        ),
    )
)
