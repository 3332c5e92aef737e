"""GLM 4.7 and 5, Spark 2.5: pairs of keys and values on one line.

<tool_call>get_weather<arg_key>city</arg_key><arg_value>Paris</arg_value></tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="glm47",
        models="GLM 4.7, 5, Spark 2.5",
        reasoning=ReasoningTags(),
        dropped=("<|user|>", "<|observation|>", "<|endoftext|>"),
        signs=(Sign(patterns=(r"</arg_key><arg_value>",), rank=25),),
        calls=Tagged(
            opening="<tool_call>",
            name_end="",
            key_opening="<arg_key>",
            key_end="</arg_key>",
            value_opening="<arg_value>",
            value_closing="</arg_value>",
            closing="</tool_call>",
        ),
    )
)
