"""Muse Glimmer: messages with a recipient each; calls are invocations with named parameters.

 to=self<|message|>I will look.<|eom|><|start|>assistant to=get_weather<|message|><atem:function_calls>
<atem:invoke name="get_weather">
<atem:parameter name="city">Paris</atem:parameter>
</atem:invoke>
</atem:function_calls><|eot|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.messages import Messages
from flowgen.adapters.toolcalls.families.tagged import Tagged

FORMAT = DeclaredFormat(
    Declaration(
        name="muse_glimmer",
        models="Muse Glimmer",
        dropped=("<|eom|>", "<|eot|>"),
        signs=(Sign(texts=("<atem:",)),),
        calls=Messages(
            starts=("<|start|>",),
            header_ends=("<|message|>",),
            ends=("<|eom|>", "<|eot|>"),
            call=r"\bto=(?P<name>(?!self\b|user\b)[^\s<]+)",
            thinking=r"\bto=self\b",
            is_addressed=True,
            prompt_end="<|start|>assistant",
            thinking_texts=(" to=self<|message|>", "<|eom|>"),
            content_texts=(" to=user<|message|>", "<|eot|>"),
            call_texts=(" to=", "<|message|>", "<|eom|>"),
            separator="<|start|>assistant",
            body=Tagged(
                section_opening="<atem:function_calls>\n",
                opening='<atem:invoke name="',
                name_end='">\n',
                key_opening='<atem:parameter name="',
                key_end='">',
                value_closing="</atem:parameter>\n",
                closing="</atem:invoke>\n",
                section_closing="</atem:function_calls>",
            ),
        ),
    )
)
