"""Command R7B, Command A, Cohere2: a JSON array between markers, each call with an id of the model's.

<|START_THINKING|>I will look.<|END_THINKING|><|START_ACTION|>[
    {"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris"}}
]<|END_ACTION|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.json_call_reader import Keys
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="cohere_action",
        models="Command R7B, Command A, Cohere2MoE",
        reasoning=ReasoningTags(opening="<|START_THINKING|>", closing="<|END_THINKING|>"),
        dropped=("<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>", "<|END_OF_TURN_TOKEN|>"),
        signs=(Sign(texts=("<|START_ACTION|>",)), Sign(tokens=("<|START_ACTION|>", "<|END_ACTION|>"))),
        calls=JsonObjects(
            opening="<|START_ACTION|>",
            closing="<|END_ACTION|>",
            is_list=True,
            brackets=("[\n    ", "\n]"),
            separator=",\n    ",
            keys=Keys(
                name=("tool_name", "name"),
                arguments=("parameters", "arguments"),
                id=("tool_call_id",),
                written_id="first",
            ),
        ),
    )
)
