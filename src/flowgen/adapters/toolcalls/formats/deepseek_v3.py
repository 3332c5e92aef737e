"""DeepSeek V3, R1 and its distills, Cogito v2: the name, then JSON in a code fence.

<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather
```json
{"city": "Paris"}
```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="deepseek_v3",
        models="DeepSeek V3, R1 and distills, Cogito v2",
        aliases=("deepseek_v3_ascii",),
        reasoning=ReasoningTags(),
        calls_in_reasoning=True,
        dropped=("<｜end▁of▁sentence｜>", "<|end▁of▁sentence|>", "<｜tool▁outputs▁begin｜>", "<｜tool▁outputs▁end｜>"),
        signs=(Sign(texts=("<｜tool▁call▁begin｜>", "```json")), Sign(texts=("<｜tool▁call▁begin｜>function",))),
        calls=NamedJson(
            section_opening="<｜tool▁calls▁begin｜>",
            opening="<｜tool▁call▁begin｜>",
            before_name="function<｜tool▁sep｜>",
            name_end="\n```json\n",
            other_name_ends=("<｜tool▁sep｜>",),
            closing="\n```<｜tool▁call▁end｜>",
            separator="\n",
            section_closing="<｜tool▁calls▁end｜>",
            other_openings=(
                "<｜tool▁calls｜>",
                "<｜tool_calls_begin｜>",
                "<｜tool calls begin｜>",
                "<｜tool\\_calls\\_begin｜>",
            ),
        ),
        other_calls=(
            NamedJson(
                section_opening="<|tool▁calls▁begin|>",
                opening="<|tool▁call▁begin|>",
                before_name="function<|tool▁sep|>",
                name_end="\n",
                closing="\n```<|tool▁call▁end|>",
                section_closing="<|tool▁calls▁end|>",
            ),
        ),
    )
)
