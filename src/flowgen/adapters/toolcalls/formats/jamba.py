"""Jamba 1.5: a JSON array in tags.

<tool_calls>[
    {"name": "get_weather", "arguments": {"city": "Paris"}}
]</tool_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="jamba",
        models="Jamba 1.5",
        signs=(Sign(texts=("<|bom|>",), patterns=(r"<tool_calls>\s*\[",)),),
        calls=JsonObjects(
            opening="<tool_calls>",
            closing="</tool_calls>",
            is_list=True,
            brackets=("[\n    ", "\n]"),
            separator=",\n    ",
        ),
    )
)
