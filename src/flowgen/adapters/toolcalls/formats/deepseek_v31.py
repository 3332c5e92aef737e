"""DeepSeek V3.1: the name, then JSON.

<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Paris"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="deepseek_v31",
        models="DeepSeek V3.1",
        reasoning=ReasoningTags(),
        dropped=("<｜end▁of▁sentence｜>", "<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>"),
        signs=(Sign(texts=("<｜tool▁call▁begin｜>",)), Sign(tokens=("<｜tool▁call▁begin｜>", "<｜tool▁sep｜>"))),
        calls=NamedJson(
            section_opening="<｜tool▁calls▁begin｜>",
            opening="<｜tool▁call▁begin｜>",
            name_end="<｜tool▁sep｜>",
            closing="<｜tool▁call▁end｜>",
            section_closing="<｜tool▁calls▁end｜>",
            other_before_names=("function<｜tool▁sep｜>",),
        ),
    )
)
