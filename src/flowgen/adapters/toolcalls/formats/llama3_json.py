"""Llama 3.1, 3.2 and 3.3: a JSON object without markers.

{"name": "get_weather", "parameters": {"city": "Paris"}}
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.json_call_reader import Keys

FORMAT = DeclaredFormat(
    Declaration(
        name="llama3_json",
        models="Llama 3.1, 3.2 and 3.3",
        signs=(
            Sign(patterns=(r'\{"name": function name, "parameters"',)),
            Sign(patterns=(r'\{"name": "\w+", "parameters": \{',), without=("<|action_start|>",)),
        ),
        calls=JsonObjects(
            separator="; ",
            keys=Keys(arguments=("parameters", "arguments")),
            bare_openings=("<|python_tag|>",),
        ),
    )
)
