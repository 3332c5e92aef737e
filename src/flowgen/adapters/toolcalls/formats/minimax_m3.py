"""MiniMax M3: nested elements, each tag with a marker before it.

]<]minimax[>[<tool_call>
]<]minimax[>[<invoke name="get_weather">]<]minimax[>[<city>Paris]<]minimax[>[</city>]<]minimax[>[</invoke>
]<]minimax[>[</tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.nested_tags import NestedTags
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="minimax_m3",
        models="MiniMax M3",
        reasoning=ReasoningTags(opening="<mm:think>", closing="</mm:think>"),
        signs=(Sign(texts=("]<]minimax[>[",)), Sign(tokens=("]<]minimax[>[",))),
        calls=NestedTags(mark="]<]minimax[>["),
    )
)
