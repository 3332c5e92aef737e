"""Solar Open 2: arguments between markers.

<|tool_call:start|>get_weather
<|tool_arg:start|>city<|tool_arg:value|>Paris<|tool_arg:end|>
<|tool_call:end|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="solar_open2",
        models="Solar Open 2",
        reasoning=ReasoningTags(opening="<|think:start|>", closing="<|think:end|>"),
        signs=(Sign(texts=("<|tool_call:start|>",)), Sign(tokens=("<|tool_call:start|>", "<|tool_arg:start|>"))),
        calls=Tagged(
            opening="<|tool_call:start|>",
            name_end="\n",
            key_opening="<|tool_arg:start|>",
            key_end="<|tool_arg:value|>",
            value_closing="<|tool_arg:end|>\n",
            closing="<|tool_call:end|>",
            separator="\n",
            value_ends=("<|tool_call:end|>",),
        ),
    )
)
