"""Step 3: invocations with named parameters, each between markers of its own.

<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="get_weather"><steptml:parameter name="city">Paris</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="step3",
        models="Step 3",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("<steptml:",)),),
        calls=Tagged(
            section_opening="<｜tool_calls_begin｜>",
            opening="<｜tool_call_begin｜>",
            before_name="function<｜tool_sep｜>",
            name_opening='<steptml:invoke name="',
            name_end='">',
            key_opening='<steptml:parameter name="',
            key_end='">',
            value_closing="</steptml:parameter>",
            closing="</steptml:invoke><｜tool_call_end｜>",
            section_closing="<｜tool_calls_end｜>",
        ),
    )
)
