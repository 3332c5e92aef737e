"""gpt-oss (harmony): messages in channels; a recipient makes one a call.

<|channel|>analysis<|message|>I will look.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Paris"}<|call|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.messages import Messages

FORMAT = DeclaredFormat(
    Declaration(
        name="gpt_oss",
        models="gpt-oss",
        dropped=("<|end|>", "<|return|>", "<|call|>"),
        signs=(Sign(texts=("<|channel|>", "functions.")), Sign(tokens=("<|channel|>", "<|constrain|>"))),
        calls=Messages(
            starts=("<|start|>", "<|channel|>"),
            header_ends=("<|message|>",),
            ends=("<|end|>", "<|call|>", "<|return|>"),
            call=r"\bto=(?:functions\.)?(?P<name>(?!assistant\b|user\b)[\w.-]+)",
            thinking=r"(?s)^(?!.*\bto=(?!assistant\b|user\b)).*<\|channel\|>analysis[^<]*<\|message\|>$",
            prompt_end="<|start|>assistant",
            thinking_texts=("<|channel|>analysis<|message|>", "<|end|>"),
            preamble_texts=("<|channel|>commentary<|message|>", "<|end|>"),
            content_texts=("<|channel|>final<|message|>", "<|return|>"),
            call_texts=("<|channel|>commentary to=functions.", " <|constrain|>json<|message|>", "<|call|>"),
            separator="<|start|>assistant",
        ),
    )
)
