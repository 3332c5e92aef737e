"""Command R+: a JSON array in a code fence.

Action:
```json
[{"tool_name": "get_weather", "parameters": {"city": "Paris"}}]
```
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.json_call_reader import Keys

FORMAT = DeclaredFormat(
    Declaration(
        name="command_r_plus",
        models="Command R+",
        dropped=("<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
        signs=(Sign(texts=("Action:", "```json", '"tool_name"'), without=("<|START_ACTION|>",)),),
        calls=JsonObjects(
            opening="Action:\n```json\n",
            is_plain=True,
            closing="\n```",
            is_list=True,
            keys=Keys(name=("tool_name", "name"), arguments=("parameters", "arguments")),
        ),
    )
)
