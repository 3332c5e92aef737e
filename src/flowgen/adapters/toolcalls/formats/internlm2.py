"""InternLM 2, 2.5 and Intern-S1: JSON between two markers, one call.

<|action_start|><|plugin|>
{"name": "get_weather", "parameters": {"city": "Paris"}}<|action_end|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.json_call_reader import Keys
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="internlm2",
        models="InternLM 2 and 2.5, Intern-S1",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("<|action_start|>", "<|plugin|>")), Sign(tokens=("<|action_start|>", "<|plugin|>"))),
        calls=JsonObjects(
            opening="<|action_start|><|plugin|>\n",
            closing="<|action_end|>",
            keys=Keys(arguments=("parameters", "arguments")),
        ),
    )
)
