"""Any model that is bound to a schema: an object with calls, or with an answer.

{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris"}}]}
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.json_call_reader import Keys

FORMAT = DeclaredFormat(
    Declaration(
        name="generic_json",
        models="any",
        calls=JsonObjects(
            keys=Keys(wrappers=("tool_calls", "tool_call", "function"), content="response"),
            is_list=True,
            brackets=('{"tool_calls": [', "]}"),
        ),
    )
)
