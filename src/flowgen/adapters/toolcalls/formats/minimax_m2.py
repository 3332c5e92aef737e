"""MiniMax M2: invocations with named parameters.

<minimax:tool_call>
<invoke name="get_weather">
<parameter name="city">Paris</parameter>
</invoke>
</minimax:tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="minimax_m2",
        models="MiniMax M2",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("<minimax:tool_call>",)), Sign(tokens=("<minimax:tool_call>",))),
        calls=Tagged(
            section_opening="<minimax:tool_call>\n",
            opening='<invoke name="',
            name_end='">\n',
            key_opening='<parameter name="',
            key_end='">',
            value_closing="</parameter>\n",
            closing="</invoke>\n",
            section_closing="</minimax:tool_call>",
        ),
    )
)
